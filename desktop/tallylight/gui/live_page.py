"""The Live page: the sessions, and the one that is looked at."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QStackedWidget, QVBoxLayout, QWidget

from tallylight.domain.advice import Advice
from tallylight.domain.session import SessionView
from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import Snapshot
from tallylight.domain.summary import Filter, Summary
from tallylight.gui.jobs import Jobs
from tallylight.gui.library import Library
from tallylight.gui.pieces import caption, set_text
from tallylight.gui.question import Question
from tallylight.gui.session_answer import SessionAnswer, prepared
from tallylight.gui.session_list import SessionList
from tallylight.gui.session_model import SessionModel
from tallylight.gui.session_page import SessionPage
from tallylight.gui.silencer import Silencer
from tallylight.gui.theme import Theme

#: How far back the list reaches, and how many past sessions it holds at most.
RECENT_MS = 14 * 86_400_000
MOST_RECENT = 60
#: How much of the height the list may take when it stands above the session, and how many rows it shows whatever
#: that is.
LIST_SHARE = 1 / 3
LEAST_ROWS = 3


class LivePage(QWidget):
    """Chooses the session to show: the user's choice, else the live one that moved last.

    `advice_seen` tells the key of advice that was painted, `declined` of what its session is to hear no more of,
    `what_if_wanted` a session of which is to be seen what it would have cost otherwise, and its name.
    """

    settings_changed = Signal(object)
    advice_seen = Signal(str)
    declined = Signal(str)
    what_if_wanted = Signal(str, str)

    def __init__(self, theme: Theme, library: Library, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._now_ms = 0
        self._views: dict[str, SessionView] = {}
        self._shown: SessionView | None = None
        self._session_id = ""
        #: A request that is to be shown once it has been read.
        self._request = ""
        self._live_ids: frozenset[str] | None = None
        self._detail = Question[SessionAnswer | None](jobs, self._show_detail, self._say, self)
        self._recent = Question[Summary](jobs, self._show_recent, self._say, self)
        self._model = SessionModel(theme, self)
        self._list = SessionList(self._model)
        self._list.picked.connect(self.open_session)
        self._page = SessionPage(theme, jobs)
        self._advice: tuple[Advice, ...] = ()
        self._page.advice.seen.connect(self.advice_seen)
        self._page.advice.declined.connect(self.declined)
        self._page.what_if_wanted.connect(self.what_if_wanted)
        self._silencer = Silencer(self)
        self._page.advice.silenced.connect(self._silencer.silence)
        self._silencer.settings_changed.connect(self.settings_changed)
        self._nothing = caption(self.tr("No session yet. The first one that starts will show up here."))
        self._nothing.setMargin(24)
        self._nothing.setWordWrap(True)
        self._trouble = caption()
        self._stack = QStackedWidget()
        self._stack.addWidget(self._nothing)
        self._stack.addWidget(self._page)
        self._compose()

    def _compose(self) -> None:
        self._side = QFrame()
        side = QVBoxLayout(self._side)
        side.setContentsMargins(8, 14, 0, 8)
        side.addWidget(self._trouble)
        side.addWidget(self._list)
        self._trouble.setWordWrap(True)
        self._trouble.hide()
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(0)
        self._box.addWidget(self._side)
        self._box.addWidget(self._stack, 1)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self._now_ms = snapshot.at_ms
        self._views = {view.session_id: view for view in snapshot.sessions}
        self._model.show_live(snapshot.sessions, self._now_ms)
        # What has ended since becomes a past session, and more are known once history is read.
        key = frozenset(self._views) | ({"reading"} if snapshot.progress else set())
        if key != self._live_ids:
            self._live_ids = key
            question = Filter(since_ms=self._now_ms - RECENT_MS)
            library = self._library  # a job may hold nothing of Qt
            self._recent.ask(lambda: library.sessions(question))
        if not self._session_id and snapshot.sessions:
            self.open_session(snapshot.sessions[0].session_id)
        self._advice = snapshot.advice
        self._refresh()
        self._fit()

    def show_settings(self, settings: Settings) -> None:
        self._silencer.show_settings(settings)

    def _refresh(self) -> None:
        view = self._views.get(self._session_id)
        self._page.advice.show_advice([one for one in self._advice if one.session_id == self._session_id])
        if view is not None:
            self._page.show_view(view, self._now_ms)
            self._stack.setCurrentWidget(self._page)
            if view != self._shown:
                self._shown = view
                self._ask()

    @Slot(str)
    def open_session(self, session_id: str, request: str = "") -> None:
        """Show a session, live or not, and in it a request."""
        self._request = request
        if session_id == self._session_id:
            self._show_request()
            return
        self._session_id = session_id
        self._shown = None
        self._list.select(session_id)
        if session_id in self._views:
            self._detail.forget()
        self._refresh()
        if session_id not in self._views:
            self._ask(replaces=True)

    def _ask(self, *, replaces: bool = False) -> None:
        session_id = self._session_id
        library = self._library  # a job may hold nothing of Qt
        self._detail.ask(lambda: prepared(library.detail(session_id)), replaces=replaces)

    def _show_detail(self, answer: SessionAnswer | None) -> None:
        if answer is not None and answer.detail.view.session_id == self._session_id:
            self._page.show_answer(answer, self._now_ms)
            self._stack.setCurrentWidget(self._page)
            set_text(self._trouble, "")
            self._show_request()

    def _show_request(self) -> None:
        if self._page.show_request(self._request):
            self._request = ""

    def _show_recent(self, summary: Summary) -> None:
        rows = sorted(summary.rows, key=lambda row: row.last_ms, reverse=True)[:MOST_RECENT]
        self._model.show_past(rows, self._now_ms)
        if not self._session_id and rows:
            self.open_session(rows[0].session_id or rows[0].key)
        self._list.select(self._session_id)
        self._fit()

    def _say(self, sentence: str) -> None:
        set_text(self._trouble, self.tr("Could not be read: {}").format(sentence))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """The list stands beside the session where there is room, else above it: as high as its rows, but no
        higher than its share."""
        em = self.fontMetrics().averageCharWidth()
        is_wide = self.width() >= 140 * em
        side = QBoxLayout.Direction.LeftToRight if is_wide else QBoxLayout.Direction.TopToBottom
        self._box.setDirection(side)
        no_limit = 16_777_215
        self._side.setMaximumWidth(32 * em if is_wide else no_limit)
        self._side.setMinimumWidth(32 * em if is_wide else 0)
        self._list.lie_flat(not is_wide)
        height = self._list.height_of(min(self._model.rowCount(), self._rows_of_its_share()))
        # Not the side's: what went wrong may be said above the list.
        self._list.setMinimumHeight(0 if is_wide else height)
        self._list.setMaximumHeight(no_limit if is_wide else height)
        self._side.setVisible(self._model.rowCount() > 0)

    def _rows_of_its_share(self) -> int:
        return max(LEAST_ROWS, int(self.height() * LIST_SHARE) // self._list.height_of_a_row)
