"""A project or a model that costs a multiple of the week before, up to the same moment of the week."""

from __future__ import annotations

from typing import Any

import pytest

from rule_factories import OPUS, PROJECT, SONNET, TODAY, ago, an_evidence, days, found, the_finding
from tallylight.rules.base import DaySlice, Evidence
from tallylight.rules.week_change import RULE

DOCS = "/home/user/docs-site"


def weeks(now: float, before: float, **given: Any) -> list[DaySlice]:
    """So much a day from Monday to today, a Thursday, and in the whole week before."""
    return [*days(10, 4, before, **given), *days(3, 0, now, **given)]


def test_a_project_is_compared_with_the_same_part_of_the_week_before() -> None:
    finding = the_finding(RULE, an_evidence(*weeks(7, 4)))
    assert str(finding.title) == "payments-api costs 2.0× last week"
    assert str(finding.text) == "$28.00 so far this week; $14.00 by this time last week."
    assert finding.key == f"week_change:project:{PROJECT}:2026-11-16"
    assert (finding.since, finding.until) == ("2026-11-16", "2026-11-23")


def test_a_model_is_told_where_no_project_explains_it() -> None:
    parts = [
        *(part for n in range(4) for part in weeks(4, 1, model=OPUS, project=f"/p{n}")),
        *(part for n in range(4) for part in weeks(4, 4, model=SONNET, project=f"/p{n}")),
    ]
    finding = the_finding(RULE, an_evidence(*parts))
    assert str(finding.title) == "Opus 4.8 costs 4.6× last week"


def test_a_week_may_begin_on_another_day() -> None:
    parts = weeks(7, 4)
    assert found(RULE, an_evidence(*parts, week_starts_on=0))
    assert not found(RULE, an_evidence(*parts, week_starts_on=3)), "it began today"


@pytest.mark.parametrize(
    "near",
    [
        an_evidence(*weeks(6.9, 4)),
        an_evidence(*weeks(0.7, 0.3)),
        an_evidence(*days(3, 0, 50)),  # new this week: nothing to compare with
        an_evidence(*weeks(20, 2), today=ago(2)),  # Tuesday
        an_evidence(*days(10, 10, 5), *days(3, 0, 20)),  # a week of holidays before
        an_evidence(*weeks(20, 2), not_recorded=frozenset({ago(9)})),
        an_evidence(*weeks(10, 2), *weeks(2, 12, project=DOCS)),  # the work only moved
        an_evidence(*days(10, 4, 4), *days(3, 1, 40)),  # nothing was requested today: the clock is no news
        an_evidence(*days(31, 11, 8), *weeks(10, 2)),  # the week before was a slow one
    ],
)
def test_near_ones_are_silent(near: Evidence) -> None:
    assert not found(RULE, near)


def test_usual_weeks_before_a_usual_week_change_nothing() -> None:
    assert found(RULE, an_evidence(*days(31, 11, 4), *weeks(10, 4)))


def test_days_after_today_do_not_count() -> None:
    late = an_evidence(*weeks(20, 2), today=ago(1))
    (finding,) = found(RULE, late)
    assert str(finding.text).startswith("$60.00 so far")
    assert late.today < TODAY
