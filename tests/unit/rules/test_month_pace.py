"""A month that is ahead of the user's own months is told, with no budget set."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from rule_factories import TODAY, a_slice, an_evidence, dollars, found, the_finding
from tallylight.domain.budget import Budget, BudgetStatus, Unit
from tallylight.domain.forecast import Forecast
from tallylight.rules.base import Evidence
from tallylight.rules.month_pace import RULE


def a_month(spent: float, forecast: float | None = None, **given: Any) -> Evidence:
    """The eighteenth of November is over; the typical month is $300."""
    ends = None if forecast is None else Forecast(dollars(forecast), 0, dollars(2 * forecast), 40)
    fields: dict[str, Any] = {
        "today": date(2026, 11, 18),
        "share_of_today": 1.0,
        "typical_month_picousd": dollars(300),
        "month_picousd": dollars(spent),
        "month_forecast": ends,
    }
    last = given.pop("day_of_last_request", None)
    fields |= given
    today = fields["today"]
    return an_evidence(a_slice(day=today.replace(day=last or today.day)), **fields)


def test_a_share_reached_early_is_told() -> None:
    finding = the_finding(RULE, a_month(240, 380))
    assert str(finding.title) == "80 % of your typical month with 12 days left"
    assert str(finding.text) == (
        "$240 so far in November; your typical month is $300. At this pace it ends near $380."
    )
    assert finding.key == "month_pace:80:2026-11"


def test_a_forecast_far_over_the_typical_month_is_told() -> None:
    finding = the_finding(RULE, a_month(120, 391))
    assert str(finding.title) == "November is heading over your typical month"


def test_the_whole_typical_month_is_one_more_finding() -> None:
    assert the_finding(RULE, a_month(300)).key == "month_pace:100:2026-11"


def test_a_month_that_is_over_is_not_heading_there() -> None:
    finding = the_finding(RULE, a_month(310, 500))
    assert str(finding.title) == "Over your typical month with 12 days left"


def test_nothing_is_told_before_the_days_first_request() -> None:
    assert not found(RULE, a_month(310, 500, day_of_last_request=17))


def a_budget_of(**scope: Any) -> list[BudgetStatus]:
    return [BudgetStatus(budget=Budget(**({"id": "b", "amount": 1} | scope)), spent=0)]


@pytest.mark.parametrize(
    "near",
    [
        a_month(239.99, 389),
        a_month(240, today=date(2026, 11, 20)),  # no earlier than an even pace gets there, or nearly so
        a_month(240, typical_month_picousd=None),
        a_month(3.9, typical_month_picousd=dollars(4)),
        a_month(240, budgets=a_budget_of()),
        a_month(240, not_recorded=frozenset({date(2026, 11, 3)})),
    ],
)
def test_near_ones_are_silent(near: Evidence) -> None:
    assert not found(RULE, near)


def test_a_budget_of_a_part_or_of_tokens_does_not_silence_it() -> None:
    for scope in ({"project": "/p"}, {"unit": Unit.TOKENS}, {"period": "week"}):
        assert found(RULE, a_month(240, budgets=a_budget_of(**scope)))


@pytest.mark.parametrize(("day", "words"), [(29, "with one day left"), (30, "on its last day")])
def test_the_end_of_the_month_is_said_as_people_say_it(day: int, words: str) -> None:
    evidence = a_month(900, today=TODAY.replace(day=day))
    assert str(the_finding(RULE, evidence).title).endswith(words)
