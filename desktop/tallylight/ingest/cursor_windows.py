"""Cursor's windows: which folder each was opened on, and which chats it listed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tallylight.ingest.files import read_small
from tallylight.ingest.foreign import ForeignDatabase, ForeignError
from tallylight.sources.cursor_folders import folder_of_window
from tallylight.sources.cursor_index import TABS_OF_2024, WINDOW_LIST, WindowList, heads_of_2024, window_list
from tallylight.sources.cursor_records import Head, text

_VALUE = "SELECT value FROM ItemTable WHERE key = ?"


class Window(msgspec.Struct, frozen=True):
    """One folder below `workspaceStorage`."""

    folder: str
    listed: WindowList = WindowList()
    tabs: tuple[Head, ...] = ()


class CursorWindows:
    """Reads each window's small database once, and again when it changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: dict[str, tuple[object, Window]] = {}
        self._folders: dict[str, str] = {}
        #: By id, what the windows themselves say of chats.
        self.heads: dict[str, Head] = {}

    def look(self) -> list[str]:
        """Take up what changed: the chats that such windows list. Windows that are gone are remembered, as their
        chats are still there."""
        changed: list[str] = []
        for name in self._names():
            stamp = _stamp(self._path / name)
            if self._read.get(name, (None,))[0] != stamp:
                self._read[name] = stamp, _window(self._path / name)
                changed += self._take_up(self._read[name][1])
        return changed

    def folder_of(self, chat_id: str, window_id: str) -> str:
        """The folder of a chat, "" where no window tells."""
        known = self._read.get(window_id)
        return (known[1].folder if known else "") or self._folders.get(chat_id, "")

    def _names(self) -> Iterator[str]:
        try:
            with os.scandir(self._path) as entries:
                yield from sorted(entry.name for entry in entries if entry.is_dir())
        except OSError:
            return

    def _take_up(self, window: Window) -> list[str]:
        heads = {text(head.composer_id): head for head in (*window.listed.heads, *window.tabs)}
        self.heads.update(heads)
        chats = [*heads, *window.listed.shown]
        if window.folder:
            self._folders.update(dict.fromkeys(chats, window.folder))
        return chats


def _stamp(path: Path) -> object:
    stamps = []
    for name in ("state.vscdb", "state.vscdb-wal", "workspace.json"):
        try:
            status = (path / name).stat()
        except OSError:
            stamps.append((0, 0))
        else:
            stamps.append((status.st_mtime_ns, status.st_size))
    return tuple(stamps)


def _window(path: Path) -> Window:
    try:
        folder = folder_of_window(read_small(path / "workspace.json"))
    except OSError:
        folder = ""
    try:
        with ForeignDatabase(path / "state.vscdb") as database:
            values = [database.ask(_VALUE, (key,)) for key in (WINDOW_LIST, TABS_OF_2024)]
    except ForeignError:  # a window that was closed before it wrote anything
        return Window(folder)
    listed, tabs = (rows[0][0] if rows else None for rows in values)
    return Window(folder, window_list(listed), tuple(heads_of_2024(tabs)))
