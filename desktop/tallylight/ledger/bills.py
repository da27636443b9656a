"""Bills in the ledger: what they state of a span of time is replaced as a whole, and its requests are made of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec.structs import astuple

from tallylight.domain.billing import (
    BILLED,
    UNSTATED,
    Billed,
    Coverage,
    Origin,
    Span,
    Stated,
    Statement,
    settle,
)
from tallylight.domain.feed import FeedStatus
from tallylight.domain.pricing import Costs
from tallylight.domain.usage import UsageEvent
from tallylight.ledger.batch import BillReading, Progress, Written
from tallylight.ledger.homes import Home, Homes
from tallylight.ledger.recorded import OF_BILLS, Recorded
from tallylight.ledger.requests import Requests

_STATEMENT = (
    "time_ms", "model", "input", "output", "cache_read", "cache_write", "has_tokens", "conversation", "coverage",
    "value_picousd", "charged_picousd", "fee_picousd",
)  # fmt: skip
_COLUMNS = ", ".join(_STATEMENT)
_WITHIN = "time_ms >= ? AND time_ms < ?"


class Bills:
    """Writes the tables `bill`, `charge` and `feed`, and the requests of bills, inside the caller's transaction."""

    def __init__(self, connection: sqlite3.Connection, requests: Requests) -> None:
        self._connection = connection
        self._requests = requests
        self._recorded = Recorded(connection)
        self._homes = Homes(connection, self._recorded)

    def replace(self, reading: BillReading, written: Written) -> None:
        """Bring the ledger to what a reading says."""
        touched = [span for span, stated in reading.spans if self._restate(reading, span, stated)]
        self._note(reading)
        for span in [*touched, *self._homes.moved()]:
            self._remake(span, written)
        for span, _ in reading.spans:
            self._recorded.give_way(span, written)

    def record(self, turns: Sequence[UsageEvent], written: Written) -> None:
        """Take in what recorders counted: under the chat it belongs to, and only where no bill states it."""
        if not turns:
            return
        self._recorded.note(turns)
        self._requests.write([self._homes.placed(turn) for turn in turns], written)
        times = [turn.time_ms for turn in turns]
        span = Span(min(times), max(times) + 1)
        for moment in self._recorded.misplaced(span):
            self._remake(moment, written)
        self._recorded.give_way(span, written)

    def add_file(self, statements: Sequence[Statement], written: Written) -> None:
        """Take in a file, which may overlap others and names no account."""
        if not statements:
            return
        times = [statement.time_ms for statement in statements]
        span = Span(min(times), max(times) + 1)
        kept = _with_file(self._stated(Origin.FILE, "", span), statements)
        self.replace(
            BillReading(feed="cursor-file", origin=Origin.FILE, account="", spans=[(span, kept)]), written
        )

    def _restate(self, reading: BillReading, span: Span, stated: Sequence[Statement]) -> bool:
        """Whether the bill says of the span what it did not say before."""
        known = self._stated(reading.origin, reading.account, span)
        if sorted(known) == sorted(stated):
            return False
        bill = (reading.origin, reading.account)
        self._connection.execute(
            f"DELETE FROM bill WHERE {_WITHIN} AND origin = ? AND account = ?",
            (span.since_ms, span.until_ms, *bill),
        )
        self._connection.executemany(
            f"INSERT INTO bill (origin, account, {_COLUMNS}) VALUES (?, ?{', ?' * len(_STATEMENT)})",
            [(*bill, *(getattr(statement, name) for name in _STATEMENT)) for statement in stated],
        )
        return True

    def _stated(self, origin: Origin, account: str, span: Span) -> list[Statement]:
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM bill WHERE {_WITHIN} AND origin = ? AND account = ?",
            (span.since_ms, span.until_ms, origin, account),
        )
        return [_statement(row) for row in rows]

    def _note(self, reading: BillReading) -> None:
        run = self._connection.execute
        if reading.progress is not None:
            run(
                "INSERT OR REPLACE INTO feed VALUES (?, ?, ?, ?, ?)",
                (reading.feed, reading.account, *astuple(reading.progress)),
            )
            # One reading says all there is to say: what was not understood before is in it again, or mended.
            run("DELETE FROM rejection WHERE path = ?", (reading.feed,))
        if reading.rejected:
            note_rejected(self._connection, reading.feed, BILLED, reading.rejected)

    # -- requests

    def _remake(self, span: Span, written: Written) -> None:
        """The requests of a span from all that bills state of it."""
        within = (span.since_ms, span.until_ms)
        rows = self._connection.execute(
            f"SELECT origin, account, {_COLUMNS} FROM bill WHERE {_WITHIN}", within
        )
        stated = [Stated(Origin(row[0]), row[1], _statement(row[2:])) for row in rows]
        known = {
            row[0]: Home(
                session_id=row[1], agent_id=row[2] or "", cwd=row[3], branch=row[4], host=row[5] or ""
            )
            for row in self._connection.execute(
                f"""SELECT key, session_id, agent_id, cwd, branch, host FROM usage_event
                    WHERE {_WITHIN} AND {OF_BILLS} AND (host <> '' OR key IN (SELECT key FROM charge))""",
                within,
            )
        }
        gone = [(key,) for key, home in known.items() if not home.host]
        for table in ("request", "charge"):
            self._connection.executemany(f"DELETE FROM {table} WHERE key = ?", gone)
        billed = settle(stated)
        self._homes.look_at(span, billed)
        homes = [self._home(b, known) for b in billed]
        made = [self._priced(b, home) for b, home in zip(billed, homes, strict=True)]
        self._requests.insert(made)
        self._connection.executemany(
            "INSERT OR REPLACE INTO charge VALUES (?, ?, ?, ?, ?)",
            [_charge(b, home, costs) for b, home, (_, costs, _) in zip(billed, homes, made, strict=True)],
        )
        _note_made([event for event, _, _ in made], known, written)

    def _home(self, billed: Billed, known: Mapping[str, Home]) -> Home:
        """A chat that only another machine knows is that one's: its ledger was merged."""
        home, before = self._homes.of(billed), known.get(billed.key)
        return before if before is not None and before.host and not home.cwd else home

    def _priced(self, billed: Billed, home: Home) -> tuple[UsageEvent, Costs | None, str]:
        event = home.event(billed)
        return (
            (event, *self._requests.priced(event)) if billed.statement.has_tokens else (event, None, UNSTATED)
        )


