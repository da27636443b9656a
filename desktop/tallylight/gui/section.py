"""A part of a page with its name: a card with a title and what belongs together below it."""

from __future__ import annotations

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from tallylight.gui.pieces import Card, label


class Section(Card):
    """What is added stands below the title, from the top."""

    def __init__(self, title: str, *parts: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(14, 10, 14, 12)
        self._column.setSpacing(7)
        self._column.addWidget(label(title, weight=QFont.Weight.DemiBold))
        for part in parts:
            self._column.addWidget(part)
        self._column.addStretch(1)

    def add(self, part: QWidget) -> None:
        self._column.insertWidget(self._column.count() - 1, part)


def in_line(*parts: QWidget) -> QWidget:
    """Parts beside each other, from the left."""
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(10)
    for part in parts:
        row.addWidget(part)
    row.addStretch(1)
    return made
