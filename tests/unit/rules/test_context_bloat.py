"""Turns that cost five times the early ones, because the context grew."""

from __future__ import annotations

from typing import Any

import pytest

from rule_factories import a_mark, a_session, a_turn, an_evidence, dollars, found, the_finding
from tallylight.domain.session import SessionDetail, SessionMark, Turn
from tallylight.rules.context_bloat import RULE


def turns(early: float = 0.03, late: float = 0.16, context: int = 132_000, **given: Any) -> list[Turn]:
    """A dear first turn, eight early ones and eight late ones."""
    first = a_turn(-20, 0.4, context=25_000, **given)
    return [
        first,
        *(a_turn(n - 19, early, context=30_000, **given) for n in range(8)),
        *(a_turn(n - 8, late, context=context, **given) for n in range(8)),
    ]


def bloated(*marks: SessionMark, **given: Any) -> SessionDetail:
    return a_session(turns(**given), *marks)


def test_grown_turns_are_told_with_what_they_cost_more() -> None:
    finding = the_finding(RULE, an_evidence(sessions=[bloated()]))
    assert str(finding.title) == "payments-api: each turn costs 5× the first"
    assert str(finding.text) == (
        "Opus 4.8 · 17 turns · context 132k. Now $0.16 a turn, $0.0300 at first: "
        "$1.04 more so far than at that price."
    )
    assert finding.picousd == dollars(8 * 0.13)


def test_it_starts_anew_after_a_compaction() -> None:
    assert not found(RULE, an_evidence(sessions=[bloated(a_mark("compaction", -9))]))
    again = [
        *turns(),
        *(a_turn(n, 0.02) for n in range(9)),
        *(a_turn(20 + n, 0.2, context=150_000) for n in range(5)),
    ]
    one = the_finding(RULE, an_evidence(sessions=[bloated()]))
    other = the_finding(RULE, an_evidence(sessions=[a_session(again, a_mark("compaction", -0.5))]))
    assert one.key != other.key


@pytest.mark.parametrize(
    "near",
    [
        bloated(late=0.149),
        bloated(early=0.005, late=0.05),  # five times very little
        bloated(context=40_000),  # dear for another reason
        a_session(turns()[:8]),
        a_session([*turns()[:9], a_turn(0, 0.9, context=132_000)]),  # one dear turn
        bloated(is_inherited=True),
        bloated(is_on_path=False),
        a_session([a_turn(n, None) for n in range(20)]),
        a_session([a_turn(n, 0) for n in range(20)]),
    ],
)
def test_near_ones_are_silent(near: SessionDetail) -> None:
    assert not found(RULE, an_evidence(sessions=[near]))
