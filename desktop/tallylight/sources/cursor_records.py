"""Cursor's records as far as they are read. What is not named here, text and keys above all, is never decoded."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, TypeVar

import msgspec

#: Later than any clock: a figure beyond it is a mistake.
_LATEST_MS = 1 << 42
_MOST = 1 << 50
#: A row may be written a moment after we asked what time it is.
_AHEAD_MS = 60_000

R = TypeVar("R")


class Uri(msgspec.Struct):
    fsPath: Any = None  # noqa: N815
    external: Any = None
    path: Any = None
    scheme: Any = None


class Workspace(msgspec.Struct):
    id: Any = None
    uri: Uri | None = None


class Head(msgspec.Struct, rename="camel"):
    """A chat in one of the lists of chats, and the part of its own record that is the same."""

    composer_id: Any = None
    name: Any = None
    unified_mode: Any = None
    force_mode: Any = None
    created_at: Any = None
    last_updated_at: Any = None
    is_archived: Any = None
    is_draft: Any = None
    is_best_of_n_subcomposer: Any = msgspec.field(name="isBestOfNSubcomposer", default=None)
    has_blocking_pending_actions: Any = None
    created_on_branch: Any = None
    workspace_identifier: Any = None
    is_subagent: Any = None
    #: The window that lists it: a column of the newest list.
    workspace_id: Any = None


class ModelConfig(msgspec.Struct, rename="camel"):
    model_name: Any = None


class Category(msgspec.Struct, rename="camel"):
    id: Any = None
    estimated_tokens: Any = None


class Breakdown(msgspec.Struct, rename="camel"):
    categories: list[Category] = []


class Summary(msgspec.Struct, rename="camel"):
    last_bubble_id: Any = None


class Message(msgspec.Struct, rename="camel"):
    """A bubble in the order of the conversation."""

    bubble_id: Any = None
    type: Any = None
    created_at: Any = None


class Composer(Head):
    """`composerData:<id>`."""

    status: Any = None
    model_config: ModelConfig | None = None
    context_tokens_used: Any = None
    context_token_limit: Any = None
    prompt_token_breakdown: Breakdown | None = None
    latest_conversation_summary: Summary | None = None
    usage_data: Any = None
    sub_composer_ids: list[Any] | None = None
    full_conversation_headers_only: list[Message] | None = None
    conversation: list[Message] | None = None


class Tokens(msgspec.Struct, rename="camel"):
    input_tokens: Any = None
    output_tokens: Any = None


class Window(msgspec.Struct, rename="camel"):
    tokens_used: Any = None
    token_limit: Any = None


class ToolCall(msgspec.Struct, rename="camel"):
    tool_call_id: Any = None


class Timing(msgspec.Struct, rename="camel"):
    client_rpc_send_time: Any = None


class Bubble(msgspec.Struct, rename="camel"):
    """`bubbleId:<chat>:<id>`."""

    type: Any = None
    created_at: Any = None
    model_info: ModelConfig | None = None
    token_count: Tokens | None = None
    context_window_status_at_creation: Window | None = None
    tool_former_data: ToolCall | None = None
    timing_info: Timing | None = None


def decoded(value: bytes | None, kind: type[R]) -> R | None:
    """A value of the database as that record, None for what is not one.

    Broken UTF-8, and an emoji that was cut in half with its title, cost their letters only.
    """
    if not value:
        return None
    try:
        return msgspec.json.decode(value, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return msgspec.convert(json.loads(value.decode("utf-8", "replace")), kind)
    except (ValueError, RecursionError):
        return None


def text(value: object, most: int = 300) -> str:
    """Text as every database takes it; "" for what is none."""
    if not isinstance(value, str):
        return ""
    return value[:most] if value.isascii() else value[:most].encode("utf-8", "replace").decode()


def count(value: object) -> int:
    """A number of tokens or the like; 0 for what is none. Newer builds write some as text."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < _MOST:
        return 0
    return int(value)


def is_set(value: object) -> bool:
    """Yes as a record says it, or as a column does."""
    return value is True or (value == 1 and isinstance(value, int))


def moment(value: object) -> int:
    """ms since the epoch of a number or of an ISO time; 0 for neither."""
    if isinstance(value, str) and not value.isdigit():
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            return 0
        value = at.timestamp() * 1000 if at.tzinfo is not None else 0
    ms = count(value)
    return ms if ms < _LATEST_MS else 0


def past(value: object, now_ms: int) -> int:
    """A moment that was; 0 for one that is yet to come: a clock that was wrong tells no time, and not "now" either."""
    ms = moment(value)
    return min(ms, now_ms) if ms <= now_ms + _AHEAD_MS else 0
