"""The ledger's one writer: merges statements into rows, prices them, and keeps how far each file was read."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import astuple

from tallylight.domain.billing import Statement
from tallylight.domain.effect import Given
from tallylight.domain.feed import FeedStatus
from tallylight.domain.notices import Notice
from tallylight.domain.pricing import PriceList, RateCard
from tallylight.domain.recorded import PROVISIONAL
from tallylight.domain.tag import Tag
from tallylight.domain.usage import Mark, SessionFact
from tallylight.ledger import advice_log, reported
from tallylight.ledger.batch import Batch, BillReading, KeyNames, LogPosition, ReportReading, Stamp, Written
from tallylight.ledger.bills import Bills
from tallylight.ledger.chats import Chats
from tallylight.ledger.connection import open_for_writing
from tallylight.ledger.days import months_before
from tallylight.ledger.requests import Requests

if TYPE_CHECKING:  # loaded with the first import
    from tallylight.domain.cloud_bill import BillState, CloudBill

#: What an agent was asked to be is a title like any other.
_NAMELESS_AGENTS = """UPDATE session_fact SET value = json_set(value, '$.description', '')
    WHERE name GLOB 'agent:*' AND json_extract(value, '$.description') <> ''"""


class Ledger:
    """Opened, used and closed in one thread. Every method is one transaction."""

    def __init__(self, path: Path, project_of: Callable[[str], str]) -> None:
        self._connection = open_for_writing(path)
        self._requests = Requests(self._connection, project_of)
        self._chats = Chats(self._connection, self._requests.project)
        self.keeps_titles = True
        #: For how long requests are kept, 0 for ever.
        self.keep_months = 0
        self._forgot: tuple[int, date] | None = None

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    # -- which machine it is of

    @property
    def machine(self) -> str:
        """What this machine is called on others, "" before it was noted."""
        return self._requests.machine

    def note_machine(self, name: Callable[[], str]) -> None:
        """Write down once whose ledger this is: a machine that is called otherwise later stays the same one."""
        asked = "SELECT name FROM machine"
        row = self._connection.execute(asked).fetchone()
        if row is None:
            with self._transaction():
                self._connection.execute(
                    "INSERT INTO machine SELECT ? WHERE NOT EXISTS (SELECT 1 FROM machine)", (name(),)
                )
            row = self._connection.execute(asked).fetchone()
        self._requests.machine = str(row[0])

    # -- reading logs

    def stamps(self, source: str = "") -> dict[str, Stamp]:
        """By which a file that did not change is known, for every file ever read, or those of one source."""
        rows = self._connection.execute(
            "SELECT path, size, modified_ns, offset, is_gone FROM log_file WHERE ?1 IN ('', source)",
            (source,),
        )
        return {row[0]: Stamp(*row[1:]) for row in rows}

    def position(self, path: str) -> LogPosition | None:
        """How far a file was read, None when it never was."""
        return next(iter(self._positions("path = ?", path)), None)

    def positions(self, source: str) -> dict[str, LogPosition]:
        """How far each file of a source was read, by its path."""
        return {position.path: position for position in self._positions("source = ?", source)}

    def _positions(self, where: str, value: str) -> list[LogPosition]:
        columns = ", ".join(LogPosition.__struct_fields__)
        rows = self._connection.execute(f"SELECT {columns} FROM log_file WHERE {where}", (value,))
        return [LogPosition(**dict(zip(LogPosition.__struct_fields__, row, strict=True))) for row in rows]

    def forget_titles(self) -> None:
        """From now on keep no names that sessions were given, and none of those kept so far."""
        self.keeps_titles = False
        with self._transaction():
            self._connection.execute("DELETE FROM session_fact WHERE name GLOB 'title:*'")
            self._connection.execute(_NAMELESS_AGENTS)

    def forget_old(self, today: date) -> int:
        """Delete what is to be kept no longer, once a day; how many requests that were."""
        if not self.keep_months or self._forgot == (self.keep_months, today):
            return 0
        from tallylight.ledger.retention import forget_before

        with self._transaction():
            gone = forget_before(self._connection, months_before(today, self.keep_months))
        self._forgot = (self.keep_months, today)
        if gone:
            self._requests.forget()
        return gone

    @property
    def tags(self) -> Sequence[Tag]:
        """The rules that name requests."""
        return self._requests.tags

    def use_tags(self, tags: Sequence[Tag]) -> bool:
        """Let these rules name all requests, those there are too; whether any name changed."""
        with self._transaction():
            return self._requests.use_tags(tags)

    def relax(self) -> None:
        """After much was written: give back what only helps while writing much."""
        self._requests.forget()
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        self._connection.execute("PRAGMA shrink_memory")

    def write(self, batch: Batch) -> Written:
        """Merge a batch. Raises sqlite3.Error (disk full, locked), after which nothing of it is written."""
        written = Written()
        self._begin()
        try:
            self._requests.adopt_directories(batch.directories)
            turns = [event for event in batch.events if event.kind == PROVISIONAL]
            self._requests.write([e for e in batch.events if e.kind != PROVISIONAL], written)
            if batch.inherited:
                self._requests.inherit(batch.inherited, written)
            self._write_inherited_rows(batch)
            titles = self._chats.write(batch.chats, written)
            bills = Bills(self._connection, self._requests)
            bills.record(turns, written)
            bills.merge(batch.bills, written)
            compactions = self._chats.write_gauges(batch.gauges, written)
            self._write_marks([*batch.marks, *compactions], written)
            self._write_facts([*batch.facts, *titles], written)
            self._write_positions(batch)
            self._connection.execute("COMMIT")
        except BaseException:
            self._rollback()
            raise
        return written

    def write_report(self, reading: ReportReading) -> None:
        """Bring the ledger to what a provider's report says."""
        with self._transaction():
            reported.replace(self._connection, reading)

    def name_keys(self, given: KeyNames) -> None:
        """Keep what a provider's keys are called."""
        with self._transaction():
            reported.name_keys(self._connection, given)

    def write_bill(self, reading: BillReading) -> Written:
        """Bring the requests of some spans to what a bill says of them. Raises sqlite3.Error, as `write` does."""
        return self._billed(lambda bills, written: bills.replace(reading, written))

    def add_bill_file(self, statements: Sequence[Statement]) -> Written:
        """Take in what a file from a provider's dashboard states, besides what is known. Raises sqlite3.Error."""
        return self._billed(lambda bills, written: bills.add_file(statements, written))

    def write_cloud_bills(self, bills: Sequence[CloudBill], now_ms: int) -> list[BillState]:
        """Bring the ledger to what imported bills say, all or none; what became of each. Raises sqlite3.Error."""
        from tallylight.ledger import cloud_bills

        with self._transaction():
            return cloud_bills.write(self._connection, bills, now_ms)

    def remove_cloud_bill(self, number: int) -> bool:
        """Whether there was such a bill; its file may be imported again."""
        from tallylight.ledger import cloud_bills

        with self._transaction():
            return cloud_bills.remove(self._connection, number)

    def keep_status(self, status: FeedStatus) -> None:
        """How a feed stands, for whoever asks while it is not being read."""
        with self._transaction():
            self._connection.execute(
                "INSERT OR REPLACE INTO feed_status VALUES (?, ?)",
                (status.name, msgspec.json.encode(status).decode()),
            )

    def _billed(self, work: Callable[[Bills, Written], object]) -> Written:
        written = Written()
        self._begin()
        try:
            work(Bills(self._connection, self._requests), written)
            self._connection.execute("COMMIT")
        except BaseException:
            self._rollback()
            raise
        return written

    def _begin(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def _rollback(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        self._requests.forget()

    def _write_inherited_rows(self, batch: Batch) -> None:
        """What another ledger has in its tables; what is here already holds."""
        if batch.charges:
            self._connection.executemany("INSERT OR IGNORE INTO charge VALUES (?, ?, ?, ?, ?)", batch.charges)
        if batch.counted:
            marks = ", ".join("?" * len(batch.counted[0]))
            self._connection.executemany(
                f"INSERT OR IGNORE INTO recorded_turn VALUES ({marks})", batch.counted
            )

    def _write_marks(self, marks: Sequence[Mark], written: Written) -> None:
        if not marks:
            return
        self._connection.executemany(
            """INSERT INTO mark VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET
               session_id = excluded.session_id, time_ms = excluded.time_ms, label = excluded.label,
               value = excluded.value, other = excluded.other, agent_id = excluded.agent_id,
               is_copy = excluded.is_copy, file_started_ms = excluded.file_started_ms
               WHERE (excluded.is_copy, excluded.file_started_ms, excluded.session_id)
                   < (is_copy, file_started_ms, session_id)""",
            [astuple(mark) for mark in marks],
        )
        written.sessions.update(mark.session_id for mark in marks)

    def _write_facts(self, facts: Sequence[SessionFact], written: Written) -> None:
        if not self.keeps_titles:
            facts = [fact for fact in facts if not fact.name.startswith("title:")]
        if not facts:
            return
        self._connection.executemany(
            """INSERT INTO session_fact VALUES (?, ?, ?, ?, ?, ?)
               ON CONFLICT (source, session_id, name) DO UPDATE SET value = excluded.value,
               number = excluded.number, "order" = excluded."order"
               WHERE (excluded."order", excluded.value) > ("order", value)""",
            [astuple(fact) for fact in facts],
        )
        if not self.keeps_titles:
            self._connection.execute(_NAMELESS_AGENTS)
        written.sessions.update(fact.session_id for fact in facts)

    def _write_positions(self, batch: Batch) -> None:
        run = self._connection.executemany
        if batch.restarted:
            run("DELETE FROM rejection WHERE path = ?", [(path,) for path in batch.restarted])
        if batch.readable:
            gone = "DELETE FROM rejection WHERE path = ? AND reason GLOB 'unreadable*'"
            run(gone, [(path,) for path in batch.readable])
        run(
            """INSERT INTO rejection VALUES (?, ?, ?, ?)
               ON CONFLICT (path, reason) DO UPDATE SET count = count + excluded.count""",
            [(path, r.source, r.reason, r.count) for path, r in batch.rejected],
        )
        if batch.positions:
            run(
                f"INSERT OR REPLACE INTO log_file ({', '.join(LogPosition.__struct_fields__)})"
                f" VALUES ({', '.join('?' * len(LogPosition.__struct_fields__))})",
                [astuple(position) for position in batch.positions.values()],
            )

    # -- prices

    @property
    def prices(self) -> PriceList:
        """The prices in force."""
        return self._requests.prices

    def models(self) -> list[str]:
        """All that ever turned up, as spelled."""
        return [model for (model,) in self._connection.execute("SELECT DISTINCT model FROM thread") if model]

    def load_prices(self, fingerprint: str) -> set[str]:
        """Take up the rate cards compiled from this price data; the names of all models they were made for."""
        rows = self._connection.execute(
            "SELECT model, cards FROM priced_model WHERE fingerprint = ?", (fingerprint,)
        )
        known: set[str] = set()
        cards: list[RateCard] = []
        for model, data in rows:
            known.add(model)
            cards.extend(msgspec.json.decode(data, type=list[RateCard]))
        self.use_prices(PriceList(cards), fingerprint)
        return known

    def use_prices(self, prices: PriceList, fingerprint: str) -> None:
        """Price what is written from now on with these."""
        self._requests.prices, self._requests.fingerprint = prices, fingerprint

    def add_prices(self, models: Iterable[str], cards: Iterable[RateCard], fingerprint: str) -> None:
        """Keep rate cards for `models` (none for a model: it has no price) and price the rows that had none."""
        by_model: dict[str, list[RateCard]] = {model: [] for model in models}
        for card in cards:
            by_model.setdefault(card.model, []).append(card)
        with self._transaction():
            self._connection.executemany(
                "INSERT OR REPLACE INTO priced_model VALUES (?, ?, ?)",
                [(model, fingerprint, msgspec.json.encode(of).decode()) for model, of in by_model.items()],
            )
        self.load_prices(fingerprint)
        with self._transaction():
            self._price("cost_picousd IS NULL")

    def reprice(self) -> int:
        """Price everything anew with the prices in force, at the user's request; the number of changed rows."""
        with self._transaction():
            return self._price("TRUE")

    def _price(self, where: str) -> int:
        """Price the rows that meet a condition, and what is charged for them where that follows the price."""
        changed = self._requests.price(where)
        Bills(self._connection, self._requests).charge_anew(changed)
        return len(changed)

    # -- other facts

    def write_active_days(self, source: str, root: str, days: Iterable[tuple[str, int]]) -> None:
        with self._transaction():
            self._connection.executemany(
                """INSERT INTO active_day VALUES (?, ?, ?, ?)
                   ON CONFLICT (root, day) DO UPDATE SET messages = excluded.messages
                   WHERE excluded.messages > messages""",
                [(source, root, day, messages) for day, messages in days],
            )

    def forget_unreadable_folders(self) -> None:
        """Those that still are will be found so again."""
        self._connection.execute("DELETE FROM rejection WHERE reason GLOB 'unreadable folder*'")

    def mark_gone(self, paths: Iterable[str]) -> None:
        """Files that are no longer there: what they held stays."""
        with self._transaction():
            self._connection.executemany(
                "UPDATE log_file SET is_gone = 1 WHERE path = ?", [(p,) for p in paths]
            )

    # -- notices

    def keep_notices(self, notices: Sequence[Notice]) -> None:
        """Before any of them is shown."""
        with self._transaction():
            self._connection.executemany(
                "INSERT OR REPLACE INTO notice VALUES (?, ?, ?, ?, ?)",
                [
                    (n.finding.key, n.first_ms, n.told_ms, n.ended_ms, msgspec.json.encode(n).decode())
                    for n in notices
                ],
            )

    def notices(self) -> dict[str, Notice]:
        """Every one so far by key, however old: the clock may be wrong. What an older Tallylight wrote otherwise is
        left out."""
        rows = self._connection.execute("SELECT key, data FROM notice ORDER BY first_ms")
        found = {}
        for key, data in rows:
            with contextlib.suppress(msgspec.MsgspecError):
                found[key] = msgspec.json.decode(data, type=Notice)
        return found

    def hush(self, kind: str, name: str, until_ms: int) -> None:
        """Say nothing about a "subject" or a "session" until then."""
        with self._transaction():
            self._connection.execute("INSERT OR REPLACE INTO hush VALUES (?, ?, ?)", (kind, name, until_ms))

    def unhush(self, kind: str, name: str) -> None:
        """Speak about it again."""
        with self._transaction():
            self._connection.execute("DELETE FROM hush WHERE kind = ? AND name = ?", (kind, name))

    def hushed(self, now_ms: int) -> list[tuple[str, str, int]]:
        """(kind, name, until) of all that is to be silent at a moment."""
        return self._connection.execute("SELECT * FROM hush WHERE until_ms > ?", (now_ms,)).fetchall()

    # -- advice

    def keep_advice(self, given: Iterable[Given]) -> None:
        """What was shown, and what became of it."""
        with self._transaction():
            advice_log.keep(self._connection, given)

    def advice(self, since_ms: int) -> dict[str, Given]:
        """All that was shown since then, by key."""
        return advice_log.read(self._connection, since_ms)

    def advice_about(self, name: str) -> dict[str, Given]:
        """All advice that was ever shown about a session, or by one key."""
        return advice_log.read_about(self._connection, name)

    def _transaction(self) -> _Transaction:
        return _Transaction(self._connection)


class _Transaction:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, *rest: object) -> None:
        if self._connection.in_transaction:
            self._connection.execute("COMMIT" if kind is None else "ROLLBACK")
