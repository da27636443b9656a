"""`tallylight connect` and `disconnect`, what scan and doctor make of it, and that nothing is asked without it."""

from __future__ import annotations

import io
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cursor_server import (
    EMAIL,
    NOW_MS,
    SIGNED_OUT,
    TEAM_KEY,
    CursorServer,
    a_cursor_server,
    a_token,
    a_usage_row,
    local_team,
    sign_in,
    stand_in,
)
from factories import a_line, write_log
from tallylight.cli import main
from tallylight.config.paths import data_dir
from tallylight.config.store import load_settings, save_settings
from tallylight.domain.settings import Settings
from tallylight.ingest import connections


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[CursorServer]:
    """In place of Cursor's own: the feeds are made with its address."""
    with a_cursor_server() as made:
        stand_in(made, monkeypatch)
        monkeypatch.setattr(connections, "CursorTeam", local_team(made))
        monkeypatch.setattr("tallylight.cli.scan.now_ms", lambda: NOW_MS)
        yield made


@pytest.fixture
def cursor_here() -> None:
    sign_in()


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every socket of this process that is not of this machine's own kind is noted."""
    made: list[object] = []
    begin = socket.socket.__init__

    def noted(self: socket.socket, family: int = -1, *rest: Any, **named: Any) -> None:
        if family != socket.AF_UNIX:
            made.append(family)
        begin(self, family, *rest, **named)

    monkeypatch.setattr(socket.socket, "__init__", noted)
    return made


def doctor(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, Any]]:
    main(["doctor", "--json"])
    return {check["name"]: check for check in json.loads(capsys.readouterr().out)["checks"]}


OWN, TEAM = "Cursor, your own account", "Cursor, your team’s Admin API"


@pytest.mark.usefixtures("cursor_here")
def test_without_consent_no_socket_is_opened(private_machine: Path, no_sockets: list[object]) -> None:
    write_log(private_machine / ".claude", "p/s-1.jsonl", a_line())
    for arguments in (
        ["scan"], ["report", "day"], ["doctor"], ["prices"], ["export", "--format", "json"], ["providers"],
        ["providers", "test"], ["reconcile"],
    ):  # fmt: skip
        main(arguments)
    assert no_sockets == []
    main(["connect", "cursor", "--yes"])
    assert no_sockets == []  # to agree asks nobody yet


@pytest.mark.usefixtures("cursor_here")
def test_with_consent_scan_brings_what_cursor_states(
    server: CursorServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.events = [a_usage_row(input=2180, write=9120, read=318_400, output=1422)]
    assert main(["connect", "cursor", "--yes"]) == 0
    said = capsys.readouterr().out
    assert "api2.cursor.sh" in said
    assert main(["scan"]) == 0
    assert "1 new request" in capsys.readouterr().out
    main(["report", "session", "--json", "--no-scan"])
    (row,) = json.loads(capsys.readouterr().out)["rows"]
    assert (row["session_id"], row["source"], row["cost_usd"]) == ("chat-1", "cursor", "0.26265")
    assert doctor(capsys)[OWN]["says"].startswith("connected; last read 2026-09-")


@pytest.mark.usefixtures("cursor_here")
def test_a_sign_in_that_is_refused_is_said_and_stays_in_doctor(
    server: CursorServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.replies["GetMe"] = [SIGNED_OUT]
    main(["connect", "cursor", "--yes"])
    assert main(["scan"]) == 0
    assert "open Cursor to renew it" in capsys.readouterr().err
    check = doctor(capsys)[OWN]
    assert check["says"].startswith("signed out: ")
    assert check["needs_user"]


def test_off_connected_and_signed_out_read_differently(capsys: pytest.CaptureFixture[str]) -> None:
    off = doctor(capsys)
    assert off[OWN]["says"] == off[TEAM]["says"] == "off: nothing is asked"
    main(["connect", "cursor", "--yes"])
    capsys.readouterr()
    assert doctor(capsys)[OWN]["says"] == "connected, not asked yet"
    main(["scan"])
    capsys.readouterr()
    assert "no Cursor was found here: its desktop app’s sign-in" in doctor(capsys)[OWN]["says"]


@pytest.mark.parametrize(("typed", "code"), [("y\n", 0), ("\n", 1), ("no\n", 1)])
def test_nothing_is_connected_unless_one_agrees(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str, code: int
) -> None:
    answer = io.StringIO(typed)
    answer.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr("sys.stdin", answer)
    assert main(["connect", "cursor"]) == code
    assert load_settings().feeds == (("cursor",) if code == 0 else ())
    assert "Reads:" in capsys.readouterr().out


def test_in_a_script_agreeing_is_a_word_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["connect", "cursor"]) == 1
    assert "--yes" in capsys.readouterr().err
    assert load_settings().feeds == ()


def test_a_team_needs_an_address_and_a_key(
    server: CursorServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["connect", "cursor-team", "--yes"]) == 1
    assert "--email" in capsys.readouterr().err
    monkeypatch.setenv("TALLYLIGHT_CURSOR_TEAM_KEY", TEAM_KEY)
    assert main(["connect", "cursor-team", "--email", EMAIL, "--yes"]) == 0
    settings = load_settings()
    assert (settings.feeds, settings.cursor_email) == (("cursor-team",), EMAIL)
    kept = b"".join(path.read_bytes() for path in data_dir().rglob("*") if path.is_file())
    assert TEAM_KEY.encode() not in kept
    assert TEAM_KEY not in capsys.readouterr().out


def test_to_disconnect_leaves_what_was_read(capsys: pytest.CaptureFixture[str]) -> None:
    main(["connect", "cursor", "--yes"])
    assert main(["disconnect", "cursor"]) == 0
    assert load_settings().feeds == ()
    assert "stays in the history" in capsys.readouterr().out
    assert doctor(capsys)[OWN]["says"] == "off: nothing is asked"


@pytest.mark.usefixtures("cursor_here")
def test_no_secret_is_in_what_is_kept_or_leaves(
    server: CursorServer, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    server.events = [a_usage_row(input=5, owningUser="12345678", userEmail=EMAIL)]
    server.me |= {"email": EMAIL, "workosId": "user_01TEST"}
    main(["connect", "cursor", "--yes"])
    main(["scan"])
    said = [*capsys.readouterr()]
    for form in ("json", "csv", "markdown", "html", "focus"):
        main(["export", "--no-scan", "--range", "2026-09", "--detail", "request", "--format", form])
        said += capsys.readouterr()
    main(["doctor", "--json"])
    said += capsys.readouterr()
    kept = [path.read_bytes().decode("latin-1") for path in data_dir().rglob("*") if path.is_file()]
    for secret in (a_token(), "planted-token-signature", EMAIL, "12345678", "user_01TEST"):
        assert not any(secret in text for text in (*said, *kept))
    assert any("chat-1" in text for text in said)  # it did look
    assert any("chat-1" in text for text in kept)


def test_to_disconnect_a_team_forgets_whose_usage_was_asked_for() -> None:
    save_settings(Settings(feeds=("cursor-team",), cursor_email="ana@example.org"))
    main(["disconnect", "cursor-team"])
    assert load_settings().cursor_email == ""
