"""The same call that fails again and again."""

from __future__ import annotations

import pytest

from rule_factories import a_mark, a_session, a_turn, an_evidence, found, the_finding
from tallylight.domain.session import SessionDetail, SessionMark
from tallylight.rules.retry_loop import RULE


def failing(times: int, until: float = 0, tool: str = "Bash", cost: float = 0.05) -> SessionDetail:
    """A failure a minute, each after a turn."""
    starts = [until - times + 1 + n for n in range(times)]
    marks = [a_mark("failure", at, tool, n + 1) for n, at in enumerate(starts)]
    return a_session([a_turn(at, cost) for at in starts], a_mark("prompt", starts[0] - 1), *marks)


def test_a_loop_is_told_with_tool_count_and_price() -> None:
    finding = the_finding(RULE, an_evidence(sessions=[failing(9)]))
    assert str(finding.title) == "payments-api keeps failing at the same step"
    assert (
        str(finding.text) == "The same call of Bash failed 9 times in a row in 8 min. $0.45 since the first."
    )


def test_growth_keeps_the_key() -> None:
    marks = failing(9).marks
    turns = [a_turn(n, 0.1) for n in range(-9, 1)]
    keys = {the_finding(RULE, an_evidence(sessions=[a_session(turns, *marks[:n])])).key for n in (6, 8, 10)}
    assert len(keys) == 1


def test_the_price_is_counted_from_this_row_of_failures() -> None:
    earlier = [a_mark("failure", -50, "Bash", 1), a_mark("failure", -49, "Bash", 2)]
    row = [a_mark("failure", n - 4, "Bash", n + 1) for n in range(5)]
    session = a_session([a_turn(-50, 5), *(a_turn(n - 4, 0.1) for n in range(5))], *earlier, *row)
    assert "$0.50 since the first" in str(the_finding(RULE, an_evidence(sessions=[session])).text)


def prompted_since(session: SessionDetail) -> SessionDetail:
    return a_session(session.turns, *session.marks, a_mark("prompt", 0.5))


ONCE: SessionMark = a_mark("failure", 0, "Bash", 1)


@pytest.mark.parametrize(
    "near",
    [
        failing(4),
        failing(9, until=-11),
        failing(9, cost=0.02),
        prompted_since(failing(9)),
        a_session([a_turn(0, 5)], ONCE, ONCE, ONCE, ONCE, ONCE, ONCE),
        a_session([a_turn(0, 5)]),
    ],
)
def test_near_ones_are_silent(near: SessionDetail) -> None:
    assert not found(RULE, an_evidence(sessions=[near]))


def test_one_failure_is_no_loop_whatever_the_limit() -> None:
    assert not found(RULE, an_evidence(sessions=[a_session([a_turn(0, 5)], ONCE)]), times=1)
