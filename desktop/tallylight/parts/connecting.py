"""Putting the recorder into Cursor's hooks from the window: planned, shown, agreed to, made; files in jobs alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from tallylight.config.paths import data_dir
from tallylight.gui.jobs import Jobs
from tallylight.ingest.assembly import cursor_hooks

if TYPE_CHECKING:  # loaded when there is something to change
    from tallylight.system.change import Change


class Connecting(QObject):
    """`planned` tells a change as text, and why there is none."""

    planned = Signal(str, str)

    def __init__(self, jobs: Jobs, made: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._made = jobs, made
        self._is_to_connect = True
        self._changes: Sequence[Change] = ()

    @Slot(bool)
    def plan(self, is_to_connect: bool) -> None:
        self._is_to_connect = is_to_connect

        def work() -> Sequence[Change]:
            hooks = cursor_hooks(data_dir())
            return hooks.to_connect() if is_to_connect else hooks.to_disconnect()

        self._jobs.run(work, self._take, self._fail)

    @Slot()
    def make(self) -> None:
        """Carry out what was shown last."""
        changes, is_to_connect = list(self._changes), self._is_to_connect

        def work() -> None:
            hooks = cursor_hooks(data_dir())
            (hooks.connect if is_to_connect else hooks.disconnect)(changes)

        self._jobs.run(work, lambda _none: self._made(), self._fail, receiver=self)

    def _take(self, changes: Sequence[Change]) -> None:
        self._changes = changes
        diff = "".join(change.diff() for change in changes)
        self.planned.emit(diff, "" if diff else self.tr("There is nothing to change."))

    def _fail(self, problem: str) -> None:
        self.planned.emit("", problem)
