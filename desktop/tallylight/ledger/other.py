"""Another machine's ledger, read to be merged into this one: never the file itself, only a private copy."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from tallylight.domain.usage import Mark, SessionFact, UsageEvent
from tallylight.ledger.batch import Batch
from tallylight.ledger.bills import BILL_COLUMNS, stated_in
from tallylight.ledger.chats import CHAT_COLUMNS, GAUGE_COLUMNS, chat_in, gauge_in
from tallylight.ledger.connection import (
    FILE_NAME,
    SCHEMA_VERSION,
    open_for_reading,
    open_for_writing,
    schema_version,
)
from tallylight.ledger.known import Known
from tallylight.ledger.requests import COLUMNS, event_of

#: So many requests are one transaction.
_BATCH = 3000
_DAY_MS = 86_400_000
#: How often a ledger that is just being written is copied anew, and how long between.
_TRIES, _PAUSE_S = 20, 0.25
_TABLES = {"request", "thread", "mark", "session_fact", "directory"}
#: What a machine of the other ledger is called here, "" for this one.
Naming = Callable[[str], str]


_Kind = TypeVar("_Kind", Mark, SessionFact)


class OtherLedger:
    """A copy of the ledger at `path`, in `folder`. Raises ValueError with a sentence for what is none, OSError."""

    def __init__(self, path: Path, folder: Path) -> None:
        self.path = path
        copy = folder / FILE_NAME
        _copy(path, copy)
        try:
            _bring_up_to_date(path, copy)
            self._connection = open_for_reading(copy)
            self.machine = Known(self._connection).machine()
        except sqlite3.DatabaseError as e:
            raise ValueError(_sentence(path, e)) from e

    def close(self) -> None:
        self._connection.close()

    def machines(self) -> dict[str, int]:
        """How many requests of each machine it holds; "" is the one whose ledger it is."""
        return dict(
            self._rows(
                "SELECT host, count(*) FROM request JOIN thread ON thread.id = thread_id GROUP BY host"
            )
        )

    def batches(self, name: Naming) -> Iterator[tuple[str, Batch]]:
        """All of it in portions, each with the machine whose requests it has; "" also for what is not requests."""
        for directories in self._portions("SELECT host, cwd, project FROM directory"):
            yield "", Batch(directories=[(name(host), cwd, project) for host, cwd, project in directories])
        for host in self.machines():
            # Ids that are not unique by themselves: their rows are made of statements, which come below.
            strong = f"SELECT {COLUMNS} FROM usage_event WHERE host = ? AND has_strong_key"
            for rows in self._portions(strong, (host,)):
                events = [replace(event_of(row), host=name(host)) for row in rows]
                yield host, Batch(events=events)
        yield from self._statements(name)
        for rows in self._portions("SELECT session_id, event_key FROM inheritance"):
            yield "", Batch(inherited=[(session, key) for session, key in rows])
        for rows in self._portions("SELECT * FROM charge"):
            yield "", Batch(charges=rows)
        for rows in self._portions(f"SELECT {', '.join(Mark.__struct_fields__)} FROM mark"):
            yield "", Batch(marks=[_filled(Mark, row) for row in rows])
        yield from self._chats(name)
        for rows in self._portions("SELECT * FROM recorded_turn"):
            yield "", Batch(counted=rows)
        yield from self._bills()
        for rows in self._portions(
            'SELECT source, session_id, name, value, number, "order" FROM session_fact'
        ):
            yield "", Batch(facts=[_filled(SessionFact, row) for row in rows])

    def _chats(self, name: Naming) -> Iterator[tuple[str, Batch]]:
        """Conversations of agents that keep a database, and how full their contexts were."""
        for rows in self._portions(f"SELECT {CHAT_COLUMNS} FROM chat"):
            yield "", Batch(chats=[replace(chat := chat_in(row), host=name(chat.host)) for row in rows])
        for rows in self._portions(f"SELECT source, session_id, {GAUGE_COLUMNS} FROM gauge ORDER BY time_ms"):
            yield "", Batch(gauges=[gauge_in(*row) for row in rows])

    def _bills(self) -> Iterator[tuple[str, Batch]]:
        """What bills state, by whole days: those of equal requests belong together. Behind all that says which chat a
        request belongs to."""
        for (day,) in self._rows(f"SELECT DISTINCT time_ms / {_DAY_MS} FROM bill ORDER BY 1"):
            within = (day * _DAY_MS, (day + 1) * _DAY_MS)
            rows = self._rows(f"SELECT {BILL_COLUMNS} FROM bill WHERE time_ms >= ? AND time_ms < ?", within)
            yield "", Batch(bills=[stated_in(row) for row in rows])

    def active_days(self) -> dict[tuple[str, str], list[tuple[str, int]]]:
        """Days and how many messages they had, by source and folder."""
        days: dict[tuple[str, str], list[tuple[str, int]]] = {}
        for source, root, day, messages in self._rows("SELECT source, root, day, messages FROM active_day"):
            days.setdefault((source, root), []).append((day, messages))
        return days

    def _statements(self, name: Naming) -> Iterator[tuple[str, Batch]]:
        for rows in self._portions("SELECT data FROM weak_statement"):
            of_machine: dict[str, list[UsageEvent]] = {}
            for (data,) in rows:
                event = msgspec.msgpack.decode(data, type=UsageEvent)
                of_machine.setdefault(event.host, []).append(replace(event, host=name(event.host)))
            for host, events in of_machine.items():
                yield host, Batch(events=events)

    def _portions(self, query: str, values: tuple[object, ...] = ()) -> Iterator[list[tuple[Any, ...]]]:
        rows = self._rows(query, values)
        while portion := [row for _, row in zip(range(_BATCH), rows, strict=False)]:
            yield portion

    def _rows(self, query: str, values: tuple[object, ...] = ()) -> Iterator[tuple[Any, ...]]:
        try:
            yield from self._connection.execute(query, values)
        except sqlite3.DatabaseError as e:
            raise ValueError(_sentence(self.path, e)) from e


def ledger_in(path: Path) -> Path:
    """The ledger's file, given itself or its folder. Raises ValueError with a sentence."""
    found = path / FILE_NAME if path.is_dir() else path
    if not found.is_file():
        missing = f"no {FILE_NAME} in it" if path.is_dir() else "no such file"
        raise ValueError(f"{path}: {missing}")
    return found


