"""Folders of exports, read in a process of its own whenever something in them is new: what reads Parquet would
double the memory of the tray application for good."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from tallylight.config.paths import shown
from tallylight.domain.snapshot import RootStatus
from tallylight.ingest.files import storable
from tallylight.ingest.shared import SOURCE, Partition, SharedRoot, can_read, news, partitions, refused
from tallylight.installed import NO_WINDOW, child_command
from tallylight.ledger.ledger import Ledger
from tallylight.ledger.queries import Queries

#: A program that copies a folder writes many files: it is waited for.
_SETTLE_MS = 3000
#: How often a running process is looked after.
_LOOK_MS = 500


class Order(msgspec.Struct, frozen=True):
    """What the process is asked for."""

    data: str
    roots: list[SharedRoot]


class SharedFolders:
    """Follows folders of exports for the meter; used in its thread."""

    def __init__(self, ledger: Ledger, data: Path, roots: Sequence[SharedRoot]) -> None:
        self._ledger = ledger
        self._data = data
        self.roots = roots
        self._found: dict[SharedRoot, list[Partition]] = {}
        self._child: subprocess.Popen[bytes] | None = None
        self._due_ms: int | None = None
        self._problem = ""

    def concerns(self, path: str) -> bool:
        return path.startswith(tuple(root.path + os.sep for root in self.roots))

    def expect(self, now_ms: int) -> None:
        """Something in them changed: they are looked through when it has settled."""
        self._due_ms = now_ms + _SETTLE_MS

    @property
    def due_ms(self) -> int | None:
        """When to look after them again although nothing is heard, None for no such time."""
        return self._due_ms

    def look(self, now_ms: int) -> bool:
        """Go on; whether there is something else to show of them, or of the ledger, since."""
        if self._due_ms is None or now_ms < self._due_ms:
            return False
        self._due_ms = None
        if self._child is None:
            before = self._found
            self.discover(now_ms)
            return self._found != before
        if self._child.poll() is None:
            self._due_ms = now_ms + _LOOK_MS
            return False
        self._take_leave()
        return True

    def discover(self, now_ms: int) -> None:
        """Look through all folders, and have read what is new."""
        self._found = {root: list(partitions(root)) for root in self.roots}
        everything = [partition for found in self._found.values() for partition in found]
        if self._child is not None or not everything or not can_read():
            return
        if news(everything, self._ledger.stamps(SOURCE), self._ledger.machine):
            self._start()
            self._due_ms = now_ms + _LOOK_MS

    def close(self) -> None:
        if self._child is not None:
            self._child.terminate()
            self._take_leave()

    def _start(self) -> None:
        order = msgspec.json.encode(Order(str(self._data), list(self.roots)))
        pipe = subprocess.PIPE
        try:
            self._child = subprocess.Popen(  # noqa: S603 - our own module, nothing of the user's on the command line
                child_command("shared"),
                stdin=pipe,
                stdout=subprocess.DEVNULL,
                stderr=pipe,
                creationflags=NO_WINDOW,
            )
        except OSError as e:
            self._problem = f"cannot be read: {e.strerror}"
            return
        with contextlib.suppress(OSError):  # gone at once: it says why when it is taken leave of
            assert self._child.stdin is not None  # noqa: S101
            self._child.stdin.write(order)
            self._child.stdin.close()

    def _take_leave(self) -> None:
        child, self._child = self._child, None
        if child is None or child.stderr is None:
            return
        said = child.stderr.read().decode(errors="replace").strip().splitlines()
        child.stderr.close()
        failed = child.wait() != 0
        self._problem = f"could not be read: {said[-1] if said else 'no reason was given'}" if failed else ""

    def statuses(self, queries: Queries) -> Iterable[RootStatus]:
        """What is known of each folder, for the Sources page."""
        held = queries.known.machines() if self.roots else {}
        rejected = queries.known.rejected_files(SOURCE) if self.roots else []
        for root in self.roots:
            others = [p for p in self._found.get(root, ()) if p.host != self._ledger.machine]
            hosts = sorted({partition.host for partition in others} & held.keys())
            yield RootStatus(
                source=SOURCE,
                path=shown(storable(root.path)),
                is_found=root.is_found,
                problem=root.problem or self._problem or refused(root, rejected),
                added=root.added,
                files=len(others),
                newest_ms=max((partition.modified_ns for partition in others), default=0) // 1_000_000,
                sessions=sum(held[host][1] for host in hosts),
                machines=tuple((host, held[host][0]) for host in hosts),
            )
