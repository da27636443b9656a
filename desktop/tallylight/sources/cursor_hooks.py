"""What Cursor hands to its hooks and to the status line of its shell: numbers and ids, as the recorder keeps them.

A turn's counts are Cursor's own word when it ends; what was billed is known later, so the event is provisional.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from tallylight.domain.chat import Chat, Gauge
from tallylight.domain.cursor_names import NAME, cursor_model
from tallylight.domain.recorded import PROVISIONAL
from tallylight.domain.usage import UsageEvent
from tallylight.sources.cursor_records import count, text

#: How the key of an event begins.
KEY = "cursor-hook:"
#: The only fields of a payload that are kept.
TEXTS = (
    "hook_event_name", "conversation_id", "session_id", "generation_id", "model", "cursor_version", "cwd", "trigger",
)  # fmt: skip
NUMBERS = (
    "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "context_tokens",
    "context_window_size", "total_input_tokens",
)  # fmt: skip
#: What ends a value of which only the beginning is kept.
_ENDS = {b"[": b"]", b"{": b"}"}
#: Lists of texts, of which the first is kept.
LISTS = ("workspace_roots",)


class Hooked(msgspec.Struct, frozen=True):
    """What one payload says."""

    chats: tuple[Chat, ...] = ()
    events: tuple[UsageEvent, ...] = ()
    gauges: tuple[Gauge, ...] = ()


def read_kept(data: bytes) -> dict[str, object]:
    """The recorder's lines, each a name and its JSON value; of a name that comes twice the first counts."""
    fields: dict[str, object] = {}
    for line in data.splitlines():
        name, colon, value = line.strip().partition(b":")
        try:
            key = msgspec.json.decode(name, type=str)
            read = msgspec.json.decode(value + _ENDS.get(value.strip()[:1], b""))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue
        if colon and key in (*TEXTS, *NUMBERS, *LISTS):
            fields.setdefault(key, read)
    return fields


def read_payload(fields: Mapping[str, object], at_ms: int) -> Hooked:
    """A payload of one moment. What does not come from Cursor says nothing: others may run the same hooks."""
    session_id = text(fields.get("conversation_id")) or text(fields.get("session_id"))
    if not session_id or not (text(fields.get("cursor_version")) or _is_status_line(fields)):
        return Hooked()
    model, speed = cursor_model(_model(fields.get("model")))
    chat = Chat(
        source=NAME, session_id=session_id, cwd=_folder(fields), model=model, moved_ms=at_ms, seen_ms=at_ms
    )
    return Hooked((chat,), _events(fields, chat, speed, at_ms), _gauges(fields, chat))


def _model(given: object) -> str:
    """A hook is handed a slug, the status line what it calls itself as well."""
    return text(given.get("id")) if isinstance(given, dict) else text(given)


def _is_status_line(fields: Mapping[str, object]) -> bool:
    return "hook_event_name" not in fields and bool(count(fields.get("total_input_tokens")))


def _folder(fields: Mapping[str, object]) -> str:
    roots = fields.get("workspace_roots")
    return text(roots[0] if isinstance(roots, list) and roots else fields.get("cwd"), 4000)


def _events(fields: Mapping[str, object], chat: Chat, speed: str, at_ms: int) -> tuple[UsageEvent, ...]:
    """The turn that ended. Its input holds what was read from and written to the cache."""
    turn = text(fields.get("generation_id"))
    names = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens")
    sent, read, write, output = (count(fields.get(name)) for name in names)
    if fields.get("hook_event_name") not in ("stop", "subagentStop") or not turn or not (sent or output):
        return ()
    return (
        UsageEvent(
            key=KEY + turn,
            source=NAME,
            session_id=chat.session_id,
            file_session_id=chat.session_id,
            time_ms=at_ms,
            model=chat.model,
            speed=speed,
            input=max(0, sent - read - write),
            output=output,
            cache_read=read,
            cache_write=write,
            context=max(sent, read + write),
            kind=PROVISIONAL,
            is_final=True,
            request_id=turn,
            cwd=chat.cwd,
            version=text(fields.get("cursor_version")),
        ),
    )


def _gauges(fields: Mapping[str, object], chat: Chat) -> tuple[Gauge, ...]:
    used = count(fields.get("context_tokens")) or count(fields.get("total_input_tokens"))
    size = count(fields.get("context_window_size"))
    if not used or not size:
        return ()
    return (
        Gauge(
            source=NAME,
            session_id=chat.session_id,
            time_ms=chat.seen_ms,
            used=used,
            size=size,
            model=chat.model,
            compacts=_compacts(fields),
        ),
    )


def _compacts(fields: Mapping[str, object]) -> str:
    if fields.get("hook_event_name") != "preCompact":
        return ""
    return "manual" if fields.get("trigger") == "manual" else "auto"
