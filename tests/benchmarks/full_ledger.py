"""A ledger of a million requests, written into its tables directly: reading logs of that size takes minutes."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from tallylight.ledger.ledger import Ledger

#: 2026-05-01T00:00:00Z
_FIRST_MS = 1_777_593_600_000
_DAY_MS = 86_400_000
DAYS = 180
_PER_SESSION = 400
_PER_PROMPT = 10
_THREAD = """INSERT INTO thread (id, signature, source, session_id, model, speed, geo, tier, kind, is_copy,
    is_sidechain, account, agent_id, branch, version, prompt_id, agent_type, skill, mcp_server, effort, project, host)
    VALUES (?, randomblob(16), 'claude-code', ?, ?, 'standard', 'not_available', 'standard', 'message', 0,
    ?, 'home', ?, ?, '2.1.330', ?, ?, '', '', 'high', ?, '')"""
_REQUEST = "INSERT INTO request VALUES (?" + 29 * ", ?" + ")"
#: pico-USD per token: input, output, cache read, 5-minute write, 1-hour write.
_RATES = (
    ("claude-opus-5-5", (5_000_000, 25_000_000, 500_000, 6_250_000, 10_000_000)),
    ("claude-sonnet-5-5", (3_000_000, 15_000_000, 300_000, 3_750_000, 6_000_000)),
    ("claude-haiku-4-5", (1_000_000, 5_000_000, 100_000, 1_250_000, 2_000_000)),
    ("a-model-without-a-price", None),
)


def make(path: Path, requests: int) -> None:
    """`requests` is a multiple of 400. Sessions lie in the file in no order, as a first read leaves them."""
    Ledger(path, lambda cwd: cwd).close()
    chance = random.Random(7)
    sessions = list(range(requests // _PER_SESSION))
    chance.shuffle(sessions)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        for session in sessions:
            begin = _FIRST_MS + session * DAYS * _DAY_MS // len(sessions)
            _write_session(connection, session, begin, chance)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def _write_session(connection: sqlite3.Connection, session: int, begin: int, chance: random.Random) -> None:
    prompts = _PER_SESSION // _PER_PROMPT
    first = session * prompts
    name = f"{session:08x}-1c2d-4e3f-8a4b-{session:012x}"
    project, branch = f"/home/user/code/project-{session % 37}", f"feature/{session % 211}"
    threads = []
    for thread in range(first, first + prompts):
        model, _ = _RATES[thread % 40 % 4 if thread % 40 < 4 else thread % 3]
        is_agent = thread % 4 == 3
        agent, kind = (f"agent-{thread:x}", "Explore") if is_agent else ("", "")
        threads.append((thread, name, model, is_agent, agent, branch, f"p-{thread}", kind, project))
    connection.executemany(_THREAD, threads)
    connection.executemany(_REQUEST, _requests(threads, begin, chance))


def _requests(threads: list[tuple[Any, ...]], begin: int, chance: random.Random) -> Iterator[tuple[Any, ...]]:
    at = begin
    for thread, _, model, *_ in threads:
        rates = dict(_RATES)[model]
        for _ in range(_PER_PROMPT):
            at += chance.randrange(2_000, 40_000)
            bits = chance.getrandbits(64)
            counts = (bits & 63, bits >> 8 & 2047, 20_000 + (bits >> 20 & 65535), bits >> 36 & 8191, 0)
            key = f"msg_{bits:016x}{at:012x}"
            costs = (None,) * 7 if rates is None else _costs(counts, rates)
            asked, answered, read, write, _ = counts
            yield (
                key, thread, at, asked, answered, answered // 3, read, write, write, 0, 0, 0, asked + read + write,
                1, 1, f"req_{bits:016x}", -1, at, f"u-{at:x}", 4, "", "Bash", *costs, "benchmark",
            )  # fmt: skip


def _costs(counts: tuple[int, ...], rates: tuple[int, ...]) -> tuple[int, ...]:
    each = tuple(count * rate for count, rate in zip(counts, rates, strict=True))
    return (sum(each), *each, 0)
