"""Work that may block, done beside the window: two threads, results in the GUI thread."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject

from tallylight.gui.crossing import Crossing

T = TypeVar("T")
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a job came to, and whom to tell."""

    tell: Callable[[Any], None] | None
    receiver: QObject | None
    value: object = None
    error: Exception | None = None


class Jobs:
    """Runs functions on a pool of two threads. Made in the GUI thread, in which all its callbacks are called.

    It is no object of Qt itself, as its threads use it: see `crossing`.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        self._pool: ThreadPoolExecutor | None = ThreadPoolExecutor(2, thread_name_prefix="jobs")
        self._crossing = Crossing(parent)

    def run(
        self,
        work: Callable[[], T],
        then: Callable[[T], None],
        failed: Callable[[str], None] | None = None,
        *,
        receiver: QObject | None = None,
    ) -> None:
        """Do `work`, then call `then` with its value, or `failed` with a sentence.

        Nobody is called once the receiver is destroyed: the object whose method `then` is, or `receiver` when
        `then` is a plain function. Without `failed` an exception goes to `sys.excepthook`. After `close`
        nothing runs.
        """
        if self._pool is not None:
            self._pool.submit(self._work, work, then, failed, receiver or _owner(then))

    def close(self) -> None:
        """Wait for what runs, drop what does not run yet, and leave no thread."""
        if self._pool is not None:
            pool, self._pool = self._pool, None
            pool.shutdown(wait=True, cancel_futures=True)
            self._crossing.close()

    def _work(
        self,
        work: Callable[[], T],
        then: Callable[[T], None],
        failed: Callable[[str], None] | None,
        receiver: QObject | None,
    ) -> None:
        try:
            outcome = _Outcome(then, receiver, value=work())
        except Exception as error:  # noqa: BLE001 a job may fail in any way, and the pool must survive it
            outcome = _Outcome(failed, receiver, error=error)
        self._crossing.call(lambda: self._finish(outcome))

    def _finish(self, outcome: _Outcome) -> None:
        if self._pool is None or (outcome.receiver is not None and not shiboken6.isValid(outcome.receiver)):
            return
        if outcome.error is None:
            if outcome.tell is not None:
                outcome.tell(outcome.value)
        elif outcome.tell is None:
            raise outcome.error
        else:
            logger.warning("a job failed", exc_info=outcome.error)
            outcome.tell(str(outcome.error) or type(outcome.error).__name__)


def _owner(callback: Callable[..., object]) -> QObject | None:
    owner = getattr(callback, "__self__", None)
    return owner if isinstance(owner, QObject) else None
