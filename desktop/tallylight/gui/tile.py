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

    def show_figure(self, text: str, note: str = "", role: str = "", *, is_saving: bool = False) -> None:
        """`role` "near" or "over" colours the note, which says in words what the colour means; an amount that was
        saved has a colour of its own."""
        self._figure.setText(text)
        set_role(self._figure, "saved" if is_saving else "")
        self._note.setText(note)
        set_role(self._note, role or "caption")
        self.setAccessibleName(f"{self._name}: {text}")
        self.setAccessibleDescription(note)
