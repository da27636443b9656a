"""Local days, weeks and months as spans of time, daylight saving included."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

#: Every zone's offset is a multiple of this, so sums per quarter of an hour make sums for any local day.
QUARTER_MS = 900_000


def start_of(day: date) -> int:
    """ms since the epoch at which the local `day` begins."""
    return round(datetime.combine(day, time()).astimezone().timestamp() * 1000)


def day_of(time_ms: int) -> date:
    """The local day that a moment falls on."""
    return datetime.fromtimestamp(time_ms / 1000).astimezone().date()


def utc_start_of(day: date) -> int:
    """ms since the epoch at which `day` begins in UTC, as providers have it."""
    return round(datetime.combine(day, time(), UTC).timestamp() * 1000)


def utc_day_of(time_ms: int) -> date:
    """The day in UTC that a moment falls on."""
    return datetime.fromtimestamp(time_ms / 1000, UTC).date()


def share_of_day(time_ms: int) -> float:
    """How much of its local day is over at a moment, 0 to 1."""
    day = day_of(time_ms)
    start, end = start_of(day), start_of(day + timedelta(days=1))
    return min(1.0, max(0.0, (time_ms - start) / (end - start)))


def week_of(day: date, starts_on: int) -> date:
    """The first day of the week of `day`; `starts_on` 0 is Monday."""
    return day - timedelta(days=(day.weekday() - starts_on) % 7)


def month_of(day: date) -> date:
    return day.replace(day=1)


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, the last of a month that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    if year < 1970:
        return date(1970, 1, 1)
    first = date(year, month + 1, 1)
    return min(first.replace(day=1) + timedelta(days=day.day - 1), next_month(first) - timedelta(days=1))


def next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def days_between(since: date, until: date) -> list[date]:
    """All days from `since` up to, not including, `until`."""
    return [since + timedelta(days=n) for n in range((until - since).days)]
