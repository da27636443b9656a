"""Settings survive being written and read, and whatever else is in their file."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tallylight.config.paths import config_dir, data_dir, shown
from tallylight.config.store import load_settings, prices_text, read_settings, save_settings, settings_path
from tallylight.domain.settings import Settings


def test_what_was_saved_is_loaded() -> None:
    assert load_settings() == Settings()
    chosen = Settings(folders=(("claude-code", "/mnt/é"),), keep_titles=False, theme="dark", week_starts_on=6)
    save_settings(chosen)
    assert load_settings() == chosen
    assert [path.name for path in settings_path().parent.iterdir()] == ["settings.json"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"theme":"\xff"}',
        b'{"week_starts_on":"monday"}',
        b"[" * 99_999,
        b'{"a":' + b"[" * 99_999,
    ],
)
def test_a_file_that_cannot_be_read_is_set_aside(data: bytes) -> None:
    settings_path().parent.mkdir(parents=True)
    settings_path().write_bytes(data)
    assert load_settings() == Settings()
    assert settings_path().with_suffix(".unreadable.json").read_bytes() == data
    assert load_settings() == Settings()


def test_a_file_that_is_being_written_is_read_when_it_is_whole() -> None:
    save_settings(Settings(theme="dark"))
    whole = settings_path().read_bytes()
    settings_path().write_bytes(whole[: len(whole) // 2])
    assert read_settings() is None
    assert settings_path().exists()
    writer = threading.Timer(0.05, settings_path().write_bytes, [whole])
    writer.start()
    assert load_settings() == Settings(theme="dark")
    writer.join()
    assert not settings_path().with_suffix(".unreadable.json").exists()


def test_settings_that_cannot_be_set_aside_are_left_and_not_used(closed: Callable[..., None]) -> None:
    settings_path().parent.mkdir(parents=True)
    settings_path().write_text("{")
    closed(settings_path().parent, 0o500)
    assert load_settings() == Settings()
    assert settings_path().read_text() == "{"


def test_settings_are_for_their_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        save_settings(Settings())
    finally:
        os.umask(before)
    places = (tmp_path / "data", settings_path().parent, settings_path())
    assert [oct(place.stat().st_mode & 0o777) for place in places] == ["0o700", "0o700", "0o600"]


def test_a_later_versions_settings_are_read_as_far_as_they_are_known() -> None:
    settings_path().parent.mkdir(parents=True)
    settings_path().write_text('{"version":9,"theme":"light","a_new_one":[1]}')
    assert load_settings().theme == "light"


def test_prices_that_are_not_text_are_a_problem_and_no_crash() -> None:
    assert prices_text() == ""
    config_dir().mkdir(parents=True)
    (config_dir() / "prices.json").write_bytes(b'{"x":"\xff"}')
    assert prices_text().startswith('{"x"')


def test_one_variable_moves_all_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLYLIGHT_DATA_DIR", str(tmp_path / "elsewhere"))
    assert data_dir() == tmp_path / "elsewhere"
    assert config_dir() == tmp_path / "elsewhere" / "config"
    monkeypatch.delenv("TALLYLIGHT_DATA_DIR")
    assert str(data_dir()).startswith(str(tmp_path)) and str(config_dir()).startswith(str(tmp_path))


def test_home_is_shown_as_the_tilde(private_machine: Path) -> None:
    assert shown(private_machine / ".claude") == "~/.claude"
    assert shown(private_machine) == "~"
    assert shown(f"{private_machine}-other/x") == f"{private_machine}-other/x"
