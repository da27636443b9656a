from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tallylight.domain.chat import Chat
from tallylight.domain.session import Difference, SessionDetail, SessionView, Subagent, Turn
from tallylight.domain.snapshot import Snapshot
from tallylight.domain.summary import SummaryRow
from tallylight.gui.jobs import Jobs
from tallylight.gui.live_page import LivePage
from tallylight.gui.session_head import SessionHead
from tallylight.gui.theme import Theme

DOLLAR = 10**12
Snapshots = Callable[..., Snapshot]
Sessions = Callable[..., SessionView]
Details = Callable[..., SessionDetail]


@pytest.fixture
def page(qtbot: QtBot, theme: Theme, library: Any, jobs: Jobs, a_detail: Details) -> LivePage:
    library.details = {"s1": a_detail(12), "s2": a_detail(3, session_id="s2")}
    made = LivePage(theme, library, jobs)
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    return made


def turns_shown(page: LivePage) -> int:
    return page._page._turns.rowCount()


def test_the_first_live_session_is_shown(qtbot: QtBot, page: LivePage, a_snapshot: Snapshots) -> None:
    page.show_snapshot(a_snapshot())
    qtbot.waitUntil(lambda: turns_shown(page) == 12)
    head = page._page._head
    assert head._fare.text() == "$4.12"
    assert head._next.text().startswith("next turn ≈ $0.21 now, ≈ $4.10 after ")
    assert head._compact.accessibleName() == "Until auto-compact: ≈ 8 turns"


def test_another_turn_keeps_selection_and_asks_once(
    qtbot: QtBot, page: LivePage, library: Any, a_snapshot: Snapshots, a_session: Sessions, a_detail: Details
) -> None:
    page.show_snapshot(a_snapshot())
    qtbot.waitUntil(lambda: turns_shown(page) == 12)
    page._page._table.select("k5")
    asked = library.asked.count(("detail", "s1"))
    page.show_snapshot(a_snapshot(sequence=2))
    library.details["s1"] = a_detail(13)
    page.show_snapshot(a_snapshot(sequence=3, sessions=(a_session(turns=42),)))
    qtbot.waitUntil(lambda: turns_shown(page) == 13)
    assert library.asked.count(("detail", "s1")) == asked + 1
    assert page._page._table.current().key == "k5"  # type: ignore[union-attr]


def test_choosing_in_the_list_shows_that_session(
    qtbot: QtBot, page: LivePage, a_snapshot: Snapshots, a_session: Sessions
) -> None:
    page.show_snapshot(a_snapshot(sessions=(a_session(), a_session(session_id="s2", project="docs"))))
    qtbot.waitUntil(lambda: turns_shown(page) == 12)
    qtbot.keyClick(page._list, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: turns_shown(page) == 3)
    assert page._page._head._name.text() == "payments-api" or page._page._head._name.text() == "docs"


def test_a_past_session_can_be_opened(
    qtbot: QtBot, page: LivePage, library: Any, a_snapshot: Snapshots, a_detail: Details
) -> None:
    library.details["old"] = a_detail(7, session_id="old", project="attic")
    page.show_snapshot(a_snapshot())
    page.open_session("old")
    qtbot.waitUntil(lambda: turns_shown(page) == 7)
    assert page._page._head._name.text() == "attic"


def test_recent_sessions_are_listed_below_the_live_ones(
    qtbot: QtBot,
    page: LivePage,
    library: Any,
    a_snapshot: Snapshots,
    a_past_session: Callable[..., SummaryRow],
) -> None:
    library.rows = [a_past_session("old"), a_past_session("older", last_ms=1)]
    page.show_snapshot(a_snapshot())
    qtbot.waitUntil(lambda: page._model.rowCount() == 3)
    assert [line.session_id for line in page._model.rows()] == ["s1", "old", "older"]


def test_chart_and_table_choose_the_same_turn(qtbot: QtBot, page: LivePage, a_snapshot: Snapshots) -> None:
    page.show_snapshot(a_snapshot())
    qtbot.waitUntil(lambda: page._page._place.chart is not None and turns_shown(page) == 12, timeout=15_000)
    charts = page._page._place.chart
    charts._step("first")
    assert page._page._table.current().key == "k1"  # type: ignore[union-attr]
    page._page._table.select("k4")
    assert charts._context.plot.chosen.value() == 3.0


def test_a_subagent_opens_to_its_requests(
    qtbot: QtBot,
    page: LivePage,
    library: Any,
    a_snapshot: Snapshots,
    a_turn: Callable[..., Turn],
    a_detail: Details,
) -> None:
    agent = Subagent(agent_id="a1", type="Explore", requests=2, first_ms=1)
    own = [a_turn(n, key=f"a{n}", agent_id="a1", is_on_path=False) for n in (2, 3)]
    library.details["s1"] = a_detail([a_turn(1), *own], subagents=(agent,))
    page.show_snapshot(a_snapshot())
    qtbot.waitUntil(lambda: turns_shown(page) == 2)
    page._page._table.select("agent:a1")
    qtbot.keyClick(page._page._table, Qt.Key.Key_Return)
    assert [line.key for line in page._page._turns.rows()] == ["a3", "a2"]


