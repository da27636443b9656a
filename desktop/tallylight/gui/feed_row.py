"""One provider that may be asked: how it stands, what its plan has left, and the way in and out."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tallylight.domain.consent import Offer
from tallylight.domain.feed import FeedState, FeedStatus, words
from tallylight.gui import wording
from tallylight.gui.pieces import CAPTION, Wrapped, label, set_role, set_text
from tallylight.gui.plan_bars import PlanBars
from tallylight.gui.theme import Theme

#: States that pass by themselves, or may; the others want something of the user.
_CALM = frozenset({FeedState.OFF, FeedState.WAITING, FeedState.READY, FeedState.OFFLINE, FeedState.LIMITED})


class FeedRow(QWidget):
    """`joined` tells that the user wants to connect it or enter another key, `parted` that it is to be asked no more.

    `variable` is the environment's, where that holds its key: such a key cannot be removed from here.
    """

    joined = Signal()
    parted = Signal()

    def __init__(self, theme: Theme, offer: Offer, variable: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offer, self._variable = offer, variable
        self.setAccessibleName(offer.label)
        self.name = label(offer.label)
        self._state = Wrapped(label(role="caption", factor=CAPTION))
        self._state.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._join, self._part = _button(), _button()
        self._join.clicked.connect(self.joined)
        self._part.clicked.connect(self.parted)
        self._bars = PlanBars(theme)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.name)
        head.addWidget(self._state, 1)
        head.addWidget(self._join)
        head.addWidget(self._part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._bars)
        self.show_status(FeedStatus(name=offer.name), 0)

    def show_status(self, status: FeedStatus, now_ms: int) -> None:
        """The state in words; a trouble that wants the user is coloured."""
        said = words(status)
        if status.read_ms:
            said = self.tr("{} · read {}").format(said, wording.ago(status.read_ms, now_ms))
        if self._variable:
            said = self.tr("{} · key in {}").format(said, self._variable)
        set_text(self._state, said)
        set_role(self._state, "caption" if status.state in _CALM else "over")
        self._show_buttons(status.state)
        self._bars.show_plan(status.plan)

    def _show_buttons(self, state: FeedState) -> None:
        is_entered = bool(self._offer.key) and not self._variable
        is_off = state is FeedState.OFF
        if is_off:
            join = self.tr("Add key…") if is_entered else self.tr("Connect…")
        else:
            join = self.tr("Change key…") if is_entered and state is FeedState.REFUSED else ""
        part = "" if is_off else self.tr("Remove key") if is_entered else self.tr("Disconnect")
        for button, text in ((self._join, join), (self._part, part)):
            button.setText(text)
            button.setAccessibleName(f"{text.removesuffix('…')}: {self._offer.label}")
            button.setVisible(bool(text))


def _button() -> QPushButton:
    made = QPushButton()
    made.setProperty("role", "plain")
    return made
