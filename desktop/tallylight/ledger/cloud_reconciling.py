"""Imported bills beside what this machine counted: of the requests that went through a cloud, and of nothing else."""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from tallylight.domain import bill_items, money
from tallylight.domain.billing import BILLED
from tallylight.domain.cloud_bill import DOLLARS, ImportedBill, Item
from tallylight.domain.reconciliation import Cause, Day, Part, Reconciliation, Sums, cause_of_price, in_order
from tallylight.domain.reported import DAY_MS
from tallylight.ledger.cloud_bills import Charged, charged_between, imported
from tallylight.ledger.days import QUARTER_MS, day_of, days_between, utc_day_of, utc_start_of
from tallylight.ledger.prices import sellers_in

#: How a request shows that it went through a cloud: the start of its id, or the spelling of its model.
THROUGH = """CASE WHEN key GLOB 'msg_bdrk_*' OR model GLOB '*anthropic.claude*' THEN 'AWS'
    WHEN key GLOB 'msg_vrtx_*' OR model GLOB 'claude*@*' THEN 'Google Cloud' END"""  # fmt: skip
#: What clouds put around a model's name.
_AROUND = re.compile(r"^.*anthropic\.|@.*$|-v\d+(:\d+)?$|-\d{8}(?=$|-v\d)")
#: A bill that was exported so soon after a day may still lack some of it.
_SETTLES_DAYS = 2


class _Counted(msgspec.Struct):
    """Of one provider: by local days, by days in UTC, what merged ledgers did, and the models."""

    local: dict[date, Sums] = msgspec.field(default_factory=lambda: defaultdict(Sums))
    utc: dict[date, Sums] = msgspec.field(default_factory=lambda: defaultdict(Sums))
    machines: dict[date, Sums] = msgspec.field(default_factory=lambda: defaultdict(Sums))
    models: set[str] = msgspec.field(default_factory=set)


class _OfDay(NamedTuple):
    """A day's charges: of models that requests here used, and of everything else by its name."""

    compared: Sums
    has_tokens: bool
    others: dict[str, Sums]

    @property
    def bill(self) -> Sums:
        return sum(self.others.values(), self.compared)


def cloud_reconciliations(
    connection: sqlite3.Connection, since: date, now_ms: int, has_plan: bool
) -> list[Reconciliation]:
    """One for each provider of imported bills that reach into the days since then."""
    until = utc_day_of(now_ms) + timedelta(days=1)
    charged: dict[str, list[Charged]] = defaultdict(list)
    for each in charged_between(connection, since, until):
        charged[each.provider].append(each)
    bills = imported(connection)
    counted = _counted(connection, since, now_ms) if charged else {}
    return [
        _of_provider(
            [bill for bill in bills if bill.id.provider == name],
            charged[name],
            counted.get(name.lower(), _Counted()),
            since,
            Cause.PLAN if has_plan else Cause.UNEXPLAINED,
        )
        for name in sorted(charged)
    ]


def _of_provider(
    bills: Sequence[ImportedBill], charged: Sequence[Charged], counted: _Counted, since: date, lacking: Cause
) -> Reconciliation:
    by_day: dict[date, list[Charged]] = defaultdict(list)
    for each in charged:
        by_day[each.item.day].append(each)
    days = sorted({day for bill in bills for day in _days(bill, max(by_day), since)} | by_day.keys())
    read_ms = max(bill.imported_ms for bill in bills)
    settled = utc_day_of(read_ms) - timedelta(days=_SETTLES_DAYS)
    of_days = {day: _of_day(by_day.get(day, ()), counted.models) for day in days}
    made = [
        _day(day, of_day, counted, Cause.LATE if day > settled else lacking)
        for day, of_day in of_days.items()
    ]
    return Reconciliation(
        provider=bills[0].id.provider,
        days=made if counted.models else [replace(day, parts=()) for day in made],
        read_ms=read_ms,
        says=" ".join(_says(bills[0].id.provider, charged, counted)),
        items=None if counted.models else _items(of_days.values()),
    )


def _items(days: Iterable[_OfDay]) -> list[bill_items.Item]:
    """What a bill is for that no request here is compared with."""
    sums: dict[str, int] = defaultdict(int)
    for day in days:
        for name, charged in day.others.items():
            sums[name] += charged.picousd
    dearest = sorted(sums.items(), key=lambda named: (-named[1], named[0]))
    return [bill_items.Item(name=name, charged_picousd=picousd) for name, picousd in dearest]


def _days(bill: ImportedBill, last_charged: date, since: date) -> list[date]:
    """A period that was not over reaches as far as its charges do."""
    was_over = utc_day_of(bill.imported_ms) >= bill.id.until
    until = bill.id.until if was_over else min(bill.id.until, last_charged + timedelta(days=1))
    return days_between(max(since, bill.id.since), until)


