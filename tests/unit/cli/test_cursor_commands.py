"""What the shell says of chats whose agent tells no tokens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cursor_homes import CursorHome
from tallylight.cli import live, main
from tallylight.domain.session import SessionView
from tallylight.ingest.assembly import now_ms


@pytest.fixture
def home(private_machine: Path) -> Iterator[CursorHome]:
    made = CursorHome(private_machine / "xdg-config" / "Cursor" / "User")
    yield made
    made.close()


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(list(arguments)) == 0
    return capsys.readouterr().out


def test_a_report_of_sessions_lists_them_as_unknown(
    home: CursorHome, capsys: pytest.CaptureFixture[str]
) -> None:
    home.chat("one")
    home.chat("task-toolu_one_1", 1)
    text = said(capsys, "report", "session")
    assert "About one" in text and "unknown" in text and "task-" not in text
    assert "Unknown: 1 session of agents that keep no token counts, not in the total." in text
    ((row),) = json.loads(said(capsys, "report", "session", "--json"))["rows"]
    assert (row["source"], row["project"], row["has_tokens"], row["requests"]) == (
        "cursor",
        "paper shop",
        False,
        0,
    )


@pytest.mark.parametrize(
    ("option", "is_among"),
    [
        (["--source", "cursor"], True),
        (["--source", "claude-code"], False),
        (["--project", "paper shop"], True),
        (["--project", "orchard"], False),
        (["--since", "2026-09-01"], True),
        (["--until", "2026-09-01"], False),
    ],
)
def test_they_answer_to_the_same_filters(
    home: CursorHome, capsys: pytest.CaptureFixture[str], option: list[str], is_among: bool
) -> None:
    home.chat("one")
    assert ("About one" in said(capsys, "report", "session", *option)) is is_among


def test_sums_do_not_hold_them(home: CursorHome, capsys: pytest.CaptureFixture[str]) -> None:
    home.chat("one")
    told = json.loads(said(capsys, "report", "day", "--json"))
    assert (told["rows"], told["sessions_without_tokens"]) == ([], 1)
    assert "Unknown: 1 session of agents" in said(capsys, "report", "day")
    assert json.loads(said(capsys, "export", "--format", "json", "--no-scan"))["totals"]["requests"] == 0


def test_doctor_says_which_parts_can_be_read(home: CursorHome, capsys: pytest.CaptureFixture[str]) -> None:
    home.chat("one")
    assert "chats present; list of chats present; context present" in said(capsys, "doctor")
    home.main.execute("ALTER TABLE cursorDiskKV RENAME TO elsewhere")
    text = said(capsys, "doctor")
    assert "– Cursor" in text and "chats changed" in text


def test_what_cannot_be_read_is_said_by_scan_and_by_doctor(
    private_machine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = private_machine / "xdg-config" / "Cursor" / "User" / "globalStorage" / "state.vscdb"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no database at all" * 100)
    assert main(["scan"]) == 0
    assert "state.vscdb: not a database that can be read" in capsys.readouterr().err
    assert main(["doctor"]) == 1
    path.write_bytes(b"")
    assert main(["scan"]) == 0
    capsys.readouterr()
    assert "chats absent" in said(capsys, "doctor")


def test_a_database_that_is_locked_is_said_in_words(
    home: CursorHome, capsys: pytest.CaptureFixture[str]
) -> None:
    home.chat("one")
    home.main.execute("PRAGMA journal_mode = DELETE")
    home.main.execute("BEGIN EXCLUSIVE")
    assert main(["scan"]) == 0
    assert "another program holds it locked" in capsys.readouterr().err
    assert "another program holds it locked" in said(capsys, "doctor")
    home.main.execute("ROLLBACK")


def test_doctor_says_what_of_the_command_line_can_be_read(
    private_machine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (Path.home() / ".cursor" / "acp-sessions" / "one").mkdir(parents=True)
    assert "shell chats absent" in said(capsys, "doctor")


def test_a_store_of_the_command_line_that_cannot_be_read_is_said_by_scan_and_by_doctor(
    private_machine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path.home() / ".cursor" / "chats" / ("0" * 32) / "one" / "store.db"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no database at all" * 100)
    assert main(["scan"]) == 0
    assert "store.db: not a database that can be read" in capsys.readouterr().err
    text = said(capsys, "doctor")
    assert "– Cursor command line" in text
    assert "shell chats unreadable (not a database that can be read)" in text


def test_live_says_unknown_and_null() -> None:
    view = SessionView(session_id="s", source="cursor", project="shop", untold=2, context=5_000)
    assert "shop · cost unknown · context 5,000" in live.as_text(0, view)
    assert json.loads(live.as_json(0, view))["cost_usd"] is None


def test_what_would_make_them_cheaper_cannot_be_known(
    home: CursorHome, capsys: pytest.CaptureFixture[str]
) -> None:
    home.chat("one", createdAt=now_ms() - 600_000)
    main(["scan"])
    capsys.readouterr()
    unknown = "What would make 1 session cheaper cannot be known: the agent tells no tokens.\n"
    assert said(capsys, "advice") == unknown
    assert said(capsys, "advice", "--session", "one") == unknown
    assert said(capsys, "advice", "--session", "two") == "Nothing to advise.\n"
    answer = json.loads(said(capsys, "advice", "--json"))
    assert (answer["advice"], answer["sessions_without_tokens"]) == ([], ["one"])
