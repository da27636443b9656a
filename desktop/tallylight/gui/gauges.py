"""Painted figures: a bar with a mark, a sparkline, a dot. What they show is also said in words."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from tallylight.gui.theme import Theme


class Bar(QWidget):
    """A share as a filled track, with a tick where something happens."""

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, thickness: int = 6) -> None:
        super().__init__(parent)
        self._theme = theme
        self._thickness = thickness
        self._state: tuple[float, float | None, str] = (0.0, None, "accent")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_share(
        self, share: float, words: str, *, tick: float | None = None, colour: str = "accent"
    ) -> None:
        """Fill `share` of the track in a colour of the palette; `words` say the same."""
        state = (min(max(share, 0.0), 1.0), tick, colour)
        self.setAccessibleName(words)
        if state != self._state:
            self._state = state
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(80, self._thickness + 6)

    def minimumSizeHint(self) -> QSize:
        return QSize(20, self._thickness + 6)

    def paintEvent(self, _event: QPaintEvent) -> None:
        share, tick, colour = self._state
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        track = QRectF(0, (self.height() - self._thickness) // 2, self.width(), self._thickness)
        painter.setBrush(QColor(palette.track))
        painter.drawRoundedRect(track, track.height() / 2, track.height() / 2)
        if share > 0:
            filled = QRectF(self._mirrored(track, share))
            painter.setBrush(QColor(getattr(palette, colour)))
            painter.drawRoundedRect(filled, track.height() / 2, track.height() / 2)
        if tick is not None and 0 < tick <= 1:
            left = round(min(self._along(tick), self.width() - 2.0))
            painter.fillRect(QRectF(left, track.top() - 3, 2, track.height() + 6), QColor(palette.text))

    def _along(self, share: float) -> float:
        is_mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        return self.width() * (1 - share if is_mirrored else share)

    def _mirrored(self, track: QRectF, share: float) -> QRectF:
        # Never narrower than round: a sliver would look like a fault.
        length = max(track.width() * share, track.height())
        is_mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        left = track.right() - length if is_mirrored else track.left()
        return QRectF(left, track.top(), length, track.height())


class Sparkline(QWidget):
    """How a figure grew, oldest at the left, from zero up: no axes, the numbers stand beside it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._values: tuple[int, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        theme.changed.connect(self.update)

    def show_values(self, values: Sequence[int], words: str) -> None:
        self.setAccessibleName(words)
        if tuple(values) != self._values:
            self._values = tuple(values)
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(5 * self.fontMetrics().height(), 2 * self.fontMetrics().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        if len(self._values) < 2 or max(self._values) <= 0:
            return
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = self._line()
        area = QPainterPath()
        area.addPolygon(
            QPolygonF([*line, QPointF(line[-1].x(), self.height()), QPointF(line[0].x(), self.height())])
        )
        wash = QColor(palette.accent)
        wash.setAlphaF(0.32 if palette.is_dark else 0.18)
        painter.fillPath(area, wash)
        painter.setPen(QPen(QColor(palette.accent), 1.5, j=Qt.PenJoinStyle.RoundJoin))
        painter.drawPolyline(QPolygonF(line))

    def _line(self) -> list[QPointF]:
        top, room = 2.0, self.height() - 2.0
        step, highest = self.width() / (len(self._values) - 1), max(self._values)
        return [QPointF(n * step, top + room * (1 - value / highest)) for n, value in enumerate(self._values)]


class Dot(QWidget):
    """A small lamp: full for work, hollow at rest. The words beside it say the same."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._state = ("muted", False)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_state(self, colour: str, *, is_full: bool) -> None:
        if (colour, is_full) != self._state:
            self._state = (colour, is_full)
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(10, 10)

    def paintEvent(self, _event: QPaintEvent) -> None:
        name, is_full = self._state
        colour = QColor(getattr(self._theme.palette, name))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen if is_full else QPen(colour, 2))
        painter.setBrush(colour if is_full else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QRectF(1, 1, 8, 8) if is_full else QRectF(2, 2, 6, 6))
