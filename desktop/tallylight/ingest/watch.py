"""Being told of changes: the one door to watchdog. Directories are watched, not files, and never by a timer."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from watchdog.events import (
    DirCreatedEvent,
    DirMovedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import ObservedWatch

logger = logging.getLogger(__name__)

#: Only what can mean new content; without the filter our own reading would wake us again.
_CONTENT = [
    FileCreatedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileDeletedEvent,
    DirCreatedEvent,
    DirMovedEvent,
]
Identity = tuple[int, int]


class Watch:
    """Calls `changed(path)` from watchdog's thread for every file that changed below the watched folders."""

    def __init__(self, changed: Callable[[str], None]) -> None:
        self._handler = _Handler(changed)
        self._observer = Observer()
        self._watched: dict[tuple[str, bool], tuple[Identity, ObservedWatch]] = {}
        self.problem = ""

    def start(self) -> None:
        self._observer.start()

    def add(self, folders: Iterable[Path]) -> None:
        """Watch folders with all that is in them, and for each the coming and going of the folder itself.

        May be called again at any time: what was made anew since is watched anew.
        """
        for folder in folders:
            if os.path.isdir(folder):  # noqa: PTH112 False where Path.is_dir raises: in a folder closed to us
                self._schedule(folder, recursive=True)
                for linked in _linked_folders(folder):
                    self._schedule(linked, recursive=True)
            parent = next((p for p in folder.parents if os.path.isdir(p)), None)  # noqa: PTH112
            if parent is not None:
                self._schedule(parent, recursive=False)
                if parent == folder.parent and parent.parent != parent:
                    self._schedule(parent.parent, recursive=False)

    def _schedule(self, folder: Path, recursive: bool) -> None:
        name = (str(folder), recursive)
        identity = _identity(folder)
        before = self._watched.get(name)
        if identity is None or (before is not None and before[0] == identity):
            return
        kinds = _CONTENT if recursive else [DirCreatedEvent, DirMovedEvent]
        try:
            if before is not None:
                self._observer.unschedule(before[1])
            watch = self._observer.schedule(
                self._handler, str(folder), recursive=recursive, event_filter=kinds
            )
            self._watched[name] = (identity, watch)
        except (OSError, KeyError) as e:
            self._watched.pop(name, None)
            self.problem = f"{folder} cannot be watched: {e}"
            logger.warning("%s", self.problem)

    def stop(self) -> None:
        self._observer.stop()
        if self._observer.is_alive():
            self._observer.join(5)


def _identity(folder: Path) -> Identity | None:
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _linked_folders(folder: Path) -> list[Path]:
    """Links to folders right below: reading follows them, notifications do not."""
    try:
        with os.scandir(folder) as entries:
            return [Path(entry.path) for entry in entries if entry.is_symlink() and entry.is_dir()]
    except OSError:
        return []


class _Handler(FileSystemEventHandler):
    def __init__(self, changed: Callable[[str], None]) -> None:
        self._changed = changed

    def on_any_event(self, event: FileSystemEvent) -> None:
        self._changed(os.fsdecode(event.dest_path or event.src_path))
