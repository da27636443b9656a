"""Less from the cache than in the weeks before, model by model."""

from __future__ import annotations

import pytest

from rule_factories import OPUS, SONNET, TODAY, a_slice, ago, an_evidence, days, found, the_finding
from tallylight.rules.base import Evidence
from tallylight.rules.cache_share import RULE

BEFORE = days(31, 4)
NOW = days(3, 0, cache_read=1_500_000)


def test_a_fall_is_told_with_both_shares() -> None:
    finding = the_finding(RULE, an_evidence(*BEFORE, *NOW))
    assert str(finding.title) == "Less from the cache with Sonnet 5.5"
    assert str(finding.text) == (
        "75 % of what was sent this week came from the cache, 90 % before. The rest costs more."
    )
    assert finding.key == f"cache_share:{SONNET}:2026-11-16"


def test_what_fell_last_week_was_told_then() -> None:
    parts = [*days(31, 11), *days(10, 4, cache_read=1_500_000), *NOW]
    assert not found(RULE, an_evidence(*parts))


@pytest.mark.parametrize(
    "near",
    [
        an_evidence(*BEFORE, *days(3, 0, cache_read=1_620_000)),
        an_evidence(*days(7, 4), *NOW),
        an_evidence(*BEFORE, a_slice(0, prompt=900_000, cache_read=0)),
        an_evidence(*BEFORE, *days(3, 0, spent=0.2, cache_read=1_500_000)),
        an_evidence(*BEFORE, *days(3, 0, model=OPUS, cache_read=0)),  # a model without a history
        an_evidence(*BEFORE, *days(3, 0, prompt=0, cache_read=0)),
        an_evidence(*BEFORE, *NOW, not_recorded=frozenset({TODAY})),
    ],
)
def test_near_ones_are_silent(near: Evidence) -> None:
    assert not found(RULE, near)


def test_a_day_that_was_not_recorded_changes_no_share() -> None:
    assert found(RULE, an_evidence(*BEFORE, *NOW, not_recorded=frozenset({ago(9)})))
