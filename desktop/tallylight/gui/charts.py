"""The pieces that both charts are made of; the one door to pyqtgraph, which brings numpy along.

Import this module in a job, never at start: it takes half a second and 60 MB.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

from tallylight.gui.palette import Palette
from tallylight.gui.pieces import CAPTION, scaled_font

InfiniteLine = pg.InfiniteLine
Text = pg.TextItem
Spots = pg.ScatterPlotItem
Curve = pg.PlotCurveItem
Writer = Callable[[float, float], str]

_STEPS = {
    Qt.Key.Key_Left: "back",
    Qt.Key.Key_Right: "on",
    Qt.Key.Key_Home: "first",
    Qt.Key.Key_End: "last",
    Qt.Key.Key_Return: "open",
    Qt.Key.Key_Enter: "open",
}
#: More marks than this have no room on an upright axis however high it is, and its usual longest figure.
_MOST_MARKS = 25
_USUAL_FIGURE = "$00,000"
_ZOOMS = {Qt.Key.Key_Plus: 0.5, Qt.Key.Key_Equal: 0.5, Qt.Key.Key_Minus: 2.0}


def pen(colour: str, width: float = 1.0, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    """A pen whose width is in pixels whatever the scale of the axes."""
    made = QPen(QColor(colour), width, style)
    made.setCosmetic(True)
    return made


def veil(palette: Palette) -> QColor:
    """Behind a name that may lie on what is drawn."""
    made = QColor(palette.card)
    made.setAlpha(190)
    return made


class Areas(pg.GraphicsObject):  # type: ignore[misc]
    """Filled polygons of one colour."""

    def __init__(self) -> None:
        super().__init__()
        self._shapes: list[QPolygonF] = []
        self._bounds = QRectF()
        self.brush = QBrush()

    def show_shapes(self, shapes: Sequence[QPolygonF]) -> None:
        self.prepareGeometryChange()
        self._shapes = list(shapes)
        self._bounds = QRectF()
        for shape in self._shapes:
            self._bounds = self._bounds.united(shape.boundingRect())
        self.update()

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(self, painter: QPainter, *_: object) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.brush)
        for shape in self._shapes:
            painter.drawPolygon(shape)


class Bars(pg.GraphicsObject):  # type: ignore[misc]
    """Upright bars of one colour, at least a pixel wide; `hatch` draws lines in a second colour on top."""

    def __init__(self, width: float = 0.7) -> None:
        super().__init__()
        self._bars: list[tuple[float, float, float]] = []
        self._bounds = QRectF()
        self.width = width
        self.brush = QBrush()
        self.hatch: QBrush | None = None
        self.edge = QPen(Qt.PenStyle.NoPen)

    def show_bars(self, bars: Sequence[tuple[float, float, float]]) -> None:
        """Bars as (x of the middle, bottom, top)."""
        self.prepareGeometryChange()
        self._bars = [bar for bar in bars if bar[2] > bar[1]]
        if self._bars:
            left, right = (edge(x for x, _, _ in self._bars) for edge in (min, max))
            top = max(y for _, _, y in self._bars)
            self._bounds = QRectF(left - self.width, 0, right - left + 2 * self.width, top)
        else:
            self._bounds = QRectF()
        self.update()

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(self, painter: QPainter, *_: object) -> None:
        width = max(self.width, self.pixelWidth() or 0.0)
        bars = [QRectF(x - width / 2, low, width, high - low) for x, low, high in self._bars]
        painter.setPen(self.edge)
        painter.setBrush(self.brush)
        painter.drawRects(bars)
        if self.hatch is not None:
            # Patterns are scaled with the axes unless the brush undoes that.
            self.hatch.setTransform(painter.worldTransform().inverted()[0])
            painter.setBrush(self.hatch)
            painter.drawRects(bars)


class Axis(pg.AxisItem):  # type: ignore[misc]
    """An axis without a line of its own, its figures small and muted.

    `choose` says where its marks go, from (lowest, highest, how many there is room for).
    """

    def __init__(
        self, orientation: str, choose: Callable[[float, float, int], Sequence[float]], write: Writer
    ) -> None:
        super().__init__(orientation)
        self.choose = choose
        self.write = write
        font = scaled_font(CAPTION * 0.95)
        self._metrics = QFontMetrics(font)
        self._room = self._metrics.horizontalAdvance("turn 0000 00")
        self._line = self._metrics.height() * 2.2
        self.setStyle(tickLength=0, tickFont=font, hideOverlappingLabels=False, autoExpandTextSpace=False)

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, Sequence[float]]]:
        most = max(1, int(size / (self._line if self.orientation == "left" else self._room)))
        values = self.choose(low, high, most)
        return [(values[1] - values[0] if len(values) > 1 else 1.0, values)]

    def width_for(self, top: float) -> int:
        """What the figures from 0 to `top` need beside the axis: those that do not fit are left out, all of them."""
        values = self.choose(0, top, _MOST_MARKS)
        texts = [_USUAL_FIGURE]
        if len(values) > 1:
            texts += self.tickStrings(values, 1.0, values[1] - values[0])
        return max(map(self._metrics.horizontalAdvance, texts)) + self._metrics.averageCharWidth() * 2

    def widen(self, width: int) -> None:
        """Never the reverse: a chart that moves sideways with a figure cannot be read."""
        if width > (self.fixedWidth or 0):
            self.setWidth(width)

    def tickStrings(self, values: Sequence[float], _scale: float, spacing: float) -> list[str]:
        return [self.write(value, spacing) for value in values]


class Plot(pg.PlotWidget):  # type: ignore[misc]
    """A chart that is stepped through with the arrow keys or the pointer.

    Ctrl+wheel, + and - zoom along the horizontal axis, 0 and a double click show all of it.
    """

    stepped = Signal(str)
    pointed = Signal(float)
    pressed = Signal(float, float)

    def __init__(self, bottom: Axis, left: Axis, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=None, axisItems={"bottom": bottom, "left": left})
        self.bottom, self.left = bottom, left
        self._whole = (0.0, 1.0)
        self._pressed_at = QPointF()
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setMouseEnabled(x=True, y=False)
        self.setFrameShape(self.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        left.setZValue(-1)  # its grid lies behind the data
        left.widen(left.width_for(0))
        bottom.setHeight(int(self.fontMetrics().height() * 1.5))
        self.getPlotItem().getViewBox().setDefaultPadding(0)
        self.getPlotItem().layout.setContentsMargins(0, 4, 14, 0)
        self.chosen = pg.InfiniteLine(angle=90, movable=False)
        self.chosen.setZValue(5)
        self.chosen.hide()
        self.addItem(self.chosen, ignoreBounds=True)

    def sizeHint(self) -> QSize:
        # A graphics view would ask for the size of its scene.
        line = self.fontMetrics().height()
        return QSize(line * 16, line * 12)

    def colour(self, palette: Palette) -> None:
        self.setBackground(palette.card)
        for axis in (self.bottom, self.left):
            axis.setPen(pen(palette.border) if axis is self.bottom else pg.mkPen(None))
            axis.setTextPen(palette.muted)
            axis.setTickPen(pen(palette.border))
        self.left.setGrid(180)
        self.chosen.setPen(pen(palette.muted))

    def show_range(self, low: float, high: float, top: float) -> None:
        """All of the data; a part that the user zoomed to stays."""
        is_kept = self.is_zoomed
        self._whole = (low, high)
        self.setLimits(xMin=low, xMax=high, minXRange=min(high - low, max((high - low) / 200, 1e-6)))
        self.setYRange(0, top, padding=0)
        self.left.widen(self.left.width_for(top))
        if not is_kept:
            self.show_all()

    @property
    def is_zoomed(self) -> bool:
        low, high = self.viewRange()[0]
        return bool(high - low < (self._whole[1] - self._whole[0]) * 0.999)

    def zoom(self, factor: float, around: float | None = None) -> None:
        low, high = self.viewRange()[0]
        middle = (low + high) / 2 if around is None else around
        low, high = middle - (middle - low) * factor, middle + (high - middle) * factor
        self.setXRange(max(low, self._whole[0]), min(high, self._whole[1]), padding=0)

    def show_all(self) -> None:
        self.setXRange(*self._whole, padding=0)

    def choose_x(self, x: float | None) -> None:
        self.chosen.setVisible(x is not None)
        if x is not None:
            self.chosen.setValue(x)

    def place_at(self, position: QPointF) -> tuple[float, float]:
        """What lies under a point of the widget, in the figures of the axes."""
        view = self.getPlotItem().getViewBox()
        place = view.mapSceneToView(self.mapToScene(position.toPoint()))
        return float(place.x()), float(place.y())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _STEPS:
            self.stepped.emit(_STEPS[key])
        elif key in _ZOOMS:
            self.zoom(_ZOOMS[key], self.chosen.value() if self.chosen.isVisible() else None)
        elif key == Qt.Key.Key_0:
            self.show_all()
        else:
            event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(0.8 if event.angleDelta().y() > 0 else 1.25, self.place_at(event.position())[0])
            event.accept()
        else:
            event.ignore()  # the page scrolls

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if not event.buttons():
            self.pointed.emit(self.place_at(event.position())[0])

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed_at = event.position()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        way = event.position() - self._pressed_at
        if (
            event.button() == Qt.MouseButton.LeftButton
            and way.manhattanLength() < QApplication.startDragDistance()
        ):
            self.pressed.emit(*self.place_at(event.position()))

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        self.show_all()


def align(plots: Sequence[Plot]) -> None:
    """Have charts whose turns are one below the other begin at the same place."""
    widest = max(plot.left.fixedWidth for plot in plots)
    for plot in plots:
        plot.left.widen(widest)


def frame_of(points: Sequence[tuple[float, float, float]]) -> QPolygonF:
    """The outline of an area between two lines, from (x, bottom, top)."""
    tops = [QPointF(x, top) for x, _, top in points]
    return QPolygonF(tops + [QPointF(x, low) for x, low, _ in reversed(points)])
