"""What each turn cost, and what it has come to."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QBrush, QColor
from PySide6.QtWidgets import QWidget

from tallylight.gui import charts, ticks
from tallylight.gui.chart_card import ChartCard
from tallylight.gui.curves import Curves, Point, scale_of_bars
from tallylight.gui.legend import Key
from tallylight.gui.palette import Palette

translate = QCoreApplication.translate

#: Edges of many turns are painted without smoothing: it costs more than it shows.
SMOOTH_TURNS = 400


class CostChart(ChartCard):
    """The running total as a line, turns as bars with what was spent beside them on top."""

    def __init__(self, bottom: charts.Axis, parent: QWidget | None = None) -> None:
        plot = charts.Plot(bottom, charts.Axis("left", ticks.evenly, ticks.dollars))
        super().__init__(translate("CostChart", "Cost"), plot, parent)
        self.plot: charts.Plot = plot
        self._own, self._dear, self._beside = charts.Bars(), charts.Bars(), charts.Bars()
        self._unpriced = charts.Bars()
        self._total = charts.Curve()
        for item in (self._own, self._dear, self._beside, self._unpriced, self._total):
            plot.addItem(item)
        self._palette: Palette | None = None

    def colour(self, palette: Palette) -> None:
        self._palette = palette
        self.plot.colour(palette)
        self._own.brush = QBrush(QColor(palette.series[1]))
        self._dear.brush = QBrush(QColor(palette.over))
        self._beside.brush = QBrush(QColor(palette.series[3]))
        self._beside.hatch = QBrush(QColor(palette.card), Qt.BrushStyle.BDiagPattern)
        self._unpriced.brush = QBrush(Qt.BrushStyle.NoBrush)
        self._unpriced.hatch = QBrush(QColor(palette.muted), Qt.BrushStyle.DiagCrossPattern)
        self._total.setPen(charts.pen(palette.accent, 2.0))

    def show_curves(self, curves: Curves, xs: Sequence[float], span: tuple[float, float]) -> None:
        points, factor = curves.points, scale_of_bars(curves.points)
        rebuilt = {mark.at for mark in curves.marks if mark.kind == "rebuild"}
        top = max(points[-1].total_usd if points else 0.0, 1e-4) * 1.12
        width = 0.7 * min((b - a for a, b in pairwise(xs)), default=1.0)
        for bars in (self._own, self._dear, self._beside, self._unpriced):
            bars.width = max(width, (span[1] - span[0]) / 300)
        own = [(x, 0.0, point.own_usd * factor) for x, point in zip(xs, points, strict=True)]
        self._own.show_bars([bar for at, bar in enumerate(own) if at not in rebuilt])
        self._dear.show_bars([bar for at, bar in enumerate(own) if at in rebuilt])
        self._beside.show_bars(_on_top(points, xs, factor))
        self._unpriced.show_bars(
            [(x, 0.0, top * 0.04) for x, point in zip(xs, points, strict=True) if not point.is_priced]
        )
        totals = [point.total_usd for point in points] if _is_priced(points) else []
        self._total.setData(list(xs)[: len(totals)], totals, antialias=len(points) < SMOOTH_TURNS)
        self.plot.show_range(*span, top)
        self._show_keys(curves, factor)

    def _show_keys(self, curves: Curves, factor: int) -> None:
        points, palette = curves.points, self._palette
        kinds = {mark.kind for mark in curves.marks}
        if palette is None:
            return
        keys = []
        if _is_priced(points):
            each = translate("CostChart", "each turn") + (f" ×{factor}" if factor > 1 else "")
            keys = [
                Key(translate("CostChart", "running total"), palette.accent, "line"),
                Key(each, palette.series[1]),
            ]
            if "rebuild" in kinds:
                keys.append(Key(translate("CostChart", "cache rebuilt"), palette.over))
        if any(point.beside_usd for point in points):
            text = translate("CostChart", "subagents")
            if "rewind" in kinds:
                text = translate("CostChart", "subagents, rewound turns")
            keys.append(Key(text, palette.series[3], "area", Qt.BrushStyle.BDiagPattern, palette.card))
        if not all(point.is_priced for point in points):
            text = translate("CostChart", "no price")
            keys.append(Key(text, palette.muted, "empty", Qt.BrushStyle.DiagCrossPattern))
        self.legend.show_keys(keys)


def _on_top(points: Sequence[Point], xs: Sequence[float], factor: int) -> list[tuple[float, float, float]]:
    return [
        (x, point.own_usd * factor, (point.own_usd + point.beside_usd) * factor)
        for x, point in zip(xs, points, strict=True)
    ]


def _is_priced(points: Sequence[Point]) -> bool:
    """Whether there is any figure to draw: a line along zero would say that unpriced turns were free."""
    return any(point.is_priced or point.beside_usd for point in points)
