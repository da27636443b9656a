"""A folder that several machines export to: which of its files are news to this machine's ledger."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from urllib.parse import unquote

import msgspec

from tallylight.domain.cursor_names import NAME as CURSOR
from tallylight.domain.settings import Settings
from tallylight.ingest.cursor_roots import is_cursor_folder
from tallylight.ingest.files import storable
from tallylight.installed import how_to_add
from tallylight.ledger.batch import Stamp

SOURCE = "shared"
LOGS = "claude-code"
#: Folders within folders named `key=value`; exports make two.
_DEPTH = 4
#: Of a large folder this much is enough to know what it is.
_GLANCE = 200
#: Reasons that are about a whole file, not a line of it.
_REFUSALS = ("damaged", "unreadable", "not exported")


class SharedRoot(msgspec.Struct, frozen=True):
    """A folder of exports; `added` is what the user called it."""

    path: str
    added: str

    @property
    def is_found(self) -> bool:
        return os.path.isdir(self.path)  # noqa: PTH112 - Path.is_dir raises below a folder it may not enter

    @property
    def problem(self) -> str:
        """Why it cannot be read, "" when it can be or is not there."""
        if not self.is_found:
            return ""
        try:
            os.scandir(self.path).close()
        except OSError as e:
            return f"cannot be read: {e.strerror}"
        return (
            "" if can_read() else f"cannot be read yet; add what reads Parquet with: {how_to_add('parquet')}"
        )


class Partition(msgspec.Struct, frozen=True):
    """One file below such a folder. `host` is "" where the path does not name the machine."""

    path: str
    root: str
    host: str
    size: int
    modified_ns: int

    @property
    def name(self) -> str:
        """The path as the ledger knows it."""
        return storable(self.path)


def can_read() -> bool:
    return find_spec("pyarrow") is not None


def shared_roots(settings: Settings) -> list[SharedRoot]:
    """The folders of exports among those that the user added."""
    return [
        SharedRoot(os.path.abspath(os.path.expanduser(name)), name)  # noqa: PTH100, PTH111 - Path raises for ~nobody
        for source, name in settings.folders
        if source == SOURCE
    ]


def source_of(path: str) -> str:
    """What a folder that is added holds, as settings name it: a database or exports where it looks so, else logs."""
    found = _files(os.path.expanduser(path), _DEPTH, [_GLANCE])  # noqa: PTH111
    if is_cursor_folder(path):
        return CURSOR
    return SOURCE if any(True for _ in found) else LOGS


def partitions(root: SharedRoot) -> Iterator[Partition]:
    """All files of exports below a folder. What cannot be listed is left out."""
    for entry in _files(root.path, _DEPTH, [sys.maxsize]):
        try:
            status = entry.stat()
        except OSError:  # swept away since it was listed
            continue
        below = entry.path[len(root.path) :].replace(os.sep, "/").split("/")[:-1]
        keys = dict(part.split("=", 1) for part in below if "=" in part)
        host = unquote(keys.get("host", ""))
        yield Partition(entry.path, root.path, host, status.st_size, status.st_mtime_ns)


def refused(root: SharedRoot, rejected: Sequence[tuple[str, str]]) -> str:
    """Which of a folder's files are not read at all, and why; "" for none. `rejected` as the ledger knows it."""
    start = storable(root.path) + os.sep
    whole = [(path, why) for path, why in rejected if path.startswith(start) and why.startswith(_REFUSALS)]
    if not whole:
        return ""
    path, why = whole[0]
    more = f" (and {len(whole) - 1:,} more)" if len(whole) > 1 else ""
    return f"{path.removeprefix(start)} is not read: {why}{more}"


def news(found: Sequence[Partition], stamps: Mapping[str, Stamp], machine: str) -> list[Partition]:
    """Files of other machines that are new or were replaced, the oldest first."""
    unread = []
    for partition in found:
        known = stamps.get(partition.name)
        is_same = known is not None and known[:2] == (partition.size, partition.modified_ns)
        if partition.host != machine and not is_same:
            unread.append(partition)
    return sorted(unread, key=lambda partition: partition.modified_ns)


def _files(folder: str, depth: int, most: list[int]) -> Iterator[os.DirEntry[str]]:
    """Parquet files in folders named `key=value`; looks at no more than `most[0]` entries."""
    try:
        with os.scandir(folder) as listed:
            entries = sorted(listed, key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        most[0] -= 1
        if most[0] < 0:
            return
        if "=" in entry.name and depth and entry.is_dir():
            yield from _files(entry.path, depth - 1, most)
        elif depth < _DEPTH and entry.name.endswith(".parquet") and not entry.name.startswith((".", "_")):
            yield entry
