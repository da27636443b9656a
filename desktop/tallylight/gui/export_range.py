"""What History shows, as an order."""

from __future__ import annotations

from datetime import date as Date  # noqa: N812 a parameter is called date
from datetime import timedelta

from msgspec.structs import replace
from PySide6.QtCore import QDateTime

from tallylight.domain.order import FILTERS, Order
from tallylight.domain.period import PRESETS, named_period
from tallylight.domain.summary import Filter
from tallylight.gui.period import Period


def order_of(period: Period, by: str, narrowed: Filter, today: Date, week_starts_on: int = 0) -> Order:
    """These days, or the narrower span of the filter in whole days, by the name that the days have today."""
    since, until = period.since, period.until
    if narrowed.since_ms is not None and narrowed.until_ms is not None:
        since = _day(narrowed.since_ms)
        until = _day(narrowed.until_ms - 1) + timedelta(days=1)
    filters = {name: getattr(narrowed, name) for name in FILTERS}
    return replace(Order(format="", range=range_of(since, until, today, week_starts_on), by=by), **filters)


def range_of(since: Date, until: Date, today: Date, week_starts_on: int) -> str:
    """A preset that covers exactly these days today, else the days themselves."""
    for name in PRESETS:
        named = named_period(name, today, today, week_starts_on)
        if (named.since, named.until) == (since, until) and "billing" not in name and name != "all":
            return name
    return f"{since}..{until - timedelta(days=1)}"


def _day(time_ms: int) -> Date:
    day = QDateTime.fromMSecsSinceEpoch(time_ms).date()
    return Date(day.year(), day.month(), day.day())
