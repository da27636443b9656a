"""What is known of a provider's days: what was counted here and elsewhere, what it reports, what that is worth."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import chain
from typing import NamedTuple

from tallylight.domain.bill_items import items_of
from tallylight.domain.billing import BILLED, Span
from tallylight.domain.pricing import PriceList
from tallylight.domain.reconciliation import (
    Day,
    Evidence,
    Reconciliation,
    Sums,
    Used,
    called,
    keys_here,
    reconcile,
)
from tallylight.domain.report import API_EQUIVALENT, LIST_PRICE
from tallylight.domain.reported import DAY_MS, Bucket, Figure
from tallylight.ledger import reported
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


class _Known(NamedTuple):
    """Of one provider's days: what was counted, and what is reported."""

    provider: str
    days: Sequence[date]
    counted: _Counted
    used: Mapping[date, Sequence[Figure]]
    charged: Mapping[date, Sequence[Figure]]
    late_ms: int

    def is_late(self, day: date) -> bool:
        """More may be reported of it."""
        return utc_start_of(day) >= self.late_ms


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
    found = list(reports(connection, provider, span))
    known = _Known(
        provider=provider,
        days=[utc_day_of(ms) for ms in range(span.since_ms, span.until_ms, DAY_MS)],
        counted=_counted(connection, provider, since, now_ms),
        used=_by_day(bucket for holds, bucket in found if holds.has_tokens),
        charged=_by_day(bucket for holds, bucket in found if holds.has_money),
        late_ms=progress.settled_ms - DAY_MS,
    )
    status = statuses(connection).get(provider)
    tells_tokens = reported.tells_tokens(connection, provider)
    return Reconciliation(
        provider=provider,
        days=_compared(connection, known, has_plan) if tells_tokens else _side_by_side(known),
        read_ms=status.read_ms if status is not None else 0,
        meter_basis=API_EQUIVALENT if has_plan else LIST_PRICE,
        items=None if tells_tokens else items_of(chain.from_iterable(known.charged.values())),
    )


def _compared(connection: sqlite3.Connection, known: _Known, has_plan: bool) -> list[Day]:
    keys = _keys_here(known.days, known.counted, known.used)
    prices, names = prices_in(connection), key_names(connection, known.provider)
    evidence = (
        Evidence(
            day=day,
            here=known.counted.local.get(day, Sums()),
            here_utc=known.counted.utc.get(day, Sums()),
            machines=known.counted.machines.get(day, Sums()),
            used=[_used(prices, figure, utc_start_of(day)) for figure in known.used.get(day, ())],
            charged=known.charged.get(day, ()),
            keys=keys,
            is_late=known.is_late(day),
            has_plan=has_plan,
        )
        for day in known.days
    )
    return [called(reconcile(day), names) for day in evidence]


def _side_by_side(known: _Known) -> list[Day]:
    """A bill without tokens explains no difference, and has none."""
    return [
        Day(
            day,
            known.counted.local.get(day, Sums()),
            Sums(0, sum(figure.amount_picousd for figure in known.charged.get(day, ()))),
            (),
            known.is_late(day),
        )
        for day in known.days
    ]


def _by_day(buckets: Iterable[Bucket]) -> dict[date, list[Figure]]:
    made: dict[date, list[Figure]] = defaultdict(list)
    for bucket in buckets:
        made[utc_day_of(bucket.span.since_ms)].extend(bucket.figures)
    return made


def _keys_here(
    days: Iterable[date], counted: _Counted, used: Mapping[date, Iterable[Figure]]
) -> frozenset[str] | None:
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
