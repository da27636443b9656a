"""Opening the ledger's file: owner-only, write-ahead, upgraded, or read-only when a newer Tallylight wrote it."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from tallylight.lean import without

#: `PRAGMA user_version` of a ledger that has every migration. Stands here since migrations load a heavy library.
SCHEMA_VERSION = 14
FILE_NAME = "ledger.sqlite"
_PATIENCE_S = 20.0
#: Windows has one identity only.
_ASKS_EFFECTIVE = os.access in os.supports_effective_ids


class LedgerIsNewer(Exception):  # noqa: N818
    """A newer Tallylight wrote this ledger: it may be read, not written."""


def open_for_writing(path: Path) -> sqlite3.Connection:
    """A connection for the one writer. Raises `LedgerIsNewer`, sqlite3.DatabaseError, OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            return _opened(path)
        except sqlite3.OperationalError as e:
            # Of two that start at once on a new ledger, the second finds it locked.
            if "locked" not in str(e) or time.monotonic() > deadline:
                raise
        time.sleep(0.05)


def _opened(path: Path) -> sqlite3.Connection:
    version = schema_version(path)
    if version > SCHEMA_VERSION:
        raise LedgerIsNewer(f"this ledger was written by a newer Tallylight (schema {version})")
    if version < SCHEMA_VERSION:
        _upgrade(path)
    connection = sqlite3.connect(path, isolation_level=None, timeout=20)
    try:
        for setting in (
            "journal_mode = WAL",
            "synchronous = NORMAL",
            "temp_store = MEMORY",
            "cache_size = -8000",
            # A first read writes the same pages again and again: bring them home every 32 MB, not every 4.
            "wal_autocheckpoint = 8000",
        ):
            connection.execute(f"PRAGMA {setting}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _upgrade(path: Path) -> None:
    # sqlite-utils loads numpy where it is installed (for the charts), only to know its types: 130 ms of a first
    # start and 30 MB of the tray.
    with without("numpy"):
        from tallylight.ledger.migrations import upgrade
    upgrade(str(path), SCHEMA_VERSION)


def open_for_reading(path: Path) -> sqlite3.Connection:
    """A connection that cannot write, usable from one thread. Raises sqlite3.OperationalError without a ledger."""
    uri = f"{path.resolve().as_uri()}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=5)
    try:
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        connection.close()
        if not path.exists() or os.access(path.parent, os.W_OK, effective_ids=_ASKS_EFFECTIVE):
            raise
        # In a folder that may not be written the files of the write-ahead log cannot be made: nobody writes.
        connection = sqlite3.connect(f"{uri}&immutable=1", uri=True, isolation_level=None)
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA cache_size = -300")  # the system keeps the file's pages; twice is memory lost
    return connection


def copy_ledger(path: Path, to: Path) -> None:
    """The ledger as it is now, in another file that only its owner may read. Raises sqlite3.Error, OSError."""
    os.close(os.open(to, os.O_CREAT | os.O_RDWR, 0o600))
    with closing(open_for_reading(path)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)


def back_up(path: Path, to: Path) -> None:
    """A copy of the ledger as it is now, whole or not at all, while it is being written to. Raises sqlite3.Error,
    OSError."""
    partial = to.with_name(f".{to.name}.partial")
    try:
        copy_ledger(path, partial)
        partial.replace(to)
    finally:
        partial.unlink(missing_ok=True)


def schema_version(path: Path) -> int:
    connection = sqlite3.connect(path, isolation_level=None, timeout=20)
    try:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
    finally:
        connection.close()
