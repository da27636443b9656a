"""Payloads of Cursor's hooks, as the recorder keeps them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallylight.domain.usage import UsageEvent
from tallylight.sources.cursor_hooks import Hooked, read_kept, read_payload

AT_MS = 1_789_000_000_000
STOP = {
    "hook_event_name": "stop",
    "conversation_id": "c-1",
    "generation_id": "g-1",
    "model": "claude-4.6-sonnet",
    "cursor_version": "3.14.7",
    "input_tokens": 23_666,
    "output_tokens": 5,
    "cache_read_tokens": 23_617,
    "cache_write_tokens": 47,
    "workspace_roots": ["/home/ana/shop", "/home/ana/other"],
}


def hooked(**changes: Any) -> Hooked:
    return read_payload({key: value for key, value in (STOP | changes).items() if value is not ...}, AT_MS)


def the_event(**changes: Any) -> UsageEvent:
    (event,) = hooked(**changes).events
    return event


def test_input_holds_what_the_cache_served_and_took() -> None:
    event = the_event()
    assert (event.input, event.cache_read, event.cache_write_5m, event.output) == (2, 23_617, 47, 5)
    assert (event.key, event.kind, event.source) == ("cursor-hook:g-1", "provisional", "cursor")
    assert (event.session_id, event.cwd, event.time_ms) == ("c-1", "/home/ana/shop", AT_MS)


def test_the_second_capture_of_auto() -> None:
    event = the_event(
        model="default", input_tokens=20_152, output_tokens=15, cache_read_tokens=8_704, cache_write_tokens=0
    )
    assert (event.model, event.input, event.cache_read) == ("cursor/auto", 11_448, 8_704)


@pytest.mark.parametrize(
    "changes",
    [
        {"cursor_version": ...},  # another agent runs the same hooks
        {"hook_event_name": "afterAgentResponse"},  # the same counts once more
        {"generation_id": ...},
        {"input_tokens": 0, "output_tokens": 0},
        {"conversation_id": ...},
    ],
)
def test_what_is_no_turn_of_cursors_counts_nothing(changes: dict[str, Any]) -> None:
    assert hooked(**changes).events == ()


def test_a_speed_is_part_of_the_slug() -> None:
    assert the_event(model="composer-2.5-fast").speed == "fast"


def test_a_compaction_about_to_come_tells_the_context() -> None:
    found = hooked(hook_event_name="preCompact", context_tokens=181_000, context_window_size=200_000)
    assert found.events == ()
    assert [(gauge.used, gauge.size) for gauge in found.gauges] == [(181_000, 200_000)]


def test_the_shells_status_line_tells_the_context_of_a_session() -> None:
    fields = {"session_id": "s-1", "cwd": "/home/ana", "model": {"id": "default"}, "total_input_tokens": 42_752,
              "context_window_size": 256_000}  # fmt: skip
    found = read_payload(fields, AT_MS)
    assert [(chat.session_id, chat.cwd, chat.model) for chat in found.chats] == [
        ("s-1", "/home/ana", "cursor/auto")
    ]
    assert [(gauge.used, gauge.size) for gauge in found.gauges] == [(42_752, 256_000)]


def test_kept_lines_are_read_and_the_first_of_a_name_counts() -> None:
    lines = (
        b'"model": "a"\n"model": "b"\n"workspace_roots": ["/home"\n"input_tokens":7\n"text": "no"\nbroken\n"x'
    )
    assert read_kept(lines) == {"model": "a", "workspace_roots": ["/home"], "input_tokens": 7}
    assert read_kept(b'"model": {"id": "default"') == {"model": {"id": "default"}}


@given(st.binary(max_size=60) | st.dictionaries(st.sampled_from(sorted(STOP)), st.text() | st.integers()).map(
    lambda fields: "\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in fields.items()).encode()
))  # fmt: skip
def test_no_file_stops_the_reader(data: bytes) -> None:
    read_payload(read_kept(data), AT_MS)
