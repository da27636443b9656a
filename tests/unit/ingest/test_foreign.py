"""Reading a database that another program writes, without its noticing."""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tallylight.ingest.foreign import ForeignDatabase, ForeignError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "with #odd? name" / "state.vscdb"


@pytest.fixture
def writer(path: Path) -> Iterator[sqlite3.Connection]:
    path.parent.mkdir()
    made = sqlite3.connect(path, isolation_level=None, timeout=0)
    made.execute("PRAGMA journal_mode = WAL")
    made.execute("CREATE TABLE t (k TEXT UNIQUE ON CONFLICT REPLACE, v BLOB)")
    yield made
    made.close()


def test_what_only_the_log_holds_is_read(path: Path, writer: sqlite3.Connection) -> None:
    writer.executemany("INSERT INTO t VALUES (?, 'x')", [(str(n),) for n in range(500)])
    with ForeignDatabase(path) as database:
        assert database.ask("SELECT count(*) FROM t") == [(500,)]


def test_its_version_changes_with_every_commit_and_only_then(path: Path, writer: sqlite3.Connection) -> None:
    with ForeignDatabase(path) as database:
        first = database.version()
        assert database.version() == first
        writer.execute("INSERT INTO t VALUES ('a', 'b')")
        assert database.version() != first


def test_a_database_nobody_has_open_gets_no_files_beside_it(path: Path, writer: sqlite3.Connection) -> None:
    writer.execute("INSERT INTO t VALUES ('a', 'b')")
    writer.close()
    with ForeignDatabase(path) as database:
        before = database.version()
        assert database.ask("SELECT k FROM t") == [(b"a",)]
        assert [entry.name for entry in path.parent.iterdir()] == [path.name]
        again = sqlite3.connect(path, isolation_level=None)
        again.execute("INSERT INTO t VALUES ('c', 'd')")
        assert database.version() != before
        assert database.ask("SELECT count(*) FROM t") == [(2,)]
        again.close()
        assert database.ask("SELECT count(*) FROM t") == [(2,)]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs a folder closed to us")
def test_a_folder_that_may_not_be_written_is_read(path: Path, writer: sqlite3.Connection) -> None:
    writer.execute("INSERT INTO t VALUES ('a', 'b')")
    writer.close()
    path.parent.chmod(0o500)
    try:
        with ForeignDatabase(path) as database:
            assert database.ask("SELECT k FROM t") == [(b"a",)]
    finally:
        path.parent.chmod(0o700)


def test_what_cannot_be_read_says_why(path: Path) -> None:
    with ForeignDatabase(path) as database, pytest.raises(ForeignError, match="not there"):
        database.ask("SELECT 1")
    path.parent.mkdir()
    path.write_bytes(b"no database at all" * 100)
    with ForeignDatabase(path) as database, pytest.raises(ForeignError, match="not a database"):
        database.version()


def test_a_locked_database_is_busy_for_now(path: Path, writer: sqlite3.Connection) -> None:
    writer.execute("PRAGMA journal_mode = DELETE")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    other.execute("INSERT INTO t VALUES ('a', 'b')")
    try:
        with ForeignDatabase(path) as database, pytest.raises(ForeignError, match="busy"):
            database.ask("SELECT count(*) FROM t")
    finally:
        other.execute("ROLLBACK")
        other.close()


def test_broken_letters_are_bytes(path: Path, writer: sqlite3.Connection) -> None:
    writer.execute("INSERT INTO t VALUES ('a', CAST(x'ff22' AS TEXT))")
    with ForeignDatabase(path) as database:
        assert database.ask("SELECT v FROM t") == [(b"\xff\x22",)]


def test_nothing_can_be_written_through_it(path: Path, writer: sqlite3.Connection) -> None:
    with ForeignDatabase(path) as database, pytest.raises(ForeignError, match="readonly"):
        database.ask("INSERT INTO t VALUES ('a', 'b')")


def test_pages_go_on_where_one_ended(
    path: Path, writer: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = sorted(str(n) for n in range(50))
    writer.executemany("INSERT INTO t VALUES (?, 'x')", [(name,) for name in names])
    monkeypatch.setattr("tallylight.ingest.foreign.READ_S", -1)  # every row is one too many
    with ForeignDatabase(path) as database:
        pages = list(database.pages("SELECT k, v FROM t WHERE k > CAST(? AS TEXT) ORDER BY k", ""))
    assert [key.decode() for page in pages for key, _ in page] == names
    assert len(pages) == 51 - 1


def test_a_writer_that_hammers_is_never_held_up_and_its_log_does_not_grow(
    path: Path, writer: sqlite3.Connection
) -> None:
    """The writer has no patience at all (timeout 0): whatever got in its way would be an error of its own."""
    writer.execute("PRAGMA wal_autocheckpoint = 100")
    writer.executemany("INSERT INTO t VALUES (?, ?)", [(f"row:{n}", "x" * 500) for n in range(2000)])
    ended = threading.Event()
    asked = []

    def read() -> None:
        with ForeignDatabase(path) as database:
            while not ended.wait(0.01):  # forty times as often as while a chat is being written
                database.version()
                pages = database.pages("SELECT k, v FROM t WHERE k > CAST(? AS TEXT) ORDER BY k", "")
                asked.append(sum(map(len, pages)))

    before = sys.getswitchinterval()
    sys.setswitchinterval(0.0005)
    thread = threading.Thread(target=read)
    thread.start()
    largest, refused = 0, 0
    try:
        deadline = time.monotonic() + 10
        for n in range(3000):
            writer.execute("INSERT INTO t VALUES (?, ?)", (f"row:{n % 2000}", "y" * 500))
            if n % 500 == 499:  # the program's own checkpoint, which a reader's open transaction would block
                blocked, _frames, _moved = writer.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
                refused += blocked
            largest = max(largest, Path(f"{path}-wal").stat().st_size)
            if time.monotonic() > deadline:
                break
    finally:
        ended.set()
        thread.join(20)
        sys.setswitchinterval(before)
    assert refused == 0
    assert asked and all(count == 2000 for count in asked)
    assert largest < 4 << 20
