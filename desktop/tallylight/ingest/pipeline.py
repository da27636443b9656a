"""The line from log files to the ledger, in one screen. Knows neither threads nor Qt."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from tallylight.domain.snapshot import Progress
from tallylight.domain.usage import Rejected
from tallylight.ingest.files import read_small, storable
from tallylight.ingest.roots import Root
from tallylight.ingest.tail import Reading, Tail
from tallylight.ledger.batch import Batch, LogPosition, Written, stamp_of
from tallylight.ledger.ledger import Ledger
from tallylight.sources.base import LogFile, LogSource

#: One step of the line: what is read between two commits, small enough to stay live and to lose little.
_STEP_BYTES = 8 << 20
_STEP_EVENTS = 3000
_STEP_S = 0.25
_SLICE_BYTES = 4 << 20


class Pending(msgspec.Struct, gc=False):
    """A file with something to read, or that may have."""

    path: str
    #: The path as the ledger knows it.
    name: str
    root: Root
    file: LogFile
    modified_ns: int
    size: int
    is_plain: bool = True


class Tally(msgspec.Struct):
    """What a scan did, for `tallylight scan`."""

    files: int = 0
    bytes: int = 0
    events: int = 0
    new: int = 0
    rejected: dict[str, int] = {}
    #: Databases of others that could not be read now, and why.
    unread: list[str] = []


class Pipeline:
    """Finds changed files, reads them newest first in small steps, and writes each step to the ledger."""

    def __init__(
        self,
        ledger: Ledger,
        sources: Sequence[LogSource],
        roots: Sequence[Root],
        price: Callable[[set[str], bool], None] = lambda _models, _can_wait: None,
    ) -> None:
        self._ledger = ledger
        self._sources = {source.name: source for source in sources}
        self.price = price
        self._tail = Tail()
        self._stamps = ledger.stamps()
        self._waiting: dict[str, Pending] = {}
        self._urgent: dict[str, Pending] = {}
        self._bytes_total = self._bytes_done = self._files_total = self._files_done = 0
        self._began = 0.0
        self._read_elsewhere: set[str] = set()
        self.roots = roots
        self.tally = Tally()
        self._step_bytes, self._step_events = _STEP_BYTES, _STEP_EVENTS

    def hurry(self) -> None:
        """Take larger steps: no window has to stay smooth meanwhile."""
        self._step_bytes, self._step_events = 3 * _STEP_BYTES, 2 * _STEP_EVENTS

    # -- what there is to read

    def discover(self) -> None:
        """Look through all roots for files that changed; the newest will be read first."""
        present: set[str] = set()
        waiting: list[Pending] = []
        self._read_elsewhere = _linked_twice(self._folders())
        self._ledger.forget_unreadable_folders()
        for root in self.roots:
            for pending in self._files_of(root):
                present.add(pending.name)
                known = self._stamps.get(pending.name)
                if known is None or (known.size, known.modified_ns) != (pending.size, pending.modified_ns):
                    waiting.append(pending)
        self._forget_gone(present)
        waiting.sort(key=lambda p: p.modified_ns, reverse=True)
        self._waiting = {p.path: p for p in waiting}
        self._files_total, self._files_done = len(waiting), 0
        self._bytes_total, self._bytes_done = sum(self._unread(p) for p in waiting), 0
        self._began = time.monotonic()

    def touch(self, paths: Iterable[str]) -> set[str]:
        """Files that just changed: they come before everything else. The sessions whose files they are."""
        sessions: set[str] = set()
        for path in paths:
            if path.startswith(tuple(folder + os.sep for folder in self._read_elsewhere)):
                continue
            for root in self.roots:
                pending = self._pending(root, path)
                if pending is not None:
                    self._urgent[path] = pending
                    sessions.add(pending.file.session_id)
                    break
        return sessions

    @property
    def is_idle(self) -> bool:
        return not self._urgent and not self._waiting

    @property
    def has_urgent(self) -> bool:
        return bool(self._urgent)

    @property
    def progress(self) -> Progress | None:
        """How far the reading of what `discover` found is; None when it is done."""
        if not self._waiting:
            return None
        left = None
        elapsed = time.monotonic() - self._began
        if self._bytes_done > 16 << 20 or elapsed > 2:
            left = elapsed / max(1, self._bytes_done) * (self._bytes_total - self._bytes_done)
        return Progress(
            self._files_done,
            self._files_total,
            min(self._bytes_done, self._bytes_total),
            self._bytes_total,
            left,
        )

    # -- reading

    def step(self) -> Written:
        """Read a little and commit it. Raises sqlite3.Error when the ledger cannot be written; nothing is lost,
        as the same stretch is read again."""
        batch = Batch()
        deadline = time.monotonic() + _STEP_S
        taken: list[Pending] = []
        read = 0
        is_urgent = bool(self._urgent)
        queue = self._urgent if is_urgent else self._waiting
        while (
            queue
            and read < self._step_bytes
            and len(batch.events) < self._step_events
            and time.monotonic() < deadline
        ):
            pending = queue.pop(next(iter(queue)))
            taken.append(pending)
            got, is_complete = self._read_into(batch, pending)
            read += got
            if not is_urgent:
                self._bytes_done += got
                self._files_done += is_complete
            if not is_complete:
                queue[pending.path] = pending
                if not is_urgent:
                    break
        try:
            self.price({event.model for event in batch.events}, bool(self._waiting) and not is_urgent)
            written = self._ledger.write(batch)
        except BaseException:
            queue.update({p.path: p for p in taken})
            raise
        self._stamps.update((path, stamp_of(position)) for path, position in batch.positions.items())
        self._count(batch, read, written)
        return written

    def _read_into(self, batch: Batch, pending: Pending) -> tuple[int, bool]:
        path, name = pending.path, pending.name
        if not pending.is_plain:  # a pipe would keep its reader waiting for ever
            self._refuse(batch, pending.root.source, name, "unreadable: not a file")
            return 0, True
        known = batch.positions.get(name)
        if known is None and name in self._stamps:
            known = self._ledger.position(name)
        try:
            if path.endswith(".meta.json"):
                return self._read_whole(batch, pending), True
            source = self._sources[pending.root.source]
            reading = self._tail.read(
                source, pending.file, storable(pending.root.path), path, known, _SLICE_BYTES
            )
        except FileNotFoundError:
            return 0, True
        except OSError as e:
            self._refuse(batch, pending.root.source, name, f"unreadable: {e.strerror or type(e).__name__}")
            return 0, True
        if reading is None:
            return 0, True
        self._collect(batch, name, reading)
        return reading.bytes_read, reading.is_complete

    def _collect(self, batch: Batch, name: str, reading: Reading) -> None:
        found = reading.found
        batch.events.extend(found.events)
        batch.marks.extend(found.marks)
        batch.facts.extend(found.facts)
        if reading.is_restarted:
            batch.restarted.append(name)
        batch.readable.append(name)
        batch.rejected.extend((name, rejected) for rejected in found.rejected)
        batch.positions[name] = msgspec.structs.replace(reading.position, path=name)

    def _read_whole(self, batch: Batch, pending: Pending) -> int:
        """A small side file that is stated as a whole."""
        data = read_small(pending.path)
        batch.facts.extend(self._sources[pending.root.source].side_facts(pending.file, data))
        batch.positions[pending.name] = LogPosition(
            path=pending.name,
            source=pending.root.source,
            root=storable(pending.root.path),
            size=pending.size,
            modified_ns=pending.modified_ns,
        )
        return len(data)

    def _refuse(self, batch: Batch, source: str, path: str, reason: str) -> None:
        batch.readable.append(path)
        batch.rejected.append((path, Rejected(source, reason)))

    def _count(self, batch: Batch, read: int, written: Written) -> None:
        self.tally.files += sum(
            position.size >= 0 for position in batch.positions.values()
        )  # read to its end
        self.tally.bytes += read
        self.tally.events += len(batch.events)
        self.tally.new += written.new
        for _, rejected in batch.rejected:
            self.tally.rejected[rejected.reason] = (
                self.tally.rejected.get(rejected.reason, 0) + rejected.count
            )

    # -- files

    def _folders(self) -> list[str]:
        return [
            f"{root.path}{os.sep}{folder}"
            for root in self.roots
            for folder in self._sources[root.source].folders
        ]

    def _files_of(self, root: Root) -> Iterator[Pending]:
        source = self._sources[root.source]
        for folder in source.folders:
            base = f"{root.path}{os.sep}{folder}"
            if base in self._read_elsewhere:
                continue
            for path in self._walk(root, base, source.suffixes):
                pending = self._pending(root, path)
                if pending is not None:
                    yield pending

    def _walk(self, root: Root, base: str, suffixes: tuple[str, ...]) -> Iterator[str]:
        """All files below; linked folders too, but none twice."""
        seen: set[tuple[int, int]] = set()
        for directory, names, files in os.walk(
            base, followlinks=True, onerror=lambda e: self._unreadable(root, e)
        ):
            try:
                status = Path(directory).stat()
            except OSError:  # swept away since it was listed
                names.clear()
                continue
            if (status.st_dev, status.st_ino) in seen:
                names.clear()
                continue
            seen.add((status.st_dev, status.st_ino))
            names.sort()
            yield from (f"{directory}{os.sep}{name}" for name in files if name.endswith(suffixes))

    def _pending(self, root: Root, path: str) -> Pending | None:
        if not path.startswith(root.path + os.sep):
            return None
        name = storable(path)
        file = self._sources[root.source].place(name[len(storable(root.path)) + 1 :].replace(os.sep, "/"))
        if file is None:
            return None
        try:
            status = os.stat(path)  # noqa: PTH116 thousands of files: a Path each costs more than the call
        except OSError:
            return None
        file = msgspec.structs.replace(
            file, path=name, account=root.account, modified_ms=status.st_mtime_ns // 1_000_000
        )
        is_plain = stat.S_ISREG(status.st_mode)
        return Pending(path, name, root, file, status.st_mtime_ns, status.st_size, is_plain)

    def _unreadable(self, root: Root, error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            batch = Batch()
            self._refuse(
                batch, root.source, storable(str(error.filename)), f"unreadable folder: {error.strerror}"
            )
            self._ledger.write(batch)
            self._count(batch, 0, Written())

    def _unread(self, pending: Pending) -> int:
        known = self._stamps.get(pending.name)
        done = known.offset if known is not None and known.offset <= pending.size else 0
        return pending.size - done

    def _forget_gone(self, present: set[str]) -> None:
        there = tuple(storable(root.path) + os.sep for root in self.roots if root.is_found)
        gone = [
            p for p, at in self._stamps.items() if p not in present and not at.is_gone and p.startswith(there)
        ]
        if gone and there:
            self._ledger.mark_gone(gone)
            for path in gone:
                self._stamps[path] = self._stamps[path]._replace(is_gone=True)


def _linked_twice(folders: Iterable[str]) -> set[str]:
    """Folders that are, through a link, one of the folders before them."""
    seen: set[str] = set()
    again: set[str] = set()
    for folder in folders:
        real = os.path.realpath(folder)
        (again if real in seen else seen).add(folder if real in seen else real)
    return again
