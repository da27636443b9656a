from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tallylight.domain.snapshot import RootStatus, Snapshot
from tallylight.domain.summary import Change, Filter, HistoryQuestion, SummaryRow, Totals
from tallylight.gui.history_page import HistoryPage
from tallylight.gui.history_tables import OF_SESSIONS, change_model
from tallylight.gui.jobs import Jobs
from tallylight.gui.table import Table
from tallylight.gui.theme import Theme

Snapshots = Callable[..., Snapshot]
DOLLAR = 10**12


@pytest.fixture
def page(
    qtbot: QtBot, theme: Theme, library: Any, jobs: Jobs, a_past_session: Callable[..., SummaryRow]
) -> HistoryPage:
    library.rows = [a_past_session("one"), a_past_session("two", label="Fix the build")]
    made = HistoryPage(theme, library, jobs)
    qtbot.addWidget(made)
    made.resize(1000, 700)
    return made


def questions(library: Any) -> list[HistoryQuestion]:
    return [question for question in library.asked if isinstance(question, HistoryQuestion)]


def shown(qtbot: QtBot, page: HistoryPage, a_snapshot: Snapshots) -> HistoryPage:
    page.show_snapshot(a_snapshot())
    page.show()
    qtbot.waitUntil(lambda: page._overview._groups.rowCount() == 2)
    return page


def test_nothing_is_asked_before_it_is_looked_at(
    qtbot: QtBot, page: HistoryPage, library: Any, a_snapshot: Snapshots
) -> None:
    page.show_snapshot(a_snapshot())
    assert not library.asked
    page.show()
    qtbot.waitUntil(lambda: len(questions(library)) == 1)
    asked = questions(library)[0]
    assert (asked.since, asked.until, asked.by) == ("2026-11-01", "2026-12-01", "model")


def test_the_month_is_summed_and_compared(qtbot: QtBot, page: HistoryPage, a_snapshot: Snapshots) -> None:
    overview = shown(qtbot, page, a_snapshot)._overview
    assert overview._spend.accessibleName() == "Spend: ≥ $30.00"
    assert overview._spend.accessibleDescription() == "≈ +100 % on October"
    assert overview._changes.headerData(1, Qt.Orientation.Horizontal) == "October"
    assert overview._groups.index(1, 7).data() == "no price"
    assert overview._groups.index(1, 8).data() == "–"
    assert overview._classes.index(0, 0).data() == "Cache read"


def test_other_days_and_other_splits_are_other_questions(
    qtbot: QtBot, page: HistoryPage, library: Any, a_snapshot: Snapshots
) -> None:
    controls = shown(qtbot, page, a_snapshot).controls
    assert not controls._on.isEnabled()
    controls._back.click()
    qtbot.waitUntil(lambda: questions(library)[-1].since == "2026-10-01")
    controls._on.click()
    controls._choose_kind("week")
    qtbot.waitUntil(lambda: questions(library)[-1].until == "2026-11-23")
    controls._by.setCurrentIndex(controls._by.findData("skill"))
    qtbot.waitUntil(lambda: questions(library)[-1].by == "skill")


def test_machines_are_a_split_once_there_is_more_than_one(
    qtbot: QtBot, page: HistoryPage, library: Any, a_snapshot: Snapshots
) -> None:
    controls = shown(qtbot, page, a_snapshot).controls
    assert controls._by.findData("host") == -1
    for _ in range(2):
        page.show_snapshot(a_snapshot(machines=("laptop",)))
    assert controls._by.count() == controls._by.findData("host") + 1
    controls._by.setCurrentIndex(controls._by.findData("host"))
    qtbot.waitUntil(lambda: questions(library)[-1].by == "host")
    assert controls.by_text() == "machine"


def test_accounts_are_a_split_once_there_is_more_than_one(
    qtbot: QtBot, page: HistoryPage, library: Any, a_snapshot: Snapshots
) -> None:
    controls = shown(qtbot, page, a_snapshot).controls
    own = RootStatus(source="claude-code", path="~/.claude", is_found=True, sessions=4)
    page.show_snapshot(a_snapshot(roots=(own, replace(own, path="~/work", account="~/work", sessions=0))))
    assert controls._by.findData("account") == -1
    page.show_snapshot(a_snapshot(roots=(own, replace(own, path="~/work", account="~/work"))))
    controls._by.setCurrentIndex(controls._by.findData("account"))
    qtbot.waitUntil(lambda: questions(library)[-1].by == "account")
    assert controls.by_text() == "account"


