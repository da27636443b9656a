"""Bills in the ledger: what they state of a span of time is replaced as a whole, and its requests are made of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence

import msgspec
from msgspec.structs import astuple

from tallylight.domain.billing import (
    BILLED,
    UNSTATED,
    Billed,
    Coverage,
    Origin,
    Same,
    Span,
    Stated,
    Statement,
    settle,
    spanning,
    stretches,
    united,
)
from tallylight.domain.feed import FeedStatus
from tallylight.domain.pricing import Costs
from tallylight.domain.usage import UsageEvent
from tallylight.ledger.batch import BillReading, Progress, Written
from tallylight.ledger.homes import Home, Homes
from tallylight.ledger.recorded import OF_BILLS, Recorded
from tallylight.ledger.requests import Priced, Requests

_STATEMENT = (
    "time_ms", "model", "input", "output", "cache_read", "cache_write", "has_tokens", "conversation", "coverage",
    "value_picousd", "charged_picousd", "fee_picousd",
)  # fmt: skip
BILL_COLUMNS = ", ".join(("origin", "account", *_STATEMENT))
_WITHIN = "time_ms >= ? AND time_ms < ?"
#: Requests that are there, with their keys, by what every bill says of them alike.
Known = dict[Same, list[tuple[str, Home]]]


class Bills:
    """Writes the tables `bill`, `charge` and `feed`, and the requests of bills, inside the caller's transaction."""

    def __init__(self, connection: sqlite3.Connection, requests: Requests) -> None:
        self._connection = connection
        self._requests = requests
        self._recorded = Recorded(connection)
        self._homes = Homes(connection, self._recorded)

    def replace(self, reading: BillReading, written: Written) -> None:
        """Bring the ledger to what a reading says."""
        bill = (reading.origin, reading.account)
        for span, stated in reading.spans:
            before = self._within(span)
            if self._restate(*bill, span, stated, before):
                self._remake(span, before, written)
        self._note(reading)
        for span in self._homes.moved():
            self._renew(span, written)
        for span, _ in reading.spans:
            self._recorded.give_way(span, written)

    def record(self, turns: Sequence[UsageEvent], written: Written) -> None:
        """Take in what recorders counted: under the chat it belongs to, and only where no bill states it."""
        if not turns:
            return
        self._recorded.note(turns)
        self._requests.write([self._homes.placed(turn) for turn in turns], written)
        span = spanning(turn.time_ms for turn in turns)
        for moment in self._recorded.misplaced(span):
            self._renew(moment, written)
        self._recorded.give_way(span, written)

    def add_file(self, statements: Sequence[Statement], written: Written) -> None:
        """Take in a file, which may overlap others and names no account."""
        if not statements:
            return
        span = spanning(statement.time_ms for statement in statements)
        kept = _united(statements, _of_bill(self._within(span), Origin.FILE, ""))
        self.replace(
            BillReading(feed="cursor-file", origin=Origin.FILE, account="", spans=[(span, kept)]), written
        )

    def merge(self, stated: Sequence[Stated], written: Written) -> None:
        """Take in what bills in another ledger state of a span of time, of which all requests are made anew.

        Where this machine has read the same account itself for good, its own word holds.
        """
        if not stated:
            return
        span = spanning(of.statement.time_ms for of in stated)
        before = self._within(span)
        theirs: dict[tuple[Origin, str], list[Statement]] = {}
        for of in stated:
            theirs.setdefault((of.origin, of.account), []).append(of.statement)
        for bill, statements in theirs.items():
            read = self._read(bill[1])
            unread = [s for s in statements if not any(own.holds(s.time_ms) for own in read)]
            self._restate(*bill, span, _united(_of_bill(before, *bill), unread), before)
        self._remake(span, before, written)
        self._recorded.give_way(span, written)

    def charge_anew(self, repriced: Sequence[Priced]) -> None:
        """What bills do not say that is charged for requests follows what these are worth."""
        worth = {of.key: of for of in repriced if of.key.startswith("cursor:")}
        for span in stretches(sorted((of.time_ms for of in worth.values()), reverse=True)):
            self._connection.executemany(
                "UPDATE charge SET charged_picousd = ? WHERE key = ?",
                [
                    (billed.statement.charge(worth[billed.key].cost_picousd), billed.key)
                    for billed in settle(self._within(span))
                    if billed.key in worth
                ],
            )

    def _read(self, account: str) -> list[Span]:
        """What this machine has read of an account for good."""
        rows = self._connection.execute("SELECT since_ms, settled_ms FROM feed WHERE account = ?", (account,))
        return [Span(*row) for row in rows]

    def _restate(
        self, origin: Origin, account: str, span: Span, stated: Sequence[Statement], before: Sequence[Stated]
    ) -> bool:
        """Whether the bill says of the span what it did not say before."""
        if sorted(_of_bill(before, origin, account)) == sorted(stated):
            return False
        self._connection.execute(
            f"DELETE FROM bill WHERE {_WITHIN} AND origin = ? AND account = ?",
            (span.since_ms, span.until_ms, origin, account),
        )
        self._connection.executemany(
            f"INSERT INTO bill ({BILL_COLUMNS}) VALUES (?, ?{', ?' * len(_STATEMENT)})",
            [(origin, account, *(getattr(statement, name) for name in _STATEMENT)) for statement in stated],
        )
        return True

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

    def _within(self, span: Span) -> list[Stated]:
        """All that bills state of a span."""
        rows = self._connection.execute(
            f"SELECT {BILL_COLUMNS} FROM bill WHERE {_WITHIN}", (span.since_ms, span.until_ms)
        )
        return [stated_in(row) for row in rows]

    def _renew(self, span: Span, written: Written) -> None:
        """The requests of a span anew, of which bills state what they did, as something else is known."""
        self._remake(span, self._within(span), written)

    def _remake(self, span: Span, before: Sequence[Stated], written: Written) -> None:
        """The requests of a span from all that bills state of it, in place of what they stated before. A request that
        none of them ever stated, of a ledger that came without its bills, stays."""
        stated = self._within(span)
        known = self._known(span, {of.statement.same for of in (*before, *stated)})
        for table in ("request", "charge"):
            self._connection.executemany(
                f"DELETE FROM {table} WHERE key = ?", [(key,) for of in known.values() for key, _ in of]
            )
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

    def _known(self, span: Span, wanted: Collection[Same]) -> Known:
        """The keys of a span's requests that bills state, and where they were, by what is the same of them."""
        rows = self._connection.execute(
            f"""SELECT key, session_id, agent_id, cwd, branch, host,
                    time_ms, input, output, cache_read, cache_write FROM usage_event
                WHERE {_WITHIN} AND {OF_BILLS} ORDER BY key""",
            (span.since_ms, span.until_ms),
        )
        known: Known = {}
        for key, session_id, agent_id, cwd, branch, host, *same in rows:
            if tuple(same) in wanted:
                home = Home(
                    session_id=session_id, agent_id=agent_id or "", cwd=cwd, branch=branch, host=host or ""
                )
                known.setdefault(tuple(same), []).append((key, home))
        return known

    def _home(self, billed: Billed, known: Known) -> Home:
        """A chat that only another machine knows is that one's: its ledger was merged."""
        home = self._homes.of(billed)
        if home.cwd:
            return home
        before = dict(known.get(billed.statement.same, ())).get(billed.key)
        return before if before is not None and before.host else home

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


