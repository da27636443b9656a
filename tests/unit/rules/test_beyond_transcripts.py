"""More that clients account for beyond their transcripts than in a usual week."""

from __future__ import annotations

from typing import Any

import pytest

from rule_factories import ago, an_evidence, days, dollars, found, the_finding
from tallylight.rules.base import Evidence
from tallylight.rules.beyond_transcripts import RULE


def evidence(now: float = 1.5, before: float = 0.2, **given: Any) -> Evidence:
    """So many dollars a day beyond the transcripts, this week (four days) and in the four weeks before."""
    parts = given.pop("parts", days(31, 0))
    beyond = {ago(n): dollars(now if n < 4 else before) for n in range(32)}
    return an_evidence(*parts, **({"beyond_transcripts": beyond} | given))


def test_growth_is_told_with_its_share_of_the_spend() -> None:
    finding = the_finding(RULE, evidence())
    assert str(finding.title) == "More cost that the logs do not show"
    assert str(finding.text) == (
        "$6.00 this week (13 % of the spend) is in the clients' own totals but in no request; "
        "$1.40 in the weeks before."
    )


def test_it_may_grow_from_nothing() -> None:
    assert found(RULE, evidence(before=0))


def test_a_short_history_is_not_spread_over_weeks_that_were_not() -> None:
    assert not found(
        RULE, evidence(parts=days(10, 0), beyond_transcripts={ago(n): dollars(1) for n in range(11)})
    )


@pytest.mark.parametrize(
    "near",
    [
        evidence(now=0.69),
        evidence(now=0.2, before=0),
        evidence(now=1.5, parts=days(31, 0, spent=100)),  # a small part of the spend
        evidence(before=1.5),
        evidence(parts=days(6, 0)),
        evidence(not_recorded=frozenset({ago(5)})),
        evidence(beyond_transcripts={}),
    ],
)
def test_near_ones_are_silent(near: Evidence) -> None:
    assert not found(RULE, near)
