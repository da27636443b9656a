"""The History page: a period, and the way from any of its figures down to the requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from PySide6.QtCore import QKeyCombination, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QApplication, QStackedWidget, QVBoxLayout, QWidget

from tallylight.domain.order import Order
from tallylight.domain.session import Turn
from tallylight.domain.snapshot import Snapshot
from tallylight.domain.summary import Filter, History, HistoryQuestion, Summary, SummaryRow, Totals
from tallylight.gui import wording
from tallylight.gui.asking_again import AskingAgain
from tallylight.gui.clipping import CopyButtons
from tallylight.gui.drill import Crumbs, RequestsLevel, SessionsLevel
from tallylight.gui.export_range import order_of
from tallylight.gui.history_controls import HistoryControls
from tallylight.gui.history_overview import HistoryOverview
from tallylight.gui.history_tables import group_name, session_name
from tallylight.gui.jobs import Jobs
from tallylight.gui.library import Library
from tallylight.gui.period import Period, day_start_ms, slot_span_ms, slot_title, title
from tallylight.gui.pieces import caption, set_text
from tallylight.gui.question import Question
from tallylight.gui.theme import Theme

#: Which field of a filter a group's key goes into.
FIELDS = {"session": "session_id", "agent": "source"}
#: Any of these goes one step back up.
BACK = (
    QKeySequence(Qt.Key.Key_Escape),
    QKeySequence(Qt.Key.Key_Backspace),
    QKeySequence(QKeyCombination(Qt.Modifier.ALT, Qt.Key.Key_Left)),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step down: what it is called and which requests it holds."""

    name: str
    filter: Filter
    row: SummaryRow | None = None


