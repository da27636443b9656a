"""Following Cursor in a thread of its own: a slow disk or a large database there must not hold up the live line.

The thread only reads and hands over batches; whoever owns the ledger writes them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from tallylight.config.paths import shown
from tallylight.domain.cursor_names import NAME
from tallylight.domain.snapshot import Part, RootStatus
from tallylight.ingest.cursor_roots import HOME, CursorHome, CursorRoot
from tallylight.ingest.files import storable
from tallylight.ledger.batch import Batch, LogPosition
from tallylight.ledger.queries import Queries

if TYPE_CHECKING:  # loaded where there is something to read
    from tallylight.ingest.cursor_home import CursorHomeReader
    from tallylight.ingest.cursor_reader import CursorReader

    Reader = CursorReader | CursorHomeReader

#: Between two looks: while a chat is generating, while Cursor is open, while it is not; and how soon all chats are
#: compared again, which finds what no look can. Where nothing was written a look is a question of microseconds; being
#: told of changes would cost more, as Cursor writes its heartbeats into the same files all day.
_BUSY_S, _OPEN_S, _CLOSED_S, _THOROUGH_S = 0.4, 1.0, 10.0, 60.0
#: After the ledger could not be written.
_RETRY_S = 20.0

Place = CursorRoot | CursorHome
Submit = Callable[[Callable[[Any], None]], None]


class CursorFollower:
    """`find` says where to read; `known` how far each database was read before; `now` gives ms."""

    def __init__(
        self,
        find: Callable[[], Sequence[Place]],
        known: Callable[[], Mapping[str, LogPosition]],
        now: Callable[[], int],
        is_connected: Callable[[], bool] = lambda: False,
    ) -> None:
        self.find, self._known, self._now, self._is_connected = find, known, now, is_connected
        self._readers: dict[str, Reader] = {}
        self._positions: dict[str, LogPosition] = {}
        self._thread: threading.Thread | None = None
        self._told, self._ended = threading.Event(), threading.Event()
        self._deliver: Callable[[Batch], bool] | None = None
        self._is_paused: Callable[[], bool] = lambda: False
        #: (root, problem, parts) as last seen, for whoever shows them.
        self._seen: tuple[RootStatus, ...] = ()
        self._roots: tuple[Place, ...] = tuple(find())
        #: What `read_all` could not read, and why, in a line each.
        self.unread: list[str] = []
        self._hooks: tuple[Part, ...] = ()
        self._note()

    # -- in the thread of whoever owns the ledger

    def read_all(self) -> Iterator[Batch]:
        """Everything new, once and in the calling thread."""
        self._positions = dict(self._known())
        for reader in self._open_readers():
            yield from reader.read(self._now())
            self.unread += reader.unread
        self.unread += [
            f"{shown(storable(root.path))}: {root.problem}" for root in self._roots if root.problem
        ]
        self._note()
        self._close_readers()

    def follow(
        self,
        write: Callable[[Batch], None],
        submit: Submit,
        is_paused: Callable[[], bool] = lambda: False,
    ) -> None:
        """From now on have what changes written by `write`, in the thread to which `submit` hands work.

        One batch at a time: what waits for that thread is never more than one. Nothing runs where there is no Cursor.
        """

        def deliver(batch: Batch) -> bool:
            done, written = threading.Event(), []

            def work(_owner: object) -> None:
                try:
                    write(batch)
                    written.append(batch)
                finally:
                    done.set()

            submit(work)
            while not done.wait(0.2) and not self._ended.is_set():
                pass
            return bool(written)

        self._deliver, self._is_paused = deliver, is_paused
        self.look_for_folders()

    def look_for_folders(self) -> None:
        """Folders may have come, or been named, since."""
        self._roots = tuple(self.find())
        if self._thread is None:
            if self._deliver is None or not any(root.is_found for root in self._roots):
                self._note()
                return
            self._positions = dict(self._known())
            self._thread = threading.Thread(target=self._run, name="cursor", daemon=True)
            self._thread.start()
        self._told.set()

    def close(self) -> None:
        self._ended.set()
        self._told.set()
        if self._thread is not None:
            self._thread.join(10)

    def statuses(self, queries: Queries) -> Iterator[RootStatus]:
        """What is known of each folder, for the Sources page."""
        newest_ms = queries.known.newest_chat(NAME)
        for status in self._seen:
            yield replace(status, newest_ms=newest_ms if status.sessions else 0)

    # -- in the thread that reads

    def _run(self) -> None:
        readers: list[Reader] = []
        compared = time.monotonic()
        try:
            while not self._ended.is_set():
                if self._is_paused():
                    self._ended.wait(_OPEN_S)
                    continue
                is_thorough = time.monotonic() - compared > _THOROUGH_S
                if is_thorough or self._told.is_set():
                    self._told.clear()
                    readers, compared = self._open_readers(), time.monotonic()
                if self._read(readers, is_thorough=is_thorough):
                    self._told.wait(self._patience(readers))
                else:
                    self._ended.wait(_RETRY_S)
                    self._told.set()
        finally:
            self._close_readers()

    def _read(self, readers: Iterable[Reader], *, is_thorough: bool) -> bool:
        """Whether all went well. What could not be written is read again, from where the ledger says it was."""
        for reader in readers:
            for batch in reader.read(self._now(), is_thorough=is_thorough):
                if self._deliver is None or not self._deliver(batch):
                    self._close_readers()
                    return False
                self._positions.update(batch.positions)
        self._note()
        return True

    def _patience(self, readers: Sequence[Reader]) -> float | None:
        """Until when nobody looks, None for until somebody names a folder."""
        if any(reader.is_generating(self._now()) for reader in readers):
            return _BUSY_S
        if any(reader.is_open for reader in readers):
            return _OPEN_S
        return _CLOSED_S if readers else None

    def _open_readers(self) -> list[Reader]:
        self._roots = tuple(self.find())
        self._hooks = (Part("hooks", "present" if self._is_connected() else "absent"),)
        roots = {root.real: root for root in self._roots if root.is_found and not root.problem}
        for gone in self._readers.keys() - roots.keys():
            self._readers.pop(gone).close()
        for real, root in roots.items():
            if real not in self._readers:
                self._readers[real] = self._reader(root)
        return list(self._readers.values())

    def _reader(self, root: Place) -> Reader:
        if isinstance(root, CursorHome):
            from tallylight.ingest.cursor_home import CursorHomeReader

            known = {path: position for path, position in self._positions.items() if position.source == HOME}
            return CursorHomeReader(root, known)
        from tallylight.ingest.cursor_reader import CursorReader

        return CursorReader(root, self._positions.get(storable(str(root.database))))

    def _close_readers(self) -> None:
        for reader in self._readers.values():
            reader.close()
        self._readers.clear()

    def _note(self) -> None:
        before = self._seen
        self._seen = tuple(self._status(root, self._readers.get(root.real)) for root in self._roots)
        if self._seen != before and self._deliver is not None and self._readers:
            self._deliver(Batch())  # nothing to write, but something else to show

    def _status(self, root: Place, reader: Reader | None) -> RootStatus:
        parts = reader.parts if reader else ()
        return RootStatus(
            source=NAME,
            path=shown(storable(root.path)),
            is_found=root.is_found,
            problem=root.problem or (reader.problem if reader else ""),
            added=root.added,
            # Whether hooks run the recorder is of the person, not of a folder.
            parts=(*parts, *(self._hooks if isinstance(root, CursorHome) else ())),
            files=reader.files if reader else 0,
            sessions=reader.sessions if reader else 0,
        )
