"""Small widgets that the panel and the window share."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPalette, QPen, QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFrame,
    QLabel,
    QSizePolicy,
    QStyle,
    QStyleOption,
    QWidget,
)

#: Sizes relative to the application's font.
CAPTION = 0.9
FIGURE = 1.5
BIG_FIGURE = 2.6


class Card(QFrame):
    """A rounded surface with a thin border."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")


def scaled_font(factor: float = 1.0, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The application's font, larger or smaller."""
    font = QApplication.font()
    font.setPointSizeF(font.pointSizeF() * factor)
    font.setWeight(weight)
    return font


def label(
    text: str = "",
    *,
    role: str = "",
    factor: float = 1.0,
    weight: QFont.Weight = QFont.Weight.Normal,
    parent: QWidget | None = None,
) -> QLabel:
    """Plain text: what comes from a log is never read as markup."""
    made = QLabel(text, parent)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setIndent(0)
    made.setFont(scaled_font(factor, weight))
    if role:
        made.setProperty("role", role)
    return made


def caption(text: str = "", parent: QWidget | None = None) -> QLabel:
    """Small and muted: what a figure means."""
    return label(text, role="caption", factor=CAPTION, parent=parent)


def line() -> QFrame:
    """A hairline between rows."""
    made = QFrame()
    made.setProperty("role", "line")
    made.setFixedHeight(1)
    return made


def figure(text: str = "", parent: QWidget | None = None, *, factor: float = FIGURE) -> QLabel:
    """A number that matters."""
    return label(text, factor=factor, weight=QFont.Weight.Bold, parent=parent)


def set_role(widget: QWidget, role: str) -> None:
    """Change a widget's role and have the style notice; nothing happens when it has it already."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def set_text(target: QLabel, text: str) -> None:
    """Change a label's text and hide it while there is none; the same text costs nothing."""
    if target.text() != text:
        target.setText(text)
    target.setVisible(bool(text))


class Wrapped(QLabel):
    """Plain text in as many lines as its width needs. QLabel itself insists on the height of a narrow column,
    which makes a scroll area scroll over nothing."""

    def __init__(self, source: QLabel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        _take_after(self, source)
        self.setWordWrap(True)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self.heightForWidth(16777215) if self.text() else 0)


#: Of a choice's arrow: half its width, and its distance from the edge, as shares of a line's height.
_ARROW, _ARROW_AWAY = 0.22, 0.8


class Choice(QComboBox):
    """A box that the mouse wheel passes over: it scrolls the page, and changes nothing."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        """With the arrow that the style sheet's rules take away: they only know ones that lie in a file."""
        super().paintEvent(event)
        line = self.fontMetrics().height()
        half, away = line * _ARROW, line * _ARROW_AWAY
        is_mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        middle = QPointF(away if is_mirrored else self.width() - away, self.height() / 2)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(self.palette().color(QPalette.ColorRole.PlaceholderText), line / 12)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        corners = (QPointF(-half, -half / 2), QPointF(0, half / 2), QPointF(half, -half / 2))
        painter.drawPolyline([middle + corner for corner in corners])


class Elided(QLabel):
    """A label in one line that shortens its text with … and tells all of it in a tool tip."""

    def __init__(self, source: QLabel | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._end = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        if source is not None:
            _take_after(self, source)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        frame = self.width() - self.contentsRect().width()
        return QSize(
            self.fontMetrics().horizontalAdvance("…") * 2 + frame, super().minimumSizeHint().height()
        )

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            self.setToolTip(self.text() if self._shortened() != self.text() else "")
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        option = QStyleOption()
        option.initFrom(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_Widget, option, painter, self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(
            self.contentsRect(), int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), self._shortened()
        )

    def show_ended(self, text: str, end: str) -> None:
        """A text whose last part, `end`, stays: what is before it gives way, in its middle."""
        self._end = end if text.endswith(end) else ""
        self.setText(text)

    def _shortened(self) -> str:
        metrics, text, room = self.fontMetrics(), self.text(), self.contentsRect().width()
        if not self._end:
            return metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        begin = text.removesuffix(self._end)
        left = room - metrics.horizontalAdvance(self._end)
        if left < metrics.horizontalAdvance(f"{begin[:1]}…") or metrics.horizontalAdvance(text) <= room:
            return metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, room)
        return metrics.elidedText(begin, Qt.TextElideMode.ElideMiddle, left) + self._end


def _take_after(target: QLabel, source: QLabel) -> None:
    target.setTextFormat(Qt.TextFormat.PlainText)
    target.setIndent(0)
    target.setFont(source.font())
    target.setProperty("role", source.property("role"))
    target.setText(source.text())
