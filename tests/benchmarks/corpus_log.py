"""What the generator of logs shares: the truth as it is made, chance, and one file being written."""

from __future__ import annotations

import os
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import corpus_lines as lines
from corpus_lines import Client, Place, Prose, Response, day_of, new_uuid

FIELDS = ("requests", "input", "output", "cache_read", "cache_write_5m", "cache_write_1h", "web_searches")


@dataclass
class Truth:
    """What a reader must find. Written as it is made, never by reading."""

    totals: list[int] = field(default_factory=lambda: [0] * len(FIELDS))
    by_day: dict[str, list[int]] = field(default_factory=dict)
    by_model: dict[str, list[int]] = field(default_factory=dict)
    by_session: dict[str, list[int]] = field(default_factory=dict)
    oddities: Counter[str] = field(default_factory=Counter)
    files: int = 0
    bytes: int = 0
    lines: int = 0

    def add(self, answer: Response, session: str, output: int) -> None:
        counts = (
            1, answer.input, output, answer.read, answer.write_5m, answer.write_1h, answer.searches,
        )  # fmt: skip
        rows = [self.totals]
        for group, key in (
            (self.by_day, day_of(answer.time_ms)), (self.by_model, answer.model), (self.by_session, session),
        ):  # fmt: skip
            rows.append(group.setdefault(key, [0] * len(FIELDS)))
        for row in rows:
            for index, count in enumerate(counts):
                row[index] += count

    def as_json(self) -> dict[str, object]:
        def named(group: dict[str, list[int]]) -> dict[str, dict[str, int]]:
            return {key: dict(zip(FIELDS, group[key], strict=True)) for key in sorted(group)}

        return {
            "totals": dict(zip(FIELDS, self.totals, strict=True)),
            "by_day": named(self.by_day),
            "by_model": named(self.by_model),
            "by_session": named(self.by_session),
            "oddities": dict(sorted(self.oddities.items())),
            "files": self.files,
            "bytes": self.bytes,
            "lines": self.lines,
        }


@dataclass
class Maker:
    """What all sessions share."""

    out: Path
    seed: int
    size: int
    end_ms: int
    truth: Truth = field(default_factory=Truth)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.prose = Prose(self.chance)

    def often(self, share: float) -> bool:
        return self.chance.random() < share

    def uuid(self) -> str:
        return new_uuid(self.chance)

    def digest(self) -> str:
        return f"{self.chance.getrandbits(256):064x}"

    def id(self, prefix: str) -> str:
        return prefix + f"{self.chance.getrandbits(96):024x}"


class Log:
    """One transcript file being written."""

    def __init__(self, maker: Maker, path: Path, client: Client, start_ms: int, agent: str = "") -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.maker, self.path, self.client, self.agent = maker, path, client, agent
        self.now_ms, self.bytes, self.parent = start_ms, 0, ""
        self._file: BinaryIO = path.open("wb", buffering=1 << 18)
        maker.truth.files += 1

    def write(self, text: str | bytes) -> None:
        data = text if isinstance(text, bytes) else text.encode()
        self._file.write(data)
        self.bytes += len(data)
        self.maker.truth.bytes += len(data)
        self.maker.truth.lines += data.count(b"\n")

    def place(self, wait_ms: int = 800) -> Place:
        """The next node of the conversation, some time later."""
        self.now_ms += self.maker.chance.randrange(1, wait_ms)
        place = Place(self.maker.uuid(), self.parent, self.now_ms, self.agent)
        self.parent = place.uuid
        return place

    def close(self) -> None:
        if self.maker.often(0.03):
            answer = Response("msg_01cut", "req_011cut", "claude-opus-5-5", self.now_ms, 9, 999, 9, 9, 0)
            answer.blocks = ['{"type":"text","text":"cut"}']
            line = lines.assistant(self.client, answer, self.place(), 0, answer.usage(self.client, 999))
            self.write(line[: self.maker.chance.randrange(20, len(line) - 1)])
            self.maker.truth.oddities["cut last line"] += 1
        self._file.close()
        seconds = self.now_ms / 1000
        os.utime(self.path, (seconds, seconds))
