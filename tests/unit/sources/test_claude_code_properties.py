"""The parser skips and compares bytes to be fast: here it is held against one that decodes every line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from factories import (
    NOW_MS,
    Json,
    a_compaction,
    a_cost_state,
    a_line,
    a_prompt,
    a_tool_result,
    a_usage,
    an_answer,
    packed,
    parsed,
    queued,
)
from tallylight.domain.usage import Mark, SessionFact, UsageEvent
from tallylight.sources.base import LogFile
from tallylight.sources.claude_code import SOURCE

Row = tuple[Any, ...]


def slowly(lines: Iterable[bytes]) -> dict[str, Row]:
    """The counting rule over whole records, with nothing skipped."""
    rows: dict[str, Row] = {}
    for line in lines:
        try:
            record = json.loads(line.decode("utf-8", "replace").lstrip("\ufeff"))
        except (ValueError, RecursionError):
            continue
        if isinstance(record, dict) and record.get("type") == "assistant":
            stated = _stated(record)
            if stated is not None:
                key, row = stated
                rows[key] = row if key not in rows else _largest(rows[key], row)
    return rows


def _stated(record: Json) -> tuple[str, Row] | None:
    message = record.get("message")
    if not isinstance(message, dict) or not isinstance(message.get("usage"), dict):
        return None
    if message.get("model") == "<synthetic>" or record.get("isApiErrorMessage") is True:
        return None
    usage, split = message["usage"], message["usage"].get("cache_creation") or {}
    names = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    tokens_in, output, read, flat = (_count(usage.get(name)) for name in names)
    five, hour = (_count(split.get(f"ephemeral_{name}_input_tokens")) for name in ("5m", "1h"))
    flat = max(flat, five + hour)
    if not (tokens_in or output or read or flat):
        return None
    tools = {b["name"] for b in message["content"] if b.get("type") == "tool_use"}
    at = round(datetime.fromisoformat(record["timestamp"]).timestamp() * 1000)
    key: str = message.get("id") or record.get("requestId") or record["uuid"]
    counters = (tokens_in, output, read, flat, five, hour, message["stop_reason"] is not None)
    return key, ((at, record["uuid"], message["model"], record["sessionId"]), counters, tools)


def _count(value: object) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 10**8 else 0


def _largest(a: Row, b: Row) -> Row:
    return (min(a[0], b[0]), tuple(max(pair) for pair in zip(a[1], b[1], strict=True)), a[2] | b[2])


def quickly(events: Iterable[UsageEvent]) -> dict[str, Row]:
    return {
        e.key: (
            (e.time_ms, e.stated_id, e.model, e.session_id),
            (
                e.input,
                e.output,
                e.cache_read,
                e.cache_write,
                e.cache_write_5m_stated,
                e.cache_write_1h,
                e.is_final,
            ),
            set(e.tools),
        )
        for e in events
    }


LOOKS_LIKE_USAGE: list[Json] = [
    {"usage": a_usage(output=7777)},
    {"stop_reason": None, "usage": a_usage(output=7777), "apiBlockIndex": 0},
    {"stop_reason": None, "usage": {"x": 1}, "requestId": "req_x", "timestamp": "2030-01-01T00:00:00.000Z"},
    {"type": "tool_use", "id": "toolu_7", "name": "Fake"},
    {"message": {"id": "msg_fake", "usage": a_usage()}},
    {"text": '","usage":{"output_tokens":1},"type":"tool_use","id":"x","name":"y"'},
    {"type": "assistant", "isSidechain": False},
    {},
]
BLOCKS = st.one_of(
    st.builds(lambda n: {"type": "text", "text": 'word \\ " \n é 😀 ' * n}, st.integers(0, 30)),
    st.builds(
        lambda name, given: {"type": "tool_use", "id": "toolu_1", "name": name, "input": given},
        st.sampled_from(["Read", "Bash", "mcp__x__y"]),
        st.sampled_from(LOOKS_LIKE_USAGE),
    ),
)
LAYOUTS = ("today", "new keys", "numbered blocks", "type first", "type before message", "usage first")


def laid_out(record: Json, layout: str) -> bytes:
    message = record["message"]
    rest = {k: v for k, v in record.items() if k not in ("message", "type")}
    before, after = dict(list(record.items())[:3]), dict(list(record.items())[3:])
    if layout == "new keys":
        return packed({**before, "apiBlockIndex": 0, **after, "effort": "high"})
    if layout == "numbered blocks":
        number = int(record["uuid"][-1])
        return packed({**before, "toolInputStreamMs": 40 * number, "apiBlockIndex": number, **after})
    if layout == "type first":
        return packed({"type": "assistant", **rest, "message": message})
    if layout == "type before message":
        return packed({**rest, "type": "assistant", "message": message})
    if layout == "usage first":
        return packed({**record, "message": {"usage": message["usage"], **message}})
    return packed(record)


@st.composite
def responses(draw: st.DrawFn, number: int) -> list[bytes]:
    """The lines of one answer: repeated, growing, zeroed, cut, in any layout."""
    layout = draw(st.sampled_from(LAYOUTS))
    same = {
        "read": draw(st.integers(0, 9)),
        "write_5m": draw(st.integers(0, 9)),
        "write_1h": draw(st.integers(0, 2)),
    }
    ids: Json = draw(st.sampled_from([{"id": f"msg_{number}"}, {"id": None, "request": f"req_{number}"}]))
    lines = []
    for n in range(draw(st.integers(1, 5))):
        output = draw(st.sampled_from([40, 40, 40, 3, 512, 0]))
        usage = a_usage(output=output, **same) if output else a_usage(input=0, output=0)
        record = an_answer(
            **ids,
            usage=usage,
            stop=draw(st.sampled_from(["end_turn", "end_turn", None])),
            content=draw(st.lists(BLOCKS, min_size=1, max_size=2)),
            at=NOW_MS + number * 10_000 + draw(st.sampled_from([n * 10, n * 10, 0])),
            uuid=f"u-{number}-{n}",
        )
        lines.append(laid_out(record, layout))
    return lines


JUNK = st.sampled_from(
    [
        a_prompt(), a_tool_result(text="y" * 500), a_cost_state(1.0), a_compaction(), queued(NOW_MS - 10**6), b"",
        b"{broken", packed({"type": "hologram"}), a_line()[:-9], a_line(model="<synthetic>"), b"\xff\xfe",
        packed({"type": "file-history-snapshot", "snapshot": an_answer(id="msg_no")}),
        a_tool_result(toolUseResult={"usage": a_usage(output=999)}),
    ]
)  # fmt: skip


@st.composite
def files(draw: st.DrawFn) -> list[bytes]:
    """Answers and other records, partly interleaved as parallel requests are."""
    lines: list[bytes] = draw(st.lists(JUNK, max_size=2))
    for number in range(draw(st.integers(0, 5))):
        for line in draw(responses(number)):
            lines += [line, *draw(st.lists(JUNK, max_size=1))]
    is_disordered: bool = draw(st.booleans())
    if is_disordered:
        lines[-3:] = reversed(lines[-3:])
    return lines


@settings(max_examples=250)
@given(files())
def test_nothing_is_skipped_that_a_full_reading_would_count(lines: list[bytes]) -> None:
    assert quickly(parsed(lines).events) == slowly(lines)


@given(files(), st.data())
def test_however_a_file_is_cut_into_readings_it_says_the_same(
    lines: list[bytes], data: st.DataObject
) -> None:
    file = LogFile(path="s-1.jsonl", session_id="s-1")
    state = ""
    facts: list[SessionFact] = []
    marks: list[Mark] = []
    events: dict[str, Row] = {}
    rest = lines
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        part, rest = rest[:size], rest[size:]
        parser = SOURCE.parser(file, state)
        for line in part:
            parser.feed(bytearray(line), 0, len(line))
        found = parser.take()
        state = parser.state
        facts += found.facts
        marks += found.marks
        for key, row in quickly(found.events).items():
            events[key] = row if key not in events else _largest(events[key], row)
    whole = parsed(lines)
    assert events == quickly(whole.events)
    assert [*facts] == [*whole.facts]
    assert [*marks] == [*whole.marks]


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
VALID = [a_line(), a_prompt(), a_tool_result(), a_compaction(), a_cost_state(2.0), queued(NOW_MS),
         packed({"type": "ai-title", "aiTitle": "x", "timestamp": "2026-10-02T09:14:33.120Z"})]  # fmt: skip


def takes(*lines: bytes) -> None:
    """Whatever the lines are: no exception, and only what a database takes."""
    found = parsed(lines)
    for value in (*found.events, *found.marks, *found.facts, *found.rejected):
        for name in value.__struct_fields__:
            part = getattr(value, name)
            if isinstance(part, str):
                part.encode()
            elif isinstance(part, int):
                assert -(2**63) <= part < 2**63, name


@given(st.binary(max_size=300), st.sampled_from([(), (a_prompt(),)]))
@example(b"\xef\xbb\xbf", ())
@example(b'{"type":"\xff"}', (a_prompt(),))
def test_bytes_never_raise(line: bytes, before: tuple[bytes, ...]) -> None:
    takes(*before, line.replace(b"\n", b""))


@settings(max_examples=200)
@given(st.sampled_from(VALID), st.data(), st.sampled_from([(), (a_prompt(),)]))
def test_damaged_lines_never_raise(line: bytes, data: st.DataObject, before: tuple[bytes, ...]) -> None:
    damaged = bytearray(line)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4)).replace(b"\n", b"")
        damaged = damaged or bytearray(b"x")
    takes(*before, bytes(damaged))


def _paths(value: object, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [p for key, part in inner for p in [(*at, key), *_paths(part, (*at, key))]]


@settings(max_examples=300)
@given(st.sampled_from(VALID), st.data(), ANY_JSON, st.sampled_from([(), (a_prompt(),)]))
def test_fields_of_any_type_never_raise(
    line: bytes, data: st.DataObject, value: object, before: tuple[bytes, ...]
) -> None:
    record = json.loads(line)
    *path, last = data.draw(st.sampled_from(_paths(record)))
    part = record
    for key in path:
        part = part[key]
    part[last] = value
    takes(*before, packed(record))
