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

from tallylight.config.paths import shown
from tallylight.domain.hooks_file import (
    NotOurs,
    with_hooks,
    with_status_line,
    without_hooks,
    without_status_line,
)
from tallylight.ingest.cursor_spool import CursorSpool

#: By file: what it said before we came, and what we made of it.
Kept = dict[str, tuple[str | None, str | None]]
_NOTHING = "{}\n"


class Change(msgspec.Struct, frozen=True):
    """What a file says now and is to say; None is no file."""

    path: Path
    before: str | None
    after: str | None

    @property
    def is_change(self) -> bool:
        return self.before != self.after

    def diff(self) -> str:
        """For people, before anything is written."""
        lines = difflib.unified_diff(
            (self.before or "").splitlines(keepends=True),
            (self.after or "").splitlines(keepends=True),
            "(no file)" if self.before is None else str(self.path),
            "(no file)" if self.after is None else str(self.path),
        )
        return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


class CursorHooks:
    """The two files of one person, below `~/.cursor`. Every method raises OSError and `NotOurs`."""

    def __init__(self, home: Path, spool: CursorSpool, platform: str = sys.platform) -> None:
        self._spool = spool
        self._is_windows = platform == "win32"
        self._hooks, self._shell = home / "hooks.json", home / "cli-config.json"
        self._kept = spool.folder.parent / "cursor-hooks.undo"

    @property
    def command(self) -> str:
        return shlex.quote(str(self._spool.script))

    @property
    def is_connected(self) -> bool:
        """Whether Cursor runs the recorder. A file that cannot be read says no."""
        try:
            return self.command in (_text(self._hooks) or "")
        except OSError:
            return False

    def to_connect(self) -> list[Change]:
        """What connecting would change. The command line runs its status line as it is: no path with spaces there."""
        if self._is_windows:
            raise NotOurs(
                "the recorder is a shell script, which Cursor cannot run on Windows; what your turns cost comes with "
                "“tallylight connect cursor” or a usage file of Cursor’s dashboard"
            )
        plain = str(self._spool.script)
        can_line = self.command == plain and self._shell.exists()
        wanted = [self._change(self._hooks, lambda text: with_hooks(text, self.command))]
        if can_line:
            wanted.append(self._change(self._shell, lambda text: with_status_line(text, plain)))
        return [change for change in wanted if change.is_change]

    @property
    def has_line_of_others(self) -> bool:
        """Whether the command line has a status line of the user's, which is left alone."""
        try:
            text = _text(self._shell) or ""
            return with_status_line(text, "") == text and self.command not in text
        except (OSError, NotOurs):
            return False

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
        kept = {str(change.path): (self._without_ours(change), change.after) for change in changes}
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
            if change.after is not None:
                _write(change.path, change.after)
            else:
                Path(os.path.realpath(change.path)).unlink(missing_ok=True)  # a link stays, as it was there
                with contextlib.suppress(OSError):  # a folder that we made, or that nothing else is in
                    change.path.parent.rmdir()

    def _change(self, path: Path, edit: Callable[[str], str]) -> Change:
        before = _text(path)
        try:
            after = edit(before or "")
        except NotOurs as e:
            raise NotOurs(f"{shown(path)}: {e}") from e
        return Change(path, before, before if after == (before or "") else after or None)

    def _without_ours(self, change: Change) -> str | None:
        """What a file said before we came, also where some of ours was left in it."""
        if change.before is None:
            return None
        edit = without_hooks if change.path == self._hooks else without_status_line
        return edit(change.before, self.command) or ("" if not change.before else None)

    def _exact(self, change: Change, kept: Kept) -> Change:
        known = kept.get(str(change.path))
        if known is not None and known[1] == change.before:
            return Change(change.path, change.before, known[0])
        if change.after is None and change.path.is_symlink() and known != (None, change.before):
            return Change(change.path, change.before, _NOTHING)  # what a link leads to is somebody's
        return change

    def _read_kept(self) -> Kept:
        try:
            return msgspec.json.decode(self._kept.read_bytes(), type=Kept)
        except (OSError, msgspec.MsgspecError):
            return {}


def _text(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return None


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
