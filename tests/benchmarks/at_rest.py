"""The tray application when nothing happens, and its memory with and without a chart."""

from __future__ import annotations

import time

from lamp import ICON
from live_log import LiveLog
from places import Corpus, home_that_knows, scratch_home, tell
from tray_runs import lamp_at, raise_window, x_session
from verdict import Row, below
from whole_process import cpu_ns, memory_mb, settle, shared_out_mb, wake_ups, written_bytes

_SESSIONS = 20
_IDLE_PERCENT, _TRAY_MB, _CHART_MB = 0.1, 90, 150


def idle(seconds: int) -> list[Row]:
    """Twenty sessions are open and wait; nothing of ours is on screen but the icon."""
    with scratch_home() as home, x_session(home) as session:
        for number in range(_SESSIONS):
            log = LiveLog(home, number)
            log.append(40)
            log.register()
        with lamp_at(session, home) as lamp:
            lamp.shows(ICON)
            settle(lamp.process.pid)
            time.sleep(5)
            tell(f"idle: watching the lamp for {seconds} s")
            return _watch(lamp.process.pid, seconds)


def _watch(pid: int, seconds: int) -> list[Row]:
    began, cpu, switches, wrote = time.monotonic(), cpu_ns(pid), wake_ups(pid), written_bytes(pid)
    time.sleep(seconds)
    took_s = time.monotonic() - began
    percent = (cpu_ns(pid) - cpu) / 1e7 / took_s
    now = written_bytes(pid)
    disk, calls = (now[name] - wrote[name] for name in ("write_bytes", "wchar"))
    note = f"{(wake_ups(pid) - switches) / took_s:.2f} context switches a second"
    what = f"idle, {_SESSIONS} sessions, {took_s:.0f} s"
    return [
        Row(
            f"{what}: CPU",
            f"< {_IDLE_PERCENT} % of a core",
            f"{percent:.4f} %",
            percent < _IDLE_PERCENT,
            note,
        ),
        Row(
            f"{what}: to disk",
            "nothing",
            f"{disk:,} bytes",
            disk == 0,
            f"handed to write calls: {calls:,} bytes",
        ),
    ]


def memory(logs: Corpus) -> list[Row]:
    """With the history of `logs` and a long session that goes on."""
    with home_that_knows(logs) as home, x_session(home) as session:
        log = LiveLog(home)
        log.append(400)
        log.register()
        with lamp_at(session, home, logs.path) as lamp:
            pid = lamp.process.pid
            tell("memory: the lamp alone, then with charts")
            lamp.shows(ICON)
            settle(pid)
            rows = [_size("memory, tray only", _TRAY_MB, pid)]
            raise_window(lamp, home, logs.path)
            for keys, what in (("ctrl+1", "chart of Live open"), ("ctrl+2", "chart of History too")):
                lamp.press(keys)
                settle(pid)
                rows.append(_size(f"memory, {what}", _CHART_MB, pid))
            return rows


def _size(what: str, limit: float, pid: int) -> Row:
    note = f"its share of what is shared counted once: {shared_out_mb(pid):.0f} MB; at most so far: "
    return below(what, limit, memory_mb(pid), "MB", note + f"{memory_mb(pid, 'VmHWM'):.0f} MB")
