"""Fast mode, and the size above which all of a request costs more."""

from __future__ import annotations

import pytest

from advice_factories import HAIKU, a_beginning, a_going_session, evidence_of, going, said, the_advice
from rule_factories import dollars
from tallylight.advice.course import Evidence
from tallylight.advice.tier import ADVISER
from tallylight.domain.advice import Kind
from tallylight.domain.session import SessionDetail


def compacting(context: int = 15_000, count: int = 18) -> Evidence:
    return evidence_of(compacted=a_beginning(context, count, summary=2000))


def long() -> SessionDetail:
    return a_going_session(going(context=150_000, growth=2000, model=HAIKU))


def test_fast_mode_is_left_at_the_price_of_the_cache() -> None:
    # Ten turns cost 0.765 at the usual price and twice that fast; 62,000 tokens are then written, not read.
    advice = the_advice(ADVISER, a_going_session(going(context=62_000, speed="fast")))
    usual = (sum(62_000 + 3000 * n for n in range(10)) * 0.5 + 30_000 * 6.25 + 8000 * 25) / 1_000_000
    assert advice.kind is Kind.FAST
    assert advice.saving_picousd == dollars(usual - 62_000 * (6.25 - 0.5) / 1_000_000)
    assert advice.text.startswith("Output costs 2 times as much in fast mode; its last 10 turns came to ")


def test_above_the_limit_compacting_is_worked_out() -> None:
    advice = the_advice(ADVISER, long(), compacting())
    assert advice.kind is Kind.LONG
    assert advice.lines[0].now_picousd == dollars((150_000 * 0.05 + 2000 * 0.625 + 800 * 2.5) / 1_000_000)
    summary = 150_000 * 0.05 + 2000 * 2.5
    assert advice.lines[0].then_picousd == dollars((summary + 15_000 * 0.125 + 800 * 0.5) / 1_000_000)
    assert "Above 100k all of a request costs more" in advice.text


@pytest.mark.parametrize(
    ("near", "evidence"),
    [
        (a_going_session(going(speed="")), compacting()),  # one price for all sizes
        (a_going_session(going(context=90_000, model=HAIKU)), compacting()),
        (long(), compacting(count=2)),
        (long(), compacting(context=95_000)),  # it would be above again at once
        (long(), evidence_of()),
        (a_going_session(going(context=150_000, model=HAIKU), expires=-1), compacting()),
    ],
)
def test_near_ones_are_silent(near: SessionDetail, evidence: Evidence) -> None:
    assert not said(ADVISER, near, evidence)
