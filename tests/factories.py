"""Made-up log lines and values: each call makes one, with what the test names and defaults for the rest."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tallylight.domain.pricing import PriceList, RateCard, Rates, Tier
from tallylight.domain.usage import UsageEvent
from tallylight.ingest.assembly import SOURCES
from tallylight.ingest.pipeline import Pipeline
from tallylight.ingest.roots import Root
from tallylight.ledger.ledger import Ledger
from tallylight.sources.base import Found, LogFile
from tallylight.sources.claude_code import SOURCE

#: 2026-10-02T09:14:33.120Z
NOW_MS = 1_790_932_473_120
RATES = Rates(input=5, output=25, cache_read=1, cache_write_5m=6, cache_write_1h=10, web_search=1000)
#: All that a row of the ledger says.
COLUMNS = (
    *UsageEvent.__struct_fields__, "cache_write_5m", "project", "cost_picousd", "cost_input", "cost_output",
    "cost_cache_read", "cost_cache_write_5m", "cost_cache_write_1h", "cost_web_search",
)  # fmt: skip
Json = dict[str, Any]


def stamp(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def packed(record: object) -> bytes:
    """As the clients write it: no spaces, half surrogates escaped, the rest as it is."""
    text = json.dumps(record, separators=(",", ":"), ensure_ascii=False)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(record, separators=(",", ":")).encode()


def a_usage(**given: Any) -> Json:
    """`a_usage(output=3, read=900, write_1h=20)`; any other name is a field of the usage object itself."""
    write_5m, write_1h = given.pop("write_5m", 0), given.pop("write_1h", 0)
    usage: Json = {
        "input_tokens": given.pop("input", 4),
        "cache_creation_input_tokens": given.pop("write", write_5m + write_1h),
        "cache_read_input_tokens": given.pop("read", 0),
        "output_tokens": given.pop("output", 40),
        "output_tokens_details": {"thinking_tokens": given.pop("thinking", 0)},
        "server_tool_use": {"web_search_requests": given.pop("searches", 0), "web_fetch_requests": 0},
        "service_tier": "standard",
        "cache_creation": {"ephemeral_1h_input_tokens": write_1h, "ephemeral_5m_input_tokens": write_5m},
        "inference_geo": "not_available",
        "iterations": [],
        "speed": "standard",
    }
    return usage | given


def an_answer(**given: Any) -> Json:
    """The record of one answer's block, keys in the order of today's client. Names not of this list are fields."""
    at = given.pop("at", NOW_MS)
    message: Json = {
        "id": given.pop("id", "msg_01"),
        "type": "message",
        "role": "assistant",
        "model": given.pop("model", "claude-opus-5-5"),
        "content": given.pop("content", [{"type": "text", "text": "well"}]),
        "stop_reason": given.pop("stop", "end_turn"),
        "stop_sequence": None,
        "usage": given.pop("usage", None) or a_usage(),
        "stop_details": None,
    } | given.pop("message", {})
    agent = given.pop("agent", "")
    record: Json = {
        "parentUuid": given.pop("parent", "p-0"),
        "isSidechain": given.pop("side", bool(agent)),
        **({"agentId": agent} if agent else {}),
        "message": message,
        "requestId": given.pop("request", "req_01"),
        "type": "assistant",
        "uuid": given.pop("uuid", "u-01"),
        "timestamp": stamp(at) if isinstance(at, int) else at,
        "entrypoint": "cli",
        "cwd": given.pop("cwd", "/home/ana/shop"),
        "sessionId": given.pop("session", "s-1"),
        "version": "2.1.330",
        "gitBranch": given.pop("branch", "main"),
    }
    return {key: value for key, value in (record | given).items() if value is not ...}


def a_line(**given: Any) -> bytes:
    return packed(an_answer(**given))


def a_prompt(**given: Any) -> bytes:
    """A message that a person typed."""
    record: Json = {
        "parentUuid": given.pop("parent", None),
        "isSidechain": False,
        "promptId": "pr-1",
        "type": "user",
        "message": {"role": "user", "content": given.pop("text", "go on")},
        "uuid": given.pop("uuid", "u-00"),
        "timestamp": stamp(given.pop("at", NOW_MS - 1000)),
        "cwd": "/home/ana/shop",
        "sessionId": given.pop("session", "s-1"),
    }
    return packed(record | given)


def a_tool_result(**given: Any) -> bytes:
    content = [{"tool_use_id": "toolu_1", "type": "tool_result", "content": given.pop("text", "done")}]
    return a_prompt(**({"message": {"role": "user", "content": content}} | given))


def a_compaction(**given: Any) -> bytes:
    record: Json = {
        "parentUuid": None,
        "isSidechain": False,
        "type": "system",
        "subtype": "compact_boundary",
        "content": "Conversation compacted",
        "timestamp": stamp(given.pop("at", NOW_MS)),
        "uuid": given.pop("uuid", "u-c1"),
        "compactMetadata": {
            "trigger": given.pop("trigger", "auto"),
            "preTokens": given.pop("before", 167_000),
            "postTokens": given.pop("after", 13_000),
        },
        "sessionId": given.pop("session", "s-1"),
    }
    return packed(record | given)


def a_cost_state(total: float, session: str = "s-1", **given: Any) -> bytes:
    record: Json = {"type": "cost-state", "sessionId": session, "totalCostUSD": total, "startTime": NOW_MS}
    return packed(record | {"modelUsage": {}, "hasUnknownModelCost": False} | given)


def queued(at: int, session: str = "s-1") -> bytes:
    """What a printed run's file opens with, before any message."""
    return packed(
        {"type": "queue-operation", "operation": "enqueue", "timestamp": stamp(at), "sessionId": session}
    )


