"""Starts that are heavier than those of the lightest project."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from advice_factories import (
    ELSEWHERE,
    OPUS,
    a_beginning,
    a_begun,
    a_going_session,
    evidence_of,
    said,
    the_advice,
)
from rule_factories import PROJECT, dollars
from tallylight.advice.course import Evidence
from tallylight.advice.start import ADVISER
from tallylight.domain.chat import Chat


def heavy(own: int = 45_000, other: int = 15_000, count: int = 9, **habits: object) -> Evidence:
    starts = {PROJECT: a_beginning(own, count), ELSEWHERE: a_beginning(other, count)}
    begun = [a_begun(1, 45_000), a_begun(5, 45_000), a_begun(2, 20_000, project=ELSEWHERE)]
    return evidence_of(**({"starts": starts, "begun": begun} | habits))


def test_a_month_of_heavy_starts_is_priced_session_by_session() -> None:
    # Each session wrote 45,000 at 6.25 and read them ten times at 0.50: 0.50625. A third of it would do.
    advice = the_advice(ADVISER, a_going_session(), heavy())
    assert [line.now_picousd for line in advice.lines] == [dollars(0.50625)] * 2
    assert advice.saving_picousd == dollars(0.50625 * 2 / 3 * 2)
    assert str(advice.title) == "payments-api: begin with fewer tools and servers, ≈ $0.68 a month"
    assert advice.text == (
        "Sessions here begin with 45k (median of 9), in your lightest project with 15k. "
        "That is $0.34 for each of the last month's 2 sessions."
    )


def test_what_was_in_the_cache_already_was_paid_for_as_such() -> None:
    begun = [a_begun(1, 45_000, cache_read=40_000, turns=1)]
    advice = the_advice(ADVISER, a_going_session(), heavy(begun=begun))
    assert advice.lines[0].now_picousd == dollars((5000 * 6.25 + 40_000 * 0.5) / 1_000_000)


def test_what_fills_the_start_is_named_with_its_share_of_what_was_paid() -> None:
    # 0.50625 for a start of 45,000: of that 14,000, 3,000 and 22,500 tokens are 0.1575, 0.03375 and 0.253125.
    parts = {"tools": 56_000, "skills": 12_000, "system": 90_000, "agents": 40}
    begun = [a_begun(1, 45_000, parts=parts, key="m1"), a_begun(5, 45_000, key="m5")]
    advice = the_advice(ADVISER, a_going_session(), heavy(begun=begun))
    assert [str(figure) for figure in advice.figures[1:]] == [
        "System prompt ≈ 22k tokens: ≈ $0.25 a session, $0.51 a month.",
        "Tools ≈ 14k tokens: ≈ $0.16 a session, $0.32 a month.",
        "Skills ≈ 3.0k tokens: ≈ $0.0338 a session, $0.0675 a month.",
    ]
    assert "estimated" in str(advice.assumption)
    assert "does not say" in str(the_advice(ADVISER, a_going_session(), heavy()).assumption)


def test_parts_never_come_to_more_than_the_start_cost() -> None:
    begun = [a_begun(1, 45_000, parts={"tools": 400_000, "skills": 400_000})]
    advice = the_advice(ADVISER, a_going_session(), heavy(begun=begun))
    assert [dict(figure.values)["tokens"] for figure in advice.figures[1:]] == ["22k", "22k"]
    assert [dict(figure.values)["each"] for figure in advice.figures[1:]] == ["$0.25", "$0.25"]


def test_a_line_can_be_opened_down_to_the_first_turn_of_its_session() -> None:
    begun = [a_begun(1, 45_000, key="m1"), a_begun(2, 45_000, key="m2", model="unknown")]
    advice = the_advice(ADVISER, a_going_session(), heavy(begun=begun))
    assert [(line.session_id, line.key) for line in advice.lines] == [("s1", "m1"), ("s2", "m2")]


def test_what_an_agent_sends_by_itself_is_no_heavy_start() -> None:
    begun = [a_begun(1, 45_000, source="cursor")]
    evidence = heavy(begun=begun)
    starts = {("cursor", PROJECT): a_beginning(45_000), ("cursor", ELSEWHERE): a_beginning(15_000)}
    chat = Chat(source="cursor", session_id="s-1")
    across = replace(
        evidence.habits, starts=evidence.habits.starts | {("cursor", PROJECT): a_beginning(45_000)}
    )
    alone = replace(evidence.habits, starts=starts)
    assert not said(ADVISER, a_going_session(source="cursor"), replace(evidence, habits=across))
    assert said(ADVISER, a_going_session(source="cursor"), replace(evidence, habits=alone))
    assert not said(ADVISER, a_going_session(source="cursor", chat=chat), replace(evidence, habits=alone))


@pytest.mark.parametrize(
    "near",
    [
        heavy(own=29_000),
        heavy(count=2),
        heavy(starts={PROJECT: a_beginning(45_000)}),
        heavy(begun=[]),
        heavy(begun=[a_begun(1, 45_000, model="unknown")]),
        evidence_of(starts={}),
    ],
)
def test_near_ones_are_silent(near: Evidence) -> None:
    assert not said(ADVISER, a_going_session(model=OPUS), near)
