"""The user's choices while the program runs: kept on disk, and followed when a command in a shell changes them."""

from __future__ import annotations

import logging
import threading

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from tallylight.config.store import load_settings, read_settings, save_settings
from tallylight.domain.budget import Budget
from tallylight.domain.schedule import Schedule
from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import Snapshot
from tallylight.gui.jobs import Jobs

logger = logging.getLogger(__name__)


class SettingsKeeper(QObject):
    """`current` is what holds now; `followed` tells Settings that somebody else changed."""

    followed = Signal(object)

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._writing = threading.Lock()
        self.current = load_settings()
        #: Budgets and schedules of the newest snapshot, to see that somebody else changed them.
        self._seen: tuple[tuple[Budget, ...], tuple[Schedule, ...]] = ((), ())

    def keep(self, **changes: object) -> None:
        """Change these fields, now and on disk."""
        self.current = replace(self.current, **changes)
        writing, now = self._writing, self.current  # a job may hold nothing of Qt

        def write() -> None:
            # Upon what is there: a command in a shell may have changed something else meanwhile.
            with writing:
                on_disk = read_settings()
                if on_disk is None:  # damaged: set aside, and what holds here is written anew
                    load_settings()
                save_settings(replace(on_disk or now, **changes))

        self._jobs.run(write, lambda _none: None, lambda problem: logger.warning("settings: %s", problem))

    def follow(self, snapshot: Snapshot) -> None:
        """A command in a shell changed budgets or schedules: the window must not write its older ones over them."""
        found = tuple(status.budget for status in snapshot.budgets), snapshot.schedules
        if snapshot.is_demo or found == self._seen:
            return
        self._seen = found
        if found != (self.current.budgets, self.current.schedules):
            writing = self._writing

            def read() -> Settings | None:
                with writing:
                    return read_settings()

            self._jobs.run(read, self._take)

    def _take(self, settings: Settings | None) -> None:
        if settings is None:
            return
        self.current = settings
        self.followed.emit(settings)
