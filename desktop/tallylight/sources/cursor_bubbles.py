"""The messages of one chat of Cursor's: when its prompts were, how full the context was, and what old ones counted."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from tallylight.domain.chat import Gauge
from tallylight.domain.cursor_names import NAME, cursor_model
from tallylight.domain.usage import Mark
from tallylight.sources.cursor import call_name
from tallylight.sources.cursor_records import Bubble, count, decoded, past, text

_USER = 1
#: Since then Cursor writes zeros where tokens were.
TOKENS_ENDED_MS = 1_770_336_000_000


class Messages(msgspec.Struct, frozen=True):
    """What a stretch of a chat held."""

    marks: tuple[Mark, ...] = ()
    gauges: tuple[Gauge, ...] = ()
    tool_calls: frozenset[str] = frozenset()
    input: int = 0
    output: int = 0


def read_messages(session_id: str, rows: Iterable[tuple[str, bytes | None]], now_ms: int) -> Messages:
    """(bubble id, value) pairs of bubbles that belong to the conversation. What has no time makes no mark."""
    marks, gauges, calls = [], [], set()
    input_ = output = 0
    for bubble_id, value in rows:
        bubble = decoded(value, Bubble)
        if bubble is None:
            continue
        if bubble.type == _USER:
            marks += _prompt(session_id, bubble_id, bubble, now_ms)
            gauges += _point(session_id, bubble, now_ms)
        if bubble.token_count is not None:
            input_ += count(bubble.token_count.input_tokens)
            output += count(bubble.token_count.output_tokens)
        if bubble.tool_former_data is not None:
            calls.add(call_name(text(bubble.tool_former_data.tool_call_id)))
    return Messages(tuple(marks), tuple(gauges), frozenset(calls - {""}), input_, output)


def _at(bubble: Bubble, now_ms: int) -> int:
    timing = bubble.timing_info
    return past(bubble.created_at, now_ms) or (past(timing.client_rpc_send_time, now_ms) if timing else 0)


def _model(bubble: Bubble) -> str:
    return cursor_model(text(bubble.model_info.model_name))[0] if bubble.model_info else ""


def _prompt(session_id: str, bubble_id: str, bubble: Bubble, now_ms: int) -> list[Mark]:
    at = _at(bubble, now_ms)
    if not at:
        return []
    key = f"{NAME}:{session_id}:{bubble_id}"
    return [
        Mark(key=key, source=NAME, session_id=session_id, time_ms=at, kind="prompt", label=_model(bubble))
    ]


def _point(session_id: str, bubble: Bubble, now_ms: int) -> list[Gauge]:
    """Some prompts carry what the context was when they were sent."""
    window, at = bubble.context_window_status_at_creation, _at(bubble, now_ms)
    used, size = (count(window.tokens_used), count(window.token_limit)) if window else (0, 0)
    if not (at and used and size):
        return []
    return [Gauge(source=NAME, session_id=session_id, time_ms=at, used=used, size=size, model=_model(bubble))]
