"""Requests as pages of an export, fast: what the requests of a thread share is read once."""

from __future__ import annotations

import json
import sqlite3
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import msgspec
from msgspec.structs import replace

from tallylight.domain.billing import REPORTED
from tallylight.domain.columns import COLUMNS, Detail
from tallylight.domain.pages import Coded, Page, Value, Values, coded
from tallylight.domain.report import LIST_PRICE, REPORTED_VALUE
from tallylight.domain.summary import Filter
from tallylight.ledger.conditions import AGENT_TYPE, conditions
from tallylight.ledger.days import day_of, start_of

#: What stands in a request's own row: the export's column, and the ledger's.
_OWN = {
    "request": "key",
    "at": "time_ms",
    "input_tokens": "input",
    "cache_read_tokens": "cache_read",
    "cache_write_5m_tokens": """cache_write_5m_stated
        + max(0, cache_write - cache_write_5m_stated - cache_write_1h)""",
    "cache_write_1h_tokens": "cache_write_1h",
    "output_tokens": "output",
    "reasoning_tokens": "reasoning",
    "context_tokens": "context",
    "web_search_requests": "web_searches",
    "cost_usd": "cost_picousd",
    "cost_input_usd": "cost_input",
    "cost_cache_read_usd": "cost_cache_read",
    "cost_cache_write_5m_usd": "cost_cache_write_5m",
    "cost_cache_write_1h_usd": "cost_cache_write_1h",
    "cost_output_usd": "cost_output",
    "cost_web_search_usd": "cost_web_search",
}
#: Both flags as one number, and what each is for every such number.
_BOTH_FLAGS = "is_final + 2 * has_strong_key"
_FLAGS = {"is_final": (False, True, False, True), "has_strong_id": (False, False, True, True)}
#: What it shares with the others of its thread.
_SHARED = {
    "host": "host",
    "source": "source",
    "account": "account",
    "session": "session_id",
    "project_path": "project",
    "branch": "branch",
    "model": "model",
    "kind": "kind",
    "agent": "agent_id",
    "agent_type": AGENT_TYPE,
    "skill": "skill",
    "mcp_server": "mcp_server",
    "version": "version",
    "speed": "speed",
    "tier": "tier",
    "geo": "geo",
    "effort": "effort",
    "is_sidechain": "is_sidechain",
}
#: What a bill says of it: the export's column, that of `charge`, and what stands where there is no bill.
_OF_BILLS: dict[str, tuple[str, Value]] = {
    "covered_by": ("coverage", ""),
    "charged_usd": ("charged_picousd", None),
    "is_inferred": ("is_inferred", False),
}
_AT = list(_OWN).index("at")
_NAMES = [column.name for column in COLUMNS[Detail.REQUEST]]
#: A fetch is turned into columns while it still lies in the processor's cache; a page is some of them.
_FETCHED = 500
_FETCHES = 20
_Threads = dict[int, tuple[Any, ...]]
#: Columns as SQLite has them: thread, price table where it is not the usual one, both flags, those of `_OWN`, and those
#: of `_OF_BILLS` where there are bills.
Stretch = Sequence[Sequence[Any]]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """What the ledger's rows do not say: what this machine is called, and the usual price table."""

    host: str
    price_table: str


def count_of(connection: sqlite3.Connection, wanted: Filter) -> int:
    """How many requests there are."""
    source, values = _source(wanted)
    return int(connection.execute(f"SELECT count(*) FROM {source}", values).fetchone()[0])


def _source(wanted: Filter) -> tuple[str, list[object]]:
    where, values = conditions(wanted)
    # Who asks for times alone needs no thread to know which requests are meant.
    is_bare = replace(wanted, since_ms=None, until_ms=None) == Filter()
    return f"{'request' if is_bare else 'usage_event'} WHERE {where}", values


def stretches(connection: sqlite3.Connection, wanted: Filter, place: Place) -> Iterator[Stretch]:
    """What stands in the requests' own rows, oldest first."""
    source, values = _source(wanted)
    # The text that nearly all rows repeat is left in the file. An order by key, too, would sort what the index has
    # in order.
    named = [_BOTH_FLAGS, *_OWN.values(), *_bill_columns(connection, source.partition(" ")[0])]
    cursor = connection.execute(
        f"SELECT thread_id, nullif(priced_with, ?), {', '.join(named)} FROM {source} ORDER BY time_ms",
        [place.price_table, *values],
    )
    while columns := _fetched(cursor):
        yield list(map(_packed, columns))


