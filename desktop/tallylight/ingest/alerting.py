"""Alerts beside the meter: looked at again when something moved or is due, and told what the user did about them."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterable, Sequence

from tallylight.domain.advice import Advice
from tallylight.domain.finding import Finding
from tallylight.domain.notices import Notice
from tallylight.domain.schedule import ScheduledRun
from tallylight.domain.session import SessionDetail
from tallylight.domain.settings import Settings
from tallylight.ingest.alerts import Alerts, Standing

logger = logging.getLogger(__name__)

_RETRY_MS = 20_000


class Alerting:
    """Without `alerts` nothing is looked at and nothing told. `now` gives ms since the epoch."""

    def __init__(self, alerts: Alerts | None, now: Callable[[], int]) -> None:
        self._alerts, self._now = alerts, now
        self._is_stale = True
        self._due_ms: int | None = None
        #: What the last look came to.
        self.standing = Standing()

    # -- what the user did, see the methods of `Alerts` of the same names

    def take_settings(self, settings: Settings) -> None:
        self._have(lambda alerts: alerts.take_settings(settings))

    def take_runs(self, runs: Sequence[ScheduledRun]) -> None:
        self._have(lambda alerts: alerts.take_runs(runs))

    def answer(self, key: str, action: str) -> None:
        self._have(lambda alerts: alerts.answer(key, action, self._now()))

    def see(self, keys: Sequence[str]) -> None:
        self._have(lambda alerts: alerts.see(keys))

    def speak_again(self, kind: str, name: str) -> None:
        self._have(lambda alerts: alerts.speak_again(kind, name))

    def decline(self, key: str) -> None:
        self._have(lambda alerts: alerts.decline(key, self._now()))

    def advise_again(self, key: str) -> None:
        self._have(lambda alerts: alerts.advise_again(key, self._now()))

    def note_advice_shown(self, keys: Iterable[str]) -> None:
        """These pieces of advice were displayed: in a window, by a command, in a notice or on a status line."""
        if self._alerts is not None:
            self._alerts.note_advice_shown(keys, self._now())

    # -- what moved

    def note_written(self, has_backlog: bool = False, since_ms: int = 1 << 62) -> None:
        self._have(lambda alerts: alerts.note_written(has_backlog, since_ms))

    def note_time(self) -> None:
        """What depends on the clock alone is to follow it."""
        self._is_stale = True

    @property
    def due_ms(self) -> int | None:
        """When it must be looked at again although nothing moved, None for no such time."""
        return None if self._due_ms is None else min(self._due_ms, self._now() + _RETRY_MS)

    def look(self, sessions: Sequence[SessionDetail], typical_day: int | None) -> None:
        """Let budgets and rules see this moment, if they have not seen it."""
        now = self._now()
        # Due long from now: the clock was set back meanwhile.
        is_due = self._due_ms is not None and not 0 < self._due_ms - now <= _RETRY_MS
        if self._alerts is None or not (self._is_stale or is_due):
            return
        try:
            self.standing = self._alerts.look(now, sessions, typical_day)
        except sqlite3.Error as e:  # a full disk, say: nothing is told that could not be written down
            logger.warning("notices could not be kept: %s", e)
            self._due_ms = now + _RETRY_MS
            return
        self._is_stale = False
        self._due_ms = self._alerts.due_ms(now)

    # -- for whoever asks without being told

    def advise(self, sessions: Sequence[SessionDetail]) -> tuple[Advice, ...]:
        return self._alerts.advise(self._now(), sessions) if self._alerts is not None else ()

    def findings(
        self, sessions: Sequence[SessionDetail], typical_day: int | None
    ) -> tuple[list[Finding], tuple[Notice, ...]]:
        if self._alerts is None:
            return [], ()
        return self._alerts.findings(self._now(), sessions, typical_day)

    def _have(self, work: Callable[[Alerts], None]) -> None:
        if self._alerts is not None:
            work(self._alerts)
            self._is_stale = True
