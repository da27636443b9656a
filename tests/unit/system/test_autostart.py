"""Starting at login: one implementation per platform, each shows before it changes and keeps the user's."""

from __future__ import annotations

import plistlib
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tallylight.config.paths import autostart_dir
from tallylight.installed import command, lasting_command
from tallylight.system import autostart
from tallylight.system.autostart import Autostart, DesktopEntry, LaunchAgent, RunKey, State


class Registry(ModuleType):
    """Two keys of the registry, in memory."""

    HKEY_CURRENT_USER, REG_SZ = "HKCU", 1

    def __init__(self) -> None:
        super().__init__("winreg")
        self.keys: dict[str, dict[str, Any]] = {}

    def OpenKey(self, _root: str, key: str) -> Any:  # noqa: N802
        if key not in self.keys:
            raise FileNotFoundError(key)
        return self.CreateKey(_root, key)

    def CreateKey(self, _root: str, key: str) -> Any:  # noqa: N802
        values = self.keys.setdefault(key, {})

        class Opened:
            def __enter__(self) -> dict[str, Any]:
                return values

            def __exit__(self, *_problem: object) -> None: ...

        return Opened()

    def QueryValueEx(self, key: dict[str, Any], name: str) -> tuple[Any, int]:  # noqa: N802
        if name not in key:
            raise FileNotFoundError(name)
        return key[name], 1

    def SetValueEx(self, key: dict[str, Any], name: str, _zero: int, _kind: int, value: str) -> None:  # noqa: N802
        key[name] = value

    def DeleteValue(self, key: dict[str, Any], name: str) -> None:  # noqa: N802
        if name not in key:
            raise FileNotFoundError(name)
        del key[name]


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry:
    made = Registry()
    monkeypatch.setitem(sys.modules, "winreg", made)
    return made


@pytest.fixture(params=["linux", "darwin", "win32"])
def entry(request: pytest.FixtureRequest, registry: Registry, monkeypatch: pytest.MonkeyPatch) -> Autostart:
    if request.param != "win32":
        monkeypatch.setattr("sys.platform", request.param)
    kinds = {"linux": DesktopEntry, "darwin": LaunchAgent, "win32": RunKey}
    made: Autostart = kinds[request.param]([sys.executable, "-m", "tallylight", "run"])
    return made


def switch(entry: Autostart, is_on: bool) -> None:
    entry.make(entry.to_switch(is_on))


def test_it_is_switched_on_and_off_again(entry: Autostart) -> None:
    assert entry.state() is State.OFF and entry.to_switch(False) == []
    (change,) = entry.to_switch(True)
    assert entry.state() is State.OFF, "showing changes nothing"
    assert change.before is None and sys.executable in change.diff()
    entry.make([change])
    assert entry.state() is State.ON and entry.to_switch(True) == []
    switch(entry, False)
    assert entry.state() is State.OFF


def test_a_program_that_is_gone_is_said_and_mended(entry: Autostart) -> None:
    there = type(entry)(["/gone/tallylight", "run"])  # type: ignore[call-arg]
    switch(there, True)
    assert entry.state() is State.BROKEN
    switch(entry, True)
    assert entry.state() is State.ON


@pytest.mark.parametrize("line", ["Hidden=true", "X-GNOME-Autostart-enabled=false"])
def test_an_entry_that_the_desktop_switched_off_counts_as_off(line: str) -> None:
    entry = DesktopEntry([sys.executable])
    switch(entry, True)
    mine = entry.place.read_text() + f"{line}\nX-Mine=kept\n"
    entry.place.write_text(mine)
    assert entry.state() is State.DISABLED
    switch(entry, True)
    assert entry.state() is State.ON
    assert entry.place.read_text() == mine.replace(f"{line}\n", "")


def test_an_entry_that_the_user_edited_is_left_as_it_is() -> None:
    entry = DesktopEntry([sys.executable])
    switch(entry, True)
    entry.place.write_text(entry.place.read_text().replace("Name=Tallylight", "Name=Lamp"))
    assert entry.state() is State.ON and entry.to_switch(True) == []


def test_nothing_is_written_over_what_changed_since_it_was_shown() -> None:
    entry = DesktopEntry([sys.executable])
    changes = entry.to_switch(True)
    entry.place.parent.mkdir(parents=True)
    entry.place.write_text("[Desktop Entry]\n")
    with pytest.raises(OSError, match="changed meanwhile"):
        entry.make(changes)
    assert entry.place.read_text() == "[Desktop Entry]\n"


