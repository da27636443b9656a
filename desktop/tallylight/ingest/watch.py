"""Being told of changes: the one door to watchdog. Directories are watched, not files, and never by a timer."""

from __future__ import annotations

import logging
import warnings
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

logger = logging.getLogger(__name__)

# A folder made while watchdog takes up its parent is noted twice, which it says on standard error.
warnings.filterwarnings("ignore", message="Callback with id", category=RuntimeWarning)

#: Only what can mean new content; without the filter our own reading would wake us again.
_CONTENT = [
    FileCreatedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileDeletedEvent,
    DirCreatedEvent,
    DirMovedEvent,
]


class Watch:
    """Calls `changed(path)` from watchdog's thread for every file that changed below the watched folders."""

    def __init__(self, changed: Callable[[str], None]) -> None:
        self._handler = _Handler(changed)
        self._observer = Observer()
        self._watched: set[str] = set()
        self.problem = ""

    def start(self) -> None:
        self._observer.start()

    def add(self, folders: Iterable[Path]) -> None:
        """Watch folders with all that is in them; where one does not exist yet, its coming into being."""
        for folder in folders:
            if folder.is_dir():
                self._schedule(folder, recursive=True)
            else:
                parent = next((p for p in folder.parents if p.is_dir()), None)
                if parent is not None:
                    self._schedule(parent, recursive=False)

    def _schedule(self, folder: Path, recursive: bool) -> None:
        name = f"{folder}{'/**' if recursive else ''}"
        if name in self._watched:
            return
        kinds = _CONTENT if recursive else [DirCreatedEvent, DirMovedEvent]
        try:
            self._observer.schedule(self._handler, str(folder), recursive=recursive, event_filter=kinds)
            self._watched.add(name)
        except OSError as e:
            self.problem = f"{folder} cannot be watched: {e.strerror}"
            logger.warning("%s", self.problem)

    def stop(self) -> None:
        self._observer.stop()
        if self._observer.is_alive():
            self._observer.join(5)


class _Handler(FileSystemEventHandler):
    def __init__(self, changed: Callable[[str], None]) -> None:
        self._changed = changed

    def on_any_event(self, event: FileSystemEvent) -> None:
        self._changed(str(event.dest_path or event.src_path))
