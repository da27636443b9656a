"""The providers that may be asked, and their keys."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tallylight.domain.consent import OFFERS, Agreement, Offer
from tallylight.domain.feed import FeedState, FeedStatus
from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import Snapshot
from tallylight.gui.consent_dialog import ConsentDialog
from tallylight.gui.feed_row import FeedRow
from tallylight.gui.pieces import CAPTION, Card, Wrapped, caption, label, line, set_text
from tallylight.gui.theme import Theme


class FeedsCard(Card):
    """`agreed` carries an `Agreement`. Nothing is asked before the user agreed.

    `given` are the variables of the environment that hold keys, by provider.
    """

    agreed = Signal(object)

    def __init__(self, theme: Theme, given: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Provider keys"))
        self._given = given
        self._settings, self._snapshot = Settings(), Snapshot()
        self._dialog: ConsentDialog | None = None
        self._problem = Wrapped(label(role="over", factor=CAPTION))
        self._rows = {offer.name: FeedRow(theme, offer, given.get(offer.name, "")) for offer in OFFERS}
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(2)
        column.addWidget(label(self.tr("Provider keys"), weight=QFont.Weight.DemiBold))
        column.addWidget(
            Wrapped(caption(self.tr("What providers say that they charge. Only what you connect is asked.")))
        )
        column.addSpacing(4)
        for offer in OFFERS:
            row = self._rows[offer.name]
            row.joined.connect(lambda offer=offer: self._join(offer))
            row.parted.connect(lambda offer=offer: self._part(offer))
            column.addWidget(line())
            column.addWidget(row)
        column.addWidget(line())
        column.addSpacing(6)
        column.addWidget(self._problem)
        self.refuse("")

    def show_settings(self, settings: Settings) -> None:
        self._settings = settings
        self._show()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._show()

    def refuse(self, says: str) -> None:
        """What kept a key from being taken or removed, "" for nothing."""
        if self._dialog is not None:
            self._dialog.show_refusal(says)
        else:
            set_text(self._problem, says)

    def connect_done(self, says: str) -> None:
        """A key was taken: how its test went."""
        if self._dialog is not None:
            self._dialog.show_success(says)

    def _show(self) -> None:
        known = {status.name: status for status in self._snapshot.feeds}
        for name, row in self._rows.items():
            is_on = name in self._settings.feeds
            status = known.get(name, FeedStatus(name=name, state=FeedState.WAITING))
            row.show_status(status if is_on else FeedStatus(name=name), self._snapshot.at_ms)

    def _part(self, offer: Offer) -> None:
        self.refuse("")
        self.agreed.emit(Agreement(name=offer.name, is_on=False))

    def _join(self, offer: Offer) -> None:
        self.refuse("")
        whose = getattr(self._settings, offer.whose.setting) if offer.whose is not None else ""
        dialog = ConsentDialog(offer, whose, self._given.get(offer.name, ""), self)
        dialog.agreed.connect(self.agreed)
        self._dialog = dialog
        try:
            dialog.exec()
        finally:
            self._dialog = None
        dialog.deleteLater()