def stated_in(row: Sequence[object]) -> Stated:
    """What a row of `BILL_COLUMNS` holds."""
    origin, account, *stated = row
    fields = dict(zip(_STATEMENT, stated, strict=True))
    fields["has_tokens"], fields["coverage"] = bool(fields["has_tokens"]), Coverage(str(fields["coverage"]))
    return Stated(Origin(str(origin)), str(account), Statement(**fields))  # type: ignore[arg-type]


def _charge(billed: Billed, home: Home, costs: Costs | None) -> tuple[object, ...]:
    stated = billed.statement
    charged = stated.charge(None if costs is None else sum(costs))
    return (billed.key, stated.coverage, charged, stated.fee_picousd, home.is_inferred)


def _note_made(events: Sequence[UsageEvent], known: Known, written: Written) -> None:
    before = [home for of in known.values() for _, home in of]
    written.sessions.update(event.session_id for event in events)
    written.sessions.update(home.session_id for home in before)
    written.since_ms = min([written.since_ms, *(event.time_ms for event in events)])
    written.new += len(events) - len(before)


def _of_bill(stated: Sequence[Stated], origin: Origin, account: str) -> list[Statement]:
    return [of.statement for of in stated if (of.origin, of.account) == (origin, account)]


def _united(first: Sequence[Statement], more: Sequence[Statement]) -> list[Statement]:
    """What a bill states that was read in two parts: of a request that both have the first one's word holds."""
    parts = [[Stated(Origin.FILE, "", statement) for statement in part] for part in (first, more)]
    return [of.statement for twins in united(parts).values() for of in twins]
