"""Starting when the user logs in: on Linux an XDG autostart entry, on macOS a launch agent, on Windows a Run key.

Each says what it would change before it does, and leaves alone what the user made of the entry.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Protocol

from tallylight.config.paths import autostart_dir
from tallylight.installed import APP_ID
from tallylight.system.change import Change, carry_out, read_file

#: What makes a start open no window.
OPTIONS = ("run", "--background")


class State(StrEnum):
    ON = "on"
    OFF = "off"
    #: The entry is there, and the user or their desktop switched it off.
    DISABLED = "disabled"
    #: It is there and names a program that is not.
    BROKEN = "broken"


class Autostart(Protocol):
    """Raises OSError."""

    @property
    def place(self) -> Path: ...

    def state(self) -> State: ...

    def to_switch(self, is_on: bool) -> list[Change]:
        """What would be changed; nothing where it is so already."""
        ...

    def make(self, changes: Sequence[Change]) -> None:
        """Carry out what was shown."""
        ...


def autostart(command: Sequence[str]) -> Autostart:
    """This platform's, for the program that `command` starts."""
    whole = (*command, *OPTIONS)
    if sys.platform == "win32":
        return RunKey(whole)
    if sys.platform == "darwin":
        return LaunchAgent(whole)
    return DesktopEntry(whole)


class DesktopEntry:
    """An entry as https://specifications.freedesktop.org/autostart-spec describes it."""

    def __init__(self, command: Sequence[str]) -> None:
        self.place = autostart_dir() / f"{APP_ID}.desktop"
        self._exec = f"Exec={' '.join(map(_quoted, command))}"
        self._try = "TryExec=" + command[0].replace("\\", "\\\\")

    def state(self) -> State:
        text = read_file(self.place)
        if text is None:
            return State.OFF
        _before, entry, _after = _parts_of(text)
        if _SWITCHED_OFF.search(entry):
            return State.DISABLED
        return State.BROKEN if any(map(_is_gone, _programs_of(entry))) else State.ON

    def to_switch(self, is_on: bool) -> list[Change]:
        before = read_file(self.place)
        if not is_on:
            after = None
        elif before is None:
            after = self._entry()
        else:  # of an entry that is there, only what keeps it from working
            after = self._mended(before)
        return [Change(self.place, before, after)] if before != after else []

    def _mended(self, text: str) -> str:
        head, entry, tail = _parts_of(text)
        if not _EXEC.search(entry):  # nothing of it can be started: no entry that the user made
            return self._entry()
        entry = _SWITCHED_OFF.sub("", entry)
        if any(map(_is_gone, _programs_of(entry))):
            entry = _EXEC.sub(lambda _: self._exec, entry, count=1)
            entry = _TRY.sub(lambda _: self._try, entry, count=1)
        return head + entry + tail

    def make(self, changes: Sequence[Change]) -> None:
        for change in changes:
            if change.after is None and change.path.is_symlink():
                change.path.unlink()  # what it leads to is the user's own, and starts nothing from there
            else:
                carry_out([change])

    def _entry(self) -> str:
        lines = (
            "[Desktop Entry]",
            "Type=Application",
            "Name=Tallylight",
            "Comment=What your coding agents cost, live in the tray",
            self._try,  # once it is removed nothing is started, and nothing complains
            self._exec,
            f"Icon={APP_ID}",
            "Terminal=false",
        )
        return "\n".join((*lines, ""))


_EXEC = re.compile(r"^Exec\s*=.*$", re.MULTILINE)
_TRY = re.compile(r"^TryExec\s*=.*$", re.MULTILINE)
_GROUP = re.compile(r"^\[Desktop Entry\][ \t]*\r?\n?", re.MULTILINE)
_HEADER = re.compile(r"^\[", re.MULTILINE)
#: Either is how desktops keep an entry of the user's from being started.
_SWITCHED_OFF = re.compile(
    r"^(?:Hidden\s*=\s*true|X-GNOME-Autostart-enabled\s*=\s*false)[ \t]*\n?", re.MULTILINE
)


def _quoted(word: str) -> str:
    """A word of an Exec line. Backslashes are escaped twice: once for the word, once as in any string of the file."""
    word = word.replace("%", "%%")
    if re.fullmatch(r"[\w@%+:,./-]+", word, re.ASCII):
        return word
    inner = re.sub(r'(["`$\\])', r"\\\1", word)
    return '"' + inner.replace("\\", "\\\\") + '"'