def test_a_new_day_moves_the_month_only_when_it_was_current(
    qtbot: QtBot, page: HistoryPage, a_snapshot: Snapshots
) -> None:
    controls = shown(qtbot, page, a_snapshot).controls
    page.show_snapshot(a_snapshot(at_ms=a_snapshot().at_ms + 15 * 86_400_000))
    assert controls.period.since.month == 12
    controls._back.click()
    controls._back.click()
    page.show_snapshot(a_snapshot(at_ms=a_snapshot().at_ms + 50 * 86_400_000))
    assert controls.period.since.month == 10


def test_a_bar_leads_down_to_requests_and_back(
    qtbot: QtBot, page: HistoryPage, library: Any, a_snapshot: Snapshots
) -> None:
    shown(qtbot, page, a_snapshot)
    page._overview.slot_opened.emit("2026-11-02", "claude-opus-4-8")
    qtbot.waitUntil(lambda: page._list._model.rowCount() == 2)
    kind, asked = library.asked[-1]
    assert (kind, asked.model) == ("sessions", "claude-opus-4-8")
    assert asked.until_ms - asked.since_ms == 86_400_000
    page._list.table.select("two")
    qtbot.keyClick(page._list.table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page._turns._model.rowCount() == 5)
    assert library.asked[-1] == ("requests", _with_session(asked, "two"))
    page._crumbs.left_to.emit(1)
    assert page._levels.currentWidget() is page._list
    page._crumbs.left_to.emit(0)
    assert page._stack.currentIndex() == 0


def _with_session(base: Filter, session_id: str) -> Filter:
    return Filter(since_ms=base.since_ms, until_ms=base.until_ms, model=base.model, session_id=session_id)


def test_a_group_opens_to_its_sessions(
    qtbot: QtBot, page: HistoryPage, library: Any, a_snapshot: Snapshots
) -> None:
    shown(qtbot, page, a_snapshot)
    page._open_group(page._overview._groups.row(0))
    qtbot.waitUntil(lambda: page._list._model.rowCount() == 2)
    assert library.asked[-1][1].model == "alpha"


def test_a_session_can_be_shown_whole(qtbot: QtBot, page: HistoryPage, a_snapshot: Snapshots) -> None:
    shown(qtbot, page, a_snapshot)
    page._overview.slot_opened.emit("2026-11-02", "")
    qtbot.waitUntil(lambda: page._list._model.rowCount() == 2)
    page._open_row(page._list._model.row(0))
    qtbot.waitUntil(lambda: page._turns._model.rowCount() == 5)
    with qtbot.waitSignal(page.session_wanted) as told:
        page._turns._want()
    assert told.args == ["one"]


def test_typing_narrows_the_sessions(qtbot: QtBot, page: HistoryPage, a_snapshot: Snapshots) -> None:
    shown(qtbot, page, a_snapshot)
    page._overview.slot_opened.emit("2026-11-02", "")
    qtbot.waitUntil(lambda: page._list._model.rowCount() == 2)
    qtbot.keyClicks(page._list._search, "BUILD")
    assert page._list.table.model().rowCount() == 1


def test_a_failure_is_a_sentence(
    qtbot: QtBot, page: HistoryPage, library: Any, a_snapshot: Snapshots
) -> None:
    library.error = OSError("the disk is gone")
    page.show_snapshot(a_snapshot())
    page.show()
    qtbot.waitUntil(lambda: page._trouble.text() == "Could not be read: the disk is gone")


def test_heads_of_columns_are_short_whatever_the_period(
    qtbot: QtBot, page: HistoryPage, library: Any, a_snapshot: Snapshots
) -> None:
    overview = shown(qtbot, page, a_snapshot)._overview

    def heads() -> list[str]:
        return [overview._changes.headerData(column, Qt.Orientation.Horizontal) for column in (1, 2)]

    assert heads() == ["October", "November"]
    for kind in ("range", "week", "day"):
        page.controls._choose_kind(kind)
        qtbot.waitUntil(lambda: heads() == ["Before", "Now"])