def _filled(kind: type[_Kind], row: tuple[Any, ...]) -> _Kind:
    return kind(**dict(zip(kind.__struct_fields__, row, strict=True)))


def _copy(path: Path, copy: Path) -> None:
    """Copy a ledger together with its write-ahead log, which another program may be writing meanwhile."""
    log = path.with_name(path.name + "-wal")
    for _ in range(_TRIES):
        before = _stamps(path, log)
        shutil.copyfile(path, copy)
        if before[1] is not None:
            shutil.copyfile(log, copy.with_name(copy.name + "-wal"))
        if _stamps(path, log) == before:
            return
        time.sleep(_PAUSE_S)
    raise ValueError(f"{path} is being written all the time: try again when its machine is quieter")


def _stamps(*paths: Path) -> list[tuple[int, int] | None]:
    stamps: list[tuple[int, int] | None] = []
    for path in paths:
        try:
            status = path.stat()
        except FileNotFoundError:
            stamps.append(None)
        else:
            stamps.append((status.st_size, status.st_mtime_ns))
    return stamps


def _bring_up_to_date(path: Path, copy: Path) -> None:
    """Raises ValueError with a sentence for what cannot be."""
    with closing(sqlite3.connect(copy)) as connection:
        tables = {
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
    version = schema_version(copy)
    if not tables >= _TABLES:
        raise ValueError(f"{path} is not a ledger of Tallylight's")
    if version > SCHEMA_VERSION:
        raise ValueError(f"{path} was written by a newer Tallylight: update this one to merge it")
    if version < SCHEMA_VERSION:
        open_for_writing(copy).close()


def _sentence(path: Path, error: sqlite3.DatabaseError) -> str:
    if "not a database" in str(error):
        return f"{path} is not a ledger of Tallylight's"
    return f"{path} cannot be read: {error}"