def test_what_the_log_does_not_list_is_said(
    qtbot: QtBot, page: LivePage, library: Any, a_snapshot: Snapshots, a_detail: Details
) -> None:
    difference = Difference(DOLLAR // 2, "cost-state", 2 * DOLLAR, 3 * DOLLAR // 2)
    library.details["s1"] = a_detail(2, not_itemised=difference)
    page.show_snapshot(a_snapshot())
    qtbot.waitUntil(lambda: turns_shown(page) == 2)
    assert page._page._beyond.text().startswith("Not itemised: $0.50. The agent's own total is $2.00")


def test_a_library_that_fails_is_a_sentence(
    qtbot: QtBot, page: LivePage, library: Any, a_snapshot: Snapshots
) -> None:
    library.error = OSError("the disk is gone")
    page.show_snapshot(a_snapshot())
    qtbot.waitUntil(lambda: page._trouble.text() == "Could not be read: the disk is gone")
    assert page._page._head._fare.text() == "$4.12"


def test_the_list_beside_the_session_gives_its_names_room(
    qtbot: QtBot, page: LivePage, a_snapshot: Snapshots, a_session: Sessions
) -> None:
    page.resize(900, 700)
    page.show_snapshot(a_snapshot(sessions=(a_session(title="Refunds in two currencies"),)))
    qtbot.waitUntil(lambda: not page._list._later.isActive() and page._list.isVisible())
    in_one_line = page._list.columnWidth(1)
    page.resize(1500, 700)
    qtbot.waitUntil(lambda: page._list.columnWidth(1) < in_one_line)


@pytest.mark.parametrize(("height", "live"), [(760, 4), (1500, 4), (700, 25), (1500, 25)])
def test_the_list_is_as_high_as_its_rows_up_to_a_third(
    qtbot: QtBot, page: LivePage, a_snapshot: Snapshots, a_session: Sessions, height: int, live: int
) -> None:
    page.resize(900, height)
    page.show_snapshot(a_snapshot(sessions=tuple(a_session(session_id=f"s{n}") for n in range(1, live + 1))))
    qtbot.waitUntil(lambda: turns_shown(page) == 12)
    row = page._list.height_of_a_row
    assert page._list.width() > 800  # above the session, not beside it
    assert page._list.viewport().height() // row == min(live, height // 3 // row) > 3


def test_a_session_of_another_machine_says_so(qtbot: QtBot, a_session: Callable[..., SessionView]) -> None:
    head = SessionHead()
    qtbot.addWidget(head)
    head.show_view(a_session(), 0)
    assert "on " not in head._facts.text()
    head.show_view(a_session(host="laptop"), 0)
    assert "on\N{NO-BREAK SPACE}laptop" in head._facts.text()


def test_a_chat_without_tokens_shows_its_context_and_no_amount(
    qtbot: QtBot, page: LivePage, library: Any, a_snapshot: Snapshots, a_detail: Details, a_turn: Any
) -> None:
    gauge = {"kind": "gauge", "cost_picousd": None, "cache_read": 0, "cache_write_5m": 0, "input": 0}
    turns = [a_turn(n, context=10_000 * n, **gauge) for n in (1, 2, 3)]
    chat = Chat(source="cursor", session_id="s1", mode="agent", is_archived=True, wrote="cursor/composer-2.5")
    detail = a_detail(
        turns, source="cursor", requests=0, untold=2, chat=chat, next_turn=None,
        context_parts=(("tools", 3_000), ("conversation", 9_000), ("rules", 0)),
    )  # fmt: skip
    library.details["s1"] = detail
    page.show_snapshot(a_snapshot(sessions=(detail.view,)))
    qtbot.waitUntil(lambda: turns_shown(page) == 3)
    shown = page._page
    assert shown._head._fare.text() == "unknown"
    assert shown._head._next.text().startswith("Cursor keeps no token counts: what this costs is unknown.")
    facts = shown._head._facts.text().replace("\N{NO-BREAK SPACE}", " ")
    assert "mode agent · archived · code by composer-2.5" in facts
    assert shown._parts.isVisible()
    rows = [[widget.text() for widget in (row[0], row[2])] for row in shown._parts._rows]
    assert rows == [["Conversation", "9.0k · 75 %"], ["Tools", "3.0k · 25 %"]]
    assert shown._parts._measured.text() == "measured at 12k"
    assert shown._lines[0].fare == "–"
