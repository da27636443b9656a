"""The silent upgrade: same project, other model, each request at a multiple of the price."""

from __future__ import annotations

from typing import Any

import pytest

from rule_factories import HAIKU, OPUS, PROJECT, SONNET, a_slice, ago, an_evidence, days, found, the_finding
from tallylight.rules.base import DaySlice, Evidence
from tallylight.rules.model_change import RULE

BEFORE = days(15, 2, 4, model=SONNET)


def changed(spent: float = 20, **given: Any) -> list[DaySlice]:
    """A hundred requests a day for $4, and since yesterday for `spent` on Opus."""
    return [*BEFORE, *days(1, 0, spent, model=OPUS, **given)]


def test_a_change_is_told_with_both_prices() -> None:
    finding = the_finding(RULE, an_evidence(*changed()))
    assert str(finding.title) == "payments-api now runs on Opus 4.8"
    assert str(finding.text) == (
        "Since Wednesday most turns go to Opus 4.8 instead of Sonnet 5.5: $0.20 a request, $0.0400 before. "
        "$32.00 more so far."
    )
    assert finding.key == f"model_change:{PROJECT}:{SONNET}:{OPUS}:2026-11-18"


def test_the_key_stays_while_the_change_is_news() -> None:
    parts = [*days(16, 3, 4, model=SONNET), *days(2, 0, 20, model=OPUS)]
    keys = {
        the_finding(RULE, an_evidence(*(p for p in parts if p.day <= ago(n)), today=ago(n))).key
        for n in (2, 1, 0)
    }
    assert len(keys) == 1


def test_subagents_on_another_model_are_no_change_and_hide_none() -> None:
    agents = days(15, 0, 1, model=HAIKU, requests=900, turns=0)
    assert not found(RULE, an_evidence(*BEFORE, *days(1, 0, 4, model=SONNET), *agents))
    assert found(RULE, an_evidence(*changed(), *agents))


@pytest.mark.parametrize(
    "near",
    [
        an_evidence(*changed(7.9)),
        an_evidence(*changed(20, turns=4)),
        an_evidence(*changed(0.3), *days(15, 2, 0.01, model=SONNET)),
        an_evidence(*days(2, 2, 4, model=SONNET), *days(1, 0, 20, model=OPUS)),  # too little before
        an_evidence(*days(20, 6, 4, model=SONNET), *days(5, 0, 20, model=OPUS)),  # no longer news
        an_evidence(*changed(), *days(15, 2, 5, model=OPUS, turns=30)),  # it was in use before
        an_evidence(*BEFORE, a_slice(0, 20, model=OPUS, turns=50), a_slice(0, 4, model=SONNET, turns=60)),
        an_evidence(*BEFORE, *days(1, 0, 20, model=OPUS, project="/other")),
        an_evidence(*BEFORE, *days(1, 0, 0, model=OPUS, unpriced=100)),
        an_evidence(*changed(), not_recorded=frozenset({ago(4)})),
    ],
)
def test_near_ones_are_silent(near: Evidence) -> None:
    assert not found(RULE, near)