def _says(provider: str, charged: Iterable[Charged], counted: _Counted) -> Iterator[str]:
    if not counted.models:
        yield f"No request in logs here went through {provider}: there is nothing to compare."
    elif not any(_is_compared(each, counted.models) for each in charged):
        yield "None of the models that logs here name stands on this bill."
    elif any(_is_compared(each, counted.models) and each.amounts.tokens is None for each in charged):
        yield "This bill does not state all tokens: only dollars are compared."
    if left_out := sorted({each.item.currency for each in charged} - {DOLLARS}):
        yield f"Charges in {', '.join(left_out)} are left out."


# -- what was counted


def _counted(connection: sqlite3.Connection, since: date, now_ms: int) -> dict[str, _Counted]:
    found: dict[str, _Counted] = defaultdict(_Counted)
    sellers = sellers_in(connection)
    rows = connection.execute(
        f"""SELECT {THROUGH} AS cloud, model, time_ms / {QUARTER_MS}, host <> '', sum(cost_picousd),
                sum(input + output + cache_read + cache_write_5m + cache_write_1h)
            FROM usage_event WHERE time_ms >= ? AND time_ms < ? AND source <> ? GROUP BY 1, 2, 3, 4""",
        # A local day may begin most of a day before the one in UTC, and end as much after it.
        (utc_start_of(since) - DAY_MS, now_ms + DAY_MS, BILLED),
    )
    for cloud, model, quarter, is_elsewhere, picousd, tokens in rows:
        at, sums = quarter * QUARTER_MS, Sums(tokens, picousd or 0)
        of_cloud = found[(cloud or sellers.get(model, "")).lower()]
        of_cloud.models.add(plain_model(model))
        if is_elsewhere:
            of_cloud.machines[utc_day_of(at)] += sums
        else:
            of_cloud.local[day_of(at)] += sums
            of_cloud.utc[utc_day_of(at)] += sums
    return found


def plain_model(name: str) -> str:
    """One spelling for a model, however a log or a bill has it: `Claude Opus 5.5` is `claude-opus-5-5`."""
    return re.sub(r"[^a-z0-9]+", "-", _AROUND.sub("", name.strip().lower())).strip("-")


# -- what was charged


def _is_compared(each: Charged, models: set[str]) -> bool:
    item = each.item
    return item.category == "Usage" and item.currency == DOLLARS and plain_model(item.model) in models


def _of_day(charged: Iterable[Charged], models: set[str]) -> _OfDay:
    compared, has_tokens = Sums(), True
    others: dict[str, Sums] = defaultdict(Sums)
    for each in charged:
        item, tokens = each.item, each.amounts.tokens
        if item.currency != DOLLARS:
            continue
        sums = Sums(round(tokens or 0), money.from_dollars(each.amounts.billed))
        if _is_compared(each, models):
            compared += sums
            has_tokens = has_tokens and tokens is not None
        else:
            others[_name(item)] += sums
    return _OfDay(compared, has_tokens, others)


def _name(item: Item) -> str:
    """What was charged for, where no request here was it."""
    if item.category != "Usage":
        return f"{item.service}, {item.category.lower()}"
    return f"{item.service}, {item.model}" if item.model and item.model not in item.service else item.service


def _day(day: date, charged: _OfDay, counted: _Counted, lacking: Cause) -> Day:
    """`lacking` is why a bill has less than was counted."""
    here, utc, machines = (of.get(day, Sums()) for of in (counted.local, counted.utc, counted.machines))
    parts = [
        Part(Cause.BOUNDARY, utc - here),
        Part(Cause.MACHINES, machines),
        *(Part(Cause.SERVICE, sums, name) for name, sums in charged.others.items()),
        *_rest(charged, utc + machines, lacking),
    ]
    return Day(day, here, charged.bill, in_order(parts), lacking is Cause.LATE)


def _rest(charged: _OfDay, counted: Sums, lacking: Cause) -> list[Part]:
    """Where the bill states tokens: what those are worth on it that were not counted, and what is the price's doing."""
    gap = charged.compared - counted
    if not charged.has_tokens or not charged.compared.tokens:
        return [Part(Cause.KEY if gap.picousd >= 0 else lacking, gap)]
    worth = charged.compared.picousd * gap.tokens // charged.compared.tokens
    return [
        Part(Cause.KEY if gap.tokens >= 0 else lacking, Sums(gap.tokens, worth)),
        Part(cause_of_price(charged.compared.picousd - worth, counted.picousd), Sums(0, gap.picousd - worth)),
    ]
