"""Cursor's rows, whatever they hold."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallylight.sources.cursor import is_readable, read_chat, tool_call_of
from tallylight.sources.cursor_bubbles import read_messages
from tallylight.sources.cursor_folders import folder_of_identifier, folder_of_uri, folder_of_window
from tallylight.sources.cursor_index import heads_of_2024, heads_of_list, window_list
from tallylight.sources.cursor_records import Head, count, moment, past

NOW_MS = 1_789_000_000_000
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(
    ["composerId", "name", "createdAt", "status", "modelConfig", "usageData", "contextTokensUsed", "contextTokenLimit",
     "fullConversationHeadersOnly", "promptTokenBreakdown", "workspaceIdentifier", "subComposerIds", "type",
     "tokenCount", "modelInfo", "toolFormerData", "contextWindowStatusAtCreation", "allComposers", "tabs"]
)  # fmt: skip
ROWS = st.binary(max_size=80) | st.dictionaries(NAMES, ANY_JSON, max_size=6).map(
    lambda row: json.dumps(row).encode()
)


@given(ROWS)
def test_no_row_stops_a_reader(value: bytes) -> None:
    read_chat("one", value, Head(created_at=1), NOW_MS)
    read_messages("one", [("b", value)], NOW_MS)
    is_readable(value)
    heads_of_list(value)
    heads_of_2024(value)
    window_list(value)
    folder_of_window(value)


@pytest.mark.parametrize(
    ("uri", "folder"),
    [
        ("file:///home/dev/my%20app", "/home/dev/my app"),
        ("file:///c%3A/Users/dev/app", "c:\\Users\\dev\\app"),
        ("file://server/share/app", "//server/share/app"),
        ("vscode-remote://ssh-remote%2Bhost/srv/app", "ssh-remote+host:/srv/app"),
        ("vscode-remote://wsl%2BUbuntu/home/dev", "wsl+Ubuntu:/home/dev"),
        ("untitled:one", ""),
        ("file://[broken", ""),
        ("", ""),
    ],
)
def test_a_uri_names_a_folder(uri: str, folder: str) -> None:
    assert folder_of_uri(uri) == folder


def test_a_workspace_of_several_folders_is_no_folder() -> None:
    assert folder_of_window(b'{"workspace": "file:///home/dev/x.code-workspace"}') == ""
    assert folder_of_identifier({"id": "w", "uri": {"fsPath": "/home/dev"}}) == ("/home/dev", "w")
    assert folder_of_identifier(7) == ("", "")


def test_numbers_come_as_text_too_and_zero_is_none() -> None:
    assert [count(value) for value in (7, "7", 7.9, 0, -1, True, None, "x", float("nan"), 1e300)] == [
        7, 7, 7, 0, 0, 0, 0, 0, 0, 0,
    ]  # fmt: skip


def test_moments_come_as_numbers_and_as_iso() -> None:
    assert moment("2026-09-09T15:06:40.000Z") == 1_788_966_400_000
    assert [moment(value) for value in ("2026-09-09T15:06:40", "soon", None, 1 << 60)] == [0, 0, 0, 0]


def test_the_call_of_a_subagent_is_its_ids_first_line() -> None:
    assert tool_call_of("task-call_x\nfc_y") == "call_x"
    assert tool_call_of("5c0f") == ""


def test_of_several_models_asked_at_once_the_first_counts() -> None:
    row = {"createdAt": 1, "modelConfig": {"modelName": "composer-2.5,gpt-5.5-fast"}}
    found = read_chat("one", json.dumps(row).encode(), None, NOW_MS)
    assert found is not None and found.chat.model == "cursor/composer-2.5"


def test_half_an_emoji_costs_its_letter_and_not_the_chat() -> None:
    gauge = b'"contextTokensUsed": 7, "contextTokenLimit": 9'
    row = b'{"createdAt": 1, "name": "Sort \\ud83d", "subtitle": "\\ude00", %s}' % gauge
    found = read_chat("one", row, None, NOW_MS)
    assert found is not None and found.gauge is not None
    assert found.chat.title == "Sort ?"


def test_a_date_that_is_yet_to_come_is_none() -> None:
    ahead, gauge = NOW_MS + 86_400_000, {"contextTokensUsed": 7, "contextTokenLimit": 9}
    row = {
        "createdAt": 5,
        "lastUpdatedAt": ahead,
        "fullConversationHeadersOnly": [{"bubbleId": "b", "createdAt": ahead}],
    }
    found = read_chat("one", json.dumps(row | gauge).encode(), None, NOW_MS)
    assert found is not None and found.gauge is not None
    assert (found.chat.moved_ms, found.gauge.time_ms) == (5, 5)
    found = read_chat("one", json.dumps(row | gauge | {"createdAt": ahead}).encode(), None, NOW_MS)
    assert found is not None and found.gauge is None and not found.chat.moved_ms
    bubble = {
        "type": 1,
        "createdAt": ahead,
        "contextWindowStatusAtCreation": {"tokensUsed": 7, "tokenLimit": 9},
    }
    assert read_messages("one", [("b", json.dumps(bubble).encode())], NOW_MS).gauges == ()


def test_a_clock_that_is_read_a_moment_late_is_no_future() -> None:
    assert [past(NOW_MS + ms, NOW_MS) for ms in (-7, 7, 3_600_000)] == [NOW_MS - 7, NOW_MS, 0]
