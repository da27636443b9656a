"""How many tokens each turn sent, and how near that came to the limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QBrush, QColor, QPolygonF
from PySide6.QtWidgets import QWidget

from tallylight.domain import format as form
from tallylight.gui import charts, ticks
from tallylight.gui.chart_card import ChartCard
from tallylight.gui.curves import CurveMark, Curves, Point
from tallylight.gui.legend import Key
from tallylight.gui.palette import Palette
from tallylight.gui.pieces import CAPTION, scaled_font

translate = QCoreApplication.translate

#: A limit is drawn once the context has come this near to it: before, it would flatten the curve.
NEAR_SHARE = 0.3
SYMBOLS = {"rebuild": "t1", "model": "d", "rewind": "t3"}
#: More than these would cover each other.
MOST_LABELS = 3


class ContextChart(ChartCard):
    """Stacked areas, broken where the context starts anew."""

    def __init__(self, bottom: charts.Axis, parent: QWidget | None = None) -> None:
        plot = charts.Plot(bottom, charts.Axis("left", ticks.evenly, ticks.tokens))
        super().__init__(translate("ContextChart", "Context per turn"), plot, parent)
        self.plot: charts.Plot = plot
        self._new, self._cached, self._inherited = charts.Areas(), charts.Areas(), charts.Areas()
        self._spots = charts.Spots(pxMode=True, size=9)
        self._limits: list[charts.InfiniteLine] = []
        self._marks: list[charts.InfiniteLine] = []
        for item in (self._inherited, self._new, self._cached, self._spots):
            plot.addItem(item)
        self._palette: Palette | None = None

    def colour(self, palette: Palette) -> None:
        self._palette = palette
        self.plot.colour(palette)
        self._new.brush = QBrush(QColor(palette.accent))
        self._cached.brush = QBrush(_between(palette.accent, palette.card, 0.45))
        self._inherited.brush = QBrush(QColor(palette.track))

    def show_curves(self, curves: Curves, xs: Sequence[float], span: tuple[float, float]) -> None:
        parts = list(segments(curves))
        half = 0.4 * (xs[-1] - xs[0]) / max(1, len(xs) - 1) if len(xs) > 1 else 0.4
        own = [part for part in parts if not curves.points[part[0]].is_inherited]
        past = [part for part in parts if curves.points[part[0]].is_inherited]
        self._cached.show_shapes([_shape(curves.points, xs, part, half, "cached") for part in own])
        self._new.show_shapes([_shape(curves.points, xs, part, half, "new") for part in own])
        self._inherited.show_shapes([_shape(curves.points, xs, part, half, "all") for part in past])
        self._show_spots(curves, xs)
        self._show_lines(curves, xs)
        self.plot.show_range(*span, top_of(curves))
        self._show_keys(curves)

    def _show_keys(self, curves: Curves) -> None:
        palette = self._palette
        if palette is None:
            return
        keys = [
            Key(translate("ContextChart", "from cache"), self._cached.brush.color().name()),
            Key(translate("ContextChart", "new"), palette.accent),
        ]
        if curves.are_gauged:
            keys = [Key(translate("ContextChart", "by the agent’s own gauge"), palette.accent)]
        if any(point.is_inherited for point in curves.points):
            keys.append(Key(translate("ContextChart", "inherited context, $0"), palette.track))
        compactions = sum(mark.kind == "compaction" for mark in curves.marks)
        present = {
            mark.kind for mark in curves.marks if mark.kind != "compaction" or compactions > MOST_LABELS
        }
        texts = {
            "rebuild": translate("ContextChart", "▲ cache rebuilt"),
            "model": translate("ContextChart", "◆ model changed"),
            "rewind": translate("ContextChart", "◀ rewound"),
            "compaction": translate("ContextChart", "┊ compacted"),
        }
        keys += [Key(text, palette.text, "none") for kind, text in texts.items() if kind in present]
        self.legend.show_keys(keys)

    def _show_spots(self, curves: Curves, xs: Sequence[float]) -> None:
        colours = {"rebuild": self._palette.over, "model": self._palette.text} if self._palette else {}
        fallback = self._palette.muted if self._palette else "#808080"
        self._spots.setData(
            [
                {
                    "pos": (xs[mark.at], curves.points[mark.at].context),
                    "symbol": SYMBOLS[mark.kind],
                    "brush": QBrush(QColor(colours.get(mark.kind, fallback))),
                    "pen": charts.pen(self._palette.card if self._palette else "#ffffff"),
                }
                for mark in curves.marks
                if mark.kind in SYMBOLS and mark.at < len(xs)
            ]
        )

    def _show_lines(self, curves: Curves, xs: Sequence[float]) -> None:
        for line in (*self._limits, *self._marks):
            self.plot.removeItem(line)
        palette = self._palette
        if palette is None:
            return
        top = top_of(curves)
        # The threshold lies just below the window: its name goes under its line, so that the two never meet.
        limits = [
            (curves.window, _window_text(curves), Qt.PenStyle.DashLine, 0.9),
            (curves.compact_at, _compact_text(curves), Qt.PenStyle.DotLine, 0.1),
        ]
        self._limits = [
            self._limit(value, text, style, palette, side)
            for value, text, style, side in limits
            if 0 < value < top
        ]
        compactions = [mark for mark in curves.marks if mark.kind == "compaction" and mark.at]
        self._marks = [
            self._boundary(mark, xs, palette, has_label=len(compactions) <= MOST_LABELS)
            for mark in compactions
        ]
        for line in (*self._limits, *self._marks):
            self.plot.addItem(line, ignoreBounds=True)

    def _limit(
        self, value: int, text: str, style: Qt.PenStyle, palette: Palette, side: float
    ) -> charts.InfiniteLine:
        return _labelled(
            charts.InfiniteLine(
                pos=value,
                angle=0,
                pen=charts.pen(palette.over, 1.0, style),
                label=text,
                labelOpts={
                    "position": 0.99,
                    "anchors": [(1, side), (1, side)],
                    "color": palette.over,
                    "fill": charts.veil(palette),
                },
            )
        )

    def _boundary(
        self, mark: CurveMark, xs: Sequence[float], palette: Palette, *, has_label: bool
    ) -> charts.InfiniteLine:
        x = (xs[mark.at - 1] + xs[mark.at]) / 2 if mark.at < len(xs) else xs[-1]
        text = translate("ContextChart", "compacted")
        if mark.before and mark.after:
            text += f" {form.tokens(mark.before)} → {form.tokens(mark.after)}"
        is_late = x > (xs[0] + xs[-1]) / 2
        anchor = (1.02, 0) if is_late else (-0.02, 0)
        return _labelled(
            charts.InfiniteLine(
                pos=x,
                angle=90,
                pen=charts.pen(palette.muted, 1.0, Qt.PenStyle.DotLine),
                label=text if has_label else None,
                labelOpts={
                    "position": 0.97,
                    "anchors": [anchor, anchor],
                    "color": palette.text,
                    "fill": charts.veil(palette),
                },
            )
        )


def segments(curves: Curves) -> Iterator[tuple[int, int]]:
    """Runs [first, end) drawn in one piece: up to a compaction, and up to the session's own turns."""
    start = 0
    for at in range(1, len(curves.points)):
        leaves_past = curves.points[at - 1].is_inherited and not curves.points[at].is_inherited
        if at in curves.breaks or leaves_past:
            yield start, at
            start = at
    if curves.points:
        yield start, len(curves.points)


