"""Where Cursor is looked for."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tallylight.ingest.cursor_roots import cursor_roots, is_cursor_folder
from tallylight.ingest.shared import source_of


def a_home(path: Path) -> Path:
    database = path / "User/globalStorage/state.vscdb"
    database.parent.mkdir(parents=True)
    database.write_bytes(b"")
    return path / "User"


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("linux", {}, ".config/Cursor/User"),
        ("linux", {"XDG_CONFIG_HOME": "{}/xdg"}, "xdg/Cursor/User"),
        ("darwin", {}, "Library/Application Support/Cursor/User"),
        ("win32", {"APPDATA": "{}/Roaming"}, "Roaming/Cursor/User"),
        ("win32", {}, "AppData/Roaming/Cursor/User"),
    ],
)
def test_each_system_has_its_place_and_nightly_stands_beside(
    platform: str, environment: dict[str, str], expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    given = {name: value.format(tmp_path) for name, value in environment.items()}
    paths = [root.path for root in cursor_roots(given)]
    assert paths == [str(tmp_path / expected), str(tmp_path / expected.replace("Cursor/", "Cursor Nightly/"))]


def test_a_folder_of_the_users_is_found_by_whatever_part_of_it_was_chosen(tmp_path: Path) -> None:
    user = a_home(tmp_path / "portable")
    for chosen in (user, user.parent, user / "globalStorage"):
        root = cursor_roots({}, [str(chosen)])[-1]
        assert (root.path, root.added, root.is_found) == (str(user), str(chosen), True)
        assert is_cursor_folder(str(chosen))
        assert source_of(str(chosen)) == "cursor"


def test_what_is_not_there_is_neither_found_nor_a_problem(tmp_path: Path) -> None:
    root = cursor_roots({}, [str(tmp_path)])[-1]
    assert (root.is_found, root.problem) == (False, "")
    assert not is_cursor_folder(str(tmp_path))
