"""The demo: three invented sessions written as real log lines into a scratch folder, read like any other.

Its ledger lies in the same scratch folder: nothing of the demo ever reaches the user's own.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from pathlib import Path

import msgspec

from tallylight.domain.settings import Settings
from tallylight.ingest.assembly import ledger_path, now_ms, open_meter
from tallylight.ingest.demo_script import PLOTS, Plot, Record, session_id, subagent, told_before, turn
from tallylight.ingest.meter import Meter
from tallylight.ingest.registry import started_of
from tallylight.ingest.roots import Root
from tallylight.ingest.scratch import Scratch

#: Of the scratch folder's name.
PREFIX = "tallylight-demo-"

#: Seconds between two turns while one watches, and how many there are at most.
_BEAT_S = 2.0
_TURNS = 450


class Demo:
    """Writes while it is open; leaves nothing behind, but for the next demo to sweep when it is killed."""

    def __init__(self, beat_s: float = _BEAT_S) -> None:
        self._beat_s = beat_s
        self._scratch = Scratch(PREFIX)
        self._folder = self._scratch.path
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._replay, name="demo", daemon=True)

    @property
    def root(self) -> Root:
        path = str(self._folder / "claude")
        return Root("claude-code", path, path, "demo")

    @property
    def ledger_path(self) -> Path:
        return ledger_path(self._folder / "data")

    def open_meter(self) -> Meter:
        """A meter over the demo's logs and its own ledger."""
        return open_meter(Settings(), [self.root], self._folder / "data", is_demo=True, has_alerts=True)

    def __enter__(self) -> Demo:
        now = now_ms()
        for plot, at_ms in told_before(now):
            for number in range(plot.past):
                self._write(plot, turn(plot, number, at_ms + number * plot.seconds * 1000))
        self._append(
            PLOTS[0], f"{session_id(PLOTS[0])}/subagents/agent-demo0explore.jsonl", self._explorer(now)
        )
        self._register("busy")
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(10)
        self._scratch.close()

    def _replay(self) -> None:
        """One session's next turn per beat, the failing one twice as often as the others."""
        numbers = {plot.name: plot.past for plot in PLOTS}
        order = (PLOTS[1], PLOTS[0], PLOTS[1], PLOTS[2])
        for beat in range(_TURNS):
            if self._ended.wait(self._beat_s):
                return
            plot = order[beat % len(order)]
            self._write(plot, turn(plot, numbers[plot.name], now_ms() - 350))
            numbers[plot.name] += 1

    def _explorer(self, now: int) -> Iterable[Record]:
        return subagent(PLOTS[0], now - 20 * PLOTS[0].seconds * 1000)

    def _write(self, plot: Plot, records: Iterable[Record]) -> None:
        self._append(plot, f"{session_id(plot)}.jsonl", records)

    def _append(self, plot: Plot, name: str, records: Iterable[Record]) -> None:
        path = Path(self.root.path, "projects", plot.folder.replace("/", "-"), name)
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = b"".join(msgspec.json.encode(record) + b"\n" for record in records)
        with path.open("ab") as stream:
            stream.write(lines)

    def _register(self, status: str) -> None:
        """The sessions as running, in the shape of the client's registry, with this process as their own."""
        folder = Path(self.root.path, "sessions")
        folder.mkdir(parents=True)
        for plot in PLOTS:
            entry = {
                "pid": os.getpid(),
                "procStart": started_of(os.getpid()),
                "sessionId": session_id(plot),
                "cwd": plot.folder,
                "status": "idle" if plot.name == "healthy" else status,
            }
            (folder / f"{plot.name}.json").write_bytes(msgspec.json.encode(entry))
