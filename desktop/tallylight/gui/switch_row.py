"""A switch that changes files of other programs: the change is shown first, and undone by the same switch."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from tallylight.domain.upkeep import Switch, SwitchState
from tallylight.gui.caretaker import Caretaker
from tallylight.gui.change_box import ChangeBox
from tallylight.gui.jobs import Jobs
from tallylight.gui.pieces import Wrapped, caption, set_text


class SwitchRow(QWidget):
    """`switched` once it was done. Until then the box shows what is, not what is wanted."""

    switched = Signal()

    def __init__(
        self, switch: Switch, text: str, caretaker: Caretaker, jobs: Jobs, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._switch, self._caretaker, self._jobs = switch, caretaker, jobs
        self._state = SwitchState()
        self._is_wanted = False
        self.check = QCheckBox(text)
        self.check.clicked.connect(self._ask)
        self._note = Wrapped(caption())
        self._note.setContentsMargins(20, 0, 0, 0)
        self._box = ChangeBox(self.tr("The change to your files"))
        self._box.setContentsMargins(20, 0, 0, 4)
        self._box.confirmed.connect(self._make)
        self._box.withdrawn.connect(self._withdraw)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        for part in (self.check, self._note, self._box):
            column.addWidget(part)
        self.show_state(self._state)

    def show_state(self, state: SwitchState) -> None:
        """How it is; hidden where there is nothing to switch."""
        self._state = state
        self.setVisible(state.is_possible)
        set_text(self._note, state.says)
        if not self._box.shown:
            self.check.setChecked(state.is_on)

    @Slot(bool)
    def _ask(self, is_on: bool) -> None:
        self._is_wanted = is_on
        switch, caretaker = self._switch, self._caretaker
        self._jobs.run(lambda: caretaker.plan(switch, is_on), self._show, self._refuse)

    def _show(self, diff: str) -> None:
        nothing = "" if diff else self.tr("There is nothing to change.")
        self._box.show_change(diff, nothing)
        if not diff:
            self.check.setChecked(self._state.is_on)

    def _refuse(self, problem: str) -> None:
        self._box.show_change("", problem)
        self.check.setChecked(self._state.is_on)

    @Slot()
    def _make(self) -> None:
        switch, caretaker, is_on, shown = self._switch, self._caretaker, self._is_wanted, self._box.shown
        self._jobs.run(lambda: caretaker.make(switch, is_on, shown), self._end, self._refuse)

    def _end(self, _none: None) -> None:
        self._box.show_change("")
        self.check.setFocus()
        self.show_state(SwitchState(is_on=self._is_wanted))
        self.switched.emit()

    @Slot()
    def _withdraw(self) -> None:
        self.check.setChecked(self._state.is_on)
        self.check.setFocus()
