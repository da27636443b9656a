"""Putting our recorder into Cursor's own files, and taking it out again: shown first, merged, undone exactly."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from pathlib import Path

from tallylight.config.paths import shown
from tallylight.domain.hooks_file import (
    NotOurs,
    with_hooks,
    with_status_line,
    without_hooks,
    without_status_line,
)
from tallylight.ingest.cursor_spool import CursorSpool
from tallylight.system.change import Change, Undo, carry_out, read_file


class CursorHooks:
    """The two files of one person, below `~/.cursor`. Every method raises OSError and `NotOurs`."""

    def __init__(self, home: Path, spool: CursorSpool, platform: str = sys.platform) -> None:
        self._spool = spool
        self._is_windows = platform == "win32"
        self._hooks, self._shell = home / "hooks.json", home / "cli-config.json"
        self._undo = Undo(spool.folder.parent / "cursor-hooks.undo")

    @property
    def command(self) -> str:
        return shlex.quote(str(self._spool.script))

    @property
    def is_connected(self) -> bool:
        """Whether Cursor runs the recorder. A file that cannot be read says no."""
        try:
            return self.command in (read_file(self._hooks) or "")
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
            text = read_file(self._shell) or ""
            return with_status_line(text, "") == text and self.command not in text
        except (OSError, NotOurs):
            return False

    def to_disconnect(self) -> list[Change]:
        """What disconnecting would change: a file that is as we left it becomes what it was, to the letter."""
        plain = str(self._spool.script)
        wanted = [
            self._change(self._hooks, lambda text: without_hooks(text, self.command)),
            self._change(self._shell, lambda text: without_status_line(text, plain)),
        ]
        return [self._undo.exact(change) for change in wanted if change.is_change]

    def connect(self, changes: list[Change]) -> None:
        """Carry out what was shown."""
        self._spool.write_script()
        self._undo.note((change, self._without_ours(change)) for change in changes)
        carry_out(changes)

    def disconnect(self, changes: list[Change]) -> None:
        """Carry out what was shown; nothing of ours is left."""
        carry_out(changes)
        self._spool.remove_script()
        self._undo.forget()

    def _change(self, path: Path, edit: Callable[[str], str]) -> Change:
        before = read_file(path)
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
