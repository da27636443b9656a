"""A strip above the page for what the user has to know wherever they are."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tallylight.domain.snapshot import Snapshot
from tallylight.gui.pieces import label


class Banner(QFrame):
    """One sentence, with a button where something can be done."""

    pressed = Signal()

    def __init__(self, role: str, button: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", role)
        self._text = label()
        self._text.setWordWrap(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.addWidget(self._text, 1)
        if button:
            act = QPushButton(button)
            act.clicked.connect(self.pressed)
            row.addWidget(act)
        self.hide()

    def say(self, sentence: str) -> None:
        if sentence != self._text.text():
            self._text.setText(sentence)
            self.setAccessibleName(sentence)
        self.setVisible(bool(sentence))


class Banners(QWidget):
    """The demo, a problem, a ledger that cannot be written, a pause."""

    demo_ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._demo = Banner("banner", self.tr("Leave the demo"))
        self._demo.pressed.connect(self.demo_ended)
        self._problem, self._frozen, self._paused = (
            Banner("warning"),
            Banner("warning"),
            Banner("banner"),
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 0, 20, 0)
        column.setSpacing(6)
        for banner in (self._demo, self._problem, self._frozen, self._paused):
            column.addWidget(banner)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        demo = self.tr("Demo: invented sessions, nothing of yours.")
        frozen = self.tr("A newer Tallylight wrote this ledger. It is shown, but nothing new is recorded.")
        paused = self.tr("Paused: new usage is read once you resume.")
        self._demo.say(demo if snapshot.is_demo else "")
        self._problem.say(snapshot.problem)
        self._frozen.say(frozen if snapshot.is_read_only else "")
        self._paused.say(paused if snapshot.is_paused else "")
        shown = any((snapshot.is_demo, snapshot.problem, snapshot.is_read_only, snapshot.is_paused))
        margin = 12 if shown else 0
        if (layout := self.layout()) is not None:
            layout.setContentsMargins(20, margin, 20, 0)
