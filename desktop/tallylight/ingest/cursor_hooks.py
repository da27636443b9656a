"""Putting our recorder into Cursor's own files, and taking it out again: shown first, merged, undone exactly."""

from __future__ import annotations

import contextlib
import difflib
import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

from tallylight.domain.hooks_file import (
    NotOurs,
    with_hooks,
    with_status_line,
    without_hooks,
    without_status_line,
)
from tallylight.ingest.cursor_spool import CursorSpool


class Change(msgspec.Struct, frozen=True):
    """What a file says now and is to say; "" is no file."""

    path: Path
    before: str
    after: str

    @property
    def is_change(self) -> bool:
        return self.before != self.after

    def diff(self) -> str:
        """For people, before anything is written."""
        lines = difflib.unified_diff(
            self.before.splitlines(keepends=True),
            self.after.splitlines(keepends=True),
            str(self.path) if self.before else "(no file)",
            str(self.path) if self.after else "(no file)",
        )
        return "".join(lines)


class CursorHooks:
    """The two files of one person, below `~/.cursor`. Every method raises OSError and `NotOurs`."""

    def __init__(self, home: Path, spool: CursorSpool) -> None:
        self._spool = spool
        self._hooks, self._shell = home / "hooks.json", home / "cli-config.json"
        self._kept = spool.folder.parent / "cursor-hooks.undo"

    @property
    def command(self) -> str:
        return shlex.quote(str(self._spool.script))

    @property
    def is_connected(self) -> bool:
        """Whether Cursor runs the recorder. A file that cannot be read says no."""
        try:
            return self.command in _text(self._hooks)
        except OSError:
            return False

    def to_connect(self) -> list[Change]:
        """What connecting would change. The command line runs its status line as it is: no path with spaces there."""
        if sys.platform == "win32":
            raise NotOurs("the recorder is a shell script: on Windows it cannot be connected yet")
        plain = str(self._spool.script)
        can_line = self.command == plain and self._shell.exists()
        wanted = [self._change(self._hooks, lambda text: with_hooks(text, self.command))]
        if can_line:
            wanted.append(self._change(self._shell, lambda text: with_status_line(text, plain)))
        return [change for change in wanted if change.is_change]

    def to_disconnect(self) -> list[Change]:
        """What disconnecting would change: a file that is as we left it becomes what it was, to the letter."""
        kept = self._read_kept()
        plain = str(self._spool.script)
        wanted = [
            self._change(self._hooks, lambda text: without_hooks(text, self.command)),
            self._change(self._shell, lambda text: without_status_line(text, plain)),
        ]
        return [self._exact(change, kept) for change in wanted if change.is_change]

    def connect(self, changes: list[Change]) -> None:
        """Carry out what was shown."""
        self._spool.write_script()
        kept = {str(change.path): (change.before, change.after) for change in changes}
        _write(self._kept, msgspec.json.encode({**self._read_kept(), **kept}).decode())
        self._carry_out(changes)

    def disconnect(self, changes: list[Change]) -> None:
        """Carry out what was shown; nothing of ours is left."""
        self._carry_out(changes)
        self._spool.remove_script()
        self._kept.unlink(missing_ok=True)

    def _carry_out(self, changes: list[Change]) -> None:
        for change in changes:
            if _text(change.path) != change.before:
                raise OSError(f"{change.path} was changed meanwhile: nothing was written to it")
            if change.after:
                _write(change.path, change.after)
            else:
                change.path.unlink(missing_ok=True)
                with contextlib.suppress(OSError):  # a folder that we made, or that nothing else is in
                    change.path.parent.rmdir()

    def _change(self, path: Path, edit: Callable[[str], str]) -> Change:
        before = _text(path)
        return Change(path, before, edit(before))

    def _exact(self, change: Change, kept: dict[str, tuple[str, str]]) -> Change:
        before, after = kept.get(str(change.path), ("", ""))
        return Change(change.path, change.before, before) if change.before == after and after else change

    def _read_kept(self) -> dict[str, tuple[str, str]]:
        try:
            return msgspec.json.decode(self._kept.read_bytes(), type=dict[str, tuple[str, str]])
        except (OSError, msgspec.MsgspecError):
            return {}


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return ""


def _write(path: Path, text: str) -> None:
    """Replaced whole, through a link, with the mode that it had; a new one is its owner's alone."""
    path = Path(os.path.realpath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
    partial = path.with_name(f".{path.name}.tallylight")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as stream:
        stream.write(text.encode("utf-8", "surrogateescape"))
    partial.chmod(mode)
    partial.replace(path)
