"""What is known of a provider's days: what was counted here and elsewhere, what it reports, what that is worth."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from tallylight.domain.billing import BILLED, Span
from tallylight.domain.pricing import PriceList
from tallylight.domain.reconciliation import (
    Evidence,
    Reconciliation,
    Sums,
    Used,
    called,
    keys_here,
    reconcile,
)
from tallylight.domain.reported import DAY_MS, Bucket, Figure
from tallylight.ledger.bills import statuses
from tallylight.ledger.cloud_reconciling import THROUGH, cloud_reconciliations
from tallylight.ledger.days import QUARTER_MS, day_of, utc_day_of, utc_start_of
from tallylight.ledger.prices import prices_in, sellers_in
from tallylight.ledger.reported import covered, key_names, reports

#: A prompt that long is billed as a long one, where there is such a price.
_LONG = 200_001
_LONG_CONTEXT = "200k-1M"
Days = Mapping[date, Sums]


class _Counted(NamedTuple):
    """By local days and by days in UTC what this machine counted, and by the latter what merged ledgers did."""

    local: Days
    utc: Days
    machines: Days


def reconciliations(
    connection: sqlite3.Connection, since: date, now_ms: int, has_plan: bool
) -> list[Reconciliation]:
    """One for each provider that reports charges or of which bills were imported, of its days since then."""
    asked = _reported(connection, since, now_ms, has_plan)
    return [*asked, *cloud_reconciliations(connection, since, now_ms, has_plan)]


def _reported(
    connection: sqlite3.Connection, since: date, now_ms: int, has_plan: bool
) -> list[Reconciliation]:
    try:
        names = [row[0] for row in connection.execute("SELECT DISTINCT provider FROM reported ORDER BY 1")]
    except sqlite3.OperationalError:  # of an older form
        return []
    made = [_of_provider(connection, name, since, now_ms, has_plan) for name in names]
    return [one for one in made if one.days]


def _of_provider(
    connection: sqlite3.Connection, provider: str, since: date, now_ms: int, has_plan: bool
) -> Reconciliation:
    progress = covered(connection, provider)
    # Where only a part of the reports was read, a missing figure is no zero.
    since = max(since, utc_day_of(progress.since_ms))
    # Days since the provider was last read are no days without a bill.
    span = Span(utc_start_of(since), min(now_ms, progress.settled_ms + DAY_MS))
    days = [utc_day_of(ms) for ms in range(span.since_ms, span.until_ms, DAY_MS)]
    found = list(reports(connection, provider, span))
    used = _by_day(bucket for holds, bucket in found if holds.has_tokens)
    charged = _by_day(bucket for holds, bucket in found if holds.has_money)
    counted = _counted(connection, provider, since, now_ms)
    keys = _keys_here(days, counted, used)
    prices = prices_in(connection)
    evidence = [
        Evidence(
            day=day,
            here=counted.local.get(day, Sums()),
            here_utc=counted.utc.get(day, Sums()),
            machines=counted.machines.get(day, Sums()),
            used=[_used(prices, figure, utc_start_of(day)) for figure in used.get(day, ())],
            charged=charged.get(day, ()),
            keys=keys,
            is_late=utc_start_of(day) >= progress.settled_ms - DAY_MS,
            has_plan=has_plan,
        )
        for day in days
    ]
    names = key_names(connection, provider)
    status = statuses(connection).get(provider)
    return Reconciliation(
        provider=provider,
        days=[called(reconcile(day), names) for day in evidence],
        read_ms=status.read_ms if status is not None else 0,
        meter_basis="API-equivalent" if has_plan else "list price",
    )


def _by_day(buckets: Iterable[Bucket]) -> dict[date, list[Figure]]:
    made: dict[date, list[Figure]] = defaultdict(list)
    for bucket in buckets:
        made[utc_day_of(bucket.span.since_ms)].extend(bucket.figures)
    return made


def _keys_here(
    days: Iterable[date], counted: _Counted, used: Mapping[date, Iterable[Figure]]
) -> frozenset[str]:
    """What merged ledgers tell of counts as known here: their keys are no others'."""
    known = {day: (counted.utc.get(day, Sums()) + counted.machines.get(day, Sums())).tokens for day in days}
    by_key: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for day, figures in used.items():
        for figure in figures:
            by_key[figure.key][day] += figure.tokens
    return keys_here(known, by_key)


def _counted(connection: sqlite3.Connection, provider: str, since: date, now_ms: int) -> _Counted:
    models = [model for model, seller in sellers_in(connection).items() if seller == provider]
    local: dict[date, Sums] = defaultdict(Sums)
    utc: dict[date, Sums] = defaultdict(Sums)
    machines: dict[date, Sums] = defaultdict(Sums)
    rows = connection.execute(
        f"""SELECT time_ms / {QUARTER_MS}, host <> '', sum(cost_picousd),
                sum(input + output + cache_read + cache_write_5m + cache_write_1h)
            FROM usage_event WHERE time_ms >= ? AND time_ms < ? AND source <> ?
                AND model IN ({", ".join("?" * len(models))})
                AND ({THROUGH}) IS NULL  -- a cloud's bill states those, and no other
            GROUP BY 1, 2""",
        # A local day may begin most of a day before the one in UTC, and end as much after it.
        (utc_start_of(since) - DAY_MS, now_ms + DAY_MS, BILLED, *models),
    )
    for quarter, is_elsewhere, picousd, tokens in rows:
        at, sums = quarter * QUARTER_MS, Sums(tokens, picousd or 0)
        if is_elsewhere:
            machines[utc_day_of(at)] += sums
        else:
            local[day_of(at)] += sums
            utc[utc_day_of(at)] += sums
    return _Counted(local, utc, machines)


def _used(prices: PriceList, figure: Figure, at_ms: int) -> Used:
    card = prices.card_for(figure.model, at_ms, service=figure.tier)
    if card is None:
        return Used(figure, None)
    rates = card.rates_at(_LONG if figure.item == _LONG_CONTEXT else 0)
    searches = figure.searches * rates.web_search
    value = (
        figure.input * rates.input
        + figure.output * rates.output
        + figure.cache_read * rates.cache_read
        + figure.cache_write_5m * rates.cache_write_5m
        + figure.cache_write_1h * rates.cache_write_1h
    )
    return Used(figure, value + searches, searches)
