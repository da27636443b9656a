"""The chats of Cursor's command line, and which model wrote code."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories import a_ledger
from tallylight.domain.chat import Chat
from tallylight.ingest.cursor_home import HOME, CursorHomeReader
from tallylight.ingest.cursor_roots import CursorHome
from tallylight.ledger.batch import Batch
from tallylight.ledger.connection import open_for_reading
from tallylight.ledger.ledger import Ledger
from tallylight.ledger.sessions import Sessions
from tallylight.sources.cursor_store import read_record

START_MS = 1_789_000_000_000
NOW_MS = START_MS + 3_600_000


def number(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def packed(field: int, value: bytes | int) -> bytes:
    if isinstance(value, int):
        return number(field << 3) + number(value)
    return number(field << 3 | 2) + number(len(value)) + value


def a_record(before: bytes, used: int | None, at_ms: int, role: str = "assistant") -> bytes:
    message = json.dumps(
        {"role": role, "content": [{"type": "text", "text": "nobody may keep this"}]}
    ).encode()
    gauge = packed(1, used) if used is not None else b""
    return packed(1, before) + packed(4, message) + packed(5, gauge) + packed(26, at_ms)


class Store:
    """One chat's folder."""

    def __init__(
        self, home: Path, name: str = "c-1", place: str = f"chats/{'0' * 32}", **meta: object
    ) -> None:
        self.folder = home / place / name
        self.folder.mkdir(parents=True)
        beside = {
            "createdAtMs": START_MS,
            "updatedAtMs": START_MS + 60_000,
            "cwd": "/home/ana/shop",
            "title": "Tests",
        }
        (self.folder / "meta.json").write_text(json.dumps(beside))
        self.db = sqlite3.connect(self.folder / "store.db", isolation_level=None)
        self.db.execute("CREATE TABLE blobs (id TEXT PRIMARY KEY, data BLOB)")
        self.db.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT)")
        told = {"agentId": name, "name": "New Agent", "mode": "default", "createdAt": START_MS,
                "lastUsedModel": "composer-2.5"}  # fmt: skip
        self.db.execute("INSERT INTO meta VALUES ('0', ?)", (json.dumps(told | meta).encode().hex(),))
        self._last = bytes(32)
        self._turns = 0

    def add(self, used: int | None, role: str = "assistant") -> None:
        self._turns += 1
        data = a_record(self._last, used, START_MS + self._turns * 60_000, role)
        self._last = hashlib.sha256(data).digest()
        self.db.execute("INSERT INTO blobs VALUES (?, ?)", (self._last.hex(), data))
        later = START_MS // 1000 + self._turns  # a disk's clock may stand still between two writes
        os.utime(self.folder / "store.db", (later, later))


def authors(home: Path, *rows: tuple[str, str]) -> None:
    path = home / "ai-tracking" / "ai-code-tracking.db"
    path.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE IF NOT EXISTS ai_code_hashes (hash TEXT, conversationId TEXT, model TEXT)")
        db.executemany("INSERT INTO ai_code_hashes VALUES ('h', ?, ?)", rows)
    db.close()


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with a_ledger(tmp_path) as made:
        yield made


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / ".cursor"


def a_reader(home: Path, ledger: Ledger) -> CursorHomeReader:
    return CursorHomeReader(CursorHome(str(home), str(home)), ledger.positions(HOME))


def read(reader: CursorHomeReader, ledger: Ledger, now_ms: int = NOW_MS, **how: bool) -> list[Batch]:
    batches = list(reader.read(now_ms, **how))
    for batch in batches:
        ledger.write(batch)
    return batches


def states(reader: CursorHomeReader) -> dict[str, str]:
    return {part.name: part.state for part in reader.parts}


def test_a_shell_chat_has_its_curve_and_no_text(home: Path, ledger: Ledger, tmp_path: Path) -> None:
    store = Store(home)
    for used, role in ((25_000, "assistant"), (26_000, "user"), (None, "assistant"), (28_000, "assistant")):
        store.add(used, role)
    reader = a_reader(home, ledger)
    read(reader, ledger)
    connection = open_for_reading(tmp_path / "ledger.sqlite")
    detail = Sessions(connection, lambda *_: None, lambda _: None).detail("c-1", NOW_MS)
    connection.close()
    assert detail is not None
    assert [turn.context for turn in detail.turns] == [25_000, 28_000]
    view = detail.view
    assert (view.title, view.project, view.model) == ("Tests", "shop", "cursor/composer-2.5")
    assert view.has_no_tokens and view.window_source != "client"
    assert states(reader)["shell chats"] == "present"
    ledger.relax()
    assert b"nobody may keep" not in (tmp_path / "ledger.sqlite").read_bytes()


