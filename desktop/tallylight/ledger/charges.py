"""What FOCUS rows are made of: priced use by UTC day, project, model, token class and rate."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from msgspec.structs import replace

from tallylight.domain.pricing import COST_CLASSES
from tallylight.domain.report import Billing, FocusCharge, ReportQuestion
from tallylight.domain.summary import Filter
from tallylight.ledger.conditions import conditions
from tallylight.ledger.days import utc_day_of, utc_start_of
from tallylight.ledger.prices import sellers_in

_DAY_MS = 86_400_000
#: How each cost class is counted, in the order of `COST_CLASSES`.
_COUNTS = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h", "web_searches")
_SHARED = ("source", "account", "project", "model", "speed", "tier", "geo", "host")
_GROUPED = ", ".join(str(at) for at in range(1, len(_SHARED) + 2))


def utc_days(question: ReportQuestion) -> Filter:
    """The requests of the question's days as UTC has them: exports of adjoining periods then share no row."""
    return replace(
        question.filter, since_ms=utc_start_of(question.since), until_ms=utc_start_of(question.until)
    )


def charges(
    connection: sqlite3.Connection, wanted: Filter, names: Mapping[str, str], host: str
) -> Iterator[FocusCharge]:
    """Oldest first. `names` are what people call each project, `host` is what this machine is called."""
    providers = sellers_in(connection)
    where, values = conditions(wanted)
    days = connection.execute(
        f"SELECT DISTINCT time_ms / {_DAY_MS} FROM usage_event WHERE {where} ORDER BY 1", values
    ).fetchall()
    for (day,) in days:
        begin = max(wanted.since_ms or 0, day * _DAY_MS)
        where, values = conditions(replace(wanted, since_ms=begin, until_ms=(day + 1) * _DAY_MS))
        rows = connection.execute(_of_a_day(where), values * len(COST_CLASSES))
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
        ) in rows:
            yield FocusCharge(
                day=utc_day_of(day * _DAY_MS),
                source=source,
                account=account or "",
                provider=providers.get(model, ""),
                project=names.get(project or "", project or ""),
                project_path=project or "",
                model=model,
                token_class=COST_CLASSES[at],
                speed=speed or "",
                tier=tier or "",
                geo=geo or "",
                host=machine or host,
                price_table=priced_with,
                count=used,
                picousd=cost,
                requests=requests,
            )


def _of_a_day(where: str) -> str:
    """One part for each class. Requests of one rate are summed: of a list price cost / used is whole."""
    shared = ", ".join(_SHARED)
    parts = (
        f"""SELECT {shared}, {at} AS class, cost_{name} AS cost, {count} AS used, priced_with FROM usage_event
            WHERE cost_picousd IS NOT NULL AND {count} > 0 AND {where}"""
        for at, (name, count) in enumerate(zip(COST_CLASSES, _COUNTS, strict=True))
    )
    return f"""SELECT {shared}, class, sum(used), sum(cost), count(*), max(priced_with)
        FROM ({" UNION ALL ".join(parts)})
        GROUP BY {_GROUPED}, (cost + used / 2) / used ORDER BY {_GROUPED}, (cost + used / 2) / used"""


def billing(connection: sqlite3.Connection, wanted: Filter) -> Billing:
    """The whole months that the charges lie in, whatever else `wanted` leaves out."""
    where, values = conditions(wanted)
    unpriced = connection.execute(
        f"SELECT count(*) FROM usage_event WHERE cost_picousd IS NULL AND {where}", values
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
