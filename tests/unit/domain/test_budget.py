"""Budgets: their periods on any calendar, what was passed, what keeps them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallylight.domain.budget import (
    Budget,
    Period,
    Span,
    Suggestion,
    Unit,
    crossings,
    even_pace,
    passed_thresholds,
    per_day_left,
    proposed,
    rounded_up,
    span_of,
    status_of,
)

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
DOLLAR = 10**12


def a_budget(amount: int = 300 * DOLLAR, **given_: object) -> Budget:
    return Budget(id="b", amount=amount, **given_)  # type: ignore[arg-type]


def span(budget: Budget, today: date, week_starts_on: int = 0) -> Span:
    found = span_of(budget, today, week_starts_on)
    assert found is not None
    return found


@given(DAYS, st.integers(1, 31))
def test_billing_months_follow_each_other_without_gap(today: date, starts_on: int) -> None:
    budget = a_budget(starts_on=starts_on)
    here = span(budget, today)
    assert here.first <= today < here.end
    assert 28 <= here.days <= 31
    assert span(budget, here.end).first == here.end
    assert span(budget, here.first - timedelta(days=1)).end == here.first


@pytest.mark.parametrize(
    ("today", "starts_on", "first", "end"),
    [
        ("2026-11-22", 1, "2026-11-01", "2026-12-01"),
        ("2026-11-22", 23, "2026-10-23", "2026-11-23"),
        ("2026-11-23", 23, "2026-11-23", "2026-12-23"),
        ("2027-02-27", 31, "2027-01-31", "2027-02-28"),
        ("2027-02-28", 31, "2027-02-28", "2027-03-31"),
        ("2028-02-29", 30, "2028-02-29", "2028-03-30"),
        ("2027-01-05", 15, "2026-12-15", "2027-01-15"),
    ],
)
def test_a_billing_month_starts_on_its_day(today: str, starts_on: int, first: str, end: str) -> None:
    found = span(a_budget(starts_on=starts_on), date.fromisoformat(today))
    assert (found.first.isoformat(), found.end.isoformat()) == (first, end)


@given(DAYS, st.integers(0, 6))
def test_a_week_starts_on_the_users_day(today: date, starts_on: int) -> None:
    here = span(a_budget(period=Period.WEEK), today, starts_on)
    assert here.first.weekday() == starts_on and here.days == 7 and here.first <= today < here.end


def test_a_day_is_a_day_and_a_session_has_no_days() -> None:
    today = date(2026, 11, 22)
    assert span(a_budget(period=Period.DAY), today) == Span(today, today + timedelta(days=1))
    assert span_of(a_budget(period=Period.SESSION), today) is None
    with pytest.raises(ValueError, match="no days"):
        status_of(a_budget(period=Period.SESSION), {}, today, 0.5)


@given(st.integers(0, 10**15), st.integers(0, 10**15), st.integers(1, 10**15))
def test_more_spend_never_takes_a_threshold_back(spent: int, more: int, amount: int) -> None:
    budget = a_budget(amount)
    before, after = passed_thresholds(budget, spent), passed_thresholds(budget, spent + more)
    assert after[: len(before)] == before


def test_a_threshold_is_passed_when_it_is_reached() -> None:
    budget = a_budget(thresholds=(100, 50, 80, 50))
    assert passed_thresholds(budget, 150 * DOLLAR - 1) == ()
    assert passed_thresholds(budget, 150 * DOLLAR) == (50,)
    assert passed_thresholds(budget, 300 * DOLLAR) == (50, 80, 100)
    assert passed_thresholds(a_budget(0), 5) == ()


def test_what_keeps_a_budget_is_shared_by_the_days_that_are_left() -> None:
    budget, month = a_budget(), Span(date(2026, 11, 1), date(2026, 12, 1))
    assert per_day_left(budget, 240 * DOLLAR, month, date(2026, 11, 19)) == 5 * DOLLAR
    assert per_day_left(budget, 240 * DOLLAR, month, date(2026, 11, 30)) == 60 * DOLLAR
    assert per_day_left(budget, 301 * DOLLAR, month, date(2026, 11, 19)) == 0
    assert month.days_left(date(2026, 11, 18)) == 12


def test_the_even_pace_runs_through_the_period() -> None:
    budget, month = a_budget(), Span(date(2026, 11, 1), date(2026, 12, 1))
    assert even_pace(budget, month, date(2026, 11, 1), 0.0) == 0
    assert even_pace(budget, month, date(2026, 11, 16), 0.0) == 150 * DOLLAR
    assert even_pace(budget, month, date(2026, 11, 30), 1.0) == 300 * DOLLAR


def test_a_status_counts_the_period_alone() -> None:
    today = date(2026, 11, 22)
    days = {date(2026, 10, 31): 999 * DOLLAR, date(2026, 11, 3): 160 * DOLLAR, today: 90 * DOLLAR}
    status = status_of(a_budget(), days, today, 0.5)
    assert status.spent == 250 * DOLLAR
    assert status.passed == ((50, date(2026, 11, 3)), (80, today))
    assert status.per_day_left == 50 * DOLLAR // 9
    assert round(status.share, 3) == 0.833


def test_past_periods_say_when_they_would_have_spoken() -> None:
    october = Span(date(2026, 10, 1), date(2026, 11, 1))
    days = [(date(2026, 10, day), 100 * DOLLAR) for day in (4, 9, 20, 30)]
    told = crossings(a_budget(), [(october, days), (october, [])])
    assert told == [(50, date(2026, 10, 9)), (80, date(2026, 10, 20)), (100, date(2026, 10, 20))]


@given(st.integers(1, 10**17), st.sampled_from(Unit))
def test_a_proposed_amount_is_round_and_not_below_what_is_usual(amount: int, unit: Unit) -> None:
    proposed = rounded_up(amount, unit)
    assert amount <= proposed <= max(amount * 1.5, amount + (DOLLAR if unit is Unit.USD else 1000))


def test_a_proposed_amount_reads_well() -> None:
    wanted = {0.3: 1, 4: 4, 13: 15, 44: 45, 212: 250, 980: 1000, 4500: 4500}
    assert {usd: rounded_up(int(usd * DOLLAR), Unit.USD) // DOLLAR for usd in wanted} == wanted


def test_one_budget_is_proposed_to_begin_with() -> None:
    month = Suggestion(budget=Budget(id="everything", amount=250 * DOLLAR), typical=212 * DOLLAR)
    project = Suggestion(budget=Budget(id="p", amount=90 * DOLLAR, project="/p"), typical=80 * DOLLAR)
    assert proposed([project, month], 11 * DOLLAR) == month
    daily = proposed([project], 11 * DOLLAR + 1)
    assert daily is not None and daily.budget.period is Period.DAY
    assert (daily.budget.amount, daily.typical) == (15 * DOLLAR, 11 * DOLLAR + 1)
    assert proposed([], None) is None and proposed([], 0) is None
