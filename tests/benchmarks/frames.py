"""The window during a first full read: how long its thread did not come round."""

from __future__ import annotations

import time

from lamp import ICON
from places import Corpus, scratch_home, tell
from tray_runs import Trace, lamp_at, raise_window, x_session
from verdict import Row, below
from whole_process import settle

_LIMIT_MS = 100


def measure(logs: Corpus) -> list[Row]:
    """The largest gap between turns of the event loop while it reads, with the window open and left alone.

    What building the window takes is told apart: that happens once, at the user's own click.
    """
    logs.warm()
    with scratch_home() as home, x_session(home) as session:
        trace = Trace(home / "trace")
        with lamp_at(session, home, logs.path, trace) as lamp:
            tell(f"frames: the window during a first read of {logs.megabytes:,.0f} MB")
            lamp.shows(ICON)
            raise_window(lamp, home, logs.path)
            time.sleep(0.5)
            opened_ns, opening = time.monotonic_ns(), trace.gaps()
            took_s = settle(lamp.process.pid, share=0.1)
            gaps = trace.gaps()[len(opening) :]
            shown = sum(moment > opened_ns for moment in trace.read("snapshot"))
    if took_s < 1:
        return [Row("largest gap during a full read", "", "not measured", None, "the read was over too soon")]
    at_ns, largest = max(gaps, key=lambda gap: gap[1], default=(opened_ns, 0))
    over = sum(gap > _LIMIT_MS * 1e6 for _, gap in gaps)
    note = (
        f"{over} over {_LIMIT_MS} ms, {len(gaps)} over 50 ms, in {took_s:.1f} s of reading with {shown} snapshots "
        f"shown; the largest {(at_ns - opened_ns) / 1e9:.1f} s after the window stood; while that was built: "
        f"{max((gap for _, gap in opening), default=0) / 1e6:.0f} ms"
    )
    return [below("largest gap during a full read", _LIMIT_MS, largest / 1e6, "ms", note)]
