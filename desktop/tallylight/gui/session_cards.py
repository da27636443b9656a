"""The panel's cards: one per live session, kept by id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tallylight.domain.session import SessionView
from tallylight.gui.session_card import SessionCard
from tallylight.gui.theme import Theme

#: Title, text and, of advice, its key.
Told = Mapping[str, tuple[str, ...]]
NOTHING_TOLD: Told = {}


class SessionCards(QWidget):
    """A column that does not move under the pointer: new cards come first, the others stay in their order."""

    session_requested = Signal(str)
    advice_seen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._cards: dict[str, SessionCard] = {}
        self._views: dict[str, SessionView] = {}
        self._is_sorting = True
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 2, 12, 12)
        self._column.setSpacing(10)

    @property
    def cards(self) -> tuple[SessionCard, ...]:
        """From the top."""
        return tuple(self._cards.values())

    def sort_next_time(self) -> None:
        """Take the order of the next snapshot over, the most recently active first."""
        self._is_sorting = True

    def show_sessions(self, views: Sequence[SessionView], now_ms: int, told: Told = NOTHING_TOLD) -> None:
        """`told` has what is newest about a session."""
        self._views = {view.session_id: view for view in views}
        for gone in self._cards.keys() - self._views.keys():
            self._remove(gone)
        wanted = list(self._views) if self._is_sorting else self._steady()
        self._is_sorting = False
        for place, session_id in enumerate(wanted):
            card = self._cards.get(session_id) or self._add(session_id)
            if self._column.indexOf(card) != place:
                self._column.insertWidget(place, card)
            card.show()
            card.show_notice(*told.get(session_id, ("", "")))
            card.show_session(self._views[session_id], now_ms)
        self._cards = {session_id: self._cards[session_id] for session_id in wanted}

    def show_time(self, now_ms: int) -> None:
        for session_id, view in self._views.items():
            self._cards[session_id].show_time(view, now_ms)

    def _steady(self) -> list[str]:
        return [*(new for new in self._views if new not in self._cards), *self._cards]

    def _add(self, session_id: str) -> SessionCard:
        card = SessionCard(self._theme, self)
        card.advice_seen.connect(self.advice_seen)
        card.clicked.connect(lambda: self.session_requested.emit(session_id))
        self._cards[session_id] = card
        return card

    def _remove(self, session_id: str) -> None:
        card = self._cards.pop(session_id)
        self._column.removeWidget(card)
        card.hide()
        card.deleteLater()