def note_rejected(connection: sqlite3.Connection, path: str, source: str, count: int) -> None:
    """How many lines of a reading could not be understood, in place of what it said before."""
    connection.execute(
        """INSERT INTO rejection VALUES (?, ?, 'usage event of another form', ?)
           ON CONFLICT (path, reason) DO UPDATE SET count = excluded.count""",
        (path, source, count),
    )


def progress_of(connection: sqlite3.Connection, feed: str, account: str) -> Progress:
    """How far a bill was read; nothing of one that never was, or of a ledger that is older than bills."""
    try:
        row = connection.execute(
            "SELECT since_ms, settled_ms, deep_ms FROM feed WHERE name = ? AND account = ?", (feed, account)
        ).fetchone()
    except sqlite3.OperationalError:
        row = None
    return Progress(since_ms=row[0], settled_ms=row[1], deep_ms=row[2]) if row else Progress()


def statuses(connection: sqlite3.Connection) -> dict[str, FeedStatus]:
    """How each feed stood when it was last asked, by name."""
    try:
        rows = connection.execute("SELECT name, data FROM feed_status").fetchall()
    except sqlite3.OperationalError:  # of an older form
        return {}
    return {name: msgspec.json.decode(data, type=FeedStatus) for name, data in rows}


def _statement(row: Sequence[object]) -> Statement:
    fields = dict(zip(_STATEMENT, row, strict=True))
    fields["has_tokens"], fields["coverage"] = bool(fields["has_tokens"]), Coverage(str(fields["coverage"]))
    return Statement(**fields)  # type: ignore[arg-type]


def _charge(billed: Billed, home: Home, costs: Costs | None) -> tuple[object, ...]:
    stated = billed.statement
    charged = stated.charge(None if costs is None else sum(costs))
    return (billed.key, stated.coverage, charged, stated.fee_picousd, home.is_inferred)


def _note_made(events: Iterable[UsageEvent], known: Mapping[str, Home], written: Written) -> None:
    times, keys = [], set()
    for event in events:
        times.append(event.time_ms)
        keys.add(event.key)
        written.sessions.add(event.session_id)
    written.sessions.update(home.session_id for home in known.values())
    written.since_ms = min([written.since_ms, *times])
    written.new += len(keys - known.keys()) - sum(
        not home.host for key, home in known.items() if key not in keys
    )


def _with_file(known: Sequence[Statement], new: Sequence[Statement]) -> list[Statement]:
    """What files state after one more: of a request that both have the newer word holds, as often as either has it."""
    groups: dict[tuple[object, ...], list[Statement]] = {}
    for statement in new:
        groups.setdefault(statement.same, []).append(statement)
    before: dict[tuple[object, ...], list[Statement]] = {}
    for statement in known:
        before.setdefault(statement.same, []).append(statement)
    for same, statements in before.items():
        groups[same] = [*groups.get(same, ()), *statements[len(groups.get(same, ())) :]]
    return [statement for statements in groups.values() for statement in statements]
