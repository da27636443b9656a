"""The lamp, drawn for each size by itself: edges on whole pixels, readable on light and dark panels alike."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QGuiApplication,
    QIcon,
    QPainter,
    QPen,
    QPixmap,
)

from tallylight.gui.lamp import STEPS, Lamp, Light, Mood

#: Physical pixels: the usual 16 to 32 at one, two and three times, and what docks and switchers ask for.
TRAY_SIZES = (16, 20, 22, 24, 32, 40, 44, 48, 60, 64, 66, 72, 96)
APP_SIZES = (16, 24, 32, 48, 64, 96, 128, 192, 256)
#: From this size on the fare can be read inside the ring.
FARE_FROM = 44

# The lamp brings its own dark glass, so that one set of colours does for every panel.
GLASS = "#1b1e25"
TRACK = "#525a68"
PALE = "#9aa3b2"
WHITE = "#f4f5f7"
#: The lamp as the application's sign: lit, three quarters round.
SIGN = Lamp(steps=STEPS * 3 // 4, mood=Mood.LIVE, light=Light.BUSY)
COLOURS = {Mood.OK: "#8ba3ba", Mood.LIVE: "#4f9af5", Mood.NEAR: "#e5a843", Mood.OVER: "#f0604f"}


@lru_cache(maxsize=4)
def lamp_icon(lamp: Lamp) -> QIcon:
    """The icon for one state, all sizes in it."""
    return _icon(lamp, TRAY_SIZES)


@lru_cache(maxsize=1)
def app_icon() -> QIcon:
    """The application's sign; where it is installed, the same pictures that its desktop entry names."""
    return _icon(SIGN, APP_SIZES)


def _icon(lamp: Lamp, sizes: tuple[int, ...]) -> QIcon:
    icon = QIcon()
    for size in sizes:
        icon.addPixmap(draw(lamp, size))
    return icon


def draw(lamp: Lamp, size: int) -> QPixmap:
    """One picture of `size` physical pixels."""
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    paint(painter, lamp, size)
    painter.end()
    return pixmap


def paint(painter: QPainter, lamp: Lamp, size: int) -> None:
    """The picture, wherever it is to be."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _draw_glass(painter, size)
    _draw_ring(painter, lamp, size)
    if lamp.is_paused:
        _draw_pause(painter, size)
    elif size >= FARE_FROM and lamp.fare:
        _draw_fare(painter, lamp, size)
    else:
        _draw_light(painter, lamp, QPointF(size / 2, size / 2), _even(size * 0.36))
    if lamp.has_problem:
        _draw_problem(painter, size)


def _even(length: float) -> int:
    """An even number of pixels: around the middle of an even size its edges fall between pixels."""
    return max(2, 2 * round(length / 2))


def _stroke(size: int) -> int:
    return max(2, round(size / 9))


def _draw_glass(painter: QPainter, size: int) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(GLASS))
    painter.drawEllipse(QRectF(0, 0, size, size))


def _draw_ring(painter: QPainter, lamp: Lamp, size: int) -> None:
    width = _stroke(size)
    inset = width / 2 + (1 if size >= 32 else 0)
    box = QRectF(inset, inset, size - 2 * inset, size - 2 * inset)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if lamp.is_paused:
        _draw_dashes(painter, box, width, 8 if size < 32 else 12)
        return
    if lamp.steps is None:
        thin = max(1, width // 2)
        out = (width - thin) / 2
        painter.setPen(QPen(QColor(COLOURS[lamp.mood]), thin))
        painter.drawEllipse(box.adjusted(-out, -out, out, out))
        return
    painter.setPen(QPen(QColor(TRACK), width))
    painter.drawEllipse(box)
    if lamp.steps:
        pen = QPen(QColor(COLOURS[lamp.mood]), width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawArc(box, 90 * 16, -round(lamp.steps * 360 * 16 / STEPS))


def _draw_dashes(painter: QPainter, box: QRectF, width: int, count: int) -> None:
    """Arcs and gaps of one length, an arc in the middle of the top."""
    pen = QPen(QColor(PALE), width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    part = 360 * 16 // (2 * count)
    for n in range(count):
        painter.drawArc(box, 90 * 16 - part // 2 + 2 * n * part, part)


def _draw_light(painter: QPainter, lamp: Lamp, centre: QPointF, across: int) -> None:
    """A full lamp for work, a hollow one for a session at rest, a small grey one for none."""
    colour = QColor(COLOURS[Mood.LIVE] if lamp.mood is Mood.OK else COLOURS[lamp.mood])
    painter.setPen(Qt.PenStyle.NoPen)
    if lamp.light is Light.BUSY:
        painter.setBrush(colour)
    elif lamp.light is Light.IDLE:
        width = max(1.0, round(across / 5))
        painter.setPen(QPen(colour, width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        across = round(across - width)
    else:
        painter.setBrush(QColor(PALE))
        across = _even(across * 0.6)
    painter.drawEllipse(centre, across / 2, across / 2)


def _draw_fare(painter: QPainter, lamp: Lamp, size: int) -> None:
    room = size - 2 * _stroke(size) - size * 0.12
    font = QFont(QGuiApplication.font())
    font.setWeight(QFont.Weight.Bold)
    font.setPixelSize(round(size * 0.36))
    width = QFontMetricsF(font).horizontalAdvance(lamp.fare)
    if width > room:
        font.setPixelSize(int(font.pixelSize() * room / width))
    painter.setFont(font)
    painter.setPen(QColor(WHITE if lamp.light is not Light.OFF else PALE))
    painter.drawText(QRectF(0, 0, size, size), Qt.AlignmentFlag.AlignCenter, lamp.fare)
    _draw_light(painter, lamp, QPointF(size / 2, round(size * 0.77)), _even(size * 0.12))


def _draw_pause(painter: QPainter, size: int) -> None:
    bar, height = max(2, round(size / 10)), _even(size * 0.34)
    gap = max(1, bar // 2)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(PALE))
    top = (size - height) / 2
    painter.drawRect(QRectF(size / 2 - gap - bar, top, bar, height))
    painter.drawRect(QRectF(size / 2 + gap, top, bar, height))


def _draw_problem(painter: QPainter, size: int) -> None:
    """A mark at the lower right, cut out of the ring so that it stands alone."""
    across = _even(size * (0.44 if size < FARE_FROM else 0.34))
    box = QRectF(size - across, size - across, across, across)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(Qt.GlobalColor.black))
    gap = max(1, size // 24)
    painter.drawEllipse(box.adjusted(-gap, -gap, gap, gap))
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
    painter.setBrush(QColor(COLOURS[Mood.NEAR]))
    painter.drawEllipse(box)
    painter.setBrush(QColor(GLASS))
    stem, middle = _even(across / 5), box.center()
    top, foot = round(box.top() + across * 0.2), round(box.bottom() - across * 0.2)
    painter.drawRect(QRectF(middle.x() - stem / 2, top, stem, round((foot - top) * 0.6)))
    painter.drawRect(QRectF(middle.x() - stem / 2, foot - stem / 2, stem, stem / 2 + 0.5))
