"""The client's own registry of running sessions: which are busy, waiting, idle, and which are gone."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

import msgspec

from tallylight.domain.session import Activity
from tallylight.ingest.files import read_small
from tallylight.ingest.roots import Root
from tallylight.ledger.sessions import Presence

#: Of a process in another container only its record's age can be judged.
_FOREIGN_MS = 10 * 60_000
_LARGEST_PID = 1 << 31


class _Entry(msgspec.Struct):
    """`sessions/<pid>.json`; the `.key` files beside it are secrets and never opened."""

    pid: int = 0
    sessionId: str = ""  # noqa: N815
    procStart: str | None = None  # noqa: N815
    pidDomain: str | None = None  # noqa: N815
    status: str = ""
    waitingFor: str | None = None  # noqa: N815
    name: str | None = None
    nameSource: str | None = None  # noqa: N815
    updatedAt: float | None = None  # noqa: N815


def read_presence(roots: Iterable[Root], now_ms: int) -> dict[str, Presence]:
    """Running sessions by id. Unreadable records are passed over: the transcript still tells what it costs."""
    present: dict[str, Presence] = {}
    for root in roots:
        try:
            names = os.listdir(Path(root.path, "sessions"))  # noqa: PTH208
        except OSError:
            continue
        for name in names:
            entry = _read(Path(root.path, "sessions", name)) if name.endswith(".json") else None
            if entry is not None and entry.sessionId and _is_alive(entry, now_ms):
                present[entry.sessionId] = Presence(
                    _ACTIVITIES.get(entry.status, Activity.IDLE),
                    (entry.waitingFor or "")[:80],
                    (entry.name or "") if entry.nameSource not in (None, "derived", "auto") else "",
                )
    return present


_ACTIVITIES = {"busy": Activity.BUSY, "waiting": Activity.WAITING, "idle": Activity.IDLE}


def _read(path: Path) -> _Entry | None:
    try:
        return msgspec.json.decode(read_small(path), type=_Entry)
    except (OSError, ValueError, RecursionError, msgspec.MsgspecError):
        return None


def _is_alive(entry: _Entry, now_ms: int) -> bool:
    if entry.pidDomain and _is_foreign(entry.pidDomain):
        return now_ms - (entry.updatedAt or 0) < _FOREIGN_MS
    if not 0 < entry.pid < _LARGEST_PID or not _runs(entry.pid):
        return False
    started = started_of(entry.pid)
    return not entry.procStart or not started or started == entry.procStart


def _is_foreign(domain: str) -> bool:
    """Whether the process lives in another namespace; the domain ends in the pid namespace's name."""
    try:
        return domain.rpartition(":pid:")[2] != os.readlink("/proc/self/ns/pid").removeprefix("pid:")  # noqa: PTH115
    except OSError:
        return False


def _runs(pid: int) -> bool:
    if sys.platform == "win32":
        return True  # asking there ends the process; the record itself is removed at exit
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def started_of(pid: int) -> str:
    """The process's start time as the kernel counts it, "" where it cannot be had."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
