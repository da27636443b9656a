"""Advice that was shown, kept by its key with what became of it."""

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
                one.advice.key,
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
    """Advice that was shown last between two moments, by key, the oldest first. What an older Tallylight wrote
    otherwise is left out."""
    rows = connection.execute(
        "SELECT key, data FROM advice WHERE last_ms >= ? AND last_ms < ? ORDER BY first_ms, key",
        (since_ms, until_ms),
    )
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
