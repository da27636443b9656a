"""Having Cursor tell its tokens: the change to its files is shown here before it is made, and undone from here."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tallylight.domain.snapshot import RootStatus
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
        self._state, self._problem = Wrapped(caption()), Wrapped(label(role="over"))
        self._change = label()
        self._change.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._change.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._change.setAccessibleName(self.tr("The change to Cursor’s files"))
        self._ask, self._yes, self._no = QPushButton(), QPushButton(), QPushButton(self.tr("Cancel"))
        self._ask.clicked.connect(lambda: self.asked.emit(not self._is_connected))
        self._yes.clicked.connect(self._confirm)
        self._no.clicked.connect(self._withdraw)
        buttons = QHBoxLayout()
        for button in (self._ask, self._yes, self._no):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.addWidget(label(title, weight=QFont.Weight.DemiBold))
        for part in (self._state, self._change, self._problem):
            column.addWidget(part)
        column.addLayout(buttons)
        set_text(self._problem, "")
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
        set_text(self._problem, problem)
        set_text(self._change, diff)
        for button in (self._yes, self._no):
            button.setVisible(bool(diff))
        self._ask.setVisible(not diff)
        self._yes.setText(self.tr("Disconnect") if self._is_connected else self.tr("Make this change"))
        if diff:
            self._yes.setFocus()

    @Slot()
    def _confirm(self) -> None:
        self._withdraw()
        self.confirmed.emit()

    @Slot()
    def _withdraw(self) -> None:
        self.show_change("", "")
