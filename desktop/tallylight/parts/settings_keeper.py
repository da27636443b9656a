"""The user's choices while the program runs: kept on disk, and followed when somebody else changes them."""

from __future__ import annotations

import logging
import threading

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from tallylight.config.store import load_settings, read_settings, save_settings, settings_problems
from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import Snapshot
from tallylight.gui.jobs import Jobs

logger = logging.getLogger(__name__)


class SettingsKeeper(QObject):
    """`current` is what holds now; `followed` tells Settings that somebody else changed, and those before."""

    followed = Signal(object, object)
    #: Why what was chosen holds until the end of the program alone.
    unkept = Signal(str)

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._writing = threading.Lock()
        self.current = load_settings()
        #: Why the file as a whole cannot be used, and the defaults hold.
        self.problem = "" if read_settings() is not None else " ".join(settings_problems())
        #: What the newest snapshot knows of, to see that somebody else changed it.
        self._seen: Settings | None = None
        #: Changes of ours that are not on disk yet, and what came meanwhile.
        self._unwritten = 0
        self._missed: Snapshot | None = None

    def keep(self, **changes: object) -> None:
        """Change these fields, now and on disk."""
        self.current = replace(self.current, **changes)
        writing, now = self._writing, self.current  # a job may hold nothing of Qt

        def write() -> None:
            # Upon what is there: a command in a shell may have changed something else meanwhile.
            with writing:
                save_settings(replace(read_settings() or now, **changes))

        def end(problem: str) -> None:
            self._unwritten -= 1
            if problem:
                logger.warning("settings: %s", problem)
                self.unkept.emit(problem)
            if not self._unwritten and self._missed is not None:
                self.follow(self._missed)

        self._unwritten += 1
        self._jobs.run(write, lambda _none: end(""), end, receiver=self)

    def follow(self, snapshot: Snapshot) -> None:
        """Somebody else changed the settings: the window must show them, and not write its older ones over them."""
        if snapshot.is_demo or snapshot.settings == self._seen:
            return
        if self._unwritten:  # what is on disk lacks what was just chosen here
            self._missed = snapshot
            return
        self._seen, self._missed = snapshot.settings, None
        if self._seen == self.current:
            self.problem = ""
        elif self._seen is not None:
            writing = self._writing

            def read() -> Settings | None:
                with writing:
                    return read_settings()

            self._jobs.run(read, self._take)

    def _take(self, settings: Settings | None) -> None:
        """None while somebody is writing the file."""
        if settings is not None:
            self.problem = ""
        if settings is not None and not self._unwritten and settings != self.current:
            before, self.current = self.current, settings
            self.followed.emit(settings, before)
