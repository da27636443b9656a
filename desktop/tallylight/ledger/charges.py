"""What FOCUS rows are made of: priced use by UTC day, project, model, token class and rate."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from msgspec.structs import replace

from tallylight.domain.billing import BILLED, REPORTED
from tallylight.domain.pricing import COST_CLASSES
from tallylight.domain.recorded import PROVISIONAL
from tallylight.domain.report import REQUEST, Billing, FocusCharge, ReportQuestion
from tallylight.domain.summary import Filter
from tallylight.ledger.conditions import conditions
from tallylight.ledger.days import utc_day_of, utc_start_of
from tallylight.ledger.prices import sellers_in

_DAY_MS = 86_400_000
#: How each cost class is counted, in the order of `COST_CLASSES`.
_COUNTS = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h", "web_searches")
_SHARED = ("source", "account", "project", "model", "speed", "tier", "geo", "host")
_CLASSES = (*COST_CLASSES, REQUEST)
#: What no recorder's count is.
_ON_BILL = f"source = '{BILLED}' AND kind <> '{PROVISIONAL}'"


def utc_days(question: ReportQuestion) -> Filter:
    """The requests of the question's days as UTC has them: exports of adjoining periods then share no row."""
    return replace(
        question.filter, since_ms=utc_start_of(question.since), until_ms=utc_start_of(question.until)
    )


def charges(
    connection: sqlite3.Connection, wanted: Filter, names: Mapping[str, str], host: str
) -> Iterator[FocusCharge]:
    """Oldest first. `names` are what people call each project, `host` is what this machine is called."""
    providers, charged = sellers_in(connection), _charged(connection)
    connection.create_function("part", 4, _part, deterministic=True)
    where, values = conditions(wanted)
    days = connection.execute(
        f"SELECT DISTINCT time_ms / {_DAY_MS} FROM usage_event WHERE {where} ORDER BY 1", values
    ).fetchall()
    for (day,) in days:
        begin = max(wanted.since_ms or 0, day * _DAY_MS)
        where, values = conditions(replace(wanted, since_ms=begin, until_ms=(day + 1) * _DAY_MS))
        rows = connection.execute(_of_a_day(where, charged), values * len(_CLASSES))
        for (
            source,
            account,
            project,
            model,
            speed,
            tier,
            geo,
            machine,
            at,
            used,
            cost,
            requests,
            priced_with,
            is_on_bill,
            billed,
        ) in rows:
            yield FocusCharge(
                day=utc_day_of(day * _DAY_MS),
                source=source,
                account=account or "",
                provider=providers.get(model, ""),
                project=names.get(project or "", project or ""),
                project_path=project or "",
                model=model,
                token_class=_CLASSES[at],
                speed=speed or "",
                tier=tier or "",
                geo=geo or "",
                host=machine or host,
                price_table=priced_with,
                count=used,
                picousd=cost,
                requests=requests,
                is_on_bill=bool(is_on_bill),
                billed_picousd=billed,
            )


def _charged(connection: sqlite3.Connection) -> str:
    """The pico-USD that a bill charges for a request; looked up for each, so only where there are bills at all."""
    has_table = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'charge'").fetchone()
    if not has_table or not connection.execute("SELECT 1 FROM charge LIMIT 1").fetchone():
        return "0"
    return "coalesce((SELECT charged_picousd FROM charge WHERE charge.key = usage_event.key), 0)"


def _part(charged: int, before: int, cost: int, whole: int) -> int:
    """What of a request's charge a class has by its cost; those of all classes sum up to it."""
    return charged * (before + cost) // whole - charged * before // whole if whole else 0


def _billed(charged: str, at: int) -> str:
    """Of a request's charge what a class has; without bills nobody is asked for each request."""
    before = " + ".join(f"cost_{name}" for name in COST_CLASSES[:at]) or "0"
    return "0" if charged == "0" else f"part({charged}, {before}, cost_{COST_CLASSES[at]}, cost_picousd)"


def _of_a_day(where: str, charged: str) -> str:
    """One part for each class. Requests of one rate are summed: of a list price cost / used is whole."""
    shared = ", ".join(_SHARED)
    whose = f"{_ON_BILL} AS on_bill, priced_with = '{REPORTED}' AS reported, {charged} > 0 AS is_charged"
    parts = [
        f"""SELECT {shared}, {at} AS class, {whose}, cost_{name} AS cost, {count} AS used, priced_with,
            {_billed(charged, at)} AS billed
            FROM usage_event WHERE cost_picousd IS NOT NULL AND {count} > 0 AND {where}"""
        for at, (name, count) in enumerate(zip(COST_CLASSES, _COUNTS, strict=True))
    ]
    parts.append(
        f"""SELECT {shared}, {len(COST_CLASSES)}, {whose}, {charged}, 1, '{REPORTED}', {charged}
            FROM usage_event WHERE coalesce(cost_picousd, 0) = 0 AND {charged} > 0 AND {where}"""
    )
    return f"""SELECT {shared}, class, sum(used), sum(cost), count(*), max(priced_with), on_bill, sum(billed)
        FROM ({" UNION ALL ".join(parts)})
        GROUP BY {shared}, class, on_bill, reported, is_charged, (cost + used / 2) / used
        ORDER BY {shared}, class, on_bill, reported, is_charged, (cost + used / 2) / used"""


def billing(connection: sqlite3.Connection, wanted: Filter) -> Billing:
    """The whole months that the charges lie in, whatever else `wanted` leaves out."""
    where, values = conditions(wanted)
    unpriced = connection.execute(
        f"SELECT count(*) FROM usage_event WHERE cost_picousd IS NULL AND {_charged(connection)} = 0 AND {where}",
        values,
    ).fetchone()[0]
    months: dict[date, dict[tuple[str, str], int]] = {}
    month = utc_day_of(wanted.since_ms or 0).replace(day=1)
    while (begin := utc_start_of(month)) < (wanted.until_ms or 0):
        after = (month + timedelta(days=31)).replace(day=1)
        costs = connection.execute(
            """SELECT source, coalesce(account, ''), coalesce(sum(cost_picousd), 0) FROM usage_event
               WHERE time_ms >= ? AND time_ms < ? GROUP BY 1, 2""",
            (begin, utc_start_of(after)),
        )
        months[month] = {(source, account): cost for source, account, cost in costs}
        month = after
    return Billing(
        months=months,
        has_first_month=_has_first_month(connection, wanted),
        unpriced_requests=unpriced,
        is_whole=wanted == _everything(wanted),
    )


def _has_first_month(connection: sqlite3.Connection, wanted: Filter) -> bool:
    """Whether the period begins in the month in which recording did, and leaves none of that month out."""
    since, until = wanted.since_ms or 0, wanted.until_ms or 0
    month = utc_day_of(since).replace(day=1)
    after = (month + timedelta(days=31)).replace(day=1)
    first, last = connection.execute(
        "SELECT (SELECT min(time_ms) FROM request), (SELECT max(time_ms) FROM request WHERE time_ms < ?)",
        (utc_start_of(after),),
    ).fetchone()
    return first is not None and since <= first < utc_start_of(after) and last < until


def _everything(wanted: Filter) -> Filter:
    return Filter(since_ms=wanted.since_ms, until_ms=wanted.until_ms)
