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
            opening, painted = trace.read("gap"), len(trace.read("snapshot"))
            took_s = settle(lamp.process.pid, share=0.1)
            gaps = trace.read("gap")[len(opening) :]
            shown = len(trace.read("snapshot")) - painted
    over = [gap for gap in gaps if gap > _LIMIT_MS * 1e6]
    note = (
        f"{len(over)} gaps over {_LIMIT_MS} ms, {len(gaps)} over 50 ms, in {took_s:.1f} s of reading with {shown} "
        f"snapshots shown; while the window was built: {max(opening, default=0) / 1e6:.0f} ms"
    )
    if took_s < 1:
        return [Row("largest gap during a full read", "", "not measured", None, "the read was over too soon")]
    return [below("largest gap during a full read", _LIMIT_MS, max(gaps, default=0) / 1e6, "ms", note)]
