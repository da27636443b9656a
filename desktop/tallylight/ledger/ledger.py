"""The ledger's one writer: merges statements into rows, prices them, and keeps how far each file was read."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec.structs import astuple

from tallylight.domain.digest import digest
from tallylight.domain.pricing import PriceList, RateCard
from tallylight.domain.usage import Mark, Rejected, SessionFact, UsageEvent, merge
from tallylight.ledger.connection import open_for_writing

_FIELDS = UsageEvent.__struct_fields__
_COLUMNS = ", ".join(_FIELDS)
_BOOLEANS = tuple(_FIELDS.index(n) for n in ("is_final", "has_strong_key", "is_copy", "is_sidechain"))
#: What many requests share, kept once: see the first migration.
_THREAD = (
    "source", "session_id", "model", "speed", "geo", "tier", "kind", "is_copy", "is_sidechain", "file_started_ms",
    "file_session_id", "account", "agent_id", "cwd", "branch", "version", "entrypoint", "effort", "prompt_id", "origin",
    "agent_type", "skill", "plugin", "mcp_server", "mcp_tool",
)  # fmt: skip
_OWN = tuple(name for name in _FIELDS if name not in _THREAD and name != "tools")
_thread_of = attrgetter(*_THREAD)
_own_of = attrgetter(*_OWN)
_COSTS = "cost_input, cost_output, cost_cache_read, cost_cache_write_5m, cost_cache_write_1h, cost_web_search"
_NO_COSTS = (None,) * 7
_INSERT_REQUEST = (
    f"INSERT OR REPLACE INTO request ({', '.join(_OWN)}, tools, thread_id, cost_picousd, {_COSTS}, priced_with)"
    f" VALUES ({', '.join('?' * (len(_OWN) + 10))})"
)
_INSERT_THREAD = (
    f"INSERT INTO thread (signature, project, {', '.join(_THREAD)}) VALUES (?, ?{', ?' * len(_THREAD)})"
    " ON CONFLICT (signature) DO UPDATE SET id = id RETURNING id"
)
_THREADS_KEPT = 2000
#: Two statements under an id that is not unique by itself are one response when this close in time.
_SAME_RESPONSE_MS = 3_600_000


class LogPosition(msgspec.Struct, frozen=True, kw_only=True):
    """How far a file was read, and by what its unread part is known to continue the same file."""

    path: str
    source: str
    root: str
    device: int = 0
    inode: int = 0
    size: int = 0
    modified_ns: int = 0
    offset: int = 0
    head_size: int = 0
    head_hash: bytes = b""
    tail_hash: bytes = b""
    state: str = ""
    is_gone: bool = False


class Stamp(NamedTuple):
    """The part of a `LogPosition` that is kept in memory."""

    size: int
    modified_ns: int
    offset: int
    is_gone: bool = False


def stamp_of(position: LogPosition) -> Stamp:
    return Stamp(position.size, position.modified_ns, position.offset, position.is_gone)


class Batch(msgspec.Struct, kw_only=True):
    """What one transaction writes: findings and the positions they bring their files to, together or not at all."""

    events: list[UsageEvent] = msgspec.field(default_factory=list)
    marks: list[Mark] = msgspec.field(default_factory=list)
    facts: list[SessionFact] = msgspec.field(default_factory=list)
    rejected: list[tuple[str, Rejected]] = msgspec.field(default_factory=list)
    positions: dict[str, LogPosition] = msgspec.field(default_factory=dict)
    #: Files whose rejections so far no longer hold, as they are read again from the start.
    restarted: list[str] = msgspec.field(default_factory=list)
    #: Files of which it no longer holds that they could not be opened.
    readable: list[str] = msgspec.field(default_factory=list)


class Written(msgspec.Struct, kw_only=True):
    """What a batch changed: new requests, and all sessions of which anything did."""

    new: int = 0
    sessions: set[str] = msgspec.field(default_factory=set)


class Ledger:
    """Opened, used and closed in one thread. Every method is one transaction."""

    def __init__(self, path: Path, project_of: Callable[[str], str]) -> None:
        self._connection = open_for_writing(path)
        self._project_of = project_of
        self._projects: dict[str, str] = dict(self._connection.execute("SELECT cwd, project FROM directory"))
        self._new_directories: dict[str, str] = {}
        self._threads: dict[tuple[object, ...], int] = {}
        self.keeps_titles = True
        self.prices = PriceList(())
        self.fingerprint = ""

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    # -- reading logs

    def stamps(self) -> dict[str, Stamp]:
        """By which a file that did not change is known, for every file ever read."""
        rows = self._connection.execute("SELECT path, size, modified_ns, offset, is_gone FROM log_file")
        return {row[0]: Stamp(*row[1:]) for row in rows}

    def position(self, path: str) -> LogPosition | None:
        """How far a file was read, None when it never was."""
        columns = ", ".join(LogPosition.__struct_fields__)
        row = self._connection.execute(f"SELECT {columns} FROM log_file WHERE path = ?", (path,)).fetchone()
        return LogPosition(**dict(zip(LogPosition.__struct_fields__, row, strict=True))) if row else None

    def forget_titles(self) -> None:
        """From now on keep no names that sessions were given, and none of those kept so far."""
        self.keeps_titles = False
        with self._transaction():
            self._connection.execute("DELETE FROM session_fact WHERE name GLOB 'title:*'")

    def relax(self) -> None:
        """After much was written: give back what only helps while writing much."""
        self._threads.clear()
        self._connection.execute("PRAGMA shrink_memory")

    def write(self, batch: Batch) -> Written:
        """Merge a batch. Raises sqlite3.Error (disk full, locked), after which nothing of it is written."""
        written = Written()
        self._begin()
        try:
            self._write_events(batch.events, written)
            self._write_marks(batch.marks, written)
            self._write_facts(batch.facts, written)
            self._write_positions(batch)
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
        self._projects = dict(self._connection.execute("SELECT cwd, project FROM directory"))
        self._new_directories.clear()
        self._threads.clear()

    def _write_events(self, events: Sequence[UsageEvent], written: Written) -> None:
        merged: dict[str, UsageEvent] = {}
        copies: set[tuple[str, str]] = set()
        weak: list[UsageEvent] = []
        for event in events:
            key = event.key
            if not event.has_strong_key:
                weak.append(event)
            elif key in merged:
                merged[key] = _merged(merged[key], event, copies)
            else:
                merged[key] = event
                if event.file_session_id != event.session_id:
                    copies.add((event.file_session_id, key))
        stored = self._stored(list(merged))
        for key, before in stored.items():
            now = _merged(before, merged[key], copies)
            if now == before:
                del merged[key]
            else:
                merged[key] = now
                written.sessions.add(before.session_id)
        self._insert(merged.values())
        written.new += len(merged.keys() - stored.keys())
        written.sessions.update([event.session_id for event in merged.values()])
        if weak:
            self._write_weak(weak, copies, written)
        if copies:
            self._connection.executemany("INSERT OR IGNORE INTO inheritance VALUES (?, ?)", copies)
            written.sessions.update(session for session, _ in copies)

    def _stored(self, keys: Sequence[str]) -> dict[str, UsageEvent]:
        if not keys:
            return {}
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM usage_event WHERE key IN (SELECT value FROM json_each(?))",
            (json.dumps(keys),),
        )
        return {row[0]: event_of(row) for row in rows}

    def _insert(self, events: Iterable[UsageEvent]) -> None:
        costs_of, fingerprint, threads = self.prices.costs_of, self.fingerprint, self._threads
        rows = []
        for e in events:
            costs = costs_of(e)
            priced = _NO_COSTS if costs is None else (sum(costs), *costs)
            shared = _thread_of(e)
            thread = threads.get(shared) or self._thread(shared, e.cwd)
            rows.append((*_own_of(e), ",".join(e.tools), thread, *priced, fingerprint))
        self._connection.executemany(_INSERT_REQUEST, rows)

    def _thread(self, shared: tuple[object, ...], cwd: str) -> int:
        """The row of what requests share, made when it is new."""
        signature = digest(repr(shared).encode(errors="surrogatepass"))
        values = (signature, self._project(cwd), *shared)
        found = self._connection.execute(_INSERT_THREAD, values).fetchone()
        if len(self._threads) > _THREADS_KEPT:
            self._threads.clear()
        thread = self._threads[shared] = int(found[0])
        return thread

    def _project(self, cwd: str) -> str:
        known = self._projects.get(cwd)
        if known is None:
            known = self._projects[cwd] = self._new_directories[cwd] = self._project_of(cwd)
        return known

    def _write_weak(
        self, events: Sequence[UsageEvent], copies: set[tuple[str, str]], written: Written
    ) -> None:
        """Rebuild the rows of ids that gateways made up, from all statements ever seen under them."""
        atoms: dict[str, dict[str, UsageEvent]] = {}
        keys = list({e.key for e in events})
        for key, atom, data in self._connection.execute(
            "SELECT key, atom, data FROM weak_statement WHERE key IN (SELECT value FROM json_each(?))",
            (json.dumps(keys),),
        ):
            atoms.setdefault(key, {})[atom] = msgspec.msgpack.decode(data, type=UsageEvent)
        touched: set[tuple[str, str]] = set()
        for event in events:
            under, name = atoms.setdefault(event.key, {}), f"{event.model}|{event.prompt}"
            known = under.get(name)
            under[name] = event if known is None else _merged(known, event, copies)
            touched.add((event.key, name))
        self._connection.executemany(
            "INSERT OR REPLACE INTO weak_statement VALUES (?, ?, ?)",
            [(key, name, msgspec.msgpack.encode(atoms[key][name])) for key, name in touched],
        )
        self._replace({key: responses(key, list(atoms[key].values()), copies) for key in keys}, written)

    def _replace(self, responses_of: dict[str, list[UsageEvent]], written: Written) -> None:
        """The rows of ids that are not unique by themselves, all anew: `key`, `key#2`, `key#3` …"""
        gone: list[tuple[str]] = []
        for key in responses_of:
            # Up to "$", the character after "#"; what else lies between is another id.
            found = self._connection.execute(
                """SELECT key, session_id FROM request JOIN thread ON thread.id = thread_id
                   WHERE key >= ? AND key < ? AND has_strong_key = 0""",
                (key, f"{key}$"),
            )
            for name, session_id in found:
                if name == key or name.startswith(f"{key}#"):
                    gone.append((name,))
                    written.sessions.add(session_id)
        self._connection.executemany("DELETE FROM request WHERE key = ?", gone)
        rows = [row for rows in responses_of.values() for row in rows]
        self._insert(rows)
        written.new += len(rows) - len(gone)
        written.sessions.update(row.session_id for row in rows)

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
        written.sessions.update(fact.session_id for fact in facts)

    def _write_positions(self, batch: Batch) -> None:
        run = self._connection.executemany
        if self._new_directories:
            run("INSERT OR IGNORE INTO directory VALUES (?, ?)", list(self._new_directories.items()))
            self._new_directories.clear()
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

    def unpriced_models(self) -> list[str]:
        rows = self._connection.execute(
            "SELECT DISTINCT model FROM request JOIN thread ON thread.id = thread_id WHERE cost_picousd IS NULL"
        )
        return [model for (model,) in rows]

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
        self.prices, self.fingerprint = PriceList(cards), fingerprint
        return known

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
        self._price("cost_picousd IS NULL")

    def reprice(self) -> int:
        """Price everything anew with the prices in force, at the user's request; the number of changed rows."""
        return self._price("TRUE")

    def _price(self, where: str) -> int:
        if not self.prices.models:
            return 0
        with self._transaction():
            rows = self._connection.execute(f"SELECT {_COLUMNS}, cost_picousd FROM usage_event WHERE {where}")
            changes = []
            for row in rows:
                costs = self.prices.costs_of(event_of(row[:-1]))
                if costs is not None and sum(costs) != row[-1]:
                    changes.append((sum(costs), *costs, self.fingerprint, row[0]))
            self._connection.executemany(
                f"UPDATE request SET (cost_picousd, {_COSTS}, priced_with) = (?, ?, ?, ?, ?, ?, ?, ?)"
                " WHERE key = ?",
                changes,
            )
        return len(changes)

    # -- other facts

    def write_active_days(self, source: str, root: str, days: Iterable[tuple[str, int]]) -> None:
        with self._transaction():
            self._connection.executemany(
                """INSERT INTO active_day VALUES (?, ?, ?, ?)
                   ON CONFLICT (root, day) DO UPDATE SET messages = max(messages, excluded.messages)""",
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


def event_of(row: Sequence[object]) -> UsageEvent:
    """The event a row of `usage_event` (columns in field order) holds."""
    values = list(row)
    for at in _BOOLEANS:
        values[at] = bool(values[at])
    tools = str(values[-1] or "")
    values[-1] = tuple(tools.split(",")) if tools else ()
    return UsageEvent(**dict(zip(_FIELDS, values, strict=True)))  # type: ignore[arg-type]


def responses(key: str, atoms: Sequence[UsageEvent], copies: set[tuple[str, str]]) -> list[UsageEvent]:
    """The responses that the statements under one made-up id are.

    Two are one response when the model agrees and either the size does (they were merged before) or they are
    less than an hour apart. The first response keeps the id, later ones are numbered.
    """
    rows: list[UsageEvent] = []
    last: dict[str, tuple[int, int]] = {}
    for atom in sorted(atoms, key=lambda e: (e.time_ms, e.model, e.prompt)):
        row, time_ms = last.get(atom.model, (-1, 0))
        if row >= 0 and atom.time_ms - time_ms <= _SAME_RESPONSE_MS:
            rows[row] = _merged(rows[row], atom, copies)
        else:
            row = len(rows)
            rows.append(atom)
        last[atom.model] = (row, atom.time_ms)
    return [msgspec.structs.replace(r, key=key if i == 0 else f"{key}#{i + 1}") for i, r in enumerate(rows)]


def _merged(a: UsageEvent, b: UsageEvent, copies: set[tuple[str, str]]) -> UsageEvent:
    merged = merge(a, b)
    for statement in (a, b):
        if statement.file_session_id != merged.session_id:
            copies.add((statement.file_session_id, statement.key))
    return merged
