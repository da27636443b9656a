"""The window: pages beside a sidebar, above them what the user has to know."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSettings, QSize, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import Snapshot
from tallylight.gui.banner import Banners
from tallylight.gui.history_page import HistoryPage
from tallylight.gui.jobs import Jobs
from tallylight.gui.library import Library
from tallylight.gui.live_page import LivePage
from tallylight.gui.sidebar import Sidebar
from tallylight.gui.sources_page import SourcesPage
from tallylight.gui.theme import Theme
from tallylight.gui.welcome import Welcome, is_empty
from tallylight.gui.window_style import window_style

USUAL_SIZE = QSize(1100, 720)
GEOMETRY = "window/geometry"


class MainWindow(QMainWindow):
    """Shows snapshots and asks the library. Closing it hides it: the lamp stays on."""

    demo_requested = Signal()
    demo_ended = Signal()
    folder_added = Signal(str)
    folder_removed = Signal(str)
    theme_chosen = Signal(str)
    meter_pinned = Signal(bool)
    quit_requested = Signal()
    #: The window was closed, which hides it.
    closed = Signal()

    def __init__(self, theme: Theme, library: Library, jobs: Jobs, *, week_starts_on: int = 0) -> None:
        super().__init__()
        self._theme = theme
        self.setWindowTitle("Tallylight")
        pages = {"live": self.tr("Live"), "history": self.tr("History"), "sources": self.tr("Sources")}
        self._sidebar = Sidebar(pages)
        self._sidebar.page_chosen.connect(self.open_page)
        self._banners = Banners()
        self._banners.demo_ended.connect(self.demo_ended)
        self._welcome = Welcome()
        self._live = LivePage(theme, library, jobs)
        self._library = library
        self._jobs = jobs
        self._week_starts_on = week_starts_on
        self._history: HistoryPage | None = None
        self._snapshot: Snapshot | None = None
        self._sources = SourcesPage(theme)
        self._first = QStackedWidget()
        self._stack = QStackedWidget()
        self._pages: dict[str, QWidget] = {
            "live": self._first,
            "sources": self._sources,
        }
        self._compose()
        self._connect()
        self.open_page("live")
        self._restore()

    def _compose(self) -> None:
        self._first.addWidget(self._live)
        self._first.addWidget(self._welcome)
        for page in self._pages.values():
            self._stack.addWidget(page)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self._banners)
        right.addWidget(self._stack, 1)
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._sidebar)
        row.addLayout(right, 1)
        self.setCentralWidget(whole)
        em = self.fontMetrics().averageCharWidth()
        self.setMinimumSize(em * 85, self.fontMetrics().height() * 24)

    def _connect(self) -> None:
        self._welcome.demo_requested.connect(self.demo_requested)
        self._welcome.folder_wanted.connect(self._sources.choose_folder)
        self._sources.folder_added.connect(self.folder_added)
        self._sources.folder_removed.connect(self.folder_removed)
        self._sources.theme_chosen.connect(self.theme_chosen)
        self._sources.meter_pinned.connect(self.meter_pinned)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Close), self, self.close)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Quit), self, self.quit_requested.emit)
        self._theme.changed.connect(self._dress)
        self._dress()

    @Slot()
    def _dress(self) -> None:
        self.setStyleSheet(window_style(self._theme.palette))

    @Slot(object)
    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Bring every page to this moment; pages that are not visible ask nothing of the library."""
        self._banners.show_snapshot(snapshot)
        self._sidebar.show_snapshot(snapshot)
        self._welcome.show_snapshot(snapshot)
        self._live.show_snapshot(snapshot)
        self._snapshot = snapshot
        if self._history is not None:
            self._history.show_snapshot(snapshot)
        self._sources.show_snapshot(snapshot)
        self._first.setCurrentWidget(self._welcome if is_empty(snapshot) else self._live)

    def show_tray(self, is_there: bool) -> None:
        """Whether there is a lamp in a tray, or this window is all there is."""
        self._sidebar.show_tray(is_there)

    def show_settings(self, settings: Settings) -> None:
        """What the user chose before."""
        self._sources.show_choices(settings.theme, settings.is_meter_pinned)
        self._week_starts_on = settings.week_starts_on
        if self._history is not None:
            self._history.controls.start_weeks_on(settings.week_starts_on)

    @Slot(str)
    def open_page(self, name: str) -> None:
        """ "live", "history" or "sources"."""
        self._sidebar.choose(name)
        if name == "history" and self._history is None:
            self._make_history()
        self._stack.setCurrentWidget(self._pages[name])

    @Slot(str)
    def open_session(self, session_id: str) -> None:
        """The Live page with this session, whether it is live or not."""
        self._live.open_session(session_id)
        self.open_page("live")

    def _make_history(self) -> None:
        """When it is first opened: it is a third of the window's building."""
        self._history = HistoryPage(
            self._theme, self._library, self._jobs, week_starts_on=self._week_starts_on
        )
        self._history.session_wanted.connect(self.open_session)
        self._pages["history"] = self._history
        self._stack.addWidget(self._history)
        if self._snapshot is not None:
            self._history.show_snapshot(self._snapshot)

    def _restore(self) -> None:
        self.resize(USUAL_SIZE.boundedTo(self.screen().availableSize()))
        kept = _geometry().value(GEOMETRY)
        if isinstance(kept, QByteArray):
            self.restoreGeometry(kept)

    def closeEvent(self, event: QCloseEvent) -> None:
        # Accepted: without WA_DeleteOnClose closing only hides, and refusing would keep the desktop from
        # ending its session.
        _geometry().setValue(GEOMETRY, self.saveGeometry())
        super().closeEvent(event)
        self.closed.emit()


def _geometry() -> QSettings:
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "tallylight", "window")
