"""What the names of periods cover."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallylight.domain.period import PRESETS, label_of, named_period

SUNDAY = date(2026, 11, 22)
FIRST = date(2026, 3, 9)


@pytest.mark.parametrize(
    ("text", "since", "last"),
    [
        ("today", SUNDAY, SUNDAY),
        ("yesterday", date(2026, 11, 21), date(2026, 11, 21)),
        ("this-week", date(2026, 11, 16), SUNDAY),
        ("last-week", date(2026, 11, 9), date(2026, 11, 15)),
        ("this-month", date(2026, 11, 1), date(2026, 11, 30)),
        ("Last-Month", date(2026, 10, 1), date(2026, 10, 31)),
        ("billing-month", date(2026, 11, 15), date(2026, 12, 14)),
        ("last-billing-month", date(2026, 10, 15), date(2026, 11, 14)),
        ("last-7-days", date(2026, 11, 16), SUNDAY),
        ("this-year", date(2026, 1, 1), date(2026, 12, 31)),
        ("all", FIRST, SUNDAY),
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28)),
        ("2026-w01", date(2025, 12, 29), date(2026, 1, 4)),
        ("2026-10-12", date(2026, 10, 12), date(2026, 10, 12)),
        ("2026-10-01..2026-10-15", date(2026, 10, 1), date(2026, 10, 15)),
    ],
)
def test_a_name_covers_whole_local_days(text: str, since: date, last: date) -> None:
    found = named_period(text, SUNDAY, FIRST, billing_day=15)
    assert (found.since, found.until - timedelta(days=1)) == (since, last)


@pytest.mark.parametrize(
    "text",
    ["", "month", "last", "last-0-days", "2026-13", "2026-W60", "2026-10-15..2026-10-01", "..", "9999-12"],
)
def test_what_is_no_period_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="is no period"):
        named_period(text, SUNDAY, FIRST)


@pytest.mark.parametrize(
    "text", ["0001-01", "1969-12-31", "1969-12-31..2026-01-01", "9998-12-31..9999-01-01"]
)
def test_years_that_nobody_can_count_in_are_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="not within the years 1970 to 9998"):
        named_period(text, SUNDAY, FIRST)
    assert named_period("9998-12-31", SUNDAY, FIRST).until == date(9999, 1, 1)


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("today", [date.min, date(1969, 12, 31), date.max])
def test_seen_from_such_a_year_no_preset_is_a_period(name: str, today: date) -> None:
    with pytest.raises(ValueError, match="is no"):
        named_period(name, today, today)


def test_all_begins_no_earlier_whatever_a_clock_once_said() -> None:
    assert named_period("all", SUNDAY, date(1969, 12, 31)).since == date(1970, 1, 1)


@given(st.dates(date(1990, 1, 1), date(2080, 1, 1)), st.integers(0, 6), st.integers(1, 31))
def test_presets_of_now_hold_today_and_those_of_before_end_where_they_begin(
    today: date, week: int, billing: int
) -> None:
    found = {name: named_period(name, today, FIRST, week, billing) for name in PRESETS}
    for name, period in found.items():
        assert period.since < period.until
        if not name.startswith(("last-week", "last-month", "last-billing", "yesterday")):
            assert period.since <= today < period.until
    assert found["last-week"].until == found["this-week"].since
    assert found["last-month"].until == found["this-month"].since
    assert found["last-billing-month"].until == found["billing-month"].since


@pytest.mark.parametrize(
    ("since", "until", "label"),
    [
        (date(2026, 10, 1), date(2026, 11, 1), "October 2026"),
        (date(2026, 1, 1), date(2027, 1, 1), "2026"),
        (SUNDAY, date(2026, 11, 23), "22 November 2026"),
        (date(2026, 11, 9), date(2026, 11, 16), "9–15 November 2026"),
        (date(2026, 10, 15), date(2026, 11, 15), "15 October – 14 November 2026"),
        (date(2025, 12, 29), date(2026, 1, 5), "29 December 2025 – 4 January 2026"),
        (date(2026, 10, 1), date(2026, 12, 1), "1 October – 30 November 2026"),
    ],
)
def test_a_period_is_called_what_people_call_it(since: date, until: date, label: str) -> None:
    assert label_of(since, until) == label
