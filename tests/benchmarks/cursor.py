"""Cursor's databases: a large one read for the first time, a chat that moves, and heartbeats that mean nothing."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from live_line import Heard
from places import cache_folder, scratch_home, tell
from verdict import Row, below, p95, spread
from whole_process import Run, cpu_ns, environment, in_turn, run, settle, tallylight

sys.path.append(str(Path(__file__).resolve().parents[1]))  # the homes of the tests
from cursor_homes import MINUTE, CursorHome, iso
from tallylight.ingest.cursor_spool import CursorSpool

_READ_S, _READ_MB, _MOVE_MS, _IDLE_PERCENT, _HOOK_MS = 1, 100, 1000, 0.1, 50
#: What a large install holds: see the sizes that people report of theirs.
_CHATS, _MESSAGES, _BLOBS = 1_200, 46, 110_000
_CHAT_BYTES, _BUBBLE_BYTES, _BLOB_BYTES = 38_000, 8_000, 14_000


def measure(times: int, idle_seconds: int, *, is_small: bool = False) -> list[Row]:
    """`is_small` is a quick look: the same with a hundredth of the rows."""
    large = _large_home(100 if is_small else 1)
    return [*_first_read(large, min(times, 5)), *_moves(times), *_idle(idle_seconds), *_hook(times)]


def _large_home(divisor: int) -> Path:
    """Made once; some minutes' worth of rows go in without waiting for the disk."""
    home = cache_folder() / f"cursor-{_CHATS // divisor}"
    if home.exists():
        return home
    tell("generating a large database of Cursor's")
    partial = home.with_suffix(".partial")
    made = CursorHome(_user(partial))
    made.main.execute("PRAGMA synchronous = OFF")
    chance = random.Random(1)
    for number in range(_CHATS // divisor):
        made.main.execute("BEGIN")
        _fill(made, f"{number:08}-large", chance)
        made.main.execute("COMMIT")
    for start in range(0, _BLOBS // divisor, 1000):
        made.main.execute("BEGIN")
        for number in range(start, start + 1000):
            made.put(f"agentKv:blob:{number:064x}", chance.randbytes(_BLOB_BYTES))
        made.main.execute("COMMIT")
    made.close()
    partial.rename(home)
    return home


def _fill(home: CursorHome, chat: str, chance: random.Random) -> None:
    """A chat of three rows a turn, as heavy as they are: most of it is text that nobody decodes."""
    at = home.start + chance.randrange(10_000) * MINUTE
    listing = []
    for number in range(_MESSAGES):
        bubble, kind = f"{chat}-{number}", 1 if number % 3 == 0 else 2
        listing.append({"bubbleId": bubble, "type": kind, "createdAt": iso(at + number * MINUTE)})
        model = {"modelName": "composer-2.5"}
        padding = "x" * chance.randrange(2 * _BUBBLE_BYTES)
        home.bubble(
            chat, bubble, type=kind, createdAt=iso(at + number * MINUTE), modelInfo=model, text=padding
        )
    more = {"fullConversationHeadersOnly": listing, "codeBlockData": "y" * _CHAT_BYTES, "createdAt": at}
    home.heads.clear()  # the stale list would grow with every chat
    home.chat(chat, 0, used=chance.randrange(20_000, 180_000), lastUpdatedAt=at + _MESSAGES * MINUTE, **more)


def _user(home: Path) -> Path:
    return home / "xdg-config" / "Cursor" / "User"


def _surroundings(home: Path, data: Path) -> dict[str, str]:
    return environment(home, TALLYLIGHT_DATA_DIR=str(data))


def _first_read(large: Path, times: int) -> list[Row]:
    size = (_user(large) / "globalStorage" / "state.vscdb").stat().st_size / 1e9
    tell(f"cursor: {times} first reads of {size:.2f} GB")
    number = iter(range(1000))
    with scratch_home() as home:

        def scan(user: Path) -> Run:
            return run(tallylight("scan"), _surroundings(user, home / f"data-{next(number)}"))

        scan(large)  # so that no run pays for the disk
        done = in_turn({"read": lambda: scan(large), "nothing": lambda: scan(home)}, times)
    took = [read.wall_s - start.wall_s for read, start in zip(done["read"], done["nothing"], strict=True)]
    walls = [each.wall_s for each in done["read"]]
    what = f"first read of {size:.2f} GB of Cursor's"
    note = f"beyond a `scan` of nothing; with it {spread(walls, 's')}"
    return [
        below(what, _READ_S, median(took), "s", note),
        below(f"{what}: memory", _READ_MB, max(each.peak_mb for each in done["read"]), "MB"),
    ]


@contextmanager
def _followed() -> Iterator[tuple[CursorHome, subprocess.Popen[bytes]]]:
    """A home with one chat of today, and `live` following it."""
    with scratch_home() as folder:
        home = CursorHome(_user(folder))
        home.chat("one", 3, used=20_000, createdAt=_now() - 5 * MINUTE)
        command = tallylight("live", "--json")
        process = subprocess.Popen(
            command, env=_surroundings(folder, folder / "data"), stdout=subprocess.PIPE
        )
        try:
            yield home, process
        finally:
            process.terminate()
            process.wait(10)
            home.close()


def _moves(times: int) -> list[Row]:
    tell(f"cursor: {times} moves of a chat that is generating")
    took, chance = [], random.Random(3)
    with _followed() as (home, process):
        heard = Heard(process, "one", "context_tokens")
        for number in range(times + 1):
            used, began = 50_000 + 10 * number, time.monotonic_ns()
            home.move("one", status="generating", contextTokensUsed=used, lastUpdatedAt=_now())
            took.append((heard.wait(used) - began) / 1e6)
            time.sleep(chance.uniform(0.1, 1.5))
        process.terminate()
        heard.close()
    took = took[1:]  # before the first, nothing was generating
    return [
        below("a chat moves to `live` JSON, p95", _MOVE_MS, p95(took), "ms", f"median {spread(took, 'ms')}")
    ]


def _idle(seconds: int) -> list[Row]:
    """Cursor is open and writes its heartbeats; no chat moves."""
    tell(f"cursor: {seconds} s of heartbeats")
    with _followed() as (home, process):
        settle(process.pid)
        began, cpu = time.monotonic(), cpu_ns(process.pid)
        while time.monotonic() - began < seconds:
            home.put("heartbeat", str(_now()), "ItemTable")
            time.sleep(1)
        percent = (cpu_ns(process.pid) - cpu) / 1e7 / (time.monotonic() - began)
    return [
        below(f"one heartbeat of Cursor's a second, {seconds} s: CPU", _IDLE_PERCENT, percent, "% of a core")
    ]


def _hook(times: int) -> list[Row]:
    """The recorder, for which Cursor waits at the end of a turn."""
    payload = {"hook_event_name": "stop", "conversation_id": "c", "generation_id": "g", "model": "composer-2.5",
               "cursor_version": "3.14.7", "input_tokens": 9_000, "output_tokens": 9, "text": "x" * 20_000}  # fmt: skip
    with scratch_home() as home:
        spool = CursorSpool(home)
        spool.write_script()
        given = json.dumps(payload).encode()
        done = in_turn({"hook": lambda: run([str(spool.script)], environment(home), given)}, times)["hook"]
    took = [each.wall_s * 1000 for each in done]
    return [below("the recorder of a hook, p95", _HOOK_MS, p95(took), "ms", spread(took, "ms"))]


def _now() -> int:
    return time.time_ns() // 1_000_000