def pages(connection: sqlite3.Connection, stretches: Iterable[Stretch], place: Place) -> Iterator[Page]:
    """Every request as a row of `COLUMNS[Detail.REQUEST]`."""
    threads: _Threads = {}
    for thread_ids, price_tables, flags, *own in stretches:
        page: dict[str, Values] = dict(zip(_OWN, own, strict=False))
        page["day"] = _days(own[_AT])
        both = array("i", flags)
        page |= {name: Coded(meant, both) for name, meant in _FLAGS.items()}
        page |= _billed(own[len(_OWN) :], len(thread_ids))
        whose = coded(price_tables)
        page["basis"] = whose.mapped(lambda table: REPORTED_VALUE if table == REPORTED else LIST_PRICE)
        page["price_table"] = whose.mapped(lambda table: table or place.price_table)
        threads = _threads(connection, dict.fromkeys(thread_ids), threads)
        page |= _shared(threads, thread_ids, place)
        yield [page[name] for name in _NAMES]


def _bill_columns(connection: sqlite3.Connection, table: str) -> Iterable[str]:
    """Looked up for each request, so only where there are bills at all."""
    if not connection.execute("SELECT 1 FROM charge LIMIT 1").fetchone():
        return []
    return [
        f"(SELECT {column} FROM charge WHERE charge.key = {table}.key)" for column, _ in _OF_BILLS.values()
    ]


def _billed(columns: Sequence[Sequence[Any]], count: int) -> dict[str, Values]:
    if not columns:
        nothing = array("i", bytes(count * array("i").itemsize))
        return {name: Coded([without], nothing) for name, (_, without) in _OF_BILLS.items()}
    covered, charged, inferred = columns
    return {
        "covered_by": coded(covered).mapped(lambda coverage: coverage or ""),
        "charged_usd": charged,
        "is_inferred": coded(inferred).mapped(bool),
    }


def _fetched(cursor: sqlite3.Cursor) -> list[list[Any]]:
    """The next rows, as columns; [] at the end."""
    columns: list[list[Any]] = []
    for _ in range(_FETCHES):
        rows = cursor.fetchmany(_FETCHED)
        if not rows:
            break
        columns = columns or [[] for _ in rows[0]]
        for column, values in zip(columns, zip(*rows, strict=True), strict=True):
            column.extend(values)
    return columns


def _packed(column: list[Any]) -> Sequence[Any]:
    """Whole numbers as the processor keeps them; texts, and numbers of which some are missing, as they are."""
    try:
        return array("q", column)
    except TypeError:
        return column


def _threads(connection: sqlite3.Connection, wanted: dict[int, None], known: _Threads) -> _Threads:
    """What the requests of these threads share; `known` are those of the page before."""
    missing = [thread for thread in wanted if thread not in known]
    rows = connection.execute(  # as `usage_event`, by which name the condition for subagents knows it
        f"""SELECT id, {", ".join(_SHARED.values())} FROM thread AS usage_event
            WHERE id IN (SELECT value FROM json_each(?))""",
        (json.dumps(missing),),
    )
    found = {row[0]: row[1:] for row in rows}
    return {thread: known.get(thread) or found[thread] for thread in wanted}


def _shared(threads: _Threads, thread_ids: Sequence[int], place: Place) -> dict[str, Values]:
    places = {thread: number for number, thread in enumerate(threads)}
    at = array("i", map(places.__getitem__, thread_ids))
    columns = dict(zip(_SHARED, zip(*threads.values(), strict=True), strict=True))
    columns["project"] = tuple(_folder(path or "") for path in columns["project_path"])
    columns["host"] = tuple(machine or place.host for machine in columns["host"])
    columns["is_sidechain"] = tuple(map(bool, columns["is_sidechain"]))
    return {
        name: Coded([value if value is not None else "" for value in values], at)
        for name, values in columns.items()
    }


def _folder(path: str) -> str:
    """A project's own name: what a file holds must not depend on which other projects its ledger knows that day."""
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2] or path


def _days(times: Sequence[int]) -> Coded:
    """The local days of moments that are in order."""
    days: list[str] = []
    at = array("i")
    while len(at) < len(times):
        day = day_of(times[len(at)])
        end = bisect_left(times, start_of(day + timedelta(days=1)))
        at.extend([len(days)] * (end - len(at)))
        days.append(day.isoformat())
    return Coded(days, at)
