"""What History shows becomes an order: its days by their name today, its grouping, what it was narrowed to."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from tallylight.domain.summary import Filter
from tallylight.gui.export_range import order_of, range_of
from tallylight.gui.period import Period, period_around

#: A Friday.
TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("period", "name"),
    [
        (period_around("day", TODAY), "today"),
        (period_around("week", TODAY), "this-week"),
        (period_around("week", date(2026, 11, 12)), "last-week"),
        (period_around("month", TODAY), "this-month"),
        (period_around("month", date(2026, 10, 3)), "last-month"),
        (period_around("month", date(2026, 9, 3)), "2026-09-01..2026-09-30"),
        (Period("range", date(2026, 10, 2), date(2026, 10, 9)), "2026-10-02..2026-10-08"),
    ],
)
def test_days_are_called_what_they_are_called_today(period: Period, name: str) -> None:
    assert order_of(period, "model", Filter(), TODAY).range == name


def test_a_week_begins_where_the_user_has_it() -> None:
    sunday = period_around("week", TODAY, 6)
    assert order_of(sunday, "model", Filter(), TODAY, 6).range == "this-week"
    assert order_of(sunday, "model", Filter(), TODAY).range == "2026-11-15..2026-11-21"


def test_what_it_was_narrowed_to_is_taken_over() -> None:
    narrowed = Filter(project="/home/ana/shop", session_id="s-1", skill="review")
    order = order_of(period_around("month", TODAY), "branch", narrowed, TODAY)
    assert (order.by, order.project, order.session_id, order.skill) == (
        "branch",
        "/home/ana/shop",
        "s-1",
        "review",
    )


def test_an_hour_becomes_its_day() -> None:
    hour = datetime(2026, 11, 18, 14).astimezone()
    since_ms = round(hour.timestamp() * 1000)
    narrowed = Filter(since_ms=since_ms, until_ms=since_ms + 3_600_000)
    assert order_of(period_around("month", TODAY), "model", narrowed, TODAY).range == "2026-11-18..2026-11-18"


def test_one_day_of_the_month_that_is_all_there_is_is_that_day() -> None:
    assert range_of(date(2026, 11, 1), date(2026, 11, 2), date(2026, 11, 1), 0) == "today"
