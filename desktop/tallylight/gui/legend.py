"""What the colours of a chart mean, each with a pattern or a shape as the second cue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from tallylight.gui.flow import Flow
from tallylight.gui.pieces import Elided, caption

#: Drawn over the series' colours, in the order of the series: colour is never the only cue.
PATTERNS = (
    Qt.BrushStyle.SolidPattern,
    Qt.BrushStyle.BDiagPattern,
    Qt.BrushStyle.HorPattern,
    Qt.BrushStyle.Dense6Pattern,
    Qt.BrushStyle.VerPattern,
    Qt.BrushStyle.FDiagPattern,
    Qt.BrushStyle.CrossPattern,
    Qt.BrushStyle.DiagCrossPattern,
)

_LINES = {"line": Qt.PenStyle.SolidLine, "dashes": Qt.PenStyle.DashLine, "dots": Qt.PenStyle.DotLine}


@dataclass(frozen=True, slots=True)
class Key:
    """One entry. `shape` is "area", "line", "dashes", "dots", "empty" (an outline with the pattern) or
    "none" (the text says it all)."""

    text: str
    colour: str
    shape: str = "area"
    pattern: Qt.BrushStyle = Qt.BrushStyle.SolidPattern
    over: str = ""


class Swatch(QWidget):
    """The sample before an entry's text."""

    def __init__(self, key: Key, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = key
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        side = int(self.fontMetrics().height() * 0.7)
        if self._key.shape == "none":
            return QSize(0, side)
        return QSize(side if self._key.shape in ("area", "empty") else side * 3 // 2, side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        key, area = self._key, QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if key.shape == "none":
            return
        if key.shape in _LINES:
            style = _LINES[key.shape]
            painter.setPen(QPen(QColor(key.colour), 2, style))
            middle = area.center().y()
            painter.drawLine(QPointF(area.left(), middle), QPointF(area.right(), middle))
            return
        painter.setPen(QColor(key.colour) if key.shape == "empty" else Qt.PenStyle.NoPen)
        if key.shape == "area":
            painter.setBrush(QColor(key.colour))
            painter.drawRect(area)
        if key.pattern != Qt.BrushStyle.SolidPattern or key.shape == "empty":
            painter.setBrush(QBrush(QColor(key.over or key.colour), key.pattern))
            painter.drawRect(area)


class Legend(QWidget):
    """Entries in a line, or in several."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = Flow(self, gap=12)
        self._keys: tuple[Key, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_keys(self, keys: Sequence[Key]) -> None:
        if tuple(keys) == self._keys:
            return
        self._keys = tuple(keys)
        while (item := self._flow.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for key in keys:
            self._flow.addWidget(self._entry(key))
        self.updateGeometry()

    def _entry(self, key: Key) -> QWidget:
        entry = QWidget(self)
        row = QHBoxLayout(entry)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(5)
        row.addWidget(Swatch(key, entry))
        row.addWidget(Elided(caption(key.text), entry))
        entry.show()
        return entry