def parsed(lines: Iterable[bytes], **place: Any) -> Found:
    """What one file with these lines says."""
    file = LogFile(**({"path": "s-1.jsonl", "session_id": "s-1"} | place))
    parser = SOURCE.parser(file, "")
    for line in lines:
        parser.feed(bytearray(line), 0, len(line))
    return parser.take()


def the_event(*lines: bytes, **place: Any) -> UsageEvent:
    """The one request that these lines state."""
    found = parsed(lines, **place)
    assert len(found.events) == 1, found
    return found.events[0]


def an_event(**given: Any) -> UsageEvent:
    fields: Json = {
        "key": "msg_1",
        "source": "claude-code",
        "session_id": "s-1",
        "file_session_id": given.get("session_id", "s-1"),
        "time_ms": NOW_MS,
        "model": "claude-opus-5-5",
        "output": 10,
        "is_final": True,
    }
    return UsageEvent(**(fields | given))


def a_card(model: str = "claude-opus-5-5", **given: Any) -> RateCard:
    fields: Json = {"model": model, "name": model, "provider": "anthropic", "tiers": (Tier(-1, RATES),)}
    return RateCard(**(fields | given))


def a_ledger(folder: Path, models: Sequence[str] = ("claude-opus-5-5",)) -> Ledger:
    """A ledger in `folder` whose prices are `RATES` for `models`; directories are their own projects."""
    ledger = Ledger(folder / "ledger.sqlite", lambda cwd: cwd)
    ledger.use_prices(PriceList([a_card(model) for model in models]), "test")
    return ledger


def write_log(root: Path, name: str, *lines: bytes, end: bytes = b"\n") -> Path:
    """A log file below `root`/projects."""
    path = root / "projects" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(line + b"\n" for line in lines[:-1]) + lines[-1] + end if lines else b"")
    return path


def read_all(ledger: Ledger, *roots: Path) -> Pipeline:
    """Everything below these roots into the ledger, in one go."""
    pipeline = Pipeline(
        ledger, SOURCES, [Root("claude-code", str(root), account=root.name) for root in roots]
    )
    pipeline.discover()
    for _ in range(10_000):
        if pipeline.is_idle:
            return pipeline
        pipeline.step()
    raise AssertionError("the reading never ends")


def row(ledger: Ledger, key: str = "msg_01") -> Json:
    """One request as the ledger holds it."""
    found = ledger._connection.execute(
        f"SELECT {', '.join(COLUMNS)} FROM usage_event WHERE key = ?",  # noqa: S608
        (key,),
    ).fetchone()
    return dict(zip(COLUMNS, found, strict=True))


def contents(ledger: Ledger) -> dict[str, list[tuple[Any, ...]]]:
    """All that queries see: rows, marks, facts, and which sessions hold others' requests as history."""
    ask = ledger._connection.execute
    return {
        "events": ask(f"SELECT {', '.join(COLUMNS)} FROM usage_event ORDER BY key").fetchall(),  # noqa: S608
        "marks": ask("SELECT * FROM mark ORDER BY key").fetchall(),
        "facts": ask("SELECT * FROM session_fact ORDER BY 1, 2, 3").fetchall(),
        "inherited": ask(
            """SELECT i.session_id, i.event_key FROM inheritance i JOIN usage_event e ON e.key = i.event_key
               WHERE e.session_id <> i.session_id ORDER BY 1, 2"""
        ).fetchall(),
    }
