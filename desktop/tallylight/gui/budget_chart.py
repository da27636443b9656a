"""Spend against even pace, amount and forecast. Import it in a job: see `charts`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from PySide6.QtCore import QCoreApplication, Qt, Slot
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tallylight.domain import format as form
from tallylight.domain.budget import BudgetCourse, Unit
from tallylight.gui import budget_words, charts, ticks, wording
from tallylight.gui.budget_curve import (
    Curve,
    Mark,
    colour_of,
    curve_of,
    day_at,
    middle_of,
    named,
    words_of_day,
)
from tallylight.gui.legend import Key, Legend
from tallylight.gui.pieces import CAPTION, caption, scaled_font
from tallylight.gui.theme import Theme

translate = QCoreApplication.translate
#: How far along, as a share of the period, a mark leaves room for words at its left.
_ROOM = 0.2


class BudgetChart(QWidget):
    """One period of one budget. Arrow keys and the pointer read out its days."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._course: BudgetCourse | None = None
        self._curve: Curve | None = None
        self._at = -1
        bottom = charts.Axis("bottom", self._choose_ticks, self._write_tick)
        self._plot = charts.Plot(bottom, charts.Axis("left", ticks.evenly, self._write_amount))
        self._plot.setMinimumHeight(self.fontMetrics().height() * 10)
        self._plot.setAccessibleName(translate("BudgetChart", "Chart of a budget"))
        self._plot.viewport().setAccessibleName(self._plot.accessibleName())
        self._legend, self._readout = Legend(), caption(parent=self._plot)
        self._readout.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._make_items()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._legend)
        column.addWidget(self._plot, 1)
        self._plot.stepped.connect(self._step)
        self._plot.pointed.connect(self._point)
        theme.changed.connect(self._draw)

    def _make_items(self) -> None:
        self._band, self._spent, self._pace, self._ahead = (
            charts.Areas(),
            charts.Curve(),
            charts.Curve(),
            charts.Curve(),
        )
        self._bars = {colour: charts.Bars(0.7) for colour in ("accent", "near", "over")}
        self._limit = charts.InfiniteLine(angle=0, label="")
        self._limit.label.setFont(scaled_font(CAPTION * 0.95))
        self._spots = charts.Spots(pxMode=True)
        self._names: list[charts.Text] = []
        for level, item in enumerate(
            (*self._bars.values(), self._band, self._pace, self._limit, self._ahead, self._spent, self._spots)
        ):
            item.setZValue(level)
            self._plot.addItem(item, ignoreBounds=True)

    def show_course(self, course: BudgetCourse, at_ms: int) -> None:
        """Draw another answer; the same moment of the same one costs nothing."""
        curve = curve_of(course, at_ms)
        if curve == self._curve and course == self._course:
            return
        if self._course is None or course.status.span != self._course.status.span:
            self._at = -1
            self._plot.show_all()
        self._course, self._curve = course, curve
        self._draw()
        self._mark()

    @Slot()
    def _draw(self) -> None:
        curve, palette = self._curve, self._theme.palette
        self._plot.colour(palette)
        self._readout.setStyleSheet(f"background: {palette.card}; color: {palette.muted};")
        if curve is None:
            return
        self._spent.setData(*_columns(curve.spent), pen=charts.pen(palette.accent, 2.0), antialias=True)
        pace = [] if curve.bars else [(0.0, 0.0), (float(curve.days), curve.amount)]
        pen = charts.pen(palette.muted, 1.4, Qt.PenStyle.DotLine)
        self._pace.setData(*_columns(pace), pen=pen, antialias=True)
        self._draw_bars(curve)
        self._draw_forecast(curve)
        self._draw_limit(curve)
        self._draw_marks(curve)
        self._plot.show_range(0.0, float(curve.days), curve.top)
        self._show_keys(curve)
        self._tell(curve)

    def _draw_bars(self, curve: Curve) -> None:
        for name, bars in self._bars.items():
            bars.brush = QBrush(QColor(getattr(self._theme.palette, name)))
            bars.show_bars([(x, 0.0, y) for x, y in curve.bars if colour_of(y, curve.amount) == name])

    def _draw_limit(self, curve: Curve) -> None:
        """The amount, named where nothing crosses the words."""
        palette, text = self._theme.palette, self._limit.label
        self._limit.setValue(curve.amount)
        self._limit.setPen(charts.pen(palette.over, 1.0, Qt.PenStyle.DashLine))
        text.setColor(palette.over)
        text.setFormat(translate("BudgetChart", "budget {}").format(self._amount()))
        text.fill = QBrush(QColor(palette.card)) if curve.bars else QBrush(Qt.BrushStyle.NoBrush)
        side = 0 if curve.has_room_at_start else 1
        text.anchors = [(side, 1), (side, 1)]
        text.setPosition(0.995 if side else 0.005)

    def _draw_forecast(self, curve: Curve) -> None:
        palette = self._theme.palette
        wash = QColor(palette.accent)
        wash.setAlpha(60 if palette.is_dark else 40)
        self._band.brush = QBrush(wash)
        self._band.show_shapes([charts.frame_of(curve.band)] if curve.band else [])
        ahead = [curve.spent[-1], (float(curve.days), curve.expected)] if curve.expected is not None else []
        pen = charts.pen(palette.accent, 1.4, Qt.PenStyle.DashLine)
        self._ahead.setData(*_columns(ahead), pen=pen, antialias=True)

    def _draw_marks(self, curve: Curve) -> None:
        palette, marks = self._theme.palette, curve.marks
        self._spots.setData([m.x for m in marks], [m.y for m in marks], size=9, pen=charts.pen(palette.card))
        self._spots.setBrush([QBrush(QColor(palette.near)) for _ in marks] or QBrush())
        names = self._room_for_names(curve)
        while len(self._names) < len(names):
            name = charts.Text(anchor=(1.05, 1.0))
            name.setFont(scaled_font(CAPTION * 0.95))
            name.setZValue(9)
            self._names.append(name)
            self._plot.addItem(name, ignoreBounds=True)
        for at, name in enumerate(self._names):
            name.setVisible(at < len(names))
            if at < len(names):
                self._name_mark(name, names[at], curve)

    def _room_for_names(self, curve: Curve) -> list[Mark]:
        """The marks that can be named at this size."""
        metrics = QFontMetricsF(scaled_font(CAPTION * 0.95))
        width = metrics.horizontalAdvance("100 % ") * curve.days / max(1, self._plot.width())
        return named(curve.marks, width, metrics.height() * curve.top / max(1, self._plot.height()))

    def _name_mark(self, name: charts.Text, mark: Mark, curve: Curve) -> None:
        name.setText(f"{mark.share} %")
        name.setColor(self._theme.palette.near)
        # Left of the mark and above it the curve has not been; at the very start there is no room there.
        name.setAnchor((1.05, 1.0) if mark.x > curve.days * _ROOM else (-0.1, 0.4))
        name.setPos(mark.x, mark.y)

    def _show_keys(self, curve: Curve) -> None:
        palette = self._theme.palette
        if curve.bars:
            self._legend.show_keys([Key(translate("BudgetChart", "each day"), palette.accent)])
            return
        keys = [
            Key(translate("BudgetChart", "spent"), palette.accent, "line"),
            Key(translate("BudgetChart", "even pace"), palette.muted, "dots"),
        ]
        found = self._course.status.forecast if self._course is not None else None
        if found is not None and curve.days > 1 and self._course is not None:
            unit = self._course.status.budget.unit
            figures = (
                budget_words.amount(budget_words.round_figure(value, unit), unit)
                for value in (found.expected, found.low, found.high)
            )
            text = translate("BudgetChart", "{} expected, {} to {} in four of five").format(*figures)
            keys.append(Key(text, palette.accent, "dashes"))
        self._legend.show_keys(keys)

    def _amount(self) -> str:
        if self._course is None:
            return ""
        budget = self._course.status.budget
        return budget_words.amount(budget.amount, budget.unit)

    def _choose_ticks(self, low: float, high: float, most: int) -> list[float]:
        last = self._curve.days if self._curve is not None else 0
        return [at for at in ticks.counts(low, high, most) if at < last]

    def _write_tick(self, value: float, _spacing: float) -> str:
        return "" if self._curve is None else wording.day(self._curve.first + timedelta(days=round(value)))

    def _write_amount(self, value: float, spacing: float) -> str:
        if self._course is not None and self._course.status.budget.unit is Unit.TOKENS:
            return ticks.tokens(value)
        return ticks.dollars(value, spacing)

    @Slot(float)
    def _point(self, x: float) -> None:
        if self._course is not None and self._curve is not None:
            self._at = day_at(self._curve, self._course, x)
            self._mark()

    @Slot(str)
    def _step(self, how: str) -> None:
        last = len(self._course.days) - 1 if self._course is not None else -1
        if last < 0 or how == "open":
            return
        start = last + 1 if self._at < 0 else self._at
        places = {"back": max(0, start - 1), "on": min(last, start + 1), "first": 0, "last": last}
        self._at = places[how]
        self._mark()

    def _mark(self) -> None:
        course, curve = self._course, self._curve
        if course is None or curve is None or not 0 <= self._at < len(course.days):
            self._plot.choose_x(None)
            self._readout.hide()
            return
        self._plot.choose_x(middle_of(curve, course, self._at))
        self._readout.setText(words_of_day(course, self._at))
        self._place_readout()
        self._readout.show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_readout()
        if self._curve is not None:
            self._draw_marks(self._curve)

    def _place_readout(self) -> None:
        """At the lower right, where there is room under the curve."""
        self._readout.adjustSize()
        room = self._plot.contentsRect()
        foot = int(self._plot.bottom.height()) + self._readout.height() + 4
        self._readout.move(max(0, room.right() - self._readout.width() - 18), room.bottom() - foot)

    def _tell(self, curve: Curve) -> None:
        """The chart in words, for those who do not see the painting."""
        if self._course is None:
            return
        status = self._course.status
        name = budget_words.name(status.budget, status.span, status.label)
        self._plot.setAccessibleName(translate("BudgetChart", "Chart of {}").format(name))
        self._plot.viewport().setAccessibleName(self._plot.accessibleName())
        marks = ", ".join(f"{mark.share} %" for mark in curve.marks)
        parts = [budget_words.standing(status), form.percent(status.share), budget_words.forecast(status)]
        if marks:
            parts.append(translate("BudgetChart", "reached: {}").format(marks))
        self._plot.setAccessibleDescription(". ".join(filter(None, parts)))


def _columns(points: Sequence[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y for _, y in points]
