"""A period split for stacked bars: by day, or by hour where it is one day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from msgspec.structs import replace

from tallylight.domain.summary import Filter, Stack, Summary, SummaryRow
from tallylight.ledger.days import day_of, days_between, start_of
from tallylight.ledger.periods import label_of
from tallylight.ledger.queries import Queries

#: More series than this are one, "the rest": nobody tells ten colours apart.
_SERIES = 7


def stack_of(
    queries: Queries, by: str, since: date, until: date, wanted: Filter, groups: Summary, now_ms: int
) -> Stack:
    """What each day came to. `groups` are those of the period by the same `by`."""
    wanted = replace(wanted, since_ms=start_of(since), until_ms=start_of(until))
    is_one_day = until - since <= timedelta(days=1)
    slots = _hours(since) if is_one_day else [day.isoformat() for day in days_between(since, until)]
    place = {slot: at for at, slot in enumerate(slots)}
    priced = [row for row in groups.rows if row.totals.cost_picousd > 0]
    largest = _largest(priced)
    series, labels = [row.key for row in largest], [label_of(row) for row in largest]
    at = {key: index for index, key in enumerate(series)}
    if len(priced) > len(largest):  # what names no group is part of the rest
        series.append("")
        labels.append("")
    values = [[0] * len(slots) for _ in series]
    unpriced, at_least = set[int](), set[int]()
    for quarter, key, totals in queries.quarters(by, wanted):
        slot = place.get(_hour_of(quarter) if is_one_day else day_of(quarter).isoformat())
        if slot is None:
            continue
        if totals.unpriced:
            unpriced.add(slot)
        if totals.at_least:
            at_least.add(slot)
        if totals.cost_picousd:
            values[at.get(key, len(series) - 1)][slot] += totals.cost_picousd
    return Stack(
        slots=slots,
        series=series,
        labels=labels,
        values=values,
        not_recorded=[] if is_one_day else [d for d in groups.not_recorded if d in place],
        unpriced=[slots[slot] for slot in sorted(unpriced)],
        at_least=[slots[slot] for slot in sorted(at_least)],
        typical_day_picousd=queries.typical_day(now_ms),
    )


def _largest(priced: Sequence[SummaryRow]) -> list[SummaryRow]:
    return sorted((row for row in priced if row.key), key=lambda row: -row.totals.cost_picousd)[:_SERIES]


def _hours(day: date) -> list[str]:
    """The hours of a local day as they pass: one is missing or double when the clock changes."""
    hours: dict[str, None] = {}
    at, end = start_of(day), start_of(day + timedelta(days=1))
    while at < end:
        hours[_hour_of(at)] = None
        at += 1_800_000
    return list(hours)


def _hour_of(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000).astimezone().strftime("%Y-%m-%dT%H")
