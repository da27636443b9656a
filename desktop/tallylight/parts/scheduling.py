"""Scheduled exports while the tray runs: when to look, and the child process that writes what is due."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from tallylight.config.paths import data_dir
from tallylight.domain.schedule import RETRY_MS, ScheduledRun, wake_ms
from tallylight.domain.snapshot import Snapshot
from tallylight.gui.command_child import CommandChild
from tallylight.gui.jobs import Jobs
from tallylight.ingest.assembly import now_ms
from tallylight.ledger.schedule_log import runs_in
from tallylight.parts.settings_keeper import SettingsKeeper

logger = logging.getLogger(__name__)

#: Timers stand still while a machine sleeps: as long as there is a schedule the clock is looked at this often.
_LONGEST_MS = 600_000


class Scheduling(QObject):
    """Asks nothing and waits for nothing where nothing is scheduled."""

    #: Every ScheduledRun that is remembered.
    runs_changed = Signal(object)

    def __init__(
        self,
        settings: SettingsKeeper,
        jobs: Jobs,
        command: Sequence[str],
        clock: Callable[[], int] = now_ms,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings, self._jobs, self._clock = settings, jobs, clock
        self.runs: tuple[ScheduledRun, ...] = ()
        self._is_ready = self._is_asking = False
        #: After a child that noted nothing, whatever it was: not again before.
        self._not_before_ms = 0
        self._child = CommandChild(command, self)
        self._child.ended.connect(self.look)
        self._timer = QTimer(self, singleShot=True)
        self._timer.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._timer.timeout.connect(self.look)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Nothing is written before all is read, nor while the demo is on."""
        was_ready = self._is_ready
        self._is_ready = snapshot.progress is None and not snapshot.is_demo and bool(snapshot.sequence)
        if self._is_ready and not was_ready:
            self.look()

    @Slot()
    def look(self) -> None:
        """See what became of schedules, and go on from there: something may be due, or was done by a shell."""
        if self._settings.current.schedules and not self._is_asking:
            self._is_asking = True
            self._jobs.run(_runs, self._take, self._give_up)

    def close(self) -> None:
        self._timer.stop()
        self._child.close()

    def _take(self, runs: tuple[ScheduledRun, ...]) -> None:
        self._is_asking = False
        if runs != self.runs:
            self.runs, self._not_before_ms = runs, 0
            self.runs_changed.emit(runs)
        self._wait()

    def _give_up(self, problem: str) -> None:
        logger.warning("schedules: %s", problem)
        self._is_asking = False
        self._timer.start(_LONGEST_MS)

    def _wait(self) -> None:
        now = self._clock()
        wake = wake_ms(self._settings.current.schedules, self.runs, now)
        if wake is None or self._child.is_running:
            self._timer.stop()
            return
        wake = max(wake, self._not_before_ms if self._not_before_ms - now <= RETRY_MS else 0)
        if wake <= now and self._is_ready:
            self._not_before_ms = now + RETRY_MS
            self._child.start(["--due", "--no-scan"])
        elif self._is_ready:
            self._timer.start(min(_LONGEST_MS, max(1000, wake - now)))


def _runs() -> tuple[ScheduledRun, ...]:
    return runs_in(data_dir())
