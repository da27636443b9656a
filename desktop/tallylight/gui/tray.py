"""The icon in the tray: what it shows, its menu, and whether anyone shows it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from tallylight.domain.session import SessionView
from tallylight.domain.snapshot import Snapshot
from tallylight.gui import sentences
from tallylight.gui.icons import FARE_FROM, lamp_icon
from tallylight.gui.lamp import Lamp, lamp_of

#: A desktop says nothing when its panel starts late; it is asked this often until one is there.
LOOK_INTERVAL_MS = 5000
#: More sessions than this are for the panel.
MENU_SESSIONS = 8
#: Logical pixels, where the desktop does not say how large the icon is.
USUAL_SLOT = 22


class Tray(QObject):
    """Shows each snapshot at once and changes only what differs: some hosts hold a copy of icon and menu, and
    every change is sent to them."""

    panel_requested = Signal()
    window_requested = Signal()
    session_requested = Signal(str)
    pause_requested = Signal(bool)
    quiet_requested = Signal(bool)
    #: The notice that the icon showed by itself was clicked.
    message_clicked = Signal()
    export_requested = Signal()
    quit_requested = Signal()
    host_found = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._snapshot = Snapshot()
        self._lamp: Lamp | None = None
        self._menu = QMenu()
        self._sessions: dict[str, QAction] = {}
        self._build_menu()
        self._icon = QSystemTrayIcon(self)
        self._icon.setContextMenu(self._menu)
        self._icon.activated.connect(self._activate)
        self._icon.messageClicked.connect(self.message_clicked)
        self._look = QTimer(self)
        self._look.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._look.setInterval(LOOK_INTERVAL_MS)
        self._look.timeout.connect(self._look_for_host)
        self.show_snapshot(self._snapshot)

    @property
    def is_available(self) -> bool:
        """Whether something on this desktop shows tray icons now."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    @property
    def geometry(self) -> QRect:
        """Where the icon is; empty where the desktop does not tell."""
        return self._icon.geometry()

    def show(self) -> None:
        """Show the icon, now or as soon as there is a place for it."""
        self._icon.show()
        if not self.is_available:
            self._look.start()

    def hide(self) -> None:
        self._look.stop()
        self._icon.hide()

    @Slot(object)
    def show_snapshot(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        lamp = lamp_of(snapshot)
        if not self._has_room_for_fare():
            lamp = replace(lamp, fare="")
        if lamp != self._lamp:
            self._lamp = lamp
            self._icon.setIcon(lamp_icon(lamp))
        tip = sentences.tooltip(snapshot)
        if tip != self._icon.toolTip():
            self._icon.setToolTip(tip)
        self._fill_menu()

    def show_quiet(self, is_quiet: bool) -> None:
        """Whether the user wants no notices now."""
        self._quiet.setChecked(is_quiet)

    @Slot(str, str)
    def show_message(self, title: str, text: str) -> None:
        """A notice on the icon itself, where there is no service for it; else the window's list is all."""
        if self.is_available and QSystemTrayIcon.supportsMessages():
            self._icon.showMessage(title, text, lamp_icon(lamp_of(self._snapshot)))

    def _has_room_for_fare(self) -> bool:
        """Some hosts take the largest picture and shrink it, and not every figure survives that."""
        slot = self._icon.geometry().height() or USUAL_SLOT
        return slot * QGuiApplication.primaryScreen().devicePixelRatio() >= FARE_FROM

    def _build_menu(self) -> None:
        # Enabled although there is little to choose: hosts show disabled lines too faintly to read.
        self._today = self._menu.addAction("", self.panel_requested.emit)
        self._menu.addSeparator()
        self._more = self._menu.addAction("", self.panel_requested.emit)
        self._menu.addSeparator()
        self._pause = self._menu.addAction("", self._ask_to_pause)
        self._quiet = self._menu.addAction(self.tr("Pause notices"))
        self._quiet.setCheckable(True)
        self._quiet.triggered.connect(self.quiet_requested)
        self._menu.addAction(self.tr("Open window"), self.window_requested.emit)
        self._menu.addAction(self.tr("Export …"), self.export_requested.emit)
        self._menu.addSeparator()
        self._menu.addAction(self.tr("Quit"), self.quit_requested.emit)
        self._menu.aboutToShow.connect(self._fill_menu)

    @Slot()
    def _fill_menu(self) -> None:
        snapshot = self._snapshot
        _set_text(self._today, self.tr("Today {}").format(sentences.today(snapshot)))
        _set_text(self._pause, self.tr("Resume") if snapshot.is_paused else self.tr("Pause"))
        views = {view.session_id: view for view in snapshot.sessions[:MENU_SESSIONS]}
        for gone in self._sessions.keys() - views.keys():
            self._menu.removeAction(self._sessions.pop(gone))
        for view in views.values():
            action = self._sessions.get(view.session_id) or self._add_session(view)
            _set_text(action, sentences.session_line(view))
        hidden = len(snapshot.sessions) - len(views)
        _set_text(self._more, self.tr("and {} more").format(hidden) if hidden else self.tr("No live session"))
        self._more.setVisible(hidden > 0 or not views)
        self._keep_on_screen()

    def _keep_on_screen(self) -> None:
        """A menu that is open grows with the first session, beyond an edge that it stood at."""
        room, place = self._menu.screen().availableGeometry(), self._menu.geometry()
        if self._menu.isVisible() and not room.contains(place):
            place.moveRight(min(place.right(), room.right()))
            place.moveBottom(min(place.bottom(), room.bottom()))
            self._menu.move(place.topLeft())

    def _add_session(self, view: SessionView) -> QAction:
        action = QAction(self._menu)
        action.triggered.connect(lambda: self.session_requested.emit(view.session_id))
        self._menu.insertAction(self._more, action)
        self._sessions[view.session_id] = action
        return action

    @Slot()
    def _ask_to_pause(self) -> None:
        self.pause_requested.emit(not self._snapshot.is_paused)

    @Slot(QSystemTrayIcon.ActivationReason)
    def _activate(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is QSystemTrayIcon.ActivationReason.Trigger:
            self.panel_requested.emit()
        elif reason is QSystemTrayIcon.ActivationReason.MiddleClick:
            self.window_requested.emit()

    @Slot()
    def _look_for_host(self) -> None:
        if self.is_available:
            self._look.stop()
            self.host_found.emit()


def _set_text(action: QAction, text: str) -> None:
    """An ampersand in a name is an ampersand, not a shortcut; the same text is not sent again."""
    text = text.replace("&", "&&")
    if action.text() != text:
        action.setText(text)
