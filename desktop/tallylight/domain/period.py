"""Periods by name: what "last month" or "2026-10" covers."""

from __future__ import annotations

import re
from datetime import date, timedelta

import msgspec

from tallylight.domain.budget import Budget, Period, Span, span_of

_MONTH = re.compile(r"(\d{4})-(\d{2})")
_WEEK = re.compile(r"(\d{4})-W(\d{2})", re.IGNORECASE)
_DAYS = re.compile(r"last-(\d{1,4})-days")
#: Beyond these days no moment can be counted in every time zone.
_FIRST, _END = date(1970, 1, 1), date(9999, 1, 1)
#: Names that stand for a period, in the order in which they are offered.
PRESETS = (
    "today", "yesterday", "this-week", "last-week", "this-month", "last-month", "billing-month",
    "last-billing-month", "last-7-days", "last-30-days", "this-year", "all",
)  # fmt: skip


class NamedPeriod(msgspec.Struct, frozen=True):
    """Local days from `since` up to, not including, `until`, and what people call them."""

    since: date
    until: date
    label: str


def named_period(
    text: str, today: date, first_day: date, week_starts_on: int = 0, billing_day: int = 1
) -> NamedPeriod:
    """What `text` covers: one of `PRESETS`, a day, a month (2026-10), a week (2026-W40) or two days joined by "..".

    `first_day` is where "all" begins. Raises ValueError with a sentence, also for days that clocks do not have.
    """
    name = text.strip().lower()
    try:
        span = _preset(name, today, first_day, week_starts_on, billing_day) or _written(name)
    except OverflowError:
        span = None
    if span is None or span.first >= span.end:
        raise ValueError(
            f"'{text}' is no period; write it as last-month, 2026-10, 2026-W40 or 2026-10-01..2026-10-15"
        )
    if span.first < _FIRST or span.end > _END:
        raise ValueError(f"'{text}' is not within the years {_FIRST.year} to {_END.year - 1}")
    return NamedPeriod(span.first, span.end, label_of(span.first, span.end))


def _preset(name: str, today: date, first_day: date, week_starts_on: int, billing_day: int) -> Span | None:
    tomorrow = today + timedelta(days=1)
    if name in ("today", "yesterday"):
        return Span(today, tomorrow) if name == "today" else Span(today - timedelta(days=1), today)
    if name == "all":
        return Span(max(min(first_day, today), _FIRST), tomorrow)  # clocks have been wrong before
    if name == "this-year":
        return Span(date(today.year, 1, 1), date(today.year + 1, 1, 1))
    days = _DAYS.fullmatch(name)
    if days and int(days[1]):
        return Span(tomorrow - timedelta(days=int(days[1])), tomorrow)
    shapes = {
        "week": Budget(id="", amount=0, period=Period.WEEK),
        "month": Budget(id="", amount=0),
        "billing-month": Budget(id="", amount=0, starts_on=billing_day),
    }
    shape = shapes.get(name.removeprefix("this-").removeprefix("last-"))
    if shape is None or name in ("week", "month"):
        return None
    span = span_of(shape, today, week_starts_on)
    if span is not None and name.startswith("last-"):
        return span_of(shape, span.first - timedelta(days=1), week_starts_on)
    return span


def _written(name: str) -> Span | None:
    first, joined, last = name.partition("..")
    try:
        if joined:
            return Span(date.fromisoformat(first), date.fromisoformat(last) + timedelta(days=1))
        if found := _MONTH.fullmatch(name):
            month = date(int(found[1]), int(found[2]), 1)
            return Span(month, (month + timedelta(days=31)).replace(day=1))
        if found := _WEEK.fullmatch(name):
            week = date.fromisocalendar(int(found[1]), int(found[2]), 1)
            return Span(week, week + timedelta(days=7))
        day = date.fromisoformat(name)
        return Span(day, day + timedelta(days=1))
    except (ValueError, OverflowError):
        return None


def label_of(since: date, until: date) -> str:
    """ "October 2026", "2026", "12 October 2026", "1–15 October 2026": without the names of presets, which pass."""
    last = until - timedelta(days=1)
    if since == last:
        return f"{since.day} {since:%B %Y}"
    if since.day == 1 and until.day == 1:
        if (since.year, since.month) == (last.year, last.month):
            return f"{since:%B %Y}"
        if since.month == 1 and until == date(since.year + 1, 1, 1):
            return str(since.year)
    if (since.year, since.month) == (last.year, last.month):
        return f"{since.day}–{last.day} {last:%B %Y}"
    if since.year == last.year:
        return f"{since.day} {since:%B} – {last.day} {last:%B %Y}"
    return f"{since.day} {since:%B %Y} – {last.day} {last:%B %Y}"
