"""Small widgets that the panel and the window share."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QSizePolicy, QWidget

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
    made.setFont(scaled_font(factor, weight))
    if role:
        made.setProperty("role", role)
    return made


def caption(text: str = "", parent: QWidget | None = None) -> QLabel:
    """Small and muted: what a figure means."""
    return label(text, role="caption", factor=CAPTION, parent=parent)


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


class Elided(QLabel):
    """A label in one line that shortens its text with … and tells all of it in a tool tip."""

    def __init__(self, source: QLabel | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        if source is not None:
            self.setFont(source.font())
            self.setProperty("role", source.property("role"))
            self.setText(source.text())

    def minimumSizeHint(self) -> QSize:
        return QSize(QFontMetrics(self.font()).horizontalAdvance("…") * 2, super().minimumSizeHint().height())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            self.setToolTip(self.text() if self._shortened() != self.text() else "")
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(
            self.contentsRect(), int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), self._shortened()
        )

    def _shortened(self) -> str:
        room = self.contentsRect().width()
        return QFontMetrics(self.font()).elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
