"""The Notices page: what was told, with what led to it and what was done about it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtGui import QFont, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import Snapshot
from tallylight.gui.notices_card import NoticesCard
from tallylight.gui.pieces import label
from tallylight.gui.scroll_page import ScrollPage
from tallylight.gui.theme import Theme


class NoticesPage(ScrollPage):
    """Keeps nothing; `seen` tells the keys of notices that stood here while the page was shown."""

    settings_changed = Signal(object)
    answered = Signal(str, str)
    speak_again_wanted = Signal(str, str)
    place_wanted = Signal(object)
    seen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("NoticesPage", "Notices"), parent)
        self._snapshot = Snapshot()
        self.card = NoticesCard(theme)
        self.card.settings_changed.connect(self.settings_changed)
        self.card.answered.connect(self.answered)
        self.card.speak_again_wanted.connect(self.speak_again_wanted)
        self.card.place_wanted.connect(self.place_wanted)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(20, 16, 20, 20)
        column.setSpacing(12)
        column.addWidget(label(self.tr("Notices"), factor=1.4, weight=QFont.Weight.Bold))
        column.addWidget(self.card)
        column.addStretch(1)
        self.hold(body)

    def show_settings(self, settings: Settings) -> None:
        self.card.show_settings(settings)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        if self.isVisible():
            self._follow()

    def _follow(self) -> None:
        self.card.show_snapshot(self._snapshot)
        unseen = tuple(n.finding.key for n in self._snapshot.notices if n.is_unseen)
        if unseen:
            self.seen.emit(unseen)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._follow()

    def choose_list(self) -> None:
        """For keys to move in it."""
        self.card.table.setFocus()
