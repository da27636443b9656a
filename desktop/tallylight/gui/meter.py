"""A small meter that stays on top, for desktops that show no tray."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tallylight.domain.snapshot import Snapshot
from tallylight.gui import sentences
from tallylight.gui.fullness import fill_colour
from tallylight.gui.gauges import Bar, Dot
from tallylight.gui.lamp import Light, Mood, lamp_of
from tallylight.gui.pieces import Elided, caption, figure
from tallylight.gui.theme import Theme

#: From the corner of the screen, when shown for the first time.
MARGIN = 24


class Meter(QWidget):
    """Today's fare and the newest session's context. Drag it about; a click opens the window."""

    window_requested = Signal()
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        flags = Qt.WindowType.Tool | Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint
        super().__init__(parent, flags)
        self.setWindowTitle(self.tr("Tallylight meter"))
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._theme = theme
        self._pressed: QPoint | None = None
        self._is_placed = False
        self._dot, self._fare, self._close = Dot(theme), figure(factor=1.4), QPushButton("×")
        self._bar, self._name, self._context = Bar(theme), Elided(caption()), caption()
        self._arrange()
        self.show_snapshot(Snapshot())
        theme.changed.connect(self.update)

    @Slot(object)
    def show_snapshot(self, snapshot: Snapshot) -> None:
        fare = sentences.today(snapshot)
        self._fare.setText(fare)
        lamp = lamp_of(snapshot)
        colours = {Mood.NEAR: "near", Mood.OVER: "over"}
        live = "muted" if lamp.light is Light.OFF else "accent"
        self._dot.show_state(colours.get(lamp.mood, live), is_full=lamp.light is Light.BUSY)
        view = snapshot.sessions[0] if snapshot.sessions else None
        self._name.setText(sentences.name(view) if view else self.tr("no live session"))
        words = sentences.context(view) if view else ""
        self._context.setText(words)
        self._bar.setVisible(view is not None and bool(view.context_window))
        if view is not None:
            self._bar.show_share(view.context_share, words, colour=fill_colour(view))
        self.setAccessibleName(self.tr("Tallylight: today {}").format(fare))
        self.setAccessibleDescription(f"{self._name.text()}. {words}")

    def _arrange(self) -> None:
        self._close.setProperty("role", "sign")
        self._close.setAccessibleName(self.tr("Close the meter"))
        self._close.setFixedSize(
            self._close.fontMetrics().height() + 6, self._close.fontMetrics().height() + 6
        )
        self._close.setCursor(Qt.CursorShape.ArrowCursor)
        self._close.clicked.connect(self.close)
        self._close.clicked.connect(self.closed)
        top = QHBoxLayout()
        top.setSpacing(7)
        top.addWidget(self._dot)
        top.addWidget(self._fare)
        top.addStretch(1)
        top.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 10, 10)
        column.setSpacing(2)
        column.addLayout(top)
        for widget in (self._bar, self._name, self._context):
            column.addWidget(widget)
        self.setFixedWidth(max(180, 13 * self.fontMetrics().height()))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._is_placed:
            self._is_placed = True
            corner = self.screen().availableGeometry().bottomRight()
            self.move(corner - QPoint(self.width() + MARGIN, self.height() + MARGIN))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        way = event.position().toPoint() - self._pressed
        if way.manhattanLength() < QApplication.startDragDistance():
            return
        # Only the compositor may move a window on Wayland, and it does so until the button is released.
        if self.windowHandle().startSystemMove():
            self._pressed = None
        else:
            self.move(self.pos() + way)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed is not None and event.position().toPoint() == self._pressed:
            self.window_requested.emit()
        self._pressed = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.window_requested.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = self._theme.palette
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(palette.card))
        painter.setPen(QPen(QColor(palette.accent if self.hasFocus() else palette.border), 1))
        painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