def _shape(
    points: Sequence[Point], xs: Sequence[float], part: tuple[int, int], half: float, which: str
) -> QPolygonF:
    def limits(point: Point) -> tuple[float, float]:
        return (
            point.cached if which == "new" else 0.0,
            float(point.cached if which == "cached" else point.context),
        )

    first, end = part
    if end - first == 1:
        low, high = limits(points[first])
        return charts.frame_of([(xs[first] - half, low, high), (xs[first] + half, low, high)])
    return charts.frame_of([(xs[at], *limits(points[at])) for at in range(first, end)])


def top_of(curves: Curves) -> float:
    """The upper end of the axis: the highest point and every limit that has come near."""
    highest = max((point.context for point in curves.points), default=0)
    near = [limit for limit in (curves.window, curves.compact_at) if highest >= NEAR_SHARE * limit]
    return max([highest, *near, 1000]) * 1.12


def _window_text(curves: Curves) -> str:
    return translate("ContextChart", "window {}").format(form.tokens(curves.window))


def _compact_text(curves: Curves) -> str:
    size = form.tokens(curves.compact_at)
    if curves.compact_is_learned:
        return translate("ContextChart", "auto-compact {}").format(size)
    return translate("ContextChart", "auto-compact ≈ {}").format(size)


def _labelled(line: charts.InfiniteLine) -> charts.InfiniteLine:
    if (text := getattr(line, "label", None)) is not None:
        text.setFont(scaled_font(CAPTION * 0.95))
    return line


def _between(one: str, other: str, share: float) -> QColor:
    a, b = QColor(one), QColor(other)
    pairs = ((a.red(), b.red()), (a.green(), b.green()), (a.blue(), b.blue()))
    return QColor(*(round(x + (y - x) * share) for x, y in pairs))
