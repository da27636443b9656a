"""Pages of a PDF, painted by Qt: text, boxes and lines in points, a head and a foot on every page.

Nothing here needs a screen, but all of it belongs into the thread that has Qt's application object.
"""

from __future__ import annotations

from importlib.resources import as_file, files

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontMetricsF,
    QGuiApplication,
    QPageSize,
    QPainter,
    QPdfWriter,
    QPen,
    QTextLayout,
    QTextOption,
)

from tallylight.domain.direction import runs_leftwards
from tallylight.exports.ink import FOOT, Style

#: A4, and what of it is written on.
PAGE_WIDTH, PAGE_HEIGHT = 595.0, 842.0
MARGIN = 42.0
WIDTH = PAGE_WIDTH - 2 * MARGIN
BOTTOM = PAGE_HEIGHT - 50.0
#: Device units in a point: fine enough for text to keep its own widths.
_FINE = 20
_FAMILY = "Inter"
_FONTS = ("Inter-Regular.otf", "Inter-SemiBold.otf")
_LINE = 1.4


class Sheets:
    """Pages one after another. Without `total` nothing is painted: the pages are only counted."""

    def __init__(self, title: str, creator: str, total: int = 0) -> None:
        _application()
        self.width = WIDTH
        self._title, self._total = title, total
        self._fonts: dict[Style, tuple[QFont, QFontMetricsF]] = {}
        self._buffer = QBuffer()
        self._buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        self._writer = QPdfWriter(self._buffer)
        self._writer.setTitle(title)
        self._writer.setCreator(creator)
        self._writer.setResolution(72 * _FINE)
        self._writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
        self._writer.setPageMargins(QMarginsF(0, 0, 0, 0))
        self._painter = QPainter(self._writer) if total else None
        self.number = 1
        #: Where the next thing goes, from the top of the page.
        self.y = MARGIN

    def finish(self) -> bytes:
        """The foot of the last page, and the whole document."""
        self._foot()
        if self._painter is not None:
            self._painter.end()
        return bytes(self._buffer.data().data())

    def turn(self) -> None:
        """Go on with a new page."""
        self._foot()
        if self._painter is not None:
            self._writer.newPage()
        self.number += 1
        self.y = MARGIN
        self.write(0, WIDTH, self._title, FOOT)
        self.y += 20

    def need(self, height: float) -> bool:
        """Turn the page when less than `height` is left; whether it was."""
        if self.y + height <= BOTTOM:
            return False
        self.turn()
        return True

    def _foot(self) -> None:
        y, self.y = self.y, PAGE_HEIGHT - 34
        self.write(0, WIDTH / 2, "Tallylight", FOOT)
        self.write(WIDTH / 2, WIDTH / 2, f"Page {self.number} of {self._total}", FOOT, is_right=True)
        self.y = y

    # -- text

    def width_of(self, text: str, style: Style) -> float:
        return self._font(style)[1].horizontalAdvance(text) / _FINE

    def write(self, x: float, width: float, text: str, style: Style, *, is_right: bool = False) -> None:
        """One line, its end left out where it is too long."""
        if self._painter is None or not text:
            return
        metrics = self._font(style)[1]
        advance = metrics.horizontalAdvance(text)
        if advance > width * _FINE + 1:
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width * _FINE)
            advance = metrics.horizontalAdvance(text)
        left = (MARGIN + x) * _FINE + (width * _FINE - advance if is_right else 0)
        self._painter.setPen(QColor(style.colour))
        self._words(self._painter, left, self.y * _FINE + metrics.ascent(), text, style)

    def wrap(self, x: float, width: float, text: str, style: Style) -> float:
        """A paragraph; how high it is."""
        font, metrics = self._font(style)
        layout = QTextLayout(text, font)
        option = QTextOption(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        layout.setTextOption(option)
        layout.beginLayout()
        high, step = 0.0, metrics.height() * _LINE / 1.21
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width * _FINE)
            line.setPosition(QPointF(0, high))
            high += step
        layout.endLayout()
        if self._painter is not None:
            self._painter.setPen(QColor(style.colour))
            left, top = (MARGIN + x) * _FINE, self.y * _FINE
            if runs_leftwards(text):
                layout.draw(self._painter, QPointF(left, top))
            else:
                for at in range(layout.lineCount()):
                    line = layout.lineAt(at)
                    part = text[line.textStart() : line.textStart() + line.textLength()]
                    self._words(self._painter, left, top + line.y() + metrics.ascent(), part, style)
        return high / _FINE

    def _words(self, painter: QPainter, left: float, level: float, text: str, style: Style) -> None:
        """A line, word by word: for the font's space, which is its tab as well, a tab would be copied."""
        font, metrics = self._font(style)
        painter.setFont(font)
        if " " not in text or runs_leftwards(text):
            painter.drawText(QPointF(left, level), text)
            return
        space = metrics.horizontalAdvance(" ")
        for word in text.split(" "):
            if word:
                painter.drawText(QPointF(left, level), word)
            left += metrics.horizontalAdvance(word) + space

    def height_of(self, width: float, text: str, style: Style) -> float:
        """What `wrap` would take."""
        painter, self._painter = self._painter, None
        try:
            return self.wrap(0, width, text, style)
        finally:
            self._painter = painter

    def _font(self, style: Style) -> tuple[QFont, QFontMetricsF]:
        if style not in self._fonts:
            font = QFont(_FAMILY)
            font.setPixelSize(round(style.size * _FINE))
            font.setWeight(QFont.Weight.DemiBold if style.is_bold else QFont.Weight.Normal)
            font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
            font.setFeature(
                QFont.Tag.fromString("calt"), 0
            )  # nobody can copy a glyph that stands for no letter
            self._fonts[style] = font, QFontMetricsF(font, self._writer)
        return self._fonts[style]

    # -- shapes, at their place below `y`

    def box(self, x: float, y: float, width: float, height: float, fill: str = "", edge: str = "") -> None:
        if self._painter is None:
            return
        self._painter.setPen(QPen(QColor(edge), 0.6 * _FINE) if edge else Qt.PenStyle.NoPen)
        self._painter.setBrush(QColor(fill) if fill else Qt.BrushStyle.NoBrush)
        area = QRectF((MARGIN + x) * _FINE, (self.y + y) * _FINE, width * _FINE, height * _FINE)
        corner = 3.0 * _FINE if edge else 0.0
        self._painter.drawRoundedRect(area, corner, corner)

    def line(self, x: float, y: float, width: float, colour: str, *, is_dashed: bool = False) -> None:
        if self._painter is None:
            return
        pen = QPen(QColor(colour), 0.6 * _FINE)
        if is_dashed:
            pen.setDashPattern([5, 4])
        self._painter.setPen(pen)
        left, level = (MARGIN + x) * _FINE, (self.y + y) * _FINE
        self._painter.drawLine(QPointF(left, level), QPointF(left + width * _FINE, level))


def _application() -> QGuiApplication:
    """Qt's application object, with the font that the window has; one for a machine without a screen if need be."""
    if not _kept:
        running = QGuiApplication.instance()
        application = running if isinstance(running, QGuiApplication) else None
        _kept.append(application or QGuiApplication(["tallylight", "-platform", "offscreen"]))
        for name in _FONTS:
            with as_file(files("tallylight.resources") / "fonts" / name) as path:
                QFontDatabase.addApplicationFont(str(path))
    return _kept[0]


#: Kept for as long as the process lives: a second one cannot be made after the first was taken down.
_kept: list[QGuiApplication] = []
