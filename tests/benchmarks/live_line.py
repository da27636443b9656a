"""From a line on disk to the line of `tallylight live`, and to the pixels of panel and window."""

from __future__ import annotations

import contextlib
import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from lamp import ICON, PANEL, WINDOW, Lamp, Place
from live_log import LiveLog
from places import HERE, Corpus, home_that_knows, tell
from tray_runs import lamp_at, missing_tools, raise_window, x_session
from verdict import Row, below, p95, skipped, spread
from whole_process import environment, settle, tallylight

#: As long as a session of some hours is when its next line comes.
_ANSWERS_BEFORE = 400
_JSON_MS, _PIXELS_MS = 60, 150
_PATIENCE_S = 10.0


def measure(logs: Corpus, times: int) -> list[Row]:
    """Rows for the shell's line and for pixels, with `logs` known and one long session going on."""
    with home_that_knows(logs) as home:
        log = LiveLog(home)
        log.append(_ANSWERS_BEFORE)
        tell(f"live: {times} lines to `live --json`")
        rows = [_row("line on disk to `live` JSON", _JSON_MS, _to_json(home, logs, log, times))]
        missing = missing_tools()
        if missing:
            return rows + skipped("line on disk to pixels", missing)
        return rows + _to_pixels(home, logs, log, times)


def _row(what: str, limit: float, took_ms: list[float]) -> Row:
    return below(f"{what}, p95", limit, p95(took_ms), "ms", f"median {spread(took_ms, 'ms')}")


def _some_time_later(chance: random.Random) -> None:
    time.sleep(chance.uniform(0.1, 0.9))


def _to_json(home: Path, logs: Corpus, log: LiveLog, times: int) -> list[float]:
    surroundings = environment(home, CLAUDE_CONFIG_DIR=str(logs.path))
    process = subprocess.Popen(tallylight("live", "--json"), env=surroundings, stdout=subprocess.PIPE)
    heard = Heard(process, log.session)
    try:
        heard.wait(log.answers)
        settle(process.pid)
        took, chance = [], random.Random(1)
        for _ in range(times):
            _some_time_later(chance)
            began = log.append()
            took.append((heard.wait(log.answers) - began) / 1e6)
        return took
    finally:
        process.terminate()
        process.wait(10)
        heard.close()


class Heard:
    """When the shell's line first said a figure of a session: how many requests it has, say."""

    def __init__(self, process: subprocess.Popen[bytes], session: str, figure: str = "requests") -> None:
        self._process, self._session, self._figure = process, session, figure
        self._moments: dict[int, int] = {}
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        for line in self._process.stdout or ():
            now = time.monotonic_ns()
            said = json.loads(line)
            if said["session_id"] == self._session:
                with self._changed:
                    self._moments.setdefault(said[self._figure], now)
                    self._changed.notify_all()

    def wait(self, count: int) -> int:
        with self._changed:
            if not self._changed.wait_for(lambda: count in self._moments, _PATIENCE_S):
                raise RuntimeError(
                    f"`tallylight live` did not say {count} {self._figure} within {_PATIENCE_S:g} s"
                )
            return self._moments[count]

    def close(self) -> None:
        self._thread.join(5)
        if self._process.stdout is not None:
            self._process.stdout.close()


def _to_pixels(home: Path, logs: Corpus, log: LiveLog, times: int) -> list[Row]:
    rows = []
    with x_session(home) as session, lamp_at(session, home, logs.path) as lamp:
        lamp.click(lamp.shows(ICON))
        panel = lamp.shows(PANEL)
        settle(lamp.process.pid)
        tell(f"live: {times} lines to the panel's pixels")
        rows.append(_row("line on disk to the panel's pixels", _PIXELS_MS, _seen(lamp, panel, log, times)))
        raise_window(lamp, home, logs.path)
        window = lamp.shows(WINDOW)
        settle(lamp.process.pid)
        tell(f"live: {times} lines to the window's pixels")
        rows.append(_row("line on disk to the window's pixels", _PIXELS_MS, _seen(lamp, window, log, times)))
    return rows


def _seen(lamp: Lamp, place: Place, log: LiveLog, times: int) -> list[float]:
    took, chance = [], random.Random(2)
    with _changes(lamp, place) as changes:
        for _ in range(times):
            _some_time_later(chance)
            began = log.append()
            took.append((changes.after(began) - began) / 1e6)
            time.sleep(0.5)  # what the line moves besides has been painted before the next
    return took


class _Changes:
    """The moments at which a part of the screen was seen to differ, told by a process that looks at it."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._moments: list[int] = []
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        for line in self._process.stdout or ():
            self._moments.append(int(line))

    def after(self, ns: int) -> int:
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            found = next((moment for moment in self._moments if moment > ns), 0)
            if found:
                return found
            time.sleep(0.002)
        raise RuntimeError(f"no pixel changed within {_PATIENCE_S:g} s")


@contextlib.contextmanager
def _changes(lamp: Lamp, place: Place) -> Iterator[_Changes]:
    figures = [str(figure) for figure in (place.x, place.y, place.width, place.height)]
    process = subprocess.Popen(
        [sys.executable, str(HERE / "watch_pixels.py"), *figures],
        env=lamp.session.environment, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        if process.stdout is None or process.stdout.readline() != b"ready\n":
            raise RuntimeError("the screen cannot be looked at")
        yield _Changes(process)
    finally:
        process.terminate()
        process.wait(10)