def test_a_chat_that_the_command_line_had_for_another_editor_is_one_too(home: Path, ledger: Ledger) -> None:
    Store(home, "of-acp", place="acp-sessions").add(25_000)
    read(a_reader(home, ledger), ledger)
    assert ledger._connection.execute("SELECT session_id, used FROM gauge").fetchall() == [("of-acp", 25_000)]
    assert CursorHome(str(home), str(home)).is_found


def test_only_new_records_are_read_also_by_another_run(home: Path, ledger: Ledger) -> None:
    store = Store(home)
    store.add(25_000)
    reader = a_reader(home, ledger)
    read(reader, ledger)
    assert read(reader, ledger, NOW_MS + 10_000) == []
    store.add(31_000)
    (batch,) = read(a_reader(home, ledger), ledger)
    assert [gauge.used for gauge in batch.gauges] == [31_000]


def test_a_store_of_another_shape_is_said(home: Path, ledger: Ledger) -> None:
    store = Store(home)
    store.db.execute("UPDATE meta SET value = 'not hex'")
    reader = a_reader(home, ledger)
    read(reader, ledger)
    assert states(reader)["shell chats"] == "changed"
    read(reader, ledger, NOW_MS + 10_000)
    assert states(reader)["shell chats"] == "changed", "also where it did not change again"
    asked = "SELECT reason, count FROM rejection"
    assert ledger._connection.execute(asked).fetchall() == [("a shell chat of another shape", 1)]


def test_what_auto_chose_is_told_by_who_wrote_code(home: Path, ledger: Ledger) -> None:
    ledger.write(Batch(chats=[Chat(source="cursor", session_id="one", created_ms=1, moved_ms=2, seen_ms=3)]))
    authors(
        home,
        ("one", "claude-opus-5"),
        ("one", "composer-2.5"),
        ("one", "composer-2.5"),
        ("elsewhere", "gpt-5.5"),
    )
    reader = a_reader(home, ledger)
    read(reader, ledger)
    asked = "SELECT session_id, wrote FROM chat"
    assert ledger._connection.execute(asked).fetchall() == [
        ("one", "cursor/composer-2.5,cursor/claude-opus-5")
    ]
    authors(home, ("one", "claude-opus-5"), ("one", "claude-opus-5"))
    read(reader, ledger, NOW_MS + 10_000, is_thorough=True)
    assert ledger._connection.execute(asked).fetchall() == [
        ("one", "cursor/claude-opus-5,cursor/composer-2.5")
    ]
    assert states(reader) == {"shell chats": "absent", "which model wrote code": "present"}


def test_a_store_that_cannot_be_read_is_said_until_it_can(home: Path, ledger: Ledger) -> None:
    good, bad = Store(home), Store(home, "c-2")
    for store in (good, bad):
        store.add(25_000)
        store.db.close()
    path = bad.folder / "store.db"
    whole = path.read_bytes()
    path.write_bytes(b"no database " * 400)
    reader = a_reader(home, ledger)
    assert len(read(reader, ledger)) == 1, "the other one is read"
    (shell, _) = reader.parts
    assert (shell.state, shell.says) == ("unreadable", "not a database that can be read")
    assert [line.partition(": ")[2] for line in reader.unread] == [shell.says]
    assert "c-2" in reader.unread[0]
    path.write_bytes(whole)
    assert len(read(reader, ledger, NOW_MS + 10_000)) == 1
    assert (states(reader)["shell chats"], reader.unread) == ("present", [])


def test_books_that_cannot_be_read_are_said(home: Path, ledger: Ledger) -> None:
    path = home / "ai-tracking" / "ai-code-tracking.db"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no database " * 400)
    reader = a_reader(home, ledger)
    read(reader, ledger)
    assert states(reader)["which model wrote code"] == "unreadable" and len(reader.unread) == 1


def test_books_of_another_shape_are_said(home: Path, ledger: Ledger) -> None:
    path = home / "ai-tracking" / "ai-code-tracking.db"
    path.parent.mkdir(parents=True)
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE ai_code_hashes (hash TEXT)")
    db.close()
    reader = a_reader(home, ledger)
    read(reader, ledger)
    assert states(reader)["which model wrote code"] == "changed"


@given(
    st.binary(max_size=60) | st.binary(max_size=30).map(lambda tail: a_record(bytes(32), 7, 9)[:-3] + tail)
)
def test_no_record_stops_the_reader(data: bytes) -> None:
    read_record(Chat(source="cursor", session_id="one"), data, NOW_MS)