@pytest.mark.parametrize(
    "folder", ["plain", "with space", 'q"uote', "back\\slash", "100%", "dollar$", "tick`", "é"]
)
def test_any_path_of_the_program_is_written_so_that_it_is_read(tmp_path: Path, folder: str) -> None:
    program = tmp_path / folder / "tallylight"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    entry = DesktopEntry([str(program), "run", "--background"])
    switch(entry, True)
    assert entry.state() is State.ON
    checked = subprocess.run(
        ["desktop-file-validate", str(entry.place)], capture_output=True, check=False, text=True
    )
    assert checked.stdout == ""


def test_a_link_goes_and_what_it_leads_to_stays(tmp_path: Path) -> None:
    entry = DesktopEntry([sys.executable])
    switch(entry, True)
    theirs = entry.place.rename(tmp_path / "dotfiles.desktop")
    entry.place.symlink_to(theirs)
    switch(entry, False)
    assert not entry.place.is_symlink() and theirs.exists()


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00bad", b"[Desktop Entry]\nName=Lamp\n"])
def test_an_entry_that_names_no_program_is_shown_and_mended(data: bytes) -> None:
    entry = DesktopEntry([sys.executable])
    entry.place.parent.mkdir(parents=True)
    entry.place.write_bytes(data)
    assert entry.state() is State.BROKEN
    (change,) = entry.to_switch(True)
    assert "+Exec=" in change.diff()
    entry.make([change])
    assert entry.state() is State.ON


def test_what_another_group_says_is_not_the_entrys() -> None:
    entry = DesktopEntry([sys.executable])
    switch(entry, True)
    with entry.place.open("a") as stream:
        stream.write("\n[Desktop Action x]\nHidden=true\nExec=/gone\n")
    assert entry.state() is State.ON and entry.to_switch(True) == []


def test_an_entry_that_tries_for_nothing_is_broken_and_mended() -> None:
    entry = DesktopEntry([sys.executable])
    switch(entry, True)
    whole = entry.place.read_text()
    entry.place.write_text(whole.replace(f"TryExec={sys.executable}", "TryExec=/gone"))
    assert entry.state() is State.BROKEN
    switch(entry, True)
    assert entry.place.read_text() == whole


def test_a_launch_agent_keeps_what_the_user_added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    entry = LaunchAgent([sys.executable])
    switch(entry, True)
    said = plistlib.loads(entry.place.read_bytes())
    assert said["RunAtLoad"] is True and said["ProgramArguments"] == [sys.executable]
    entry.place.write_bytes(plistlib.dumps({**said, "Disabled": True, "Nice": 5}))
    assert entry.state() is State.DISABLED
    switch(entry, True)
    assert plistlib.loads(entry.place.read_bytes())["Nice"] == 5 and entry.state() is State.ON
    entry.place.write_text("nonsense")
    assert entry.state() is State.BROKEN


def test_what_was_switched_off_in_the_task_manager_counts_as_off(registry: Registry) -> None:
    entry = autostart.RunKey([sys.executable, "run"])
    switch(entry, True)
    registry.keys[autostart._APPROVED] = {autostart._NAME: b"\x03" + bytes(11)}
    assert entry.state() is State.DISABLED
    switch(entry, True)
    assert entry.state() is State.ON


def test_entries_are_where_the_desktop_looks(monkeypatch: pytest.MonkeyPatch, private_machine: Path) -> None:
    assert autostart_dir() == private_machine / "xdg-config" / "autostart"
    monkeypatch.setattr("sys.platform", "darwin")
    assert autostart_dir() == private_machine / "Library" / "LaunchAgents"


def test_every_package_names_what_will_still_be_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    assert lasting_command() == command() == [str(tmp_path / "python"), "-P", "-m", "tallylight"]
    (tmp_path / "tallylight").touch()
    assert lasting_command() == [str(tmp_path / "tallylight")]
    monkeypatch.setattr("sys.frozen", True, raising=False)
    assert lasting_command() == command() == [str(tmp_path / "python")]
    monkeypatch.setenv("FLATPAK_ID", "io.example.Lamp")
    assert lasting_command() == ["flatpak", "run", "io.example.Lamp"]
    monkeypatch.setenv("APPIMAGE", "/home/ana/Tallylight.AppImage")
    assert lasting_command() == ["/home/ana/Tallylight.AppImage"]
