"""One provider that may be asked: how it stands, what its plan has left, and the way in and out."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tallylight.domain import money
from tallylight.domain.consent import Offer
from tallylight.domain.feed import FeedState, FeedStatus, Plan, PlanGauge, words
from tallylight.gui import wording
from tallylight.gui.fullness import share_colour
from tallylight.gui.gauges import Bar
from tallylight.gui.pieces import CAPTION, Wrapped, caption, label, set_role, set_text
from tallylight.gui.theme import Theme

#: States that pass by themselves, or may; the others want something of the user.
_CALM = frozenset({FeedState.OFF, FeedState.WAITING, FeedState.READY, FeedState.OFFLINE, FeedState.LIMITED})


class FeedRow(QWidget):
    """`pressed` tells that the user wants it connected, or no longer."""

    pressed = Signal()

    def __init__(self, theme: Theme, offer: Offer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offer = offer
        self.setAccessibleName(offer.label)
        self._state = Wrapped(label(role="caption", factor=CAPTION))
        self._button = QPushButton()
        self._button.clicked.connect(self.pressed)
        self._bars = PlanBars(theme)
        head = QHBoxLayout()
        head.addWidget(label(offer.label, weight=QFont.Weight.DemiBold), 1)
        head.addWidget(self._button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self._state)
        column.addWidget(self._bars)
        self.show_status(FeedStatus(name=offer.name), 0)

    def show_status(self, status: FeedStatus, now_ms: int) -> None:
        """The state in words; a trouble that wants the user is coloured."""
        said = words(status)
        if status.read_ms:
            said = self.tr("{} · read {}").format(said, wording.ago(status.read_ms, now_ms))
        set_text(self._state, said)
        set_role(self._state, "caption" if status.state in _CALM else "over")
        is_off = status.state is FeedState.OFF
        self._button.setText(self.tr("Connect…") if is_off else self.tr("Disconnect"))
        name = self.tr("Connect {}") if is_off else self.tr("Disconnect {}")
        self._button.setAccessibleName(name.format(self._offer.label))
        self._bars.show_plan(status.plan)


class PlanBars(QWidget):
    """How much of each of a plan's pools is used, and what came on top."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 2, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1, 1)
        self._rows: list[tuple[QWidget, Bar, QWidget]] = []
        self._spent = caption()
        self._plan: Plan | None = None
        self.hide()

    def show_plan(self, plan: Plan | None) -> None:
        if plan == self._plan:
            return
        self._plan = plan
        self.setVisible(plan is not None)
        if plan is None:
            return
        for row in self._rows:
            for widget in row:
                self._grid.removeWidget(widget)
                widget.deleteLater()
        self._rows = [self._row(at, gauge) for at, gauge in enumerate(plan.gauges)]
        self._grid.addWidget(self._spent, len(self._rows), 0, 1, 3)
        set_text(self._spent, spent(plan))

    def _row(self, at: int, gauge: PlanGauge) -> tuple[QWidget, Bar, QWidget]:
        said = f"{gauge.percent:.0f} %" if gauge.percent >= 1 or not gauge.percent else "<1 %"
        name, bar, figure = label(gauge.name), Bar(self._theme), label(said)
        figure.setAlignment(Qt.AlignmentFlag.AlignRight)
        bar.show_share(
            gauge.percent / 100,
            self.tr("{}: {} used").format(gauge.name, said),
            colour=share_colour(gauge.percent / 100),
        )
        for column, widget in enumerate((name, bar, figure)):
            self._grid.addWidget(widget, at, column)
        return name, bar, figure


def spent(plan: Plan) -> str:
    """What was spent beyond the plan, and when it begins anew."""
    translate = QCoreApplication.translate
    parts = [plan.says] if plan.says else []
    if plan.on_demand_limit_picousd is None:
        parts.append(
            translate("FeedRow", "On demand {}, no limit").format(money.show(plan.on_demand_picousd))
        )
    elif plan.on_demand_limit_picousd:
        parts.append(
            translate("FeedRow", "On demand {} of {}").format(
                money.show(plan.on_demand_picousd), money.show(plan.on_demand_limit_picousd)
            )
        )
    if plan.cycle_end_ms:
        day = wording.day(wording.day_of(plan.cycle_end_ms))
        parts.append(translate("FeedRow", "begins anew on {}").format(day))
    return " · ".join(parts)
