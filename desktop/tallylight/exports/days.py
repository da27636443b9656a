"""Days and stretches of days, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

#: More days than this are counted instead of named.
_MOST_NAMED = 10


def local(time_ms: int) -> datetime:
    """A moment where the user is."""
    return datetime.fromtimestamp(time_ms / 1000, tz=UTC).astimezone()


def day(of: date, today: date) -> str:
    """ "12 October", with the year where it is another."""
    return f"{of.day} {of:%B}" if of.year == today.year else f"{of.day} {of:%B %Y}"


def is_month(since: date, until: date) -> bool:
    return since.day == 1 and until == (since + timedelta(days=31)).replace(day=1)


def is_year(since: date, until: date) -> bool:
    return (since.month, since.day) == (1, 1) and until == date(since.year + 1, 1, 1)


def within(since: date, until: date, today: date) -> str:
    """ "on 12 October", "in October", "in 2026", "from 1 to 15 October"."""
    last = until - timedelta(days=1)
    if since == last:
        return f"on {day(since, today)}"
    if is_month(since, until):
        return f"in {since:%B}" if since.year == today.year else f"in {since:%B %Y}"
    if is_year(since, until):
        return f"in {since.year}"
    if (since.year, since.month) == (last.year, last.month):
        return f"from {since.day} to {day(last, today)}"
    first = day(since, today) if since.year != last.year else f"{since.day} {since:%B}"
    return f"from {first} to {day(last, today)}"


def of_month(since: date, until: date, today: date) -> str:
    """ "in October", "in the first 22 days of October"; `since` is the first of a month."""
    if is_month(since, until):
        return within(since, until, today)
    count = (until - since).days
    month = f"{since:%B}" if since.year == today.year else f"{since:%B %Y}"
    return f"on the first day of {month}" if count == 1 else f"in the first {count} days of {month}"


def short(since: date, until: date, today: date) -> str:
    """The same above a column: "Oct", "12 Oct", "1–15 Oct"."""
    last = until - timedelta(days=1)
    year = f" {last.year}" if last.year != today.year else ""
    if is_year(since, until):
        return str(since.year)
    if is_month(since, until):
        return f"{since:%b}{year}"
    if since == last:
        return f"{since.day} {since:%b}{year}"
    if (since.year, since.month) == (last.year, last.month):
        return f"{since.day}–{last.day} {last:%b}{year}"
    return f"{since.day} {since:%b} – {last.day} {last:%b}{year}"


def named(days: Sequence[date]) -> str:
    """ "3, 4 and 7 October"; of very many only how many."""
    if len(days) > _MOST_NAMED:
        return f"{len(days)} days"
    months = groupby(sorted(days), key=lambda of: (of.year, of.month))
    return ", ".join(_of_one_month([*group]) for _, group in months)


def _of_one_month(days: Sequence[date]) -> str:
    numbers = [str(of.day) for of in days]
    joined = f"{', '.join(numbers[:-1])} and {numbers[-1]}" if len(numbers) > 1 else numbers[0]
    return f"{joined} {days[-1]:%B}"
