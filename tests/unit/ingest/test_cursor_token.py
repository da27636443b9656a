"""Cursor's own sign-in, read out of its database without leaving a trace."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cursor_server import a_token
from tallylight.domain.feed import FeedState, Trouble
from tallylight.domain.secret import Secret
from tallylight.ingest.cursor_token import read_token, touched_ms


def a_database(folder: Path, value: object = None, *, is_open: bool = False) -> sqlite3.Connection:
    folder.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(folder / "state.vscdb", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE ItemTable (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB)")
    connection.execute("INSERT INTO ItemTable VALUES ('cursorAuth/cachedEmail', 'dev@example.com')")
    if value is not None:
        connection.execute("INSERT INTO ItemTable VALUES ('cursorAuth/accessToken', ?)", (value,))
    if not is_open:
        connection.close()
    return connection


@pytest.mark.parametrize("value", ["{}", '"{}"', b"{}", b'"{}"\n'])
def test_the_token_is_text_or_bytes_with_or_without_quotes(tmp_path: Path, value: str | bytes) -> None:
    token = a_token()
    made = value.replace("{}", token) if isinstance(value, str) else value.replace(b"{}", token.encode())
    a_database(tmp_path, made)
    assert read_token([tmp_path / "state.vscdb"]) == Secret(token)


def test_what_stands_in_the_log_of_an_open_database_counts(tmp_path: Path) -> None:
    with closing(a_database(tmp_path, "old", is_open=True)) as connection:
        connection.execute("INSERT INTO ItemTable VALUES ('cursorAuth/accessToken', 'new')")
        assert read_token([tmp_path / "state.vscdb"]) == Secret("new")


def test_reading_a_closed_database_leaves_nothing_beside_it(tmp_path: Path) -> None:
    a_database(tmp_path / "a b#c", "t")
    read_token([tmp_path / "a b#c" / "state.vscdb"])
    assert [path.name for path in (tmp_path / "a b#c").iterdir()] == ["state.vscdb"]


def test_the_cursor_that_was_used_last_counts(tmp_path: Path) -> None:
    for name in ("a", "b"):
        a_database(tmp_path / name, name)
    paths = [tmp_path / name / "state.vscdb" for name in ("a", "b")]
    os.utime(paths[1], (1, 1))
    assert read_token(paths) == Secret("a")
    assert touched_ms([paths[1]]) == 1000


def state(found: Secret | Trouble) -> FeedState:
    assert isinstance(found, Trouble)
    assert found.says
    return found.state


def test_no_cursor_no_sign_in_and_another_form_are_told_apart(tmp_path: Path) -> None:
    a_database(tmp_path / "nobody")
    a_database(tmp_path / "empty", '""')
    (tmp_path / "odd").mkdir()
    sqlite3.connect(tmp_path / "odd" / "state.vscdb").execute("CREATE TABLE Other (x)").connection.close()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "state.vscdb").write_bytes(b"not a database at all, but long enough" * 9)
    told = {
        name: read_token([tmp_path / name / "state.vscdb"])
        for name in ("none", "nobody", "empty", "odd", "broken")
    }
    assert [state(found) for found in told.values()] == [
        FeedState.SIGNED_OUT, FeedState.SIGNED_OUT, FeedState.SIGNED_OUT, FeedState.CHANGED, FeedState.CHANGED
    ]  # fmt: skip
    assert len({str(found) for found in told.values()}) == 4
