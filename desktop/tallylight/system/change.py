"""A change to a file of the user's: shown before it is made, made only to what was shown, and taken back exactly."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

#: By file: what it said before we came, and what we made of it.
_Kept = dict[str, tuple[str | None, str | None]]
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
        import difflib

        lines = difflib.unified_diff(
            (self.before or "").splitlines(keepends=True),
            (self.after or "").splitlines(keepends=True),
            "(no file)" if self.before is None else str(self.path),
            "(no file)" if self.after is None else str(self.path),
        )
        return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


class Undo:
    """What files said before we came and what we made of them, kept at `path`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def note(self, changes: Iterable[tuple[Change, str | None]]) -> None:
        """Each with what its file said without anything of ours. Raises OSError."""
        kept = {str(change.path): (without, change.after) for change, without in changes}
        write_file(self._path, msgspec.json.encode({**self._read(), **kept}).decode())

    def exact(self, change: Change) -> Change:
        """The change that takes ours out: a file that is as we left it becomes what it was, to the letter."""
        known = self._read().get(str(change.path))
        if known is not None and known[1] == change.before:
            return Change(change.path, change.before, known[0])
        if change.after is None and change.path.is_symlink() and known != (None, change.before):
            return Change(change.path, change.before, _NOTHING)  # what a link leads to is somebody's
        return change

    def forget(self) -> None:
        self._path.unlink(missing_ok=True)

    def _read(self) -> _Kept:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=_Kept)
        except (OSError, msgspec.MsgspecError):
            return {}


def carry_out(changes: Sequence[Change]) -> None:
    """Make what was shown. Raises OSError, also where a file has changed since."""
    for change in changes:
        if read_file(change.path) != change.before:
            raise OSError(f"{change.path} was changed meanwhile: nothing was written to it")
        if change.after is not None:
            write_file(change.path, change.after)
        else:
            Path(os.path.realpath(change.path)).unlink(missing_ok=True)  # a link stays, as it was there
            with contextlib.suppress(OSError):  # a folder that we made, or that nothing else is in
                change.path.parent.rmdir()


def read_file(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return None


def write_file(path: Path, text: str) -> None:
    """Replaced whole, through a link, with the mode that it had; a new one is its owner's alone."""
    path = Path(os.path.realpath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
    partial = path.with_name(f".{path.name}.tallylight")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as stream:
        stream.write(text.encode("utf-8", "surrogateescape"))
    partial.chmod(mode)
    partial.replace(path)
