"""The panel that opens from the tray icon: today, and every live session."""

from __future__ import annotations

import itertools

from PySide6.QtCore import QElapsedTimer, QEvent, QRect, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QCursor,
    QGuiApplication,
    QHideEvent,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from tallylight.domain.snapshot import Snapshot
from tallylight.gui import advice_words
from tallylight.gui.nothing_live import NothingLive
from tallylight.gui.notice_words import by_session
from tallylight.gui.panel_head import PanelHead
from tallylight.gui.pieces import line
from tallylight.gui.placement import GAP, placed
from tallylight.gui.session_cards import SessionCards
from tallylight.gui.theme import Theme

WIDTH = 360
RADIUS = 10
#: A click on the icon may first take the focus away, which closes the panel: this soon it is that click.
SAME_CLICK_MS = 300
#: "24 min" grows by itself.
MINUTE_MS = 60_000


class Panel(QWidget):
    """Opens at the icon, closes itself when the focus goes elsewhere, costs nothing while closed."""

    session_requested = Signal(str)
    window_requested = Signal()
    pause_requested = Signal(bool)
    quit_requested = Signal()
    demo_requested = Signal()
    #: The key of advice that was painted on a card.
    advice_seen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Tool | Qt.WindowType.FramelessWindowHint)
        self.setWindowTitle(self.tr("Tallylight panel"))
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._theme = theme
        self._snapshot = Snapshot()
        self._received = QElapsedTimer()
        self._closed = QElapsedTimer()
        self._anchor: QRect | None = None
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.timeout.connect(self._tick)
        self._head, self._cards, self._nothing = PanelHead(theme), SessionCards(theme), NothingLive()
        self._pause = QPushButton()
        self._scroll = self._scrolling()
        self._arrange()
        self._cards.session_requested.connect(self.session_requested)
        self._cards.advice_seen.connect(self.advice_seen)
        self._nothing.demo_requested.connect(self.demo_requested)
        self._nothing.window_requested.connect(self.window_requested)
        theme.changed.connect(self.update)

    @Slot(object)
    def show_snapshot(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._received.start()
        if self.isVisible():
            self._refresh()

    def toggle(self, anchor: QRect | None = None) -> None:
        """What a click on the icon does. `anchor` is where the icon is, empty or None where nobody knows."""
        if self.isVisible():
            self.hide()
        elif not self._closed.isValid() or self._closed.elapsed() > SAME_CLICK_MS:
            self.open(anchor)
        self._closed.invalidate()

    def open(self, anchor: QRect | None = None) -> None:
        """Show the panel beside the icon, else at the pointer, else where the compositor likes."""
        self._anchor = _anchor(anchor)
        self._cards.sort_next_time()
        self._refresh()
        self.show()
        # Only now has every widget its style, and with it its final height.
        self._fit()
        self.activateWindow()
        self.setFocus()

    def now_ms(self) -> int:
        """The snapshot's moment and what has passed since."""
        return self._snapshot.at_ms + (self._received.elapsed() if self._received.isValid() else 0)

    def _refresh(self) -> None:
        snapshot, now_ms = self._snapshot, self.now_ms()
        self._head.show_snapshot(snapshot)
        # What was told comes before what could be done.
        told = {**advice_words.by_session(snapshot.advice), **by_session(snapshot.notices)}
        self._cards.show_sessions(snapshot.sessions, now_ms, told)
        self._cards.setVisible(bool(snapshot.sessions))
        self._nothing.show_snapshot(snapshot)
        self._nothing.setVisible(not snapshot.sessions)
        self._pause.setText(self.tr("Resume") if snapshot.is_paused else self.tr("Pause"))
        self._order_tabs()
        self._fit()
        self._wind(now_ms)

    @Slot()
    def _tick(self) -> None:
        now_ms = self.now_ms()
        self._cards.show_time(now_ms)
        self._fit()
        self._wind(now_ms)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isVisible() and not self.isActiveWindow():
            self._closed.start()
            self.hide()

    def hideEvent(self, event: QHideEvent) -> None:
        self._clock.stop()
        super().hideEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(palette.border), 1))
        painter.setBrush(QColor(palette.window))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)

    def resizeEvent(self, event: QResizeEvent) -> None:
        # On X11 without a compositor what is transparent is black: cut the corners off, just outside them.
        super().resizeEvent(event)
        if QGuiApplication.platformName() != "xcb":
            return
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(self.rect()), RADIUS - 2, RADIUS - 2)
        self.setMask(QRegion(shape.toFillPolygon().toPolygon()))

    def _wind(self, shown_ms: int) -> None:
        """Set the clock for the next moment at which a sentence, as it was for `shown_ms`, changes by itself."""
        ends = [view.next_turn.expires_ms - shown_ms for view in self._snapshot.sessions if view.next_turn]
        if self._snapshot.sessions:
            due = min([MINUTE_MS, *(end + 1 for end in ends if end > 0)])
            self._clock.start(max(1, due - (self.now_ms() - shown_ms)))
        else:
            self._clock.stop()

    def _order_tabs(self) -> None:
        """As seen: cards from the top, then the buttons, although cards are made at any time."""
        order = [self, *self._cards.cards, *self._nothing.buttons, *self._buttons]
        for before, after in itertools.pairwise(order):
            QWidget.setTabOrder(before, after)

    def _fit(self) -> None:
        """As large as the content, as small as the screen, and still beside the icon."""
        screen = self._screen()
        width = min(max(WIDTH, 24 * self.fontMetrics().height()), screen.width())
        body = self._cards if self._cards.isVisibleTo(self) else self._nothing
        fixed = self._height(self._head, width) + self._foot.sizeHint().height() + 2
        height = min(fixed + self._height(body, width - 2), screen.height() - 2 * GAP)
        self.setFixedSize(QSize(width, height))
        if self._anchor is not None:
            self.move(placed(self.size(), self._anchor, screen))

    def _screen(self) -> QRect:
        at = QGuiApplication.screenAt(self._anchor.center()) if self._anchor is not None else self.screen()
        return (at or QGuiApplication.primaryScreen()).availableGeometry()

    @staticmethod
    def _height(widget: QWidget, width: int) -> int:
        layout = widget.layout()
        if layout is None:
            return widget.sizeHint().height()
        layout.activate()
        return (
            layout.totalHeightForWidth(width)
            if layout.hasHeightForWidth()
            else layout.totalSizeHint().height()
        )

    def _scrolling(self) -> QScrollArea:
        area, body = QScrollArea(), QWidget()
        body.setProperty("role", "plain")
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._cards)
        column.addWidget(self._nothing)
        column.addStretch(1)
        area.setWidget(body)
        return area

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        self._foot = self._footer()
        column.addWidget(self._head)
        column.addWidget(self._scroll, 1)
        column.addWidget(self._foot)

    def _footer(self) -> QWidget:
        foot = QWidget()
        row = QHBoxLayout()
        row.setContentsMargins(10, 6, 10, 8)
        window, leave = QPushButton(self.tr("Window")), QPushButton(self.tr("Quit"))
        window.clicked.connect(self.window_requested)
        self._pause.clicked.connect(lambda: self.pause_requested.emit(not self._snapshot.is_paused))
        leave.clicked.connect(self.quit_requested)
        self._buttons = (window, self._pause, leave)
        for button in self._buttons:
            button.setProperty("role", "plain")
            row.addWidget(button)
        row.insertStretch(2, 1)
        column = QVBoxLayout(foot)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(line())
        column.addLayout(row)
        return foot


def _anchor(icon: QRect | None) -> QRect | None:
    """Where the icon is, else where the pointer is. Wayland tells neither, and places windows itself."""
    if icon is not None and not icon.isEmpty():
        return icon
    if QGuiApplication.platformName().startswith("wayland"):
        return None
    return QRect(QCursor.pos(), QSize(1, 1))
