"""Chats of Cursor's command line: their store's records, of which only sizes and times are read.

A record is a protobuf message: its fields are gone through by number, and of the one that holds a message of the
conversation only the role is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from tallylight.domain.chat import Chat, Gauge
from tallylight.domain.cursor_names import NAME, cursor_model
from tallylight.sources.cursor_records import count, decoded, moment, past, text

_MESSAGE, _GAUGE, _TIME = 4, 5, 26
_VARINT, _FIXED_64, _BYTES, _FIXED_32 = 0, 1, 2, 5
_NAMELESS = "New Agent"


class _Meta(msgspec.Struct, rename="camel"):
    """The one row of `meta`, which is hexadecimal."""

    name: Any = None
    mode: Any = None
    created_at: Any = None
    last_used_model: Any = None


class _Beside(msgspec.Struct, rename="camel"):
    """`meta.json`, which older builds do not write."""

    created_at_ms: Any = None
    updated_at_ms: Any = None
    cwd: Any = None
    title: Any = None


class _Role(msgspec.Struct):
    role: Any = None


def read_store(
    session_id: str, meta: bytes | None, beside: bytes, changed_ms: int, now_ms: int
) -> Chat | None:
    """The chat of one store, `changed_ms` being when its files were; None for one in a form that we do not know."""
    try:
        told = decoded(bytes.fromhex(meta.decode("ascii")), _Meta) if meta else None
    except ValueError:
        told = None
    if told is None:
        return None
    side = decoded(beside, _Beside) or _Beside()
    name = text(told.name)
    return Chat(
        source=NAME,
        session_id=session_id,
        title=text(side.title) or ("" if name == _NAMELESS else name),
        cwd=text(side.cwd, 4000),
        mode=text(told.mode),
        model=cursor_model(text(told.last_used_model))[0],
        created_ms=moment(told.created_at) or moment(side.created_at_ms),
        moved_ms=past(side.updated_at_ms, now_ms) or past(changed_ms, now_ms),
        seen_ms=now_ms,
    )


def read_record(chat: Chat, data: bytes, now_ms: int) -> Gauge | None:
    """How full the context was after an answer, None for what is not one. Other records repeat a running figure."""
    fields = dict(_fields(data))
    message, gauge = fields.get(_MESSAGE), fields.get(_GAUGE)
    at = past(fields.get(_TIME), now_ms)
    if not (isinstance(message, bytes) and isinstance(gauge, bytes) and at):
        return None
    role = decoded(message, _Role)
    used = count(dict(_fields(gauge)).get(1))
    if role is None or role.role != "assistant" or not used:
        return None
    return Gauge(source=NAME, session_id=chat.session_id, time_ms=at, used=used, size=0, model=chat.model)


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """(number, value) of each field; ends where the bytes are none of a message."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        number, kind = tag >> 3, tag & 7
        if kind == _VARINT:
            value, at = _varint(data, at)
            yield number, value
        elif kind == _BYTES:
            size, at = _varint(data, at)
            if at + size > len(data):
                return
            yield number, data[at : at + size]
            at += size
        elif kind in (_FIXED_32, _FIXED_64):
            at += 4 if kind == _FIXED_32 else 8
        else:
            return


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data) and shift < 64:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            break
    return value, at
