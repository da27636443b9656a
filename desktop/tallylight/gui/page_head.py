"""The top of a page: its name, its one button, what is known at a glance, and what went wrong."""

from __future__ import annotations

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tallylight.gui.pieces import Wrapped, caption, label, set_text


class PageHead(QWidget):
    """Both lines below the name are hidden while they are empty."""

    def __init__(self, title: str, button: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = QPushButton(button)
        self.button.setProperty("role", "primary")
        self._facts, self._trouble = Wrapped(caption()), Wrapped(label(role="over"))
        row = QHBoxLayout()
        row.addWidget(label(title, factor=1.4, weight=QFont.Weight.Bold))
        row.addStretch(1)
        row.addWidget(self.button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(row)
        column.addWidget(self._facts)
        column.addWidget(self._trouble)
        self.show_facts("")
        self.show_trouble("")

    def show_facts(self, text: str) -> None:
        set_text(self._facts, text)

    def show_trouble(self, sentence: str) -> None:
        set_text(self._trouble, sentence)
