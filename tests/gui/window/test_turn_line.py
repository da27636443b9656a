from __future__ import annotations

from collections.abc import Callable

from pytestqt.qtbot import QtBot

from tallylight.domain.session import SessionDetail, SessionMark, Subagent, Turn
from tallylight.gui.agent_model import agent_lines as indented
from tallylight.gui.request_pane import RequestPane, class_rows
from tallylight.gui.theme import Theme
from tallylight.gui.turn_line import TurnLine, agent_request_lines, request_lines, session_lines

DOLLAR = 10**12
Turns = Callable[..., Turn]
Details = Callable[..., SessionDetail]


def line_of(lines: list[TurnLine], key: str) -> TurnLine:
    return next(line for line in lines if line.key == key)


def test_the_newest_turn_comes_first_and_is_now(a_detail: Details) -> None:
    lines = session_lines(a_detail(3), is_live=True)
    assert [line.label for line in lines] == ["3 · now · Bash, Edit", "2 · Bash, Edit", "1 · Bash, Edit"]
    assert session_lines(a_detail(3), is_live=False)[0].label == "3 · Bash, Edit"


def test_a_pause_that_cost_the_cache_is_red_and_says_why(a_turn: Turns, a_detail: Details) -> None:
    cold = a_turn(7, cache_read=0, cache_write_5m=40_000, pause_ms=7 * 60_000)
    turns = [a_turn(n) for n in range(1, 7)] + [cold]
    line = session_lines(a_detail(turns, [SessionMark("rebuild", cold.time_ms)]), is_live=False)[0]
    assert line.label == "7 · after 7 min pause · Bash, Edit"
    assert line.tint == "over"
    assert "40,100 tokens" in line.why


def test_a_turn_far_above_the_median_stands_out(a_turn: Turns, a_detail: Details) -> None:
    turns = [a_turn(n, cost_picousd=DOLLAR // 10) for n in range(1, 8)] + [a_turn(8, cost_picousd=DOLLAR)]
    line = session_lines(a_detail(turns), is_live=False)[0]
    assert line.tint == "over"
    assert line.why == "10 times a typical turn of this session."


def test_inherited_context_costs_nothing_here(a_turn: Turns, a_detail: Details) -> None:
    line = session_lines(a_detail([a_turn(1, is_inherited=True)]), is_live=False)[0]
    assert (line.label, line.fare, line.tint) == ("1 · inherited context", "$0", "muted")


def test_unknown_prices_are_said_and_never_zero(a_turn: Turns, a_detail: Details) -> None:
    unpriced = a_turn(1, cost_picousd=None, model="local-70b")
    line = session_lines(a_detail([unpriced]), is_live=False)[0]
    assert line.fare == "no price"
    assert "local-70b" in line.why


def test_a_floor_is_marked(a_turn: Turns) -> None:
    line = request_lines([a_turn(1, is_at_least=True, cost_picousd=DOLLAR)])[0]
    assert line.fare == "≥ $1.00"


def test_a_subagent_is_one_line_that_opens_to_its_requests(a_turn: Turns, a_detail: Details) -> None:
    agent = Subagent(
        agent_id="a1", type="Explore", requests=2, cost_picousd=DOLLAR, first_ms=a_turn(2).time_ms
    )
    own = [a_turn(n, key=f"a{n}", agent_id="a1", is_on_path=False) for n in (2, 3)]
    detail = a_detail([a_turn(1), *own, a_turn(4)], subagents=(agent,))
    lines = session_lines(detail, is_live=False)
    assert [line.label for line in lines] == ["4 · Bash, Edit", "↳ Explore · 2 requests", "1 · Bash, Edit"]
    assert line_of(lines, "agent:a1").new == 4_200
    assert [line.key for line in agent_request_lines(detail, "a1")] == ["a3", "a2"]


def test_subagents_hang_below_their_parents_even_when_the_log_is_odd() -> None:
    agents = [
        Subagent(agent_id="child", parent_agent_id="root", first_ms=1),
        Subagent(agent_id="root", first_ms=2),
        Subagent(agent_id="x", parent_agent_id="y"),
        Subagent(agent_id="y", parent_agent_id="x"),
        Subagent(agent_id="lost", parent_agent_id="gone", first_ms=3),
    ]
    lines = [(line.agent.agent_id, line.depth) for line in indented(agents)]
    assert lines == [("root", 0), ("child", 1), ("lost", 0), ("x", 0), ("y", 0)]


def test_the_classes_of_a_request_come_to_its_cost(a_turn: Turns) -> None:
    turn = a_turn(5)
    assert sum(row.cost_picousd or 0 for row in class_rows(turn)) == turn.cost_picousd


def test_an_opened_request_shows_rates_or_none(qtbot: QtBot, theme: Theme, a_turn: Turns) -> None:
    pane = RequestPane()
    qtbot.addWidget(pane)
    pane.show_line(request_lines([a_turn(1)])[0])
    shown = [[cell.text() for cell in row] for row in pane._cells]
    assert shown[2] == ["Cache read", "22,000", "$0.50", "$0.0110"]
    assert "Request req_1" in pane._facts.text() and "5 minutes" not in pane._facts.text()
    pane.show_line(request_lines([a_turn(1, split_is_unknown=True)])[0])
    assert "priced as the shortest" in pane._facts.text()
    pane.show_line(request_lines([a_turn(1, cost_picousd=None)])[0])
    shown = [[cell.text() for cell in row] for row in pane._cells]
    assert shown[2] == ["Cache read", "22,000", "–", "–"]
    assert shown[6][3] == "no price"


def test_what_a_bill_says_of_a_request_is_told(qtbot: QtBot, theme: Theme, a_turn: Turns) -> None:
    pane = RequestPane()
    qtbot.addWidget(pane)
    included = {"covered_by": "included", "charged_picousd": 0, "is_reported": True}
    pane.show_line(request_lines([a_turn(1, **included)])[0])
    assert "bill included: charged on top of the plan $0.00" in pane._facts.text()
    assert "the bill’s own figure" in pane._facts.text()
    pane.show_line(request_lines([a_turn(1, covered_by="unknown")])[0])
    assert "charged on top of the plan unknown" in pane._facts.text()
    assert "own figure" not in pane._facts.text()
