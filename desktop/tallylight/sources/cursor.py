"""Cursor's chats: rows of its databases in, chats and gauges out. Never raises on what a row holds.

The tokens of a chat are not in these rows since February 2026; what is there of older ones stays apart, as it is
partial. A gauge is the size of the newest prompt: it is neither a sum nor money.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

import msgspec

from tallylight.domain.chat import Chat, Gauge
from tallylight.domain.cursor_names import NAME, cursor_model
from tallylight.sources.cursor_folders import folder_of_identifier
from tallylight.sources.cursor_index import merged
from tallylight.sources.cursor_records import (
    Composer,
    Head,
    Message,
    count,
    decoded,
    is_set,
    moment,
    past,
    text,
)

LABEL = "Cursor"
#: The rows of `cursorDiskKV` that are read.
CHAT, BUBBLE = "composerData:", "bubbleId:"
_DRAFT = "empty-state-draft"
_TASK = "task-"
_USER = 1


class Found(msgspec.Struct, frozen=True):
    """One chat as its rows tell it."""

    chat: Chat
    gauge: Gauge | None = None
    #: Bubbles of the user's, and all that belong to the conversation, in its order.
    prompts: tuple[str, ...] = ()
    #: The last bubble of each turn that ended: if any of it counts tokens, it does.
    answers: tuple[str, ...] = ()
    bubbles: tuple[str, ...] = ()
    #: Chats that it sent out.
    children: tuple[str, ...] = ()
    window_id: str = ""
    #: Whether the row itself could be read; else only the list of chats tells of it.
    is_understood: bool = True


def read_chat(
    session_id: str, value: bytes | None, head: Head | None, now_ms: int, *, older: Head | None = None
) -> Found | None:
    """A chat out of its own row, its line in the list and in an `older` one; None for what is no conversation, or
    tells nothing."""
    own = decoded(value, Composer)
    is_understood = value is None or own is not None
    both = merged(_renamed(head), merged(own, merged(head, older)))
    if session_id == _DRAFT or is_set(both.is_draft) or not session_id:
        return None
    own = own or Composer()
    messages = own.full_conversation_headers_only or own.conversation or []
    folder, window_id = folder_of_identifier(both.workspace_identifier)
    window_id = window_id or text(both.workspace_id)
    updated = past(both.last_updated_at, now_ms)
    requests, cents = _old_accounting(own)
    chat = Chat(
        source=NAME,
        session_id=session_id,
        kind=_kind(session_id, both),
        title=text(both.name),
        cwd=folder,
        branch=text(both.created_on_branch),
        mode=text(both.unified_mode) or text(both.force_mode),
        model=_model(own),
        status=_status(own, both),
        is_archived=is_set(both.is_archived),
        created_ms=moment(both.created_at),
        moved_ms=_moved(messages, now_ms) or updated or past(both.created_at, now_ms),
        seen_ms=now_ms,
        old_requests=requests,
        old_cents=cents,
    )
    if not (chat.created_ms or chat.moved_ms or messages):
        return None
    return Found(
        chat=chat,
        gauge=_gauge(own, chat, updated or chat.moved_ms),
        prompts=tuple(text(m.bubble_id) for m in messages if m.type == _USER and text(m.bubble_id)),
        answers=tuple(_answers(messages, is_over=not chat.status)),
        bubbles=tuple(text(m.bubble_id) for m in messages if text(m.bubble_id)),
        children=tuple(text(item) for item in own.sub_composer_ids or () if text(item)),
        window_id=window_id,
        is_understood=is_understood,
    )


def _answers(messages: list[Message], *, is_over: bool) -> Iterator[str]:
    for last, following in zip_longest(messages, messages[1:]):
        if (
            last.type != _USER
            and text(last.bubble_id)
            and (following.type == _USER if following else is_over)
        ):
            yield text(last.bubble_id)


def is_readable(value: bytes | None) -> bool:
    """Whether a row has a shape we know. A row without a value is one that Cursor emptied."""
    return value is None or decoded(value, Composer) is not None


def tool_call_of(session_id: str) -> str:
    """The call by which a parent sent this chat out, "" for a chat that somebody began."""
    return call_name(session_id.removeprefix(_TASK)) if session_id.startswith(_TASK) else ""


def call_name(tool_call_id: str) -> str:
    """A call's id without what some models put on a second line of it."""
    return tool_call_id.partition("\n")[0]


def _renamed(head: Head | None) -> Head | None:
    """What of a line goes before the chat's own row: people rename and archive in the list."""
    return Head(name=head.name or None, is_archived=head.is_archived) if head else None


def _kind(session_id: str, head: Head) -> str:
    if session_id.startswith(_TASK) or is_set(head.is_subagent):
        return "subagent"
    return "attempt" if is_set(head.is_best_of_n_subcomposer) else ""


def _model(own: Composer) -> str:
    """The model selected now: of several that were asked at once the first."""
    name = text(own.model_config.model_name) if own.model_config else ""
    return cursor_model(name.split(",")[0])[0]


def _status(own: Composer, head: Head) -> str:
    if is_set(head.has_blocking_pending_actions):
        return "waiting"
    return "generating" if own.status == "generating" else ""


def _moved(messages: list[Message], now_ms: int) -> int:
    """When something last happened, where messages have dates: a list's own also moves when a chat is merely opened."""
    return past(messages[-1].created_at, now_ms) if messages else 0


def _gauge(own: Composer, chat: Chat, at: int) -> Gauge | None:
    used, size = count(own.context_tokens_used), count(own.context_token_limit)
    if not (at and used and size):
        return None
    parts = own.prompt_token_breakdown.categories if own.prompt_token_breakdown else []
    summary = own.latest_conversation_summary
    return Gauge(
        source=NAME,
        session_id=chat.session_id,
        time_ms=at,
        used=used,
        size=size,
        model=chat.model,
        parts=tuple((text(p.id, 40), count(p.estimated_tokens)) for p in parts if text(p.id, 40)),
        seen_ms=chat.seen_ms,
        summary=text(summary.last_bubble_id) if summary else "",
    )


def _old_accounting(own: Composer) -> tuple[int, int]:
    """(requests, cents) that versions of 2025 noted per model."""
    models = own.usage_data if isinstance(own.usage_data, dict) else {}
    rows = [row for row in models.values() if isinstance(row, dict)]
    return sum(count(row.get("amount")) for row in rows), sum(count(row.get("costInCents")) for row in rows)
