"""Having Claude Code run `tallylight statusline`: shown first, with the user's own line chained, undone exactly."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tallylight.config.paths import shown
from tallylight.domain.hooks_file import NotOurs
from tallylight.domain.status_line import has_line, with_line, without_line
from tallylight.system.change import Change, Undo, carry_out, read_file


class StatusLine:
    """In the settings of each of the client's folders. Raises OSError and `NotOurs`."""

    def __init__(self, folders: Sequence[Path], command: str, undo: Path) -> None:
        self._files = [folder / "settings.json" for folder in folders]
        self._command = command
        self._undo = Undo(undo)

    @property
    def is_possible(self) -> bool:
        """Whether there is a client here to run it."""
        return bool(self._files)

    @property
    def is_on(self) -> bool:
        """Whether it is run in each of them."""
        return self.is_possible and all(has_line(read_file(path) or "") for path in self._files)

    def to_switch(self, is_on: bool) -> list[Change]:
        wanted = [self._change(path, is_on) for path in self._files]
        return [change if is_on else self._undo.exact(change) for change in wanted if change.is_change]

    def make(self, changes: Sequence[Change]) -> None:
        """Carry out what was shown."""
        ours = [change for change in changes if has_line(change.after or "")]
        if ours:
            self._undo.note((change, change.before) for change in ours)
        carry_out(changes)
        if not ours:
            self._undo.forget()

    def _change(self, path: Path, is_on: bool) -> Change:
        before = read_file(path)
        try:
            after = with_line(before or "", self._command) if is_on else without_line(before or "")
        except NotOurs as e:
            raise NotOurs(f"{shown(path)}: {e}") from e
        return Change(path, before, before if after == (before or "") else after or None)
