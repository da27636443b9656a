"""The two curves of a session on one axis. Import it in a job: see `charts`."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tallylight.domain import format as form
from tallylight.domain import money
from tallylight.gui import charts, ticks, wording
from tallylight.gui.context_chart import ContextChart
from tallylight.gui.cost_chart import CostChart
from tallylight.gui.curves import PICO, Curves, Point
from tallylight.gui.flow import Beside
from tallylight.gui.theme import Theme

translate = QCoreApplication.translate
DAY_S = 86_400
FEWEST_TURNS = 8.0


class SessionCharts(QWidget):
    """Both charts. Pointing at a turn or stepping to it emits its key; `choose` does it from outside."""

    chosen = Signal(str)
    opened = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._curves = Curves()
        self._xs: list[float] = []
        self._is_by_time = False
        self._at = -1
        bottoms = [charts.Axis("bottom", self._choose_ticks, self._write_tick) for _ in range(2)]
        self._context, self._cost = ContextChart(bottoms[0], self), CostChart(bottoms[1], self)
        self._cost.plot.setXLink(self._context.plot)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(Beside([self._context, self._cost], em=50))
        for plot in (self._context.plot, self._cost.plot):
            plot.stepped.connect(self._step)
            plot.pointed.connect(self._point)
        theme.changed.connect(self._colour)
        self._colour()

    @Slot()
    def _colour(self) -> None:
        for card in (self._context, self._cost):
            card.colour(self._theme.palette)
        self._draw()

    def show_curves(self, curves: Curves) -> None:
        """Draw another state of the session; the same one costs nothing."""
        if curves == self._curves:
            return
        is_same_session = bool(self._curves.points and curves.points) and (
            self._curves.points[0].key == curves.points[0].key
        )
        chosen = self._curves.points[self._at].key if 0 <= self._at < len(self._curves.points) else ""
        self._curves = curves
        if not is_same_session:
            self._forget_zoom()
        self._draw()
        self.choose(chosen if is_same_session else "")

    def show_by_time(self, is_by_time: bool) -> None:
        """Lay the turns out by when they were, or one beside the other."""
        if is_by_time != self._is_by_time:
            self._is_by_time = is_by_time
            self._forget_zoom()
            self._draw()
            self._mark()

    def _forget_zoom(self) -> None:
        for card in (self._context, self._cost):
            card.plot.show_all()

    def _draw(self) -> None:
        points = self._curves.points
        self._xs = [point.time_s if self._is_by_time else float(at) for at, point in enumerate(points)]
        if self._xs:
            low, high = self._xs[0], self._xs[-1]
            margin = max((high - low) * 0.01, 30.0) if self._is_by_time else 0.5
            # A few turns are not blown up to the whole width.
            span = (low - margin, (high if self._is_by_time else max(high, FEWEST_TURNS)) + margin)
            self._cost.setVisible(self._curves.has_costs)
            for card in (self._context, self._cost):
                card.show_curves(self._curves, self._xs, span)
            charts.align([self._context.plot, self._cost.plot])
        self._tell()

    def _choose_ticks(self, low: float, high: float, most: int) -> list[float]:
        if self._is_by_time:
            return ticks.times(low, high, most)
        return [at for at in ticks.counts(low, high, most) if at < len(self._xs)]

    def _write_tick(self, value: float, _spacing: float) -> str:
        if self._is_by_time:
            return ticks.clock(value, within_a_day=not self._xs or self._xs[-1] - self._xs[0] < DAY_S)
        at = round(value)
        if not 0 <= at < len(self._curves.points):
            return ""
        return translate("SessionCharts", "turn {}").format(self._curves.points[at].number)

    @Slot(float)
    def _point(self, x: float) -> None:
        if self._xs:
            self._go(ticks.nearest(self._xs, x))

    @Slot(str)
    def _step(self, how: str) -> None:
        last = len(self._xs) - 1
        if last < 0:
            return
        if how == "open":
            if self._at >= 0:
                self.opened.emit(self._curves.points[self._at].key)
            return
        start = last if self._at < 0 else self._at
        places = {"back": max(0, start - 1), "on": min(last, start + 1), "first": 0, "last": last}
        self._go(places[how])

    def _go(self, at: int) -> None:
        if at != self._at:
            self._at = at
            self._mark()
            self.chosen.emit(self._curves.points[at].key)

    def choose(self, key: str) -> None:
        """Mark a turn without telling anyone; "" or a turn that is not drawn marks none."""
        self._at = next((at for at, point in enumerate(self._curves.points) if point.key == key), -1)
        self._mark()

    def _mark(self) -> None:
        point = self._curves.points[self._at] if 0 <= self._at < len(self._xs) else None
        for card in (self._context, self._cost):
            card.plot.choose_x(self._xs[self._at] if point else None)
        self._context.read_out(_context_text(point, self._curves) if point else "")
        self._cost.read_out(_cost_text(point) if point else "")

    def _tell(self) -> None:
        if not self._curves.points:
            return
        last = self._curves.points[-1]
        highest = max(point.context for point in self._curves.points)
        span = (wording.readings if self._curves.are_gauged else wording.turns)(len(self._xs))
        text = translate("SessionCharts", "{}; context now {}, at most {}. The table below has every turn.")
        self._context.tell(text.format(span, form.tokens(last.context), form.tokens(highest)))
        text = translate("SessionCharts", "{}; {} so far. The table below has every turn.")
        self._cost.tell(text.format(span, money.show(round(last.total_usd * PICO))))


def _context_text(point: Point, curves: Curves) -> str:
    if curves.are_gauged:
        share = form.percent(point.context / curves.window) if curves.window else "–"
        text = translate("SessionCharts", "turn {}: {}, {} full")
        return text.format(point.number, form.tokens(point.context), share)
    share = form.percent(point.cached / point.context) if point.context else "–"
    text = translate("SessionCharts", "turn {}: {}, {} from cache")
    return text.format(point.number, form.tokens(point.context), share)


def _cost_text(point: Point) -> str:
    if point.is_inherited:
        return translate("SessionCharts", "turn {}: inherited context, $0").format(point.number)
    if not point.is_priced:
        return translate("SessionCharts", "turn {}: no price").format(point.number)
    total = money.show(round(point.total_usd * PICO))
    text = translate("SessionCharts", "turn {}: {}, {} so far")
    return text.format(point.number, money.show(round(point.own_usd * PICO)), total)
