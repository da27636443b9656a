"""A figure with what it means above it and one line that explains it below."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from tallylight.gui.pieces import Card, Elided, caption, figure, set_role


class Tile(Card):
    """One number of a page. The line below keeps its place while it is empty, so that nothing jumps."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = title
        self._title, self._figure, self._note = caption(title), figure("–"), Elided(caption())
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 9, 10, 9)
        column.setSpacing(1)
        for part in (self._title, self._figure, self._note):
            column.addWidget(part)
        self.show_figure("–")

    def show_figure(self, text: str, note: str = "", role: str = "") -> None:
        """`role` "near", "over" or "saved" colours the note, which says in words what the colour means."""
        self._figure.setText(text)
        self._note.setText(note)
        set_role(self._note, role or "caption")
        self.setAccessibleName(f"{self._name}: {text}")
        self.setAccessibleDescription(note)
