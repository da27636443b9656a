"""Days as stacked bars. Import it in a job: see `charts`."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Qt, Signal, Slot
from PySide6.QtGui import QBrush, QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tallylight.domain import money
from tallylight.domain.summary import Stack
from tallylight.gui import charts, stack_words, ticks
from tallylight.gui.chart_card import ChartCard
from tallylight.gui.legend import Key
from tallylight.gui.palette import Palette
from tallylight.gui.period import slot_mark
from tallylight.gui.pieces import CAPTION, scaled_font
from tallylight.gui.series_looks import Look, SeriesLooks
from tallylight.gui.theme import Theme

translate = QCoreApplication.translate
PICO = 10**12
#: A day this many times the typical one is named.
STANDS_OUT = 2.0
#: How what has no price is drawn, and how high, as a share of the axis.
NO_PRICE = Qt.BrushStyle.DiagCrossPattern
CAP = 0.04
#: How far above the highest bar the axis ends, as a factor: room for what is written there.
HEADROOM = 1.15
#: At most so many labels fit side by side.
LABELS_ABREAST = 12
_AT_THE_END = {"position": 0.99, "anchors": [(1, 0.9), (1, 0.9)]}


class HistoryChart(QWidget):
    """`opened` tells the slot and, when one segment was meant, its series, else ""."""

    opened = Signal(str, str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._stack = Stack(slots=(), series=(), labels=(), values=())
        self._all_looks = SeriesLooks(len(theme.palette.series))
        self._looks: list[Look] = []
        self._at = -1
        bottom = charts.Axis("bottom", self._choose_ticks, self._write_tick)
        self._plot = charts.Plot(bottom, charts.Axis("left", ticks.evenly, ticks.dollars))
        self._card = ChartCard(translate("HistoryChart", "Cost per day"), self._plot)
        self._bars: list[charts.Bars] = []
        self._gaps = charts.Bars(0.9)
        self._unpriced = charts.Bars(0.78)
        self._typical = charts.InfiniteLine(angle=0, label="", labelOpts=_AT_THE_END)
        self._typical.setZValue(4)  # before the bars, or they hide its name
        self._typical.label.setFont(scaled_font(CAPTION * 0.95))
        self._outlier = charts.Text(anchor=(0.5, 1))
        self._outlier.setFont(scaled_font(CAPTION * 0.95))
        for item in (self._gaps, self._unpriced, self._typical, self._outlier):
            self._plot.addItem(item, ignoreBounds=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._card)
        self._plot.stepped.connect(self._step)
        self._plot.pointed.connect(self._point)
        self._plot.pressed.connect(self._press)
        theme.changed.connect(self._draw)
        self._draw()

    def show_stack(self, stack: Stack, by: str) -> None:
        """Draw another answer, split by one kind of group; the same one costs nothing."""
        looks = self._all_looks.of(by, stack.series)
        if stack == self._stack and looks == self._looks:
            return
        if stack.slots != self._stack.slots:
            self._at = -1
            self._plot.show_all()
        self._stack, self._looks = stack, looks
        self._draw()
        self._mark()

    @Slot()
    def _draw(self) -> None:
        palette = self._theme.palette
        self._plot.colour(palette)
        is_by_hour = any("T" in slot for slot in self._stack.slots)
        by_hour, by_day = (
            translate("HistoryChart", "Cost per hour"),
            translate("HistoryChart", "Cost per day"),
        )
        self._card.retitle(by_hour if is_by_hour else by_day)
        while len(self._bars) < len(self._stack.series):
            self._bars.append(charts.Bars(0.78))
            self._plot.addItem(self._bars[-1], ignoreBounds=True)
        floors = [0.0] * len(self._stack.slots)
        for bars in self._bars[len(self._stack.series) :]:
            bars.show_bars(())
        for bars, look, values in zip(self._bars, self._looks, self._stack.values, strict=False):
            bars.brush = QBrush(QColor(look.colour_in(palette)))
            bars.hatch = _hatch(look, palette)
            bars.edge = charts.pen(palette.card)
            tops = [floor + value / PICO for floor, value in zip(floors, values, strict=False)]
            bars.show_bars([(x, low, high) for x, (low, high) in enumerate(zip(floors, tops, strict=False))])
            floors = tops
        typical = self._stack.typical_day_picousd or 0 if self._is_by_day() else 0
        headroom = HEADROOM + (CAP if self._stack.unpriced else 0)
        top = max([*floors, typical / PICO, 0.01]) * headroom
        self._show_gaps(top)
        self._show_typical(floors, self._show_unpriced(floors, top))
        self._plot.show_range(-0.6, max(len(self._stack.slots), 1) - 0.4, top)
        self._show_keys()
        self._card.tell(stack_words.told(self._stack))

    def _show_gaps(self, top: float) -> None:
        missing = set(self._stack.not_recorded)
        self._gaps.brush = QBrush(Qt.BrushStyle.NoBrush)
        self._gaps.hatch = QBrush(_faint(self._theme.palette.muted), Qt.BrushStyle.BDiagPattern)
        self._gaps.show_bars([(x, 0.0, top) for x, slot in enumerate(self._stack.slots) if slot in missing])

    def _show_unpriced(self, sums: Sequence[float], top: float) -> list[float]:
        """A cap of the same height wherever something has no price: how high it would be nobody knows. Returns
        where each slot's bar ends with it."""
        unpriced = set(self._stack.unpriced)
        self._unpriced.brush = QBrush(Qt.BrushStyle.NoBrush)
        self._unpriced.hatch = QBrush(QColor(self._theme.palette.muted), NO_PRICE)
        ends = [
            floor + (top * CAP if slot in unpriced else 0)
            for slot, floor in zip(self._stack.slots, sums, strict=True)
        ]
        self._unpriced.show_bars([(x, sums[x], end) for x, end in enumerate(ends)])
        return ends

    def _is_by_day(self) -> bool:
        return bool(self._stack.slots) and "T" not in self._stack.slots[0]

    def _show_typical(self, sums: Sequence[float], ends: Sequence[float]) -> None:
        typical, palette = self._stack.typical_day_picousd, self._theme.palette
        is_by_day = self._is_by_day()
        self._typical.setVisible(bool(typical) and is_by_day)
        self._outlier.setText("")
        if not typical or not is_by_day:
            return
        self._typical.setValue(typical / PICO)
        self._typical.setPen(charts.pen(palette.near, 1.0, Qt.PenStyle.DashLine))
        self._typical.label.setColor(palette.near)
        self._typical.label.fill = QBrush(charts.veil(palette))
        self._typical.label.setFormat(translate("HistoryChart", "typical day {}").format(money.show(typical)))
        highest = max(range(len(sums)), key=sums.__getitem__)
        multiple = sums[highest] * PICO / typical
        if multiple >= STANDS_OUT:
            self._outlier.setColor(palette.over)
            self._outlier.setText(translate("HistoryChart", "{}× typical").format(f"{multiple:.1f}"))
            # The label is wider than a bar of a month: the neighbours' caps count as well.
            reach = len(sums) // LABELS_ABREAST
            self._outlier.setPos(highest, max(ends[max(0, highest - reach) : highest + reach + 1]))

    def _show_keys(self) -> None:
        palette = self._theme.palette
        keys = [
            Key(
                stack_words.label(self._stack, at),
                look.colour_in(palette),
                "area",
                look.pattern,
                palette.card,
            )
            for at, look in enumerate(self._looks)
        ]
        if self._stack.unpriced:
            text = translate("HistoryChart", "without a price")
            keys.append(Key(text, palette.muted, "empty", NO_PRICE))
        if self._stack.not_recorded:
            text = translate("HistoryChart", "not recorded")
            keys.append(Key(text, palette.muted, "empty", Qt.BrushStyle.BDiagPattern))
        self._card.legend.show_keys(keys)

    def _choose_ticks(self, low: float, high: float, most: int) -> list[float]:
        return [at for at in ticks.counts(low, high, most) if at < len(self._stack.slots)]

    def _write_tick(self, value: float, _spacing: float) -> str:
        at = round(value)
        return slot_mark(self._stack.slots[at]) if 0 <= at < len(self._stack.slots) else ""

    @Slot(float)
    def _point(self, x: float) -> None:
        if self._stack.slots:
            self._at = min(max(0, round(x)), len(self._stack.slots) - 1)
            self._mark()

    @Slot(str)
    def _step(self, how: str) -> None:
        last = len(self._stack.slots) - 1
        if last < 0:
            return
        if how == "open":
            if self._at >= 0:
                self.opened.emit(self._stack.slots[self._at], "")
            return
        start = last + 1 if self._at < 0 else self._at
        places = {"back": max(0, start - 1), "on": min(last, start + 1), "first": 0, "last": last}
        self._at = places[how]
        self._mark()

    @Slot(float, float)
    def _press(self, x: float, y: float) -> None:
        at = round(x)
        if not 0 <= at < len(self._stack.slots):
            return
        floor = 0.0
        for key, values in zip(self._stack.series, self._stack.values, strict=True):
            floor += values[at] / PICO
            if y <= floor:
                self.opened.emit(self._stack.slots[at], key)
                return
        self.opened.emit(self._stack.slots[at], "")

    def _mark(self) -> None:
        if not 0 <= self._at < len(self._stack.slots):
            self._plot.choose_x(None)
            self._card.read_out("")
            return
        self._plot.choose_x(float(self._at))
        self._card.read_out(stack_words.read_out(self._stack, self._at))


def _hatch(look: Look, palette: Palette) -> QBrush | None:
    if look.pattern == Qt.BrushStyle.SolidPattern:
        return None
    return QBrush(_faint(palette.card), look.pattern)


def _faint(name: str) -> QColor:
    colour = QColor(name)
    colour.setAlpha(140)
    return colour