def _parts_of(text: str) -> tuple[str, str, str]:
    """What stands before the group of the entry itself, that group, and the others behind it."""
    start = _GROUP.search(text)
    if start is None:
        return text, "", ""
    end = _HEADER.search(text, start.end())
    at = end.start() if end else len(text)
    return text[: start.end()], text[start.end() : at], text[at:]


def _programs_of(entry: str) -> list[str]:
    """The programs that must be there for an entry to start, "" for one that it does not name."""
    tried = _TRY.search(entry)
    named = [tried.group().partition("=")[2].strip().replace("\\\\", "\\")] if tried else []
    line = _EXEC.search(entry)
    value = line.group().partition("=")[2].strip().replace("\\\\", "\\") if line else ""
    quoted = re.match(r'"((?:[^"\\]|\\.)*)"', value)
    word = re.sub(r"\\(.)", r"\1", quoted.group(1)) if quoted else value.split(" ")[0]
    return [word.replace("%%", "%"), *named]


def _is_gone(program: str) -> bool:
    return not program or shutil.which(program) is None


class LaunchAgent:
    """A property list among the user's launch agents. macOS switches agents off elsewhere, and then keeps to that."""

    def __init__(self, command: Sequence[str]) -> None:
        self.place = autostart_dir() / f"{APP_ID}.plist"
        self._command = list(command)

    def state(self) -> State:
        said = self._said()
        if said is None:
            return State.OFF
        if said.get("Disabled") is True:
            return State.DISABLED
        arguments = said.get("ProgramArguments")
        program = arguments[0] if isinstance(arguments, list) and arguments else ""
        return State.BROKEN if _is_gone(str(program)) else State.ON

    def to_switch(self, is_on: bool) -> list[Change]:
        before, state = read_file(self.place), self.state()
        if (state is State.ON) is is_on and (before is not None) is is_on:
            return []
        return [Change(self.place, before, self._list() if is_on else None)]

    def make(self, changes: Sequence[Change]) -> None:
        carry_out(changes)

    def _said(self) -> dict[str, object] | None:
        import plistlib
        from xml.parsers.expat import ExpatError

        text = read_file(self.place)
        try:
            said = plistlib.loads(os.fsencode(text)) if text is not None else None
        except (plistlib.InvalidFileException, ExpatError, ValueError):
            return {}
        return said if isinstance(said, dict) or said is None else {}

    def _list(self) -> str:
        """What the user added to a list that is there stays in it."""
        import plistlib

        ours = {
            "Label": APP_ID,
            "ProgramArguments": self._command,
            "RunAtLoad": True,
            "ProcessType": "Interactive",
        }
        kept = {key: value for key, value in (self._said() or {}).items() if key != "Disabled"}
        return plistlib.dumps({**kept, **ours}).decode()


_RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"
#: Where the Task Manager notes what the user switched off there: an odd first byte.
_APPROVED = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
_NAME = "Tallylight"


class RunKey:
    """A value below the user's Run key."""

    def __init__(self, command: Sequence[str]) -> None:
        self.place = Path("HKEY_CURRENT_USER", _RUN, _NAME)
        self._command = subprocess.list2cmdline(command)
        self._registry = import_module("winreg")  # which no other system has

    def state(self) -> State:
        said = self._read(_RUN)
        if not isinstance(said, str):
            return State.OFF
        approved = self._read(_APPROVED)
        if isinstance(approved, bytes) and approved[:1] and approved[0] & 1:
            return State.DISABLED
        program = said[1:].partition('"')[0] if said.startswith('"') else said.partition(" ")[0]
        return State.ON if shutil.which(program) else State.BROKEN

    def to_switch(self, is_on: bool) -> list[Change]:
        said = self._read(_RUN)
        before = said if isinstance(said, str) else None
        if self.state() is (State.ON if is_on else State.OFF):
            return []
        return [Change(self.place, before, self._command if is_on else None)]

    def make(self, changes: Sequence[Change]) -> None:
        for change in changes:
            self._write(_RUN, change.after)
            self._write(_APPROVED, None)  # or what was switched off there would stay off

    def _read(self, key: str) -> object:
        registry = self._registry
        try:
            with registry.OpenKey(registry.HKEY_CURRENT_USER, key) as opened:
                value: object = registry.QueryValueEx(opened, _NAME)[0]
        except FileNotFoundError:
            return None
        return value

    def _write(self, key: str, value: str | None) -> None:
        registry = self._registry
        with registry.CreateKey(registry.HKEY_CURRENT_USER, key) as opened:
            if value is not None:
                registry.SetValueEx(opened, _NAME, 0, registry.REG_SZ, value)
                return
            with contextlib.suppress(FileNotFoundError):
                registry.DeleteValue(opened, _NAME)
