"""Being told of changes: the one door to watchdog. Directories are watched, not files, and never by a timer."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
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
    DirDeletedEvent,
    DirMovedEvent,
]
_FOLDERS = [DirCreatedEvent, DirDeletedEvent, DirMovedEvent]


class Watch:
    """Calls `changed(path)` from watchdog's thread for every file that changed below the watched folders."""

    def __init__(self, changed: Callable[[str], None]) -> None:
        self._changed = changed
        self._observer = Observer()
        self._watched: dict[tuple[str, bool], ObservedWatch] = {}
        #: Those whose folder was deleted: what may stand in its place is another, whatever its number says.
        self._gone: set[tuple[str, bool]] = set()
        self.problem = ""

    def start(self) -> None:
        # A folder that is made while its parent is being looked through is met twice: harmless, and said in the shell.
        warnings.filterwarnings("ignore", "Callback with id", RuntimeWarning)
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
        name, real = (str(folder), recursive), os.path.realpath(folder)
        before = self._watched.get(name)
        if before is not None and name not in self._gone:
            return
        self._gone.discard(name)
        handler = _Handler(self._changed, lambda: self._gone.add(name), real, str(folder))
        try:
            if before is not None:
                self._observer.unschedule(before)
            self._watched[name] = self._observer.schedule(
                handler, real, recursive=recursive, event_filter=_CONTENT if recursive else _FOLDERS
            )
        except (OSError, KeyError) as e:
            self._watched.pop(name, None)
            self.problem = f"{folder} cannot be watched: {e}"
            logger.warning("%s", self.problem)

    def stop(self) -> None:
        self._observer.stop()
        if self._observer.is_alive():
            self._observer.join(5)


def _linked_folders(folder: Path) -> list[Path]:
    """Links to folders right below: reading follows them, notifications do not."""
    try:
        with os.scandir(folder) as entries:
            return [Path(entry.path) for entry in entries if entry.is_symlink() and entry.is_dir()]
    except OSError:
        return []


class _Handler(FileSystemEventHandler):
    """Names what changed below the folder `real` as if it lay below `shown`, the path it is known by."""

    def __init__(
        self, changed: Callable[[str], None], gone: Callable[[], None], real: str, shown: str
    ) -> None:
        self._changed = changed
        self._tell_gone = gone
        self._real = real
        self._shown = shown

    def on_any_event(self, event: FileSystemEvent) -> None:
        path = os.fsdecode(event.dest_path or event.src_path)
        if isinstance(event, DirDeletedEvent) and path == self._real:
            self._tell_gone()
        if self._shown != self._real and path.startswith(self._real):
            path = self._shown + path[len(self._real) :]
        self._changed(path)
