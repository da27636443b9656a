"""Logs of Claude Code as a session on this desktop would leave them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

SESSION = "5f0c1d2e-3b4a-4c5d-8e6f-708192a3b4c5"
PROJECT = "orchard"


def log_file(home: Path) -> Path:
    return home / ".claude" / "projects" / f"-srv-{PROJECT}" / f"{SESSION}.jsonl"


def append_answer(home: Path, number: int, context: int = 20_000) -> None:
    """One more answer of the session, now."""
    stamp = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")  # noqa: TID251
    usage = {
        "input_tokens": 4,
        "cache_creation_input_tokens": 1_500,
        "cache_read_input_tokens": context + 1_500 * number,
        "output_tokens": 700,
        "service_tier": "standard",
    }
    message = {
        "id": f"msg_{number:08d}",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-6",
        "content": [{"type": "text", "text": "-"}],
        "stop_reason": "end_turn",
        "usage": usage,
    }
    record = {
        "parentUuid": f"{number - 1:08d}",
        "isSidechain": False,
        "userType": "external",
        "cwd": f"/srv/{PROJECT}",
        "sessionId": SESSION,
        "version": "2.1.300",
        "gitBranch": "main",
        "message": message,
        "requestId": f"req_{number:08d}",
        "type": "assistant",
        "uuid": f"{number:08d}",
        "timestamp": stamp,
    }
    path = log_file(home)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as log:
        log.write(json.dumps(record, separators=(",", ":")) + "\n")
