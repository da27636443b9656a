"""The rows of requests: merged from statements, priced, and what many share kept once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Sequence
from operator import attrgetter
from typing import NamedTuple

import msgspec

from tallylight.domain.billing import BILLED, REPORTED, UNSTATED
from tallylight.domain.digest import digest
from tallylight.domain.pricing import Costs, PriceList, apportioned
from tallylight.domain.tag import Tag, tag_of
from tallylight.domain.usage import UsageEvent, merge
from tallylight.ledger.batch import Written

_FIELDS = UsageEvent.__struct_fields__
#: Of the view `usage_event`, as `event_of` takes them.
COLUMNS = ", ".join(_FIELDS)
_BOOLEANS = tuple(_FIELDS.index(n) for n in ("is_final", "has_strong_key", "is_copy", "is_sidechain"))
#: What many requests share, kept once: see the first migration.
_THREAD = (
    "source", "session_id", "model", "speed", "geo", "tier", "kind", "is_copy", "is_sidechain", "file_started_ms",
    "file_session_id", "account", "agent_id", "cwd", "branch", "version", "entrypoint", "effort", "prompt_id", "origin",
    "agent_type", "skill", "plugin", "mcp_server", "mcp_tool", "host",
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
    f"INSERT INTO thread (signature, project, tag, {', '.join(_THREAD)}) VALUES (?, ?, ?{', ?' * len(_THREAD)})"
    " ON CONFLICT (signature) DO UPDATE SET id = id RETURNING id"
)
_THREADS_KEPT = 2000
#: Two statements under an id that is not unique by itself are one response when this close in time.
_SAME_RESPONSE_MS = 3_600_000


class Priced(NamedTuple):
    """A request whose price is another one."""

    key: str
    time_ms: int
    cost_picousd: int


class Requests:
    """Writes the tables `request`, `thread`, `weak_statement`, `inheritance` and `directory` of one connection."""

    def __init__(self, connection: sqlite3.Connection, project_of: Callable[[str], str]) -> None:
        self._connection = connection
        self._project_of = project_of
        self._threads: dict[tuple[object, ...], int] = {}
        self._projects: dict[tuple[str, str], str] = {}
        self.prices = PriceList(())
        self.fingerprint = ""
        #: The user's rules that name requests.
        self.tags: Sequence[Tag] = ()
        #: What this machine is called on others, "" before it was noted.
        self.machine = ""
        self.forget()

    def forget(self) -> None:
        """Drop what is remembered of the tables: after a rollback, and when little will be written for a while."""
        self._threads.clear()
        rows = self._connection.execute("SELECT host, cwd, project FROM directory")
        self._projects = {(host, cwd): project for host, cwd, project in rows}

    def write(self, events: Sequence[UsageEvent], written: Written) -> None:
        """Merge statements into the rows they belong to, inside the caller's transaction."""
        merged: dict[str, UsageEvent] = {}
        copies: set[tuple[str, str]] = set()
        weak: list[UsageEvent] = []
        for event in events:
            key = event.key
            if not event.has_strong_key:
                weak.append(event)
            elif key in merged:
                merged[key] = self._merged(merged[key], event, copies)
            else:
                merged[key] = event
                if event.file_session_id != event.session_id:
                    copies.add((event.file_session_id, key))
        stored = self._stored(list(merged))
        for key, before in stored.items():
            now = self._merged(before, merged[key], copies)
            if now == before:
                del merged[key]
            else:
                merged[key] = now
                written.sessions.add(before.session_id)
        self._insert(merged.values())
        written.since_ms = min(written.since_ms, _earliest(merged.values()))
        written.new += len(merged.keys() - stored.keys())
        written.sessions.update([event.session_id for event in merged.values()])
        if weak:
            self._write_weak(weak, copies, written)
        if copies:
            self.inherit(copies, written)

    def inherit(self, held: Collection[tuple[str, str]], written: Written) -> None:
        """Note which sessions hold which requests as copied history."""
        self._connection.executemany("INSERT OR IGNORE INTO inheritance VALUES (?, ?)", held)
        written.sessions.update(session for session, _ in held)

    def adopt_directories(self, seen: Iterable[tuple[str, str, str]]) -> None:
        """(machine, directory, project) as another ledger has them.

        Where two ledgers differ, as one of them was made anew after a worktree had gone, the folder above holds.
        """
        for host, cwd, project in seen:
            known = self._projects.get((host, cwd))
            if known is not None and known <= project:
                continue
            self._projects[host, cwd] = project
            self._connection.execute(
                "INSERT OR REPLACE INTO directory VALUES (?, ?, ?)", (host, cwd, project)
            )
            if known is not None:
                self._connection.execute(
                    "UPDATE thread SET project = ? WHERE host = ? AND cwd = ?", (project, host, cwd)
                )
                self.use_tags(self.tags)

    def use_tags(self, tags: Sequence[Tag]) -> bool:
        """Name what is there and what will come by these rules, inside the caller's transaction; whether any name
        changed."""
        places = self._connection.execute("SELECT DISTINCT project, branch, tag FROM thread")
        changes = [
            (now, project, branch)
            for project, branch, before in places
            if (now := tag_of(tags, project or "", branch or "")) != before
        ]
        self._connection.executemany("UPDATE thread SET tag = ? WHERE project IS ? AND branch IS ?", changes)
        self.tags = tags
        return bool(changes)

    def _stored(self, keys: Sequence[str]) -> dict[str, UsageEvent]:
        if not keys:
            return {}
        rows = self._connection.execute(
            f"SELECT {COLUMNS} FROM usage_event WHERE key IN (SELECT value FROM json_each(?))",
            (json.dumps(keys),),
        )
        return {row[0]: event_of(row) for row in rows}

    def _insert(self, events: Iterable[UsageEvent]) -> None:
        self.insert((event, *self.priced(event)) for event in events)

    def priced(self, event: UsageEvent) -> tuple[Costs | None, str]:
        """What a request costs, and who says so: our list prices, but for what a provider's own bill states."""
        listed = self.prices.costs_of(event)
        if event.reported_picousd > 0 and event.source == BILLED:
            return apportioned(event.reported_picousd, event, listed), REPORTED
        return listed, self.fingerprint

    def insert(self, priced: Iterable[tuple[UsageEvent, Costs | None, str]]) -> None:
        """Rows in place of those of the same keys: each with its costs, and whose prices these are."""
        threads = self._threads
        rows = []
        for e, costs, whose in priced:
            amounts = _NO_COSTS if costs is None else (sum(costs), *costs)
            shared = _thread_of(e)
            thread = threads.get(shared) or self._thread(shared, e)
            rows.append((*_own_of(e), ",".join(e.tools), thread, *amounts, whose))
        self._connection.executemany(_INSERT_REQUEST, rows)

    def _thread(self, shared: tuple[object, ...], event: UsageEvent) -> int:
        """The row of what requests share, made when it is new."""
        signature = digest(repr(shared).encode(errors="surrogatepass"))
        project = self.project(event.host, event.cwd)
        values = (signature, project, tag_of(self.tags, project, event.branch), *shared)
        found = self._connection.execute(_INSERT_THREAD, values).fetchone()
        if len(self._threads) > _THREADS_KEPT:
            self._threads.clear()
        thread = self._threads[shared] = int(found[0])
        return thread

    def project(self, host: str, cwd: str) -> str:
        """The project of a directory of a machine, "" being this one."""
        known = self._projects.get((host, cwd))
        if known is None:  # another machine's folders are not looked for on this disk
            known = self._projects[host, cwd] = cwd if host else self._project_of(cwd)
            self._connection.execute("INSERT OR IGNORE INTO directory VALUES (?, ?, ?)", (host, cwd, known))
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
            under[name] = event if known is None else self._merged(known, event, copies)
            touched.add((event.key, name))
        self._connection.executemany(
            "INSERT OR REPLACE INTO weak_statement VALUES (?, ?, ?)",
            [(key, name, msgspec.msgpack.encode(atoms[key][name])) for key, name in touched],
        )
        self._replace({key: self._responses(key, list(atoms[key].values()), copies) for key in keys}, written)

    def _responses(
        self, key: str, atoms: Sequence[UsageEvent], copies: set[tuple[str, str]]
    ) -> list[UsageEvent]:
        """The responses that the statements under one made-up id are.

        Two are one response when the model agrees and either the size does (they were merged before) or they are
        less than an hour apart. The first response keeps the id, later ones are numbered.
        """
        rows: list[UsageEvent] = []
        last: dict[str, tuple[int, int]] = {}
        for atom in sorted(atoms, key=lambda e: (e.time_ms, e.model, e.prompt)):
            row, time_ms = last.get(atom.model, (-1, 0))
            if row >= 0 and atom.time_ms - time_ms <= _SAME_RESPONSE_MS:
                rows[row] = self._merged(rows[row], atom, copies)
            else:
                row = len(rows)
                rows.append(atom)
            last[atom.model] = (row, atom.time_ms)
        return [
            msgspec.structs.replace(r, key=key if i == 0 else f"{key}#{i + 1}") for i, r in enumerate(rows)
        ]

    def _merged(self, a: UsageEvent, b: UsageEvent, copies: set[tuple[str, str]]) -> UsageEvent:
        merged = merge(a, b, self.machine)
        # Of two sessions' files both are noted, the owner's too: a later statement may name another owner.
        are_two = a.file_session_id != b.file_session_id
        for statement in (a, b):
            if are_two or statement.file_session_id != merged.session_id:
                copies.add((statement.file_session_id, statement.key))
        return merged

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
        written.since_ms = min(written.since_ms, _earliest(rows))
        written.new += len(rows) - len(gone)
        written.sessions.update(row.session_id for row in rows)

    def price(self, where: str) -> list[Priced]:
        """Price the rows that meet a condition, inside the caller's transaction; those that changed. Figures of a
        provider's own stay."""
        if not self.prices.models:
            return []
        rows = self._connection.execute(
            f"""SELECT {COLUMNS}, cost_picousd FROM usage_event
                WHERE {where} AND priced_with NOT IN ('{REPORTED}', '{UNSTATED}')"""
        )
        changed, changes = [], []
        for row in rows:
            event = event_of(row[:-1])
            costs = self.prices.costs_of(event)
            if costs is not None and sum(costs) != row[-1]:
                changed.append(Priced(event.key, event.time_ms, sum(costs)))
                changes.append((sum(costs), *costs, self.fingerprint, event.key))
        self._connection.executemany(
            f"UPDATE request SET (cost_picousd, {_COSTS}, priced_with) = (?, ?, ?, ?, ?, ?, ?, ?)"
            " WHERE key = ?",
            changes,
        )
        return changed


def _earliest(events: Iterable[UsageEvent]) -> int:
    return min((event.time_ms for event in events), default=1 << 62)


def event_of(row: Sequence[object]) -> UsageEvent:
    """The event a row of `usage_event` (columns in field order) holds."""
    values = list(row)
    for at in _BOOLEANS:
        values[at] = bool(values[at])
    tools = str(values[-1] or "")
    values[-1] = tuple(tools.split(",")) if tools else ()
    return UsageEvent(**dict(zip(_FIELDS, values, strict=True)))  # type: ignore[arg-type]
