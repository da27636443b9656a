"""A session is told at an amount, and again each time it has doubled."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from rule_factories import a_session, a_turn, an_evidence, dollars, found, the_finding
from tallylight.domain.session import SessionDetail
from tallylight.rules.large_session import RULE


def costing(spent: float) -> SessionDetail:
    return a_session([a_turn(n - 41, spent / 41, context=132_000) for n in range(41)])


def test_an_amount_is_told_with_what_the_session_is() -> None:
    finding = the_finding(RULE, an_evidence(sessions=[costing(12.5)]))
    assert str(finding.title) == "payments-api passed $10"
    assert str(finding.text) == "Opus 4.8 · 41 turns · context 132k. $12.50 and 5.4M tokens in all."
    assert finding.session_id == "s-1"


def test_what_is_not_known_of_it_is_left_out() -> None:
    one = a_session([a_turn(-1, 12, context=30_000)])
    assert str(the_finding(RULE, an_evidence(sessions=[one])).text).startswith(
        "Opus 4.8 · one turn · context 30k. $12.00"
    )
    by_agents = a_session([a_turn(-1, 12)])
    by_agents = replace(by_agents, view=replace(by_agents.view, turns=0, context=0))
    assert str(the_finding(RULE, an_evidence(sessions=[by_agents])).text).startswith("Opus 4.8. $12.00 and")


def test_it_is_told_again_at_twice_the_amount() -> None:
    keys = [the_finding(RULE, an_evidence(sessions=[costing(spent)])).key for spent in (10.1, 19.9, 20.1, 41)]
    assert keys == [f"large_session:s-1:{n} usd" for n in (10, 10, 20, 40)]


def test_tokens_are_told_where_money_is_silent() -> None:
    cheap = a_session([a_turn(n - 40, 0.03, context=800_000) for n in range(40)])
    finding = the_finding(RULE, an_evidence(sessions=[cheap]))
    assert str(finding.title) == "payments-api passed 30M tokens"


@pytest.mark.parametrize(
    "near",
    [
        costing(9.9),
        a_session([]),
        a_session([a_turn(n - 40, 0.001, context=800_000) for n in range(40)]),  # next to nothing
        a_session(
            [a_turn(n - 40, 0, context=800_000, is_inherited=True) for n in range(40)],
            cost_picousd=dollars(2),
        ),
    ],
)
def test_near_ones_are_silent(near: SessionDetail) -> None:
    assert not found(RULE, an_evidence(sessions=[near]))


def test_a_limit_of_nothing_turns_it_off() -> None:
    assert not found(RULE, an_evidence(sessions=[costing(100)]), dollars=0, tokens=0)
