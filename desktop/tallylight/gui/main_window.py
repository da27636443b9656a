"""The window: pages beside a sidebar, above them what the user has to know."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSettings, QSize, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import Snapshot
from tallylight.gui.banner import Banners
from tallylight.gui.export_words import Offer
from tallylight.gui.jobs import Jobs
from tallylight.gui.library import Library
from tallylight.gui.page_place import PagePlace
from tallylight.gui.sidebar import Sidebar
from tallylight.gui.theme import Theme
from tallylight.gui.window_style import window_style

if TYPE_CHECKING:  # each is loaded when it is first shown
    from tallylight.gui.advice_page import AdvicePage
    from tallylight.gui.budgets_page import BudgetsPage
    from tallylight.gui.caretaker import Caretaker
    from tallylight.gui.first_run import FirstRun
    from tallylight.gui.history_page import HistoryPage
    from tallylight.gui.live_page import LivePage
    from tallylight.gui.notices_page import NoticesPage
    from tallylight.gui.rules_card import RuleRow
    from tallylight.gui.settings_page import SettingsPage
    from tallylight.gui.sources_page import SourcesPage
    from tallylight.gui.welcome import Welcome

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
    #: What was answered to an offer of Sources, and paths of usage files.
    agreed = Signal(object)
    #: See `hooks_card.HooksCard`.
    hooks_asked = Signal(bool)
    hooks_confirmed = Signal()
    quit_requested = Signal()
    #: Fields of Settings that the user changed, by name; and a notice's key with what was done about it.
    settings_changed = Signal(object)
    answered = Signal(str, str)
    #: Keys of notices that were looked at; and the kind and name of a hush that is to end.
    notices_seen = Signal(object)
    speak_again_wanted = Signal(str, str)
    #: The keys of advice that was painted, and of what its session is to hear no more of, or again.
    advice_seen = Signal(str)
    advice_declined = Signal(str)
    advice_wanted = Signal(str)
    #: Where an opened notice leads: a Finding.
    place_wanted = Signal(object)
    #: An Order that the export dialog begins with, None for what was chosen last.
    export_requested = Signal(object)
    #: Everything is to be deleted: whether the settings and the keys are.
    deletion_wanted = Signal(bool, bool)
    #: The window was closed, which hides it.
    closed = Signal()

    def __init__(
        self,
        theme: Theme,
        library: Library,
        jobs: Jobs,
        caretaker: Callable[[], Caretaker],
        *,
        rules: Sequence[RuleRow] = (),
        command: Sequence[str] = (),
        offers: Callable[[], Sequence[Offer]] = tuple,
        given_keys: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        super().__init__()
        self._caretaker = caretaker
        self._command, self._offers, self._given_keys = command, offers, given_keys
        self._theme, self._library, self._jobs = theme, library, jobs
        self._settings, self._rules = Settings(), rules
        self._snapshot: Snapshot | None = None
        self.setWindowTitle("Tallylight")
        self._sidebar = Sidebar(
            {
                "live": self.tr("Live"),
                "history": self.tr("History"),
                "budgets": self.tr("Budgets"),
                "advice": self.tr("Advice"),
                "notices": self.tr("Notices"),
                "sources": self.tr("Sources"),
                "settings": self.tr("Settings"),
            }
        )
        self._sidebar.page_chosen.connect(self.open_page)
        self._banners = Banners()
        self._banners.demo_ended.connect(self.demo_ended)
        self._live = PagePlace("tallylight.gui.live_page", self._make_live)
        self._welcome = PagePlace("tallylight.gui.welcome", self._make_welcome)
        self._history = PagePlace("tallylight.gui.history_page", self._make_history)
        self._budgets = PagePlace("tallylight.gui.budgets_page", self._make_budgets)
        self._advice = PagePlace("tallylight.gui.advice_page", self._make_advice)
        self._notices = PagePlace("tallylight.gui.notices_page", self._make_notices)
        self._sources = PagePlace("tallylight.gui.sources_page", self._make_sources)
        self._choices = PagePlace("tallylight.gui.settings_page", self._make_settings)
        self._first_run = PagePlace("tallylight.gui.first_run", self._make_first_run)
        #: Which of Live and the welcome comes first is not known before the first snapshot.
        self._undecided = QWidget()
        self._page_name = ""
        self._is_first_run = False
        self._stack = QStackedWidget()
        self._pages: dict[str, QWidget] = {
            "live": self._live,
            "history": self._history,
            "budgets": self._budgets,
            "advice": self._advice,
            "notices": self._notices,
            "sources": self._sources,
            "settings": self._choices,
        }
        self._compose()
        QShortcut(QKeySequence(QKeySequence.StandardKey.Close), self, self.close)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Quit), self, self.quit_requested.emit)
        QShortcut(QKeySequence("Ctrl+E"), self, self._export)
        theme.changed.connect(self._dress)
        self._dress()
        self.open_page("live")
        self._restore()

    def _compose(self) -> None:
        for page in (self._undecided, self._welcome, self._first_run, *self._pages.values()):
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

    @Slot()
    def _dress(self) -> None:
        self.setStyleSheet(window_style(self._theme.palette))

    @Slot(object)
    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Bring every page there is to this moment; those that are not visible ask nothing of the library."""
        self._snapshot = snapshot
        self._banners.show_snapshot(snapshot)
        self._sidebar.show_snapshot(snapshot)
        self._sidebar.count("notices", sum(notice.is_unseen for notice in snapshot.notices))
        for place in (
            self._live,
            self._welcome,
            self._history,
            self._budgets,
            self._advice,
            self._notices,
            self._sources,
            self._choices,
            self._first_run,
        ):
            if place.built is not None:
                place.built.show_snapshot(snapshot)
        self._show_page()

    def show_tray(self, is_there: bool) -> None:
        """Whether there is a lamp in a tray, or this window is all there is."""
        self._sidebar.show_tray(is_there)

    def show_settings(self, settings: Settings) -> None:
        """What the user chose before."""
        self._settings = settings
        if self._sources.built is not None:
            self._sources.built.show_settings(settings)
        for place in (self._live, self._budgets, self._advice, self._notices, self._choices, self._first_run):
            if place.built is not None:
                place.built.show_settings(settings)
        if self._history.built is not None:
            self._history.built.controls.show_settings(settings)
        self._show_page()

    @Slot(str)
    def show_feed_problem(self, problem: str) -> None:
        """What kept a provider from being connected."""
        self._sources.page.feeds.refuse(problem)

    @Slot(str)
    def show_feed_connected(self, says: str) -> None:
        """A provider's key was taken: how its test went."""
        self._sources.page.feeds.connect_done(says)

    @Slot(str)
    def show_unkept(self, problem: str) -> None:
        """Why what was chosen holds until the end of the program alone."""
        self.open_page("settings")
        self._choices.page.show_trouble(problem)

    @Slot(str)
    def open_page(self, name: str) -> None:
        """ "live", "history", "budgets", "advice", "notices", "sources" or "settings"."""
        self._is_first_run = False
        self._sidebar.choose(name)
        self._page_name = name
        self._show_page()

    def _show_page(self) -> None:
        page = self._page_or_welcome()
        self._sidebar.setVisible(page is not self._first_run)
        self._stack.setCurrentWidget(page)

    @Slot()
    def open_first_run(self) -> None:
        """What a new user is shown in place of Live, until it is done or skipped."""
        self.open_page("live")
        self._is_first_run = True
        self._show_page()

    @Slot()
    def _end_first_run(self) -> None:
        self.settings_changed.emit({"is_introduced": True})
        self.open_page("live")

    def _page_or_welcome(self) -> QWidget:
        """Where nothing was ever recorded a page of figures would say that nothing was spent. Budgets that were
        set already can be seen all the same."""
        name, snapshot = self._page_name, self._snapshot
        if snapshot is None:
            return self._undecided if name == "live" and self._live.built is None else self._pages[name]
        needs_logs = name in ("live", "history", "advice") or (
            name == "budgets" and not (self._settings.budgets or snapshot.notices)
        )
        if snapshot.is_empty and needs_logs:
            return self._welcome
        return self._first_run if self._is_first_run and not snapshot.is_demo else self._pages[name]

    @Slot(str)
    @Slot(str, str)
    def open_session(self, session_id: str, request: str = "") -> None:
        """The Live page with this session, whether it is live or not, and in it a request."""
        self._live.page.open_session(session_id, request)
        self.open_page("live")

    @Slot(str, str)
    def open_what_if(self, session_id: str, name: str) -> None:
        """The Advice page with what this session would have cost otherwise."""
        self.open_page("advice")
        self._advice.page.show_session(session_id, name)

    @Slot()
    def open_notices(self) -> None:
        self.open_page("notices")
        self._notices.page.choose_list()

    def open_days(self, since: str, until: str) -> None:
        """History on these days, ISO dates, `until` exclusive."""
        self.open_page("history")
        self._history.page.show_days(since, until)

    # -- the pages, each when it is first looked at

    def _make_live(self) -> LivePage:
        from tallylight.gui.live_page import LivePage

        page = LivePage(self._theme, self._library, self._jobs)
        page.settings_changed.connect(self.settings_changed)
        page.advice_seen.connect(self.advice_seen)
        page.declined.connect(self.advice_declined)
        page.what_if_wanted.connect(self.open_what_if)
        page.show_settings(self._settings)
        if self._snapshot is not None:
            page.show_snapshot(self._snapshot)
        return page

    def _make_welcome(self) -> Welcome:
        from tallylight.gui.welcome import Welcome

        page = Welcome()
        page.demo_requested.connect(self.demo_requested)
        page.folder_wanted.connect(self._choose_folder)
        page.show_snapshot(self._snapshot or Snapshot())
        return page

    def _make_history(self) -> HistoryPage:
        from tallylight.gui.history_page import HistoryPage

        week_starts_on = self._settings.week_starts_on
        page = HistoryPage(
            self._theme, self._library, self._jobs, week_starts_on=week_starts_on, command=self._command
        )
        page.session_wanted.connect(self.open_session)
        page.export_requested.connect(self.export_requested)
        page.copies.show_offers(self._offers())
        page.controls.show_settings(self._settings)
        if self._snapshot is not None:
            page.show_snapshot(self._snapshot)
        return page

    def _make_budgets(self) -> BudgetsPage:
        from tallylight.gui.budgets_page import BudgetsPage

        page = BudgetsPage(self._theme, self._library, self._jobs, self._rules)
        page.settings_changed.connect(self.settings_changed)
        page.show_settings(self._settings)
        if self._snapshot is not None:
            page.show_snapshot(self._snapshot)
        return page

    def _make_advice(self) -> AdvicePage:
        from tallylight.gui.advice_page import AdvicePage

        page = AdvicePage(self._theme, self._library, self._jobs)
        page.session_wanted.connect(self.open_session)
        page.settings_changed.connect(self.settings_changed)
        page.now.seen.connect(self.advice_seen)
        page.declined.connect(self.advice_declined)
        page.wanted.connect(self.advice_wanted)
        page.show_settings(self._settings)
        if self._snapshot is not None:
            page.show_snapshot(self._snapshot)
        return page

    def _make_notices(self) -> NoticesPage:
        from tallylight.gui.notices_page import NoticesPage

        page = NoticesPage(self._theme)
        page.settings_changed.connect(self.settings_changed)
        page.answered.connect(self.answered)
        page.speak_again_wanted.connect(self.speak_again_wanted)
        page.place_wanted.connect(self.place_wanted)
        page.seen.connect(self.notices_seen)
        page.show_settings(self._settings)
        if self._snapshot is not None:
            page.show_snapshot(self._snapshot)
        return page

    def _make_sources(self) -> SourcesPage:
        from tallylight.gui.sources_page import SourcesPage

        page = SourcesPage(self._theme, self._library, self._jobs, self._command, self._given_keys())
        page.folder_added.connect(self.folder_added)
        page.folder_removed.connect(self.folder_removed)
        page.agreed.connect(self.agreed)
        page.hooks_asked.connect(self.hooks_asked)
        page.hooks_confirmed.connect(self.hooks_confirmed)
        page.show_settings(self._settings)
        page.show_snapshot(self._snapshot or Snapshot())
        return page

    def _make_settings(self) -> SettingsPage:
        from tallylight.gui.settings_page import SettingsPage

        page = SettingsPage(self._caretaker(), self._jobs)
        page.theme_chosen.connect(self.theme_chosen)
        page.meter_pinned.connect(self.meter_pinned)
        page.settings_changed.connect(self.settings_changed)
        page.page_wanted.connect(self.open_page)
        page.first_run_wanted.connect(self.open_first_run)
        page.deletion_wanted.connect(self.deletion_wanted)
        page.show_settings(self._settings)
        page.show_snapshot(self._snapshot or Snapshot())
        return page

    def _make_first_run(self) -> FirstRun:
        from tallylight.gui.first_run import FirstRun

        page = FirstRun(self._library, self._caretaker(), self._jobs)
        page.settings_changed.connect(self.settings_changed)
        page.ended.connect(self._end_first_run)
        page.show_settings(self._settings)
        page.show_snapshot(self._snapshot or Snapshot())
        return page

    @Slot()
    def _export(self) -> None:
        """What is on screen, where that is History."""
        is_history = self._page_name == "history" and self._history.built is not None
        self.export_requested.emit(self._history.page.order() if is_history else None)

    @Slot(str, str)
    def show_hooks_change(self, diff: str, problem: str) -> None:
        """What a change asked for on the Sources page would be."""
        self._sources.page.show_hooks_change(diff, problem)

    @Slot()
    def _choose_folder(self) -> None:
        self._sources.page.choose_folder()

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
