"""Starting on a ledger that knows its history: until the icon is in the tray, until its first figure is shown."""

from __future__ import annotations

import contextlib
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from places import Corpus, home_that_knows, tell
from tray_runs import LEAST_TRAY, Embedding, Trace, lamp_at, x_session
from verdict import Row, below, spread
from xsession import XSession, end

_ICON_S, _FIGURE_S, _AFTER_ICON_S = 0.6, 0.8, 0.15


@dataclass
class _Starts:
    icon: list[float] = field(default_factory=list)
    figure: list[float] = field(default_factory=list)
    least: list[float] = field(default_factory=list)

    @property
    def after_icon(self) -> list[float]:
        return [max(0.0, figure - icon) for icon, figure in zip(self.icon, self.figure, strict=True)]


def measure(logs: Corpus, times: int) -> list[Row]:
    """Rows for the start, in turn with the least Qt tray program there can be."""
    starts = _Starts()
    with home_that_knows(logs) as home, x_session(home) as session:
        tell(f"restart: {times} starts on {logs.megabytes:,.0f} MB of known history")
        with contextlib.closing(Embedding(session)) as embedding:
            for _ in range(times):
                _start(session, home, logs, embedding, starts)
                starts.least.append(_start_least(session, embedding))
    times_least = median(starts.icon) / median(starts.least)
    return [
        below("start to icon in the tray", _ICON_S, median(starts.icon), "s",
              f"{spread(starts.icon, 's')}; {times_least:.2f} × the least Qt tray, {spread(starts.least, 's')}"),
        below("start to first figure", _FIGURE_S, median(starts.figure), "s", spread(starts.figure, "s")),
        below(f"{logs.megabytes:,.0f} MB known: figure after icon", _AFTER_ICON_S, median(starts.after_icon), "s",
              spread(starts.after_icon, "s")),
    ]  # fmt: skip


def _start(session: XSession, home: Path, logs: Corpus, embedding: Embedding, starts: _Starts) -> None:
    trace = Trace(home / "trace")
    start_ns = time.monotonic_ns()
    with lamp_at(session, home, logs.path, trace):
        icon_ns = embedding.after(start_ns)
        starts.icon.append((icon_ns - start_ns) / 1e9)
        starts.figure.append((trace.wait("snapshot") - start_ns) / 1e9)
        time.sleep(0.5)  # the read behind the first figure ends in peace


def _start_least(session: XSession, embedding: Embedding) -> float:
    start_ns = time.monotonic_ns()
    process = session.start(sys.executable, "-c", LEAST_TRAY)
    try:
        return (embedding.after(start_ns) - start_ns) / 1e9
    finally:
        end(process)
