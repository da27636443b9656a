"""The recorder: what it keeps, and how it gets into Cursor's files and out of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from factories import a_ledger
from tallylight.cli import main
from tallylight.config.paths import data_dir
from tallylight.domain.hooks_file import NotOurs
from tallylight.ingest.cursor_hooks import CursorHooks
from tallylight.ingest.cursor_spool import CursorSpool

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the recorder is a shell script")
STOP = {
    "hook_event_name": "stop",
    "conversation_id": "c-1",
    "generation_id": "g-1",
    "model": "composer-2.5",
    "cursor_version": "3.14.7",
    "input_tokens": 94_000,
    "output_tokens": 900,
    "cache_read_tokens": 88_000,
    "cache_write_tokens": 0,
    "user_email": "nobody may keep this",
    "prompt": 'she said "model": "evil", "input_tokens": 9 and {"session_id": "x"}',
    "workspace_roots": ["/home/ana/paper shop"],
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home" / ".cursor"
    made.mkdir(parents=True)
    return made


@pytest.fixture
def spool(tmp_path: Path) -> CursorSpool:
    made = CursorSpool(tmp_path / "data")
    made.write_script()
    return made


def recorded(
    spool: CursorSpool, payload: object, indent: int | None = None
) -> subprocess.CompletedProcess[bytes]:
    given = json.dumps(payload, indent=indent).encode()
    return subprocess.run([str(spool.script)], input=given, capture_output=True, check=False)


# -- where it cannot be run


def test_windows_is_refused_with_a_way_that_works_and_nothing_is_written(home: Path, tmp_path: Path) -> None:
    hooks = CursorHooks(home, CursorSpool(tmp_path / "data"), platform="win32")
    with pytest.raises(NotOurs, match=r"cannot run on Windows.* connect cursor”"):
        hooks.to_connect()
    assert not list(home.iterdir()) and not (tmp_path / "data").exists()
    assert hooks.to_disconnect() == [], "a folder that came from another system can still be cleaned"


# -- recording


@pytest.mark.parametrize("indent", [None, 2])
def test_a_turn_is_recorded_without_any_of_its_text(spool: CursorSpool, indent: int | None) -> None:
    done = recorded(spool, STOP, indent)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"{}\n", b"")
    (path,) = spool.folder.iterdir()
    assert path.stat().st_mode & 0o077 == 0
    assert b"nobody" not in path.read_bytes() and b"said" not in path.read_bytes()
    ((batch),) = spool.batches()
    (event,) = batch.events
    assert (event.model, event.input, event.cache_read, event.cwd) == (
        "cursor/composer-2.5", 6_000, 88_000, "/home/ana/paper shop",
    )  # fmt: skip
    assert event.context == 94_000
    assert not list(spool.folder.iterdir())


@pytest.mark.parametrize("payload", [b"", b"not json", b"{}", b"\xff\xfe"])
def test_whatever_it_is_given_cursor_goes_on(spool: CursorSpool, payload: bytes) -> None:
    done = subprocess.run([str(spool.script)], input=payload, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b"{}\n")
    assert not list(spool.folder.iterdir())


def test_a_status_line_shows_nothing_of_it(spool: CursorSpool) -> None:
    payload = {
        "session_id": "c-1",
        "context_window": {"total_input_tokens": 42_752, "context_window_size": 256_000},
    }
    assert recorded(spool, payload).stdout == b""
    ((batch),) = spool.batches()
    assert [gauge.used for gauge in batch.gauges] == [42_752]


def test_what_nobody_reads_does_not_pile_up_for_ever(spool: CursorSpool) -> None:
    for number in range(2_001):
        (spool.folder / f"{number}.kept").touch()
    assert recorded(spool, STOP).stdout == b"{}\n"
    assert len(list(spool.folder.iterdir())) == 2_001


def test_without_its_folder_it_does_nothing(spool: CursorSpool) -> None:
    spool.folder.rmdir()
    assert recorded(spool, STOP).stdout == b"{}\n"


def test_what_was_recorded_is_read_in_the_order_of_its_times(spool: CursorSpool) -> None:
    for name, used, at in (("9", 1_000, 50), ("10", 2_000, 40), ("8", 3_000, 60)):
        payload = STOP | {
            "hook_event_name": "preCompact",
            "context_tokens": used,
            "context_window_size": 9_000,
        }
        kept = "".join(f"{json.dumps(key)}: {json.dumps(value)}\n" for key, value in payload.items())
        path = spool.folder / f"{name}-1.kept"
        path.write_text(kept)
        os.utime(path, (at, at))
    points = [(gauge.time_ms, gauge.used) for batch in spool.batches() for gauge in batch.gauges]
    assert points == [(40_000, 2_000), (50_000, 1_000), (60_000, 3_000)]


def test_a_turn_that_is_read_twice_is_one_request(spool: CursorSpool, tmp_path: Path) -> None:
    ledger = a_ledger(tmp_path, ["cursor/composer-2.5"])
    for _ in range(2):
        recorded(spool, STOP)
        for batch in spool.batches():
            ledger.write(batch)
    rows = ledger._connection.execute("SELECT key, kind, project FROM usage_event").fetchall()
    assert rows == [("cursor-hook:g-1", "provisional", "/home/ana/paper shop")]
    ledger.close()


def test_a_report_holds_what_was_recorded(spool: CursorSpool, capsys: pytest.CaptureFixture[str]) -> None:
    own = CursorSpool(data_dir())
    own.write_script()
    recorded(own, STOP)
    assert main(["report", "session", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["rows"]
    assert (row["source"], row["has_tokens"], row["cost_usd"]) == ("cursor", True, "0.02285")


# -- connecting


def a_file(path: Path, data: Any, **how: Any) -> str:
    text = json.dumps(data, **how)
    path.write_text(text)
    return text


def test_hooks_of_others_stay_and_the_file_is_undone_to_the_letter(home: Path, spool: CursorSpool) -> None:
    before = a_file(home / "hooks.json", {"version": 1, "hooks": {"stop": [{"command": "mine"}]}}, indent=7)
    hooks = CursorHooks(home, spool)
    (change,) = hooks.to_connect()
    assert "+" in change.diff() and (home / "hooks.json").read_text() == before
    hooks.connect([change])
    data = json.loads((home / "hooks.json").read_text())
    assert data["hooks"]["stop"][0] == {"command": "mine"}
    assert {event: len(entries) for event, entries in data["hooks"].items()} == {
        "stop": 2, "preCompact": 1, "subagentStop": 1,
    }  # fmt: skip
    assert hooks.is_connected and hooks.to_connect() == []
    hooks.disconnect(hooks.to_disconnect())
    assert (home / "hooks.json").read_text() == before
    assert not hooks.is_connected and not spool.script.exists()


def test_ours_never_comes_back_after_a_part_of_it_was_taken_out_by_hand(
    home: Path, spool: CursorSpool
) -> None:
    a_file(home / "hooks.json", {"version": 1, "hooks": {"stop": [{"command": "mine"}]}})
    hooks = CursorHooks(home, spool)
    hooks.connect(hooks.to_connect())
    data = json.loads((home / "hooks.json").read_text())
    del data["hooks"]["preCompact"]
    a_file(home / "hooks.json", data)
    hooks.connect(hooks.to_connect())
    hooks.disconnect(hooks.to_disconnect())
    assert json.loads((home / "hooks.json").read_text())["hooks"] == {"stop": [{"command": "mine"}]}


def test_an_empty_file_is_empty_again(home: Path, spool: CursorSpool) -> None:
    (home / "hooks.json").write_text("")
    hooks = CursorHooks(home, spool)
    hooks.connect(hooks.to_connect())
    hooks.disconnect(hooks.to_disconnect())
    assert (home / "hooks.json").read_bytes() == b""


@pytest.mark.parametrize("is_undo_known", [True, False])
def test_a_link_and_the_file_that_it_leads_to_stay(
    home: Path, spool: CursorSpool, tmp_path: Path, is_undo_known: bool
) -> None:
    theirs = tmp_path / "dotfiles.json"
    theirs.write_text("{}\n")
    (home / "hooks.json").symlink_to(theirs)
    hooks = CursorHooks(home, spool)
    hooks.connect(hooks.to_connect())
    if not is_undo_known:
        (spool.folder.parent / "cursor-hooks.undo").unlink()
    hooks.disconnect(hooks.to_disconnect())
    assert (home / "hooks.json").is_symlink() and theirs.read_text() == "{}\n"


def test_a_difference_at_the_end_of_a_file_is_shown_on_lines_of_its_own(
    home: Path, spool: CursorSpool
) -> None:
    (home / "hooks.json").write_text('{"version": 1}')
    (change,) = CursorHooks(home, spool).to_connect()
    assert '-{"version": 1}\n' in change.diff()


def test_where_there_was_no_file_there_is_none_again(home: Path, spool: CursorSpool) -> None:
    hooks = CursorHooks(home, spool)
    hooks.connect(hooks.to_connect())
    assert (home / "hooks.json").stat().st_mode & 0o077 == 0
    hooks.disconnect(hooks.to_disconnect())
    assert not home.exists()


def test_what_was_added_since_stays_when_ours_goes(home: Path, spool: CursorSpool) -> None:
    hooks = CursorHooks(home, spool)
    hooks.connect(hooks.to_connect())
    data = json.loads((home / "hooks.json").read_text())
    data["hooks"]["sessionStart"] = [{"command": "later"}]
    a_file(home / "hooks.json", data)
    hooks.disconnect(hooks.to_disconnect())
    assert json.loads((home / "hooks.json").read_text())["hooks"] == {"sessionStart": [{"command": "later"}]}


def test_a_status_line_of_the_users_is_left_alone(home: Path, spool: CursorSpool) -> None:
    a_file(home / "cli-config.json", {"statusLine": {"command": "mine"}})
    assert [change.path.name for change in CursorHooks(home, spool).to_connect()] == ["hooks.json"]
    a_file(home / "cli-config.json", {"theme": "dark"})
    assert [change.path.name for change in CursorHooks(home, spool).to_connect()] == [
        "hooks.json",
        "cli-config.json",
    ]


def test_a_file_that_is_not_plain_json_is_left_alone(home: Path, spool: CursorSpool) -> None:
    (home / "hooks.json").write_text('{"version": 1, // mine\n}')
    with pytest.raises(NotOurs, match=r"hooks\.json: .* by hand"):
        CursorHooks(home, spool).to_connect()
    assert not CursorHooks(home, spool).is_connected


def test_a_file_that_changed_after_it_was_shown_is_not_written(home: Path, spool: CursorSpool) -> None:
    hooks = CursorHooks(home, spool)
    shown = hooks.to_connect()
    theirs = a_file(home / "hooks.json", {"version": 1, "hooks": {}})
    with pytest.raises(OSError, match="changed meanwhile"):
        hooks.connect(shown)
    assert (home / "hooks.json").read_text() == theirs


def test_the_command_shows_asks_and_undoes(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["connect", "cursor-hooks", "--dry-run"]) == 0
    assert "cursor-recorder" in capsys.readouterr().out and not (home / "hooks.json").exists()
    assert main(["connect", "cursor-hooks"]) == 1  # nobody is there to ask
    assert "--yes" in capsys.readouterr().err
    assert main(["connect", "cursor-hooks", "--yes"]) == 0
    assert (home / "hooks.json").exists()
    assert main(["connect", "cursor-hooks"]) == 0
    assert "nothing to change" in capsys.readouterr().out
    recorder = data_dir() / "cursor-recorder"
    (home / "hooks.json").rename(home / "elsewhere")
    assert main(["disconnect", "cursor-hooks", "--dry-run"]) == 0 and recorder.exists()
    (home / "elsewhere").rename(home / "hooks.json")
    a_file(home / "cli-config.json", {"statusLine": {"command": "mine"}})
    assert main(["connect", "cursor-hooks"]) == 0
    assert "status line of yours" in capsys.readouterr().out
    assert main(["disconnect", "cursor-hooks", "--yes"]) == 0
    assert not (home / "hooks.json").exists()
