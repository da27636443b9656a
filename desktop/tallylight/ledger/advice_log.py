"""Advice that was shown, kept by its key and episode with what became of it."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable

import msgspec

from tallylight.domain.effect import Given


def keep(connection: sqlite3.Connection, given: Iterable[Given]) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO advice VALUES (?, ?, ?, ?, ?, ?)",
        [
            (
                one.id,
                one.advice.session_id,
                one.first_ms,
                one.last_ms,
                one.settled_ms,
                msgspec.json.encode(one).decode(),
            )
            for one in given
        ],
    )


def read(connection: sqlite3.Connection, since_ms: int = 0, until_ms: int = 1 << 62) -> dict[str, Given]:
    """Advice that was shown last between two moments, by id, the oldest first."""
    return _found(
        connection.execute(
            "SELECT key, data FROM advice WHERE last_ms >= ? AND last_ms < ? ORDER BY first_ms, key",
            (since_ms, until_ms),
        )
    )


def read_about(connection: sqlite3.Connection, name: str) -> dict[str, Given]:
    """All that was ever advised about a session, or by one key, by id."""
    return _found(
        connection.execute(
            "SELECT key, data FROM advice WHERE session_id = ?1 OR key = ?1 ORDER BY first_ms, key", (name,)
        )
    )


def _found(rows: Iterable[tuple[str, str]]) -> dict[str, Given]:
    """What an older Tallylight wrote otherwise is left out."""
    found = {}
    for key, data in rows:
        with contextlib.suppress(msgspec.MsgspecError):
            found[key] = msgspec.json.decode(data, type=Given)
    return found


def read_if_any(connection: sqlite3.Connection, since_ms: int = 0, until_ms: int = 1 << 62) -> list[Given]:
    """The same of a ledger that may be older than advice is."""
    try:
        return list(read(connection, since_ms, until_ms).values())
    except sqlite3.OperationalError:
        return []
