"""A made-up Claude Code corpus with its exact truth: `python corpus.py OUT --size 20M|300M|2G --seed N`.

`--shape dense` makes many small sessions of a few requests each, as runs in print mode leave them: more records per
megabyte, and in the newer half of them most bytes are dumps of requests.

OUT/projects is laid out and worded like the real clients' folder; OUT/truth.json says what a reader must
find: one row per response over all files, its largest counters, dated by its first line, owned by the session
that made it. The same size and seed give the same bytes. Point a reader at it with CLAUDE_CONFIG_DIR=OUT.

Everything that makes counting hard is in it, and `oddities` in the truth counts it: repeated and growing
lines, forks of three kinds, forks of forks, side questions, zeroed replays, subagents in two layouts,
workflows, copies of usage in other records, request dumps, lines of megabytes, cut last lines, unknown
records and bytes that are not UTF-8.
"""

from __future__ import annotations

import argparse
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import corpus_lines as lines
from corpus_conversation import MINUTE_MS
from corpus_log import Maker, Truth
from corpus_session import DAY_MS, DAYS, Session

UNITS = {"K": 10**3, "M": 10**6, "G": 10**9}
#: One session is this share of the whole.
LARGEST = 0.1
#: A small session of an older client, and how many times larger the dumps make one of a newer.
DENSE_BYTES, DENSE_DUMPS = 16_000, 7
#: No session aims at less, by shape.
LEAST_BYTES = {"usual": 20_000, "dense": 8_000}


def generate(out: Path, size: int, seed: int, end: datetime, shape: str = "usual") -> Truth:
    """Write the corpus below `out` and return its truth."""
    maker = Maker(out, seed, size, int(end.timestamp() * 1000))
    chance = maker.chance
    weights = _dense_weights(maker) if shape == "dense" else _uneven_weights(maker)
    count = len(weights)
    starts = sorted(maker.end_ms - DAY_MS // 4 - chance.randrange(DAYS * DAY_MS) for _ in range(count))
    folders = [out / "projects" / f"-home-ana-{name}" for name in lines.WORDS[: max(4, round(count**0.45))]]
    done: list[Session] = []
    for index, start_ms in enumerate(starts):
        # Sessions overshoot by up to a turn: the rest shares what is left.
        target = int((size - maker.truth.bytes) * weights[index] / sum(weights[index:]))
        session = _session(maker, chance.choice(folders), start_ms, max(LEAST_BYTES[shape], target), done)
        session.run()
        done.append(session)
    (out / "truth.json").write_text(json.dumps(maker.truth.as_json(), indent=1) + "\n")
    return maker.truth


def _uneven_weights(maker: Maker) -> list[float]:
    count = max(8, round(60 * (maker.size / 20e6) ** 0.7))
    weights = [maker.chance.lognormvariate(0, 1.2) for _ in range(count)]
    largest = count * 2 // 3
    weights[largest] = LARGEST / (1 - LARGEST) * (sum(weights) - weights[largest])
    return weights


def _dense_weights(maker: Maker) -> list[float]:
    """Half of them, the later ones, are a newer client's."""
    half = max(4, round(maker.size / DENSE_BYTES / (1 + DENSE_DUMPS)))
    small = [maker.chance.lognormvariate(0, 0.5) for _ in range(2 * half)]
    return [weight * (1 if index < half else DENSE_DUMPS) for index, weight in enumerate(small)]


def _session(maker: Maker, folder: Path, start_ms: int, target: int, done: list[Session]) -> Session:
    parents = [session for session in done[-40:] if session.log.bytes < target * 0.8]
    if not parents or not maker.often(0.12):
        return Session(maker, folder, start_ms, target, None)
    parent = maker.chance.choice(parents)
    return Session(maker, parent.folder, max(start_ms, parent.log.now_ms + MINUTE_MS), target, parent)


def _size(text: str) -> int:
    match = re.fullmatch(r"(\d+)([KMG])", text.upper())
    if not match:
        raise argparse.ArgumentTypeError("a size is a number and K, M or G: 20M")
    return int(match[1]) * UNITS[match[2]]


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a made-up Claude Code corpus with its exact truth.")
    parser.add_argument("out", type=Path, help="an empty or new folder")
    parser.add_argument("--size", type=_size, default="20M")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shape", choices=sorted(LEAST_BYTES), default="usual")
    parser.add_argument("--end", type=datetime.fromisoformat, default=datetime(2026, 11, 22, tzinfo=UTC))
    given = parser.parse_args()
    if given.out.exists() and any(given.out.iterdir()):
        parser.error(f"{given.out} is not empty")
    end = given.end if given.end.tzinfo else given.end.replace(tzinfo=UTC)
    truth = generate(given.out, given.size, given.seed, end, given.shape)
    print(
        json.dumps({"files": truth.files, "bytes": truth.bytes, "lines": truth.lines, **dict(truth.oddities)})
    )


if __name__ == "__main__":
    main()
