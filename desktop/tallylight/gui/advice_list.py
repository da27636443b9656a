"""Pieces of advice below each other, each kept as long as it is said."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tallylight.domain.advice import Advice
from tallylight.gui.advice_note import AdviceNote
from tallylight.gui.tab_order import put_in_place
from tallylight.gui.theme import Theme


class AdviceList(QWidget):
    """`seen` tells the key of advice that was painted, `declined` of what its session is to hear no more of, `silenced`
    a kind by name, and `opened` a session and the request in it that a line of a working-out is about, "" for none."""

    seen = Signal(str)
    declined = Signal(str)
    silenced = Signal(str)
    opened = Signal(str, str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.notes: dict[str, AdviceNote] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(9)
        self.hide()

    def show_advice(self, advice: Sequence[Advice]) -> None:
        """What is opened stays open; Tab comes to each where it stands."""
        before = list(self.notes)
        for gone in self.notes.keys() - {one.key for one in advice}:
            note = self.notes.pop(gone)
            note.hide()
            note.deleteLater()
        for place, one in enumerate(advice):
            note = self.notes.get(one.key) or self._add(one)
            if self._column.indexOf(note) != place:
                self._column.insertWidget(place, note)
            note.show_advice(one)
        self.notes = {one.key: self.notes[one.key] for one in advice}
        if list(self.notes) != before:
            put_in_place(self, self.notes.values())
        self.setVisible(bool(advice))

    def _add(self, advice: Advice) -> AdviceNote:
        note = AdviceNote(self._theme)
        key, kind, session_id = advice.key, advice.kind.value, advice.session_id
        note.seen.connect(lambda: self.seen.emit(key))
        note.declined.connect(lambda: self.declined.emit(key))
        note.silenced.connect(lambda: self.silenced.emit(kind))
        note.opened.connect(lambda whose, request: self.opened.emit(whose or session_id, request))
        self.notes[key] = note
        return note
