"""`tallylight autostart` and `tallylight --quit`, as a shell sees them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tallylight.cli import main
from tallylight.config.paths import autostart_dir
from tallylight.installed import APP_ID


@pytest.fixture
def entry() -> Path:
    return autostart_dir() / f"{APP_ID}.desktop"


def test_it_is_shown_and_done_and_undone(entry: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["autostart", "on", "--dry-run"]) == 0
    assert "+Exec=" in capsys.readouterr().out and not entry.exists()
    assert main(["autostart", "on"]) == 0
    said = capsys.readouterr().out
    assert f"+++ {entry}" in said and "starts when you log in" in said
    assert "run --background" in entry.read_text()
    assert main(["autostart", "off"]) == 0
    assert not entry.exists()


def test_the_state_for_programs(entry: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["autostart", "on"])
    entry.write_text(entry.read_text() + "Hidden=true\n")
    capsys.readouterr()
    assert main(["autostart", "status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "state": "disabled", "is_on": False, "path": str(entry), "changed": [],
    }  # fmt: skip


def test_the_doctor_knows_an_entry_that_leads_nowhere(
    entry: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["autostart", "on"])
    capsys.readouterr()
    assert main(["doctor"]) == 0
    assert "Start at login" in capsys.readouterr().out
    entry.write_text(entry.read_text().replace("Exec=", "Exec=/gone"))
    assert main(["doctor"]) == 1
    assert "names a program that is not there" in capsys.readouterr().out


def test_there_may_be_nothing_to_end(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--quit"]) == 0
    assert capsys.readouterr().out == "Tallylight does not run.\n"
