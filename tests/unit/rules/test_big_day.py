"""A day of twice the typical day is told, and again at four times."""

from __future__ import annotations

from typing import Any

import pytest

from rule_factories import OPUS, TODAY, a_slice, ago, an_evidence, days, dollars, found, the_finding
from tallylight.rules.base import Evidence
from tallylight.rules.big_day import RULE


def a_day(spent: float, **given: Any) -> Evidence:
    """Seven days of $10 before, and a typical day of $10."""
    parts = given.pop("before", days(7, 1))
    fields = {"typical_day_picousd": dollars(10)} | given
    return an_evidence(*parts, a_slice(0, spent, model=OPUS), **fields)


def test_twice_the_typical_day_is_told_with_what_most_of_it_is() -> None:
    finding = the_finding(RULE, a_day(24.1))
    assert str(finding.title) == "2× your typical day"
    assert str(finding.text) == (
        "$24.10 so far; your typical day is $10.00. Most of it: payments-api with Opus 4.8, $24.10."
    )
    assert (finding.since, finding.picousd) == (TODAY.isoformat(), dollars(24.1))


def test_growth_keeps_the_key_until_it_has_doubled() -> None:
    keys = [the_finding(RULE, a_day(spent)).key for spent in (20, 39, 40, 79)]
    assert keys == [f"big_day:{n}:2026-11-19" for n in (2, 2, 4, 4)]


@pytest.mark.parametrize(
    "near",
    [
        a_day(19.99),
        a_day(0),
        a_day(100, before=days(4, 1)),
        a_day(100, typical_day_picousd=None),
        a_day(100, not_recorded=frozenset({TODAY})),
        a_day(0.9, typical_day_picousd=dollars(0.2)),
    ],
)
def test_near_ones_are_silent(near: Evidence) -> None:
    assert not found(RULE, near)


def test_after_a_large_day_only_a_much_larger_one_is_news() -> None:
    week = [*days(9, 4), a_slice(3, 25), *days(2, 1)]
    assert not found(RULE, a_day(49, before=week))
    assert the_finding(RULE, a_day(50, before=week)).key == "big_day:4:2026-11-19"
    long_ago = [a_slice(8, 25), *days(7, 1)]
    assert found(RULE, a_day(24.1, before=long_ago))


def test_what_has_become_usual_is_no_news() -> None:
    drifted = [*days(20, 6), *days(5, 1, 19)]
    assert not found(RULE, a_day(37, before=drifted))
    assert found(RULE, a_day(38, before=drifted))


def test_another_day_that_was_not_recorded_does_not_matter() -> None:
    assert found(RULE, a_day(30, not_recorded=frozenset({ago(1)})))


def test_the_user_may_choose_another_multiple() -> None:
    assert str(the_finding(RULE, a_day(15), times=1.5).title) == "1.5× your typical day"
