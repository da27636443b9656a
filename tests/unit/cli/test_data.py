"""Backing up and deleting, as a shell sees them."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import keyring
import pytest

from factories import a_ledger, an_event
from keychain import InMemory
from tallylight.cli import main
from tallylight.config.paths import config_dir, data_dir
from tallylight.config.secrets import keep_key, read_key
from tallylight.config.store import save_settings
from tallylight.domain.secret import Secret
from tallylight.domain.settings import Settings
from tallylight.ingest.assembly import ledger_path
from tallylight.ledger.batch import Batch
from tallylight.ledger.connection import open_for_reading


@pytest.fixture
def state() -> Path:
    """A ledger with a request, and whatever else is made."""
    data_dir().mkdir()
    with a_ledger(data_dir()) as ledger:
        ledger.write(Batch(events=[an_event()]))
    for name in ("rates.json", "crash.log", "redaction-salt"):
        (data_dir() / name).write_text("x")
    (data_dir() / "statusline").mkdir()
    (data_dir() / "statusline" / "s.json").write_text("{}")
    save_settings(Settings(theme="dark"))
    return data_dir()


def test_a_backup_can_be_read_and_replaces_nothing_unasked(
    state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "kept.sqlite"
    assert main(["backup", str(target)]) == 0
    assert "tallylight merge" in capsys.readouterr().out
    with closing(open_for_reading(target)) as connection:
        assert connection.execute("SELECT count(*) FROM request").fetchone() == (1,)
    before = target.read_bytes()
    assert main(["backup", str(target)]) == 1
    assert "--force" in capsys.readouterr().err and target.read_bytes() == before
    assert main(["backup", str(target), "--force"]) == 0
    folder = tmp_path / "folder"
    folder.mkdir()
    assert main(["backup", str(folder)]) == 0
    assert (folder / "ledger.sqlite").exists()


def test_there_may_be_nothing_to_back_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backup", str(tmp_path / "x")]) == 1
    assert "no ledger yet" in capsys.readouterr().err


def test_nothing_is_deleted_before_it_was_said_and_agreed_to(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["delete-data", "--dry-run"]) == 0
    gone, _, stays = capsys.readouterr().out.partition("What stays")
    assert "ledger.sqlite" in gone and "settings.toml" in stays and "keychain" in stays
    assert main(["delete-data"]) == 1
    assert "nobody is there to ask" in capsys.readouterr().err
    assert ledger_path().exists()


def test_only_what_is_ours_goes(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = state / "my notes.txt"
    mine.write_text("mine")
    (state / "cursor-recorder").write_text("#!/bin/sh")
    assert main(["delete-data", "--yes"]) == 0
    left = sorted(path.relative_to(state).as_posix() for path in state.rglob("*") if path.is_file())
    assert left == ["config/settings.toml", "cursor-recorder", "my notes.txt"]
    assert main(["delete-data", "--yes", "--settings"]) == 0
    assert not (config_dir() / "settings.toml").exists() and mine.exists()


def test_nothing_is_left_where_nothing_else_was(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", InMemory())
    keep_key("anthropic", Secret("sk-ant-admin-x"))
    assert main(["delete-data", "--yes", "--settings", "--keys"]) == 0
    assert not state.exists()
    assert read_key("anthropic") is None


def test_backups_and_notes_beside_our_files_stay(state: Path) -> None:
    theirs = [
        state / "ledger.sqlite.mine-2026-11",
        state / "ledger.sqlite-backup",
        state / "statusline-notes",
    ]
    theirs += [config_dir() / "tallylight" / "mine.txt", config_dir() / "prices.json.bak"]
    ours = [config_dir() / "tallylight" / "window.ini", state / "ledger.sqlite-wal"]
    for path in (*theirs, *ours):
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    assert main(["delete-data", "--yes", "--settings"]) == 0
    assert sorted(path for path in state.rglob("*") if path.is_file()) == sorted(theirs)


def test_what_a_link_leads_to_goes_too_and_is_named_before(
    state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    away = tmp_path / "away"
    away.mkdir()
    for path in (ledger_path(), config_dir() / "settings.toml"):
        path.rename(away / path.name)
        path.symlink_to(away / path.name)
    (away / "ledger.sqlite-wal").write_text("")
    assert main(["delete-data", "--yes", "--settings"]) == 0
    assert str(away / "ledger.sqlite") in capsys.readouterr().out
    assert list(away.iterdir()) == [] and not state.exists()


def test_a_folder_that_a_link_leads_to_is_left_and_said(
    state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (state / "statusline").rename(tmp_path / "away")
    (state / "statusline").symlink_to(tmp_path / "away")
    assert main(["delete-data", "--yes"]) == 1
    assert f"{tmp_path / 'away'}, which is left" in capsys.readouterr().err
    assert (tmp_path / "away" / "s.json").exists() and not (state / "statusline").is_symlink()
