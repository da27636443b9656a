"""An agent that has worked on for long since the last message, with money moving."""

from __future__ import annotations

from typing import Any

import pytest

from rule_factories import a_mark, a_session, a_turn, an_evidence, found, the_finding
from tallylight.domain.session import Activity, SessionDetail, SessionMark
from tallylight.rules.unattended import RULE


def running(
    turns: int = 41, minutes: float = 24, cost: float = 1.44, *marks: SessionMark, **given: Any
) -> SessionDetail:
    """So many turns in so many minutes up to now, after one message."""
    steps = [a_turn(-minutes + minutes * (n + 1) / turns, cost / turns) for n in range(turns)]
    return a_session(steps, a_mark("prompt", -minutes), *marks, project="infra-terraform", **given)


def test_it_is_told_with_turns_time_and_money() -> None:
    finding = the_finding(RULE, an_evidence(sessions=[running()]))
    assert str(finding.title) == "infra-terraform is running without you"
    assert str(finding.text) == "41 turns in 24 min without a message of yours. $1.44 so far."


def test_a_command_that_keeps_failing_is_part_of_the_evidence() -> None:
    failing = running(41, 24, 1.44, a_mark("failure", -2, "Bash", 9))
    assert "; one command failed 9 times. $1.44" in str(
        the_finding(RULE, an_evidence(sessions=[failing])).text
    )
    before = running(41, 24, 1.44, a_mark("failure", -30, "Bash", 9))
    assert "failed" not in str(the_finding(RULE, an_evidence(sessions=[before])).text)


def test_many_turns_take_minutes_as_well_and_many_minutes_are_enough() -> None:
    assert found(RULE, an_evidence(sessions=[running(turns=40, minutes=16)]))
    assert found(RULE, an_evidence(sessions=[running(turns=4, minutes=60)]))


def test_a_session_that_rested_did_not_run() -> None:
    dear_at_noon = [a_turn(-14 * 60, 1.0), a_turn(-1, 0.01), a_turn(0, 0.01)]
    rested = a_session(dear_at_noon, a_mark("prompt", -14 * 60 - 1))
    assert not found(RULE, an_evidence(sessions=[rested]))
    woken = [a_turn(-14 * 60, 5.0), *(a_turn(-50 + n, 0.05) for n in range(51))]
    finding = the_finding(RULE, an_evidence(sessions=[a_session(woken, a_mark("prompt", -14 * 60 - 1))]))
    assert str(finding.text) == "51 turns in 50 min without a message of yours. $2.55 so far."


def test_the_user_may_choose_less() -> None:
    evidence = an_evidence(sessions=[running(turns=33, minutes=4)])
    assert not found(RULE, evidence)
    assert found(RULE, evidence, turns=30, minutes=0)
    assert found(RULE, evidence, alone=4 - 4 / 33)


def test_growth_keeps_the_key_and_a_message_makes_another() -> None:
    one, grown = running(40, 24, 2), running(60, 24, 9)
    assert len({the_finding(RULE, an_evidence(sessions=[s])).key for s in (one, grown)}) == 1
    assert the_finding(RULE, an_evidence(sessions=[running(40, 25)])).key.startswith("unattended:s-1:")
    assert (
        the_finding(RULE, an_evidence(sessions=[running(40, 25)])).key
        != the_finding(RULE, an_evidence(sessions=[one])).key
    )


@pytest.mark.parametrize(
    "near",
    [
        running(turns=33, minutes=4),
        running(turns=200, minutes=14),
        running(turns=39, minutes=40),
        running(turns=1, minutes=90),
        running(cost=0.99),
        running(activity=Activity.WAITING),
        running(activity=Activity.IDLE),
        running(last_prompt_ms=0),
        a_session(),
    ],
)
def test_near_ones_are_silent(near: SessionDetail) -> None:
    assert not found(RULE, an_evidence(sessions=[near]))


def test_it_ends_when_nothing_moves_any_more() -> None:
    evidence = an_evidence(sessions=[running()])
    later = an_evidence(sessions=[running()], now_ms=evidence.now_ms + 11 * 60_000)
    assert found(RULE, evidence)
    assert not found(RULE, later)
