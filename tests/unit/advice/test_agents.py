"""Subagents whose light work costs more than the main thread."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from advice_factories import MODELS, SONNET, a_going_session, a_turn_of, evidence_of, going, said, the_advice
from rule_factories import dollars
from tallylight.advice.agents import ADVISER
from tallylight.advice.course import Evidence
from tallylight.domain.session import Turn


def able(requests: int = 30, **given: Any) -> Evidence:
    return evidence_of(models=MODELS | {SONNET: replace(MODELS[SONNET], agent_requests=requests, **given)})


def with_agents(context: int = 80_000, requests: int = 6, **given: Any) -> list[Turn]:
    """A cheap main thread, and two agents that write their context at every request."""
    of = {"output": 200, "is_on_path": False} | given
    theirs = [
        replace(a_turn_of(-n, context, 0, **of), agent_id=f"a{n % 2}", key=f"a-{n}", number=0)
        for n in range(requests)
    ]
    return [*going(context=20_000, growth=10), *theirs]


def test_their_tokens_are_repriced_agent_by_agent() -> None:
    advice = the_advice(ADVISER, a_going_session(with_agents()), able())
    # Three requests each: 80,000 written at 6.25 or 2.50, 200 answered at 25 or 10.
    assert [line.now_picousd for line in advice.lines] == [dollars(1.515)] * 2
    assert [line.then_picousd for line in advice.lines] == [dollars(0.606)] * 2
    assert str(advice.title) == "payments-api: Sonnet 5.5 for subagents, ≈ $1.82"
    assert "2 subagents came to $3.03, the main thread to" in advice.text


@pytest.mark.parametrize(
    ("near", "evidence"),
    [
        (with_agents(context=1000), able()),  # the main thread is the dearer one
        (with_agents(output=900), able()),
        (with_agents(reasoning=300, output=500), able()),
        (with_agents(requests=4), able()),
        (with_agents(), able(requests=4)),
        (with_agents(), able(window=70_000)),
        (with_agents(), able(rank=4)),
        (going(), able()),
    ],
)
def test_near_ones_are_silent(near: list[Turn], evidence: Evidence) -> None:
    assert not said(ADVISER, a_going_session(near), evidence)
