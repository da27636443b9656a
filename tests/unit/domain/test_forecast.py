"""The forecast: from the user's own weekdays, honest about how sure it is, silent when it is too early."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tallylight.domain.forecast import forecast

TODAY = date(2026, 11, 16)  # a Monday
END = date(2026, 12, 1)
AMOUNTS = st.dictionaries(st.integers(1, 70).map(lambda n: TODAY - timedelta(days=n)), st.integers(0, 10**14))


def history(weeks: int, workday: int, weekend: int = 0) -> dict[date, int]:
    days = (TODAY - timedelta(days=n) for n in range(1, weeks * 7 + 1))
    return {day: weekend if day.weekday() >= 5 else workday for day in days}


def test_a_steady_week_goes_on() -> None:
    found = forecast(history(8, 10_000), 50_000, TODAY, END, 0.0)
    assert found is not None
    assert found.low <= found.expected <= found.high
    assert abs(found.expected - (50_000 + 11 * 10_000)) < 3_000  # eleven workdays are left
    assert found.days == 56


def test_weekends_are_not_workdays() -> None:
    found = forecast(
        history(8, 1000, weekend=0), 0, TODAY + timedelta(days=4), TODAY + timedelta(days=7), 1.0
    )
    assert found is not None  # a Friday is over: Saturday and Sunday are left
    assert found.expected < 400, "two workdays would be 2000"


def test_too_early_to_say() -> None:
    assert forecast({}, 5, TODAY, END, 0.5) is None
    assert forecast(history(1, 1000), 5, TODAY, END, 0.5) is None
    few = {TODAY - timedelta(days=n): 1000 for n in (20, 15, 10, 2)}
    assert forecast(few, 5, TODAY, END, 0.5) is None
    assert forecast(few | {TODAY - timedelta(days=1): 1000}, 5, TODAY, END, 0.5) is not None


def test_one_wild_day_is_no_habit() -> None:
    usual = history(8, 1000)
    wild = usual | {TODAY - timedelta(days=3): 100_000}
    calm, found = forecast(usual, 0, TODAY, END, 0.0), forecast(wild, 0, TODAY, END, 0.0)
    assert calm is not None and found is not None
    assert found.expected < 3 * calm.expected
    assert found.high - found.low > calm.high - calm.low


@given(AMOUNTS, st.integers(0, 10**15), st.floats(0, 1))
def test_it_never_ends_below_what_is_spent(past: dict[date, int], spent: int, share: float) -> None:
    found = forecast(past, spent, TODAY, END, share)
    if found is not None:
        assert spent <= found.low <= found.expected <= found.high


@given(AMOUNTS, st.floats(0, 1))
def test_what_comes_later_is_not_looked_at(past: dict[date, int], share: float) -> None:
    later = past | {TODAY: 10**15, TODAY + timedelta(days=2): 10**15}
    assert forecast(later, 7, TODAY, END, share) == forecast(past, 7, TODAY, END, share)
