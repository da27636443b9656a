"""Asking the library beside the window, without ever showing an answer that is out of date."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import QObject

from tallylight.gui.jobs import Jobs

Answer = TypeVar("Answer")


class Question(QObject, Generic[Answer]):
    """One thing a page wants to know. While an answer is under way only the newest wish is kept."""

    def __init__(
        self,
        jobs: Jobs,
        then: Callable[[Answer], None],
        failed: Callable[[str], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._then = then
        self._tell_failure = failed
        self._wish: Callable[[], Answer] | None = None
        self._is_asking = False
        self._is_stale = False

    def ask(self, work: Callable[[], Answer], *, replaces: bool = False) -> None:
        """Have `work` done in a pool thread. `replaces` drops the answer that is still under way: it is
        about something else."""
        if self._is_asking:
            self._wish = work
            self._is_stale = self._is_stale or replaces
            return
        self._is_asking = True
        self._jobs.run(work, self._answer, self._fail)

    def forget(self) -> None:
        """Whatever is under way is of no interest any more."""
        self._wish = None
        self._is_stale = self._is_asking

    def _answer(self, answer: Answer) -> None:
        is_stale = self._end()
        if not is_stale:
            self._then(answer)

    def _fail(self, sentence: str) -> None:
        if not self._end():
            self._tell_failure(sentence)

    def _end(self) -> bool:
        is_stale, self._is_stale, self._is_asking = self._is_stale, False, False
        if self._wish is not None:
            wish, self._wish = self._wish, None
            self.ask(wish)
        return is_stale