class HistoryPage(QWidget):
    """Asks only while it is visible. `session_wanted` asks the window to show a session whole."""

    session_wanted = Signal(str)
    #: The Order of what is on screen.
    export_requested = Signal(object)

    def __init__(
        self,
        theme: Theme,
        library: Library,
        jobs: Jobs,
        *,
        week_starts_on: int = 0,
        command: Sequence[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._library = library
        self._path: list[Step] = []
        #: Where the way down began, and which sessions are listed below it.
        self._left: QWidget | None = None
        self._listed: Filter | None = None
        self._known = 0
        self._is_stale = True
        self._history = Question[tuple[History, Period, str]](jobs, self._show_history, self._say, self)
        self._sessions = Question[Summary](jobs, self._show_sessions, self._say, self)
        self._requests = Question[Sequence[Turn]](jobs, self._show_requests, self._say, self)
        self.controls = HistoryControls(week_starts_on)
        self.controls.changed.connect(self._ask_anew)
        self.controls.export_wanted.connect(lambda: self.export_requested.emit(self.order()))
        self.copies = CopyButtons(command, self.order)
        self.controls.add(self.copies)
        self._overview = HistoryOverview(theme, jobs, self.controls)
        self._overview.slot_opened.connect(self._open_slot)
        self._overview.row_opened.connect(self._open_group)
        self._list = SessionsLevel(theme)
        self._list.opened.connect(self._open_row)
        self._turns = RequestsLevel(theme)
        self._turns.session_wanted.connect(self.session_wanted)
        self._later = AskingAgain(self._ask, self)
        self._compose()

    def _compose(self) -> None:
        self._crumbs = Crumbs()
        self._crumbs.left_to.connect(self._climb)
        self._trouble = caption()
        self._trouble.setWordWrap(True)
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(20, 16, 20, 20)
        column.addWidget(self._crumbs)
        self._levels = QStackedWidget()
        self._levels.addWidget(self._list)
        self._levels.addWidget(self._turns)
        column.addWidget(self._levels, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._overview)
        self._stack.addWidget(below)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._trouble)
        outer.addWidget(self._stack)
        set_text(self._trouble, "")
        self._back = [QShortcut(key, self, self._go_back) for key in BACK]
        for shortcut in self._back:
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.setEnabled(False)  # on top these keys are nobody's

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Follow the clock and the ledger: asked again at most every few seconds, and only while visible."""
        self.controls.start(wording.day_of(snapshot.at_ms))
        self.copies.setVisible(
            self.copies.has_any and not snapshot.is_demo
        )  # commands read the user's own ledger
        if snapshot.machines:
            self.controls.offer_machines()
        if len({root.account for root in snapshot.roots if root.sessions}) > 1:
            self.controls.offer_accounts()
        if snapshot.requests_known != self._known:
            self._known = snapshot.requests_known
            self._is_stale = True
            if self.isVisible():
                self._later.note_news()

    def show_days(self, since: str, until: str) -> None:
        """These days as a whole, ISO dates, `until` exclusive."""
        self._climb(0)
        self.controls.show_days(since, until)

    def order(self) -> Order:
        """An export of what is on screen: its days, its grouping, and what it was narrowed to."""
        narrowed = self._path[-1].filter if self._path else Filter()
        controls = self.controls
        return order_of(controls.period, controls.by, narrowed, controls.today, controls.week_starts_on)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_stale:
            self._ask()

    @Slot()
    def _ask_anew(self) -> None:
        self._is_stale = True
        if self.isVisible():
            self._ask(replaces=True)

    @Slot()
    def _ask(self, *, replaces: bool = False) -> None:
        if not self.isVisible() or self.controls.period.since.year == 1970:
            return
        self._is_stale = False
        period, by_text = self.controls.period, self.controls.by_text()
        question = HistoryQuestion(
            since=period.since.isoformat(), until=period.until.isoformat(), by=self.controls.by
        )
        library = self._library  # a job may hold nothing of Qt
        self._history.ask(lambda: (library.history(question), period, by_text), replaces=replaces)

    def _show_history(self, answer: tuple[History, Period, str]) -> None:
        set_text(self._trouble, "")
        self._overview.show_answer(*answer)

    def _period_filter(self) -> Filter:
        period = self.controls.period
        return Filter(since_ms=day_start_ms(period.since), until_ms=day_start_ms(period.until))

    @Slot(str, str)
    def _open_slot(self, slot: str, series: str) -> None:
        since_ms, until_ms = slot_span_ms(slot)
        wanted = Filter(since_ms=since_ms, until_ms=until_ms)
        name = slot_title(slot)
        if series:
            wanted = _narrowed(wanted, self.controls.by, series)
            name = f"{name} · {group_name_of(series)}"
        self._descend([Step(name, wanted)])

    @Slot(object)
    def _open_group(self, row: SummaryRow) -> None:
        if self.controls.by == "session":
            self._open_row(row)
        elif row.key:
            self._descend(
                [Step(group_name(row), _narrowed(self._period_filter(), self.controls.by, row.key))]
            )

    @Slot(object)
    def _open_row(self, row: SummaryRow) -> None:
        base = self._path[-1].filter if self._path else self._period_filter()
        wanted = msgspec.structs.replace(base, session_id=row.session_id or row.key)
        self._descend([*self._path[:1], Step(session_name(row), wanted, row)])

    @Slot(int)
    def _climb(self, depth: int) -> None:
        self._descend(self._path[:depth])

    @Slot()
    def _go_back(self) -> None:
        self._descend(self._path[:-1])

    def _descend(self, path: list[Step]) -> None:
        if path and not self._path:
            self._left = QApplication.focusWidget()
        self._path = path
        for shortcut in self._back:
            shortcut.setEnabled(bool(path))
        if not path:
            self._surface()
            return
        step = path[-1]
        self._crumbs.show_path([title(self.controls.period), *(step.name for step in path)])
        self._stack.setCurrentIndex(1)
        if step.row is None:
            self._list_sessions(step.filter)
        else:
            self._turns.clear()
            self._levels.setCurrentWidget(self._turns)
            library = self._library  # a job may hold nothing of Qt
            self._requests.ask(lambda: library.requests(step.filter), replaces=True)
            self._turns.table.setFocus()

    def _surface(self) -> None:
        """Back on top, the focus is where it was when the way down began."""
        self._listed = None
        self._stack.setCurrentIndex(0)
        if self._left is not None and self._overview.isAncestorOf(self._left):
            self._left.setFocus()

    def _list_sessions(self, wanted: Filter) -> None:
        if wanted != self._listed:  # on the way back the list, and what is chosen in it, stays
            self._list.clear()
        self._listed = wanted
        self._levels.setCurrentWidget(self._list)
        library = self._library  # a job may hold nothing of Qt
        self._sessions.ask(lambda: library.sessions(wanted), replaces=True)
        self._list.table.setFocus()

    def _show_sessions(self, summary: Summary) -> None:
        self._list.show_answer(summary)

    def _show_requests(self, turns: Sequence[Turn]) -> None:
        if self._path and (row := self._path[-1].row) is not None:
            self._turns.show_answer(row, turns)

    def _say(self, sentence: str) -> None:
        set_text(self._trouble, self.tr("Could not be read: {}").format(sentence))


def _narrowed(base: Filter, by: str, key: str) -> Filter:
    return msgspec.structs.replace(base, **{FIELDS.get(by, by): key})


def group_name_of(key: str) -> str:
    """A series' key as the group's row would name it."""
    return group_name(SummaryRow(key=key, label="", totals=Totals()))
