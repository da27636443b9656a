"""What a provider says of the period so far: bars of its pools, and what came on top."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from tallylight.domain import money
from tallylight.domain.feed import Plan, PlanGauge
from tallylight.gui import wording
from tallylight.gui.fullness import share_colour
from tallylight.gui.gauges import Bar
from tallylight.gui.pieces import caption, label, set_text
from tallylight.gui.theme import Theme


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