@pytest.mark.parametrize(
    ("key", "modifier"),
    [
        (Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Backspace, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier),
    ],
)
def test_a_key_steps_back_to_where_one_was(
    qtbot: QtBot, page: HistoryPage, a_snapshot: Snapshots, key: Qt.Key, modifier: Qt.KeyboardModifier
) -> None:
    shown(qtbot, page, a_snapshot)
    page.activateWindow()
    qtbot.waitActive(page)
    groups = next(table for table in page.findChildren(Table) if table.accessibleName() == "Groups")
    groups.setFocus()
    groups.select("alpha")
    qtbot.keyClick(groups, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page._list._model.rowCount() == 2)
    page._list.table.select("two")
    qtbot.keyClick(page._list.table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page._turns._model.rowCount() == 5)
    qtbot.keyClick(page._turns.table, key, modifier)
    assert page._levels.currentWidget() is page._list and page._list.table.hasFocus()
    assert page._list.table.current() == page._list._model.row(1)
    qtbot.keyClick(page._list.table, key, modifier)
    assert page._stack.currentIndex() == 0 and groups.hasFocus()
    qtbot.keyClick(groups, key, modifier)
    assert page._stack.currentIndex() == 0


def test_enter_leads_all_the_way_down(qtbot: QtBot, page: HistoryPage, a_snapshot: Snapshots) -> None:
    overview = shown(qtbot, page, a_snapshot)._overview
    page.activateWindow()
    qtbot.waitActive(page)
    overview._groups_table.setFocus()
    qtbot.keyClick(overview._groups_table, Qt.Key.Key_Down)
    qtbot.keyClick(overview._groups_table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page._list._model.rowCount() == 2)
    assert page._list.table.hasFocus() and page._list.table.current() == page._list._model.row(0)
    qtbot.keyClick(page._list.table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page._turns._model.rowCount() == 5)
    assert page._turns.table.hasFocus() and page._turns.table.current() == page._turns._model.row(0)


@pytest.mark.parametrize("width", [520, 580, 616, 640, 680, 720, 800, 1100])
def test_no_tile_shortens_its_text(
    qtbot: QtBot, page: HistoryPage, a_snapshot: Snapshots, width: int
) -> None:
    page.resize(width, 700)
    overview = shown(qtbot, page, a_snapshot)._overview
    for tile in (overview._spend, overview._requests, overview._typical, overview._cache):
        # A figure that comes later counts as well.
        tile.show_figure("≥ $1,230.00", "≈ +214 % on September")
    qtbot.waitUntil(lambda: overview._spend._note.text() == overview._spend._note._shortened())
    for tile in (overview._requests, overview._typical, overview._cache):
        assert tile._note.text() == tile._note._shortened()


@pytest.mark.parametrize("width", [560, 660, 700, 760, 860, 1000])
def test_tables_beside_each_other_keep_their_names(
    qtbot: QtBot, page: HistoryPage, a_snapshot: Snapshots, width: int
) -> None:
    page.resize(width, 700)
    overview = shown(qtbot, page, a_snapshot)._overview
    classes = next(t for t in overview.findChildren(Table) if t.accessibleName() == "Where the money went")
    qtbot.waitUntil(lambda: not classes._later.isActive())
    assert classes.columnWidth(0) >= classes.fontMetrics().horizontalAdvance("Cache write, 5 min")


def test_escape_empties_the_search_before_it_steps_back(
    qtbot: QtBot, page: HistoryPage, a_snapshot: Snapshots
) -> None:
    shown(qtbot, page, a_snapshot)
    page.activateWindow()
    qtbot.waitActive(page)
    page._overview.slot_opened.emit("2026-11-02", "")
    qtbot.waitUntil(lambda: page._list._model.rowCount() == 2)
    search = page._list._search
    search.setFocus()
    qtbot.keyClicks(search, "build")
    qtbot.keyClick(search, Qt.Key.Key_Backspace)
    assert search.text() == "buil"
    qtbot.keyClick(search, Qt.Key.Key_Escape)
    assert not search.text() and page._stack.currentIndex() == 1
    qtbot.keyClick(search, Qt.Key.Key_Escape)
    assert page._stack.currentIndex() == 0


