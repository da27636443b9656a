"""The window during a first full read: how long its thread did not come round."""

from __future__ import annotations

import time
from dataclasses import dataclass

from lamp import ICON
from places import Corpus, scratch_home, tell
from tray_runs import Trace, lamp_at, raise_window, x_session
from verdict import Row, spread
from whole_process import settle

_LIMIT_MS = 100
#: The program writes down no shorter gap.
_NOTED_MS = 50


@dataclass(frozen=True)
class _Read:
    """One first read with the window open. Gaps are pairs: seconds since the window stood, milliseconds."""

    took_s: float
    snapshots: int
    building_ms: float
    gaps: list[tuple[float, float]]


def measure(logs: Corpus, times: int) -> list[Row]:
    """The largest gap between turns of the event loop while it reads, with the window open and left alone.

    What building the window takes is told apart: that happens once, at the user's own click.
    """
    logs.warm()
    what = "largest gap during a full read"
    tell(f"frames: the window during {times} first reads of {logs.megabytes:,.0f} MB")
    reads = [_read(logs) for _ in range(times)]
    if min(read.took_s for read in reads) < 1:
        return [Row(what, "", "not measured", None, "the read was over too soon")]
    gaps = [gap for read in reads for gap in read.gaps]
    at_s, largest = max(gaps, key=lambda gap: gap[1], default=(0.0, 0.0))
    measured = f"{largest:.0f} ms" if gaps else f"under {_NOTED_MS} ms"
    note = (
        f"{sum(gap > _LIMIT_MS for _, gap in gaps)} over {_LIMIT_MS} ms, {len(gaps)} over {_NOTED_MS} ms"
        f"{f', the largest {at_s:.1f} s after the window stood' if gaps else ''}; {reads[0].snapshots} snapshots shown "
        f"in {reads[0].took_s:.1f} s; while the window was built {spread([read.building_ms for read in reads], 'ms')}"
    )
    return [Row(what, f"≤ {_LIMIT_MS} ms", measured, largest <= _LIMIT_MS, note)]


def _read(logs: Corpus) -> _Read:
    with scratch_home() as home, x_session(home) as session:
        trace = Trace(home / "trace")
        with lamp_at(session, home, logs.path, trace) as lamp:
            lamp.shows(ICON)
            raise_window(lamp, home, logs.path)
            time.sleep(1)  # its first page fills once it stands
            opened_ns, opening = time.monotonic_ns(), trace.gaps()
            took_s = settle(lamp.process.pid, share=0.1)
            later = trace.gaps()[len(opening) :]
            shown = sum(moment > opened_ns for moment in trace.read("snapshot"))
    gaps = [(max(0.0, (at_ns - opened_ns) / 1e9), gap / 1e6) for at_ns, gap in later]
    return _Read(took_s, shown, max((gap / 1e6 for _, gap in opening), default=0.0), gaps)
