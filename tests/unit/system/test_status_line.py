"""Claude Code's status line: ours goes in beside the user's, and comes out without a trace."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tallylight.cli import main
from tallylight.domain.hooks_file import NotOurs
from tallylight.domain.status_line import has_line, with_line, without_line
from tallylight.system.status_line import StatusLine

COMMAND = "/opt/lamp/tallylight statusline"
THEIRS = """sh -c 'printf "%s" "it'"'"'s mine"'"""


@pytest.fixture
def folder(private_machine: Path) -> Path:
    made = private_machine / ".claude"
    (made / "projects").mkdir(parents=True)
    return made


@pytest.fixture
def line(folder: Path, tmp_path: Path) -> StatusLine:
    return StatusLine([folder], COMMAND, tmp_path / "undo")


@pytest.mark.parametrize(
    "before",
    [
        None,
        "",
        '{"model":"opus"}',
        '{\n    "model": "opus"\n}',
        json.dumps({"statusLine": {"type": "command", "command": THEIRS, "padding": 0}}),
    ],
)
def test_what_was_there_comes_back_to_the_letter(line: StatusLine, folder: Path, before: str | None) -> None:
    path = folder / "settings.json"
    if before is not None:
        path.write_text(before)
    assert not line.is_on
    changes = line.to_switch(True)
    assert "statusline" in "".join(change.diff() for change in changes) and not line.is_on
    line.make(changes)
    assert line.is_on and line.to_switch(True) == []
    line.make(line.to_switch(False))
    assert (path.read_text() if path.exists() else None) == before


def test_the_users_own_line_is_chained_as_it_is(line: StatusLine, folder: Path) -> None:
    said = json.dumps({"statusLine": {"type": "command", "command": THEIRS, "padding": 0}})
    made = json.loads(with_line(said, COMMAND))["statusLine"]
    assert made["padding"] == 0 and made["command"].startswith(f"{COMMAND} --chain ")
    assert json.loads(without_line(with_line(said, COMMAND))) == json.loads(said)
    echoed = made["command"].replace(COMMAND, f"{sys.executable} -m tallylight statusline")
    done = subprocess.run(["sh", "-c", echoed], input=b"{}", capture_output=True, check=True, timeout=30)
    assert done.stdout.decode().endswith("it's mine\n")


def test_what_was_added_meanwhile_stays(line: StatusLine, folder: Path) -> None:
    path = folder / "settings.json"
    line.make(line.to_switch(True))
    path.write_text(json.dumps({**json.loads(path.read_text()), "model": "opus"}))
    line.make(line.to_switch(False))
    assert json.loads(path.read_text()) == {"model": "opus"}


@pytest.mark.parametrize(
    "command",
    ["tallylight statusline", "/x/tallylight statusline --chain 'a b'", "'/a b/tallylight' statusline",
     "python -P -m tallylight statusline", r"C:\\x\\tallylight.exe statusline"],
)  # fmt: skip
def test_a_line_that_was_put_in_by_hand_is_known(command: str) -> None:
    assert has_line(json.dumps({"statusLine": {"type": "command", "command": command}}))


@pytest.mark.parametrize(
    "text", ["// mine\n{}", "[]", '{"statusLine": "x"}', '{"statusLine": {"type": "web"}}']
)
def test_what_we_do_not_know_is_left_alone(line: StatusLine, folder: Path, text: str) -> None:
    (folder / "settings.json").write_text(text)
    assert not line.is_on
    with pytest.raises(NotOurs, match=r"settings\.json"):
        line.to_switch(True)


def test_it_is_connected_from_a_shell(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["connect", "claude-status-line", "--dry-run"]) == 0
    assert "+++ " in capsys.readouterr().out and not (folder / "settings.json").exists()
    assert main(["connect", "claude-status-line"]) == 1, "nobody is there to ask"
    assert main(["connect", "claude-status-line", "--yes"]) == 0
    assert "statusline" in (folder / "settings.json").read_text()
    assert main(["connect", "claude-status-line"]) == 0
    assert main(["disconnect", "claude-status-line", "--yes"]) == 0
    assert not (folder / "settings.json").exists()
