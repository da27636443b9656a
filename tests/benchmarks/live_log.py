"""Sessions that go on now, below a home: what a benchmark appends to while the program watches."""

from __future__ import annotations

import json
import os
import random
import time
from pathlib import Path

import corpus_lines as lines
from corpus_lines import Client, Place, Response, new_uuid


class LiveLog:
    """One session's transcript, an answer at a time. The same `number` is the same session."""

    def __init__(self, home: Path, number: int = 0) -> None:
        chance = random.Random(number)
        self._chance = chance
        self._home, self._number = home, number
        self.session = new_uuid(chance)
        self._client = Client(self.session, f"/srv/garden-{number % 6}", "2.1.330", "cli")
        self.path = home / ".claude" / "projects" / f"-srv-garden-{number % 6}" / f"{self.session}.jsonl"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._context = 18_000
        self.answers = 0

    def append(self, count: int = 1) -> int:
        """Write the next answers whole; the monotonic nanoseconds just before they were written."""
        text = "".join(self._answer() for _ in range(count))
        began = time.monotonic_ns()
        with self.path.open("a", encoding="utf-8") as log:
            log.write(text)
        return began

    def _answer(self) -> str:
        grown = self._chance.randrange(200, 900)
        at_ms = time.time_ns() // 1_000_000
        answer = Response(
            f"msg_{self._number}_{self.answers}", f"req_{self._number}_{self.answers}", "claude-sonnet-4-6", at_ms,
            3, 400, self._context, grown, 0, blocks=['{"type":"text","text":"-"}'],
        )  # fmt: skip
        self._context += grown
        self.answers += 1
        place = Place(new_uuid(self._chance), "", at_ms)
        return lines.assistant(self._client, answer, place, 0, answer.usage(self._client, 400), "end_turn")

    def register(self) -> None:
        """As its client would: the process that runs it is this one."""
        started = Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19]
        entry = {
            "pid": os.getpid(),
            "sessionId": self.session,
            "cwd": f"/srv/garden-{self._number % 6}",
            "procStart": started,
            "status": "idle",
            "updatedAt": time.time_ns() // 1_000_000,
        }
        path = self._home / ".claude" / "sessions" / f"{10_000 + self._number}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(entry))
