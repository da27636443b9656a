"""Starts that are heavier than those of the lightest project."""

from __future__ import annotations

import pytest

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
from tallylight.advice.base import Evidence
from tallylight.advice.start import ADVISER


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
