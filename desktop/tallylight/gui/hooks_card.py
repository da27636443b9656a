"""Having Cursor tell its tokens: the change to its files is shown here before it is made, and undone from here."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tallylight.domain.snapshot import RootStatus
from tallylight.gui.change_box import ChangeBox
from tallylight.gui.pieces import Card, Wrapped, caption, label, set_text

#: The part of a source that says whether its hooks run the recorder.
HOOKS = "hooks"


class HooksCard(Card):
    """`asked` wants the change shown that connects (True) or disconnects; `confirmed` wants what was shown made."""

    asked = Signal(bool)
    confirmed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = self.tr("Cursor’s tokens")
        self.setAccessibleName(title)
        self._is_connected = False
        self._state, self._ask = Wrapped(caption()), QPushButton()
        self._ask.clicked.connect(lambda: self.asked.emit(not self._is_connected))
        self._box = ChangeBox(self.tr("The change to Cursor’s files"))
        self._box.confirmed.connect(self._confirm)
        self._box.withdrawn.connect(self._withdraw)
        buttons = QHBoxLayout()
        buttons.addWidget(self._ask)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.addWidget(label(title, weight=QFont.Weight.DemiBold))
        for part in (self._state, self._box):
            column.addWidget(part)
        column.addLayout(buttons)
        self._withdraw()
        self.hide()

    def show_roots(self, roots: tuple[RootStatus, ...]) -> None:
        """Whether there is a Cursor, and whether it runs the recorder."""
        states = {part.name: part.state for root in roots for part in root.parts if root.source == "cursor"}
        self.setVisible(HOOKS in states)
        is_connected = states.get(HOOKS) == "present"
        if is_connected != self._is_connected:
            self._withdraw()
        self._is_connected = is_connected
        self._say()

    def _say(self) -> None:
        if self._is_connected:
            text = self.tr(
                "A recorder in Cursor’s hooks counts each turn as it ends. Its counts are provisional."
            )
            self._ask.setText(self.tr("Disconnect…"))
        else:
            text = self.tr(
                "Cursor keeps no token counts. A small recorder in its hooks can count the turns from now on; "
                "it keeps numbers and ids, no text."
            )
            self._ask.setText(self.tr("Connect…"))
        set_text(self._state, text)

    def show_change(self, diff: str, problem: str) -> None:
        """What would be changed, to be agreed to; or why nothing can be."""
        self._ask.setVisible(not diff)
        self._box.show_change(diff, problem, self.tr("Disconnect") if self._is_connected else "")

    @Slot()
    def _confirm(self) -> None:
        self._withdraw()
        self.confirmed.emit()

    @Slot()
    def _withdraw(self) -> None:
        self.show_change("", "")