def test_tab_comes_to_the_chart_where_it_stands(
    qtbot: QtBot, page: HistoryPage, a_snapshot: Snapshots
) -> None:
    overview = shown(qtbot, page, a_snapshot)._overview
    qtbot.waitUntil(lambda: overview._place.chart is not None, timeout=15_000)
    page.activateWindow()
    qtbot.waitActive(page)
    page.controls._by.setFocus()
    qtbot.keyClick(page.controls._by, Qt.Key.Key_Tab)
    assert overview._place.chart._plot.hasFocus()
    qtbot.keyClick(overview._place.chart._plot, Qt.Key.Key_Tab)
    focused = page.focusWidget()
    assert isinstance(focused, Table) and focused.accessibleName() == "Biggest changes"


def test_what_has_no_price_is_marked_wherever_it_is_part_of_a_figure(
    qtbot: QtBot, page: HistoryPage, a_snapshot: Snapshots
) -> None:
    overview = shown(qtbot, page, a_snapshot)._overview
    classes = overview._classes
    assert [classes.index(row, 2).data() for row in range(3)] == ["$20.00", "≥ $10.00", "no price"]
    assert [classes.index(row, 3).data() for row in range(3)] == ["67 %", "33 %", "–"]
    assert classes.index(1, 2).data(Qt.ItemDataRole.ToolTipRole) == "4 tokens without a price"
    assert classes.headerData(3, Qt.Orientation.Horizontal) == "Share of priced"
    qtbot.waitUntil(lambda: overview._place.chart is not None, timeout=15_000)
    chart = overview._place.chart
    qtbot.keyClick(chart._plot, Qt.Key.Key_Home)
    qtbot.keyClick(chart._plot, Qt.Key.Key_Right)
    assert chart._card._readout.text() == "Mon, 2 Nov: ≥ $20.00 · alpha $20.00, some without a price"
    assert chart._plot.accessibleDescription().startswith("≥ $31.00 in all; most on Mon, 2 Nov: ≥ $20.00.")
    assert "without a price" in [key.text for key in chart._card.legend._keys]


@pytest.mark.parametrize(
    ("before", "after", "texts"),
    [
        (Totals(requests=1, cost_picousd=DOLLAR), Totals(requests=2, cost_picousd=3 * DOLLAR),
         ("$1.00", "$3.00", "+$2.00")),
        (Totals(requests=1, cost_picousd=DOLLAR), Totals(requests=2, cost_picousd=3 * DOLLAR, unpriced=1),
         ("$1.00", "≥ $3.00", "≥ +$2.00")),
        (Totals(requests=2, cost_picousd=DOLLAR, unpriced=1), Totals(), ("≥ $1.00", "$0.00", "≈ −$1.00")),
        (Totals(requests=2, unpriced=2), Totals(requests=1, cost_picousd=DOLLAR),
         ("no price", "$1.00", "≈ +$1.00")),
        (Totals(), Totals(requests=9, unpriced=9, input=559_000), ("$0.00", "no price", "+559k tokens")),
        (Totals(requests=1, unpriced=1, input=4_200), Totals(), ("no price", "$0.00", "−4.2k tokens")),
    ],
)  # fmt: skip
def test_a_change_of_unknown_size_says_so(
    theme: Theme, before: Totals, after: Totals, texts: tuple[str, ...]
) -> None:
    model = change_model(theme)
    model.show([Change("alpha", before, after)])
    assert tuple(model.index(0, column).data() for column in (1, 2, 3)) == texts


def test_sessions_are_listed_with_project_and_time(
    qtbot: QtBot, page: HistoryPage, a_snapshot: Snapshots
) -> None:
    overview = shown(qtbot, page, a_snapshot)._overview
    table = overview._groups_table
    assert all(table.isColumnHidden(column) for column in OF_SESSIONS)
    page.controls._by.setCurrentIndex(page.controls._by.findData("session"))
    qtbot.waitUntil(lambda: not table.isColumnHidden(1))
    heads = [overview._groups.headerData(at, Qt.Orientation.Horizontal) for at in OF_SESSIONS]
    assert heads == ["Project", "Last"] and not table.isColumnHidden(2)
    assert overview._groups.index(0, 1).data() == "orchard"
    assert overview._groups.index(0, 2).data().startswith("2")
    page.controls._by.setCurrentIndex(page.controls._by.findData("branch"))
    qtbot.waitUntil(lambda: table.isColumnHidden(1))
