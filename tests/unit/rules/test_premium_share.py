"""A larger share of the spend on the dearest models than in the week before."""

from __future__ import annotations

import pytest

from rule_factories import HAIKU, OPUS, SONNET, ago, an_evidence, days, found, the_finding
from tallylight.rules.base import DaySlice, Evidence
from tallylight.rules.premium_share import RULE

RATES = {OPUS: 25, SONNET: 15, HAIKU: 5}


def mixed(opus: tuple[float, float], sonnet: tuple[float, float]) -> list[DaySlice]:
    """(last week, this week): dollars a day on each; a request to Opus costs $0.10, to Sonnet $0.05."""
    parts: list[DaySlice] = []
    for model, spent, price in ((OPUS, opus, 0.1), (SONNET, sonnet, 0.05)):
        for first, last, amount in ((10, 4, spent[0]), (3, 0, spent[1])):
            count = round(amount / price)
            parts += days(first, last, amount, model=model, requests=count, turns=count) if count else []
    return parts


def evidence(*parts: DaySlice, **given: object) -> Evidence:
    return an_evidence(*parts, **({"output_rates": RATES} | given))


def test_a_risen_share_is_told_with_what_last_weeks_mix_would_cost() -> None:
    finding = the_finding(RULE, evidence(*mixed(opus=(4, 8), sonnet=(6, 2))))
    assert str(finding.title) == "More premium model than last week"
    # 120 requests a day; with a quarter of them on Opus $7.50 a day, not $10.
    assert str(finding.text) == (
        "Opus 4.8 share of spend 40 % → 80 %. With last week's mix this week would cost about $10 less."
    )


def test_all_on_the_dear_model_is_priced_by_last_weeks_cheaper_requests() -> None:
    finding = the_finding(RULE, evidence(*mixed(opus=(4, 8), sonnet=(6, 0))))
    assert "40 % → 100 %" in str(finding.text)


def test_the_user_may_choose_how_many_points() -> None:
    parts = mixed(opus=(4, 5), sonnet=(6, 5))
    assert not found(RULE, evidence(*parts))
    assert found(RULE, evidence(*parts), points=9)


@pytest.mark.parametrize(
    "near",
    [
        evidence(*mixed(opus=(4, 5.9), sonnet=(6, 4.1))),
        evidence(*mixed(opus=(0.3, 0.9), sonnet=(0.7, 0.1))),
        evidence(
            *(part for part in mixed(opus=(4, 8), sonnet=(6, 2)) if part.day not in (ago(3), ago(2), ago(1)))
        ),
        evidence(*(part for part in mixed(opus=(4, 8), sonnet=(6, 2)) if part.day > ago(6))),
        evidence(*mixed(opus=(4, 8), sonnet=(6, 2)), not_recorded=frozenset({ago(8)})),
        evidence(*mixed(opus=(4, 8), sonnet=(6, 2)), output_rates={OPUS: 25, SONNET: 18}),  # both are premium
        evidence(*mixed(opus=(10, 10), sonnet=(0, 0))),
        evidence(*mixed(opus=(40, 8), sonnet=(60, 2))),  # little so far
        evidence(
            *days(24, 11, 10, model=OPUS), *mixed(opus=(4, 8), sonnet=(6, 2))
        ),  # usual but for last week
    ],
)
def test_near_ones_are_silent(near: Evidence) -> None:
    assert not found(RULE, near)
