"""Every shape a Claude Code line is known to have, and what it counts for."""

from __future__ import annotations

import json
from typing import Any

import pytest

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
    stamp,
    the_event,
)
from tallylight.domain.usage import UsageEvent
from tallylight.sources.claude_code import place

BOM = "\ufeff".encode()


def tokens(event: UsageEvent) -> tuple[int, int, int, int, int]:
    return (event.input, event.output, event.cache_read, event.cache_write_5m, event.cache_write_1h)


def blocks(*outputs: int, **given: object) -> list[bytes]:
    """One response's lines, a block each."""
    return [
        a_line(usage=a_usage(output=output), at=NOW_MS + 10 * n, uuid=f"u-{n}", **given)
        for n, output in enumerate(outputs)
    ]


# -- one response, many lines


def test_repeated_lines_are_one_request_with_the_largest_output() -> None:
    event = the_event(*blocks(3, 3, 3, 3, 512))
    assert (event.output, event.time_ms) == (512, NOW_MS)


def test_a_zeroed_replay_erases_nothing() -> None:
    zeroed = a_line(usage=a_usage(input=0, output=0), at=NOW_MS + 99)
    event = the_event(*blocks(3, 3, 512), zeroed)
    assert (event.input, event.output) == (4, 512)


def test_a_line_of_zeros_alone_is_no_request() -> None:
    assert not parsed([a_line(usage=a_usage(input=0, output=0))]).events


def test_an_earlier_line_that_comes_later_dates_the_request() -> None:
    event = the_event(a_line(at=NOW_MS), a_line(at=NOW_MS - 5000, uuid="u-0"))
    assert event.time_ms == NOW_MS - 5000


def test_growing_counters_take_the_largest_of_each_class() -> None:
    lines = [
        a_line(usage=a_usage(input=9, output=2, read=100)),
        a_line(usage=a_usage(input=3, output=700, read=50, write_5m=8), at=NOW_MS + 1),
    ]
    assert tokens(the_event(*lines)) == (9, 700, 100, 8, 0)


def test_without_a_stop_reason_a_small_output_is_a_floor() -> None:
    lines = blocks(6, 6, stop=None)
    assert the_event(*lines).is_at_least
    assert not the_event(*lines, a_line(usage=a_usage(output=6), at=NOW_MS + 99)).is_at_least


def test_a_cut_stream_counts_what_it_sent() -> None:
    event = the_event(a_line(stop=None, usage=a_usage(input=7, output=3, read=9000, write_5m=400)))
    assert tokens(event) == (7, 3, 9000, 400, 0)


def test_tools_of_all_blocks_are_named_once() -> None:
    def block(name: str, at: int) -> bytes:
        content = [{"type": "tool_use", "id": f"toolu_{at}", "name": name, "input": {}}]
        return a_line(content=content, at=NOW_MS + at, uuid=f"u-{at}")

    event = the_event(block("Read", 0), block("Bash", 1), block("Read", 2), a_line(at=NOW_MS + 3))
    assert event.tools == ("Bash", "Read")


def test_an_answer_in_one_line_names_the_tools_of_all_its_blocks() -> None:
    content = [
        {"type": "thinking", "thinking": "x" * 3000, "signature": ""},
        {"type": "tool_use", "id": "toolu_1", "name": "Read", "input": {"file_path": "a"}},
        {"type": "tool_use", "id": "toolu_2", "name": "Bash", "input": {"command": "b"}},
    ]
    for before in ((), (a_prompt(),)):
        assert the_event(*before, a_line(content=content)).tools == ("Bash", "Read")


def test_a_gateways_answer_names_its_tools_too() -> None:
    content = [{"type": "tool_use", "id": "toolu_1", "name": "Read", "input": {}}]
    assert the_event(a_prompt(), a_line(id="chatcmpl-1", content=content)).tools == ("Read",)


# -- keys


def test_a_response_without_an_id_goes_by_its_request() -> None:
    assert the_event(a_line(id=None), a_line(id=None, at=NOW_MS + 1)).key == "req_01"


def test_a_response_without_ids_goes_by_its_node() -> None:
    assert the_event(a_line(id=None, request=...)).key == "u-01"


def test_a_response_without_any_name_is_still_the_same_when_read_again() -> None:
    line = a_line(id=None, request=..., uuid=None)
    assert the_event(line, line).key == the_event(line).key


def test_ids_that_gateways_make_up_are_told_from_the_apis_own() -> None:
    assert the_event(a_line(id="msg_bdrk_1")).has_strong_key
    assert not the_event(a_line(id="chatcmpl-1")).has_strong_key


# -- cache writes


@pytest.mark.parametrize(
    ("usage", "five", "hour"),
    [
        (a_usage(write_1h=900), 0, 900),
        (a_usage(write_5m=900), 900, 0),
        (a_usage(write_5m=600, write_1h=300), 600, 300),
        (a_usage(write=900, cache_creation=None), 900, 0),
        (a_usage(write=0, write_5m=600, write_1h=300), 600, 300),
        (a_usage(write=1000, write_5m=600, write_1h=300), 700, 300),
    ],
    ids=["1h", "5m", "both", "flat", "nested", "flat is larger"],
)
def test_cache_writes_by_duration(usage: dict[str, object], five: int, hour: int) -> None:
    event = the_event(a_line(usage=usage))
    assert (event.cache_write_5m, event.cache_write_1h) == (five, hour)


# -- iterations


def a_pass(kind: str, **given: object) -> dict[str, object]:
    names = {"input": "input_tokens", "output": "output_tokens", "read": "cache_read_input_tokens"}
    return {"type": kind, **{names.get(name, name): value for name, value in given.items()}}


def test_message_passes_are_in_the_sum_and_the_last_is_the_context() -> None:
    passes = [
        a_pass("message", input=5, read=1000, output=10),
        a_pass("message", input=6, read=1200, output=30),
    ]
    event = the_event(a_line(usage=a_usage(input=11, read=2200, output=40, iterations=passes)))
    assert tokens(event) == (11, 40, 2200, 0, 0)
    assert event.context == 1206


def test_compaction_and_advisor_passes_are_requests_of_their_own() -> None:
    passes = [
        a_pass("compaction", input=50, output=700),
        a_pass("message", input=4, output=40),
        a_pass("advisor_message", model="claude-fable-5", input=20, output=9),
        a_pass("advisor_message", model="claude-fable-5", input=21, output=8),
    ]
    found = parsed([a_line(usage=a_usage(iterations=passes))])
    rows = {e.key: (e.kind, e.model, e.input, e.output, e.context) for e in found.events}
    assert rows == {
        "msg_01": ("message", "claude-opus-5-5", 4, 40, 4),
        "msg_01:compaction0": ("compaction", "claude-opus-5-5", 50, 700, 0),
        "msg_01:advisor0": ("advisor", "claude-fable-5", 20, 9, 0),
        "msg_01:advisor1": ("advisor", "claude-fable-5", 21, 8, 0),
    }


def test_a_fallback_pass_served_the_answer_and_is_not_added() -> None:
    passes = [a_pass("fallback_message", model="claude-haiku-4-5", input=4, output=40)]
    event = the_event(a_line(usage=a_usage(iterations=passes)))
    assert (event.model, event.output) == ("claude-haiku-4-5", 40)


@pytest.mark.parametrize(
    "passes", [None, [], [None], [5, "x"], {}, 7, [{"type": None}], [a_pass("new_kind", output=9)]]
)
def test_odd_iterations_leave_the_answer_as_it_is(passes: object) -> None:
    assert tokens(the_event(a_line(usage=a_usage(iterations=passes)))) == (4, 40, 0, 0, 0)


def test_a_damaged_pass_does_not_hide_the_others() -> None:
    passes = [None, a_pass("compaction", input="many", output=700)]
    found = parsed([a_line(usage=a_usage(iterations=passes))])
    assert {e.key: e.output for e in found.events} == {"msg_01": 40, "msg_01:compaction0": 700}


# -- counters


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (7, 7),
        (0, 0),
        (None, 0),
        (-4, 0),
        (7.0, 7),
        (7.5, 0),
        ("7", 7),
        (True, 0),
        ([7], 0),
        (10**9, 0),
        (10**40, 0),
    ],
)
def test_a_counter_that_is_none_counts_nothing(value: object, read: int) -> None:
    event = the_event(a_line(usage=a_usage(input_tokens=value)))
    assert (event.input, event.output) == (read, 40)


def test_thinking_is_a_part_of_the_output() -> None:
    assert the_event(a_line(usage=a_usage(thinking=15))).reasoning == 15
    assert the_event(a_line(usage=a_usage(thinking=9999))).reasoning == 40


def test_what_the_price_depends_on_is_kept() -> None:
    usage = a_usage(speed="fast", inference_geo="us", service_tier="batch", searches=3)
    event = the_event(a_line(usage=usage))
    assert (event.speed, event.geo, event.tier, event.web_searches) == ("fast", "us", "batch", 3)


@pytest.mark.parametrize("cost", [1e300, 1e20, -3, float("nan"), float("inf"), "much"])
def test_a_stated_cost_that_cannot_be_is_passed_over(cost: object) -> None:
    event = the_event(a_line(costUSD=cost))
    assert event.output == 40
    assert event.reported_picousd == -1


def test_a_stated_cost_is_kept_beside_ours() -> None:
    assert the_event(a_line(costUSD=0.25)).reported_picousd == 25 * 10**10


@pytest.mark.parametrize("usage", [None, "none", 5, []])
def test_an_answer_without_usage_is_counted_as_such(usage: object) -> None:
    found = parsed([a_line(message={"usage": usage})])
    assert not found.events
    assert [(r.reason, r.count) for r in found.rejected] == [("answer without usage", 1)]


@pytest.mark.parametrize(
    "line", [an_answer(message={"model": "<synthetic>"}), an_answer(isApiErrorMessage=True)]
)
def test_what_the_client_made_up_is_not_usage(line: dict[str, object]) -> None:
    assert not parsed([packed(line)]).events


def test_an_answer_that_failed_is_an_event() -> None:
    marks = parsed([a_line(isApiErrorMessage=True, apiErrorStatus=400)]).marks
    assert [(m.kind, m.value) for m in marks] == [("error", 400)]


# -- bytes


def test_a_byte_order_mark_and_windows_line_ends_are_no_matter() -> None:
    lines = [BOM + a_prompt() + b"\r", a_line() + b"\r", b"\r", b"  ", b""]
    found = parsed(lines)
    assert [e.output for e in found.events] == [40]
    assert not found.rejected


@pytest.mark.parametrize("field", ["cwd", "branch", "session", "model", "id", "uuid"])
def test_half_a_surrogate_pair_costs_no_usage_and_fits_any_database(field: str) -> None:
    event = the_event(a_line(**{field: "x\ud83d"}))
    assert event.output == 40
    for value in (event.cwd, event.branch, event.session_id, event.model, event.key, event.stated_id):
        value.encode()


def test_half_a_surrogate_pair_in_text_or_title_costs_nothing() -> None:
    found = parsed([a_prompt(text="\ud83d"), a_line(content=[{"type": "text", "text": "\udc00"}])])
    assert len(found.events) == 1 and len(found.marks) == 1
    title = parsed([packed({"type": "ai-title", "aiTitle": "x\ud83d", "sessionId": "s-1"})]).facts
    assert title[0].value.encode()


@pytest.mark.parametrize("before", [b"", a_prompt()])
@pytest.mark.parametrize("field", ["cwd", "branch", "text"])
def test_bytes_that_are_not_utf_8_cost_no_usage(field: str, before: bytes) -> None:
    line = a_line(content=[{"type": "text", "text": "TEXT"}], cwd="/CWD", branch="BRANCH")
    broken = line.replace(field.upper().encode(), b"\xff\xc3(\xe2\x82")
    assert [e.output for e in parsed([before, broken]).events] == [40]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not JSON"),
        (b"nonsense", "not JSON"),
        (a_line()[:-40], "not JSON"),
        (b"[1,2,3]", "not a JSON object"),
        (b"12345", "not a JSON object"),
        (b'{"type":"hologram","x":1}', "unknown record type: hologram"),
        (b'{"nothing":"here"}', "record without a type"),
        (b'{"parentUuid":null,"message":{"id":"x"},"type":"hologram"}', "unknown record type: hologram"),
        (packed({"type": "assistant", "uuid": "u"}), "answer without a message"),
    ],
)
@pytest.mark.parametrize("before", [(), (a_prompt(),)])
def test_what_is_not_understood_is_counted_with_its_reason(
    line: bytes, reason: str, before: tuple[bytes, ...]
) -> None:
    rejected = parsed([*before, line, line]).rejected
    expected = "not a JSON object" if line == b"{" else reason
    assert [(r.source, r.reason, r.count) for r in rejected] == [("claude-code", expected, 2)]


@pytest.mark.parametrize("before", [(), (a_prompt(),)])
@pytest.mark.parametrize(
    "opening", [b'{"parentUuid":null,"message":{"content":', b'{"type":"assistant","x":', b""]
)
def test_deep_nesting_is_counted(opening: bytes, before: tuple[bytes, ...]) -> None:
    line = opening + b"[" * 100_000 + b"]" * 100_000 + b"}" * 2
    assert len(parsed([*before, line]).rejected) == 1


# -- layouts


def test_the_layouts_of_other_versions_mean_the_same() -> None:
    now = an_answer(usage=a_usage(write_1h=9))
    message = now["message"]
    usage_first = {"usage": message["usage"], **{k: v for k, v in message.items() if k != "usage"}}
    rest = {k: v for k, v in now.items() if k not in ("message", "type")}
    layouts = [
        {"type": "assistant", **rest, "message": message},
        {**rest, "type": "assistant", "message": message},
        {"userType": "external", "cwd": now["cwd"], "type": "assistant", **rest, "message": usage_first},
        {**now, "message": usage_first},
        {"message": message, **rest, "type": "assistant"},
    ]
    expected = the_event(packed(now))
    for layout in layouts:
        assert the_event(packed(layout)) == expected
        assert parsed([queued(NOW_MS - 9), packed(layout)]).events[0].output == 40


@pytest.mark.parametrize(
    "given",
    [
        {"usage": {"input_tokens": 9, "output_tokens": 9}},
        {"type": "tool_use", "name": "Fake", "id": "toolu_9"},
        {"x": '"usage":{"output_tokens":9}'},
        {
            "stop_reason": None,
            "usage": {"output_tokens": 9},
            "apiBlockIndex": 0,
            "requestId": "r",
            "timestamp": "x",
        },
        {"stop_reason": None, "usage": {"output_tokens": 9}, "apiBlockIndex": 0},
        {"message": {"id": "msg_other", "usage": {}}},
    ],
)
def test_a_tools_input_is_not_usage_whatever_it_holds(given: dict[str, object]) -> None:
    content = [{"type": "tool_use", "id": "toolu_1", "name": "Write", "input": given}]
    first = a_line(content=content, usage=a_usage(output=3))
    later = a_line(content=content, usage=a_usage(output=512), at=NOW_MS + 5, uuid="u-2")
    event = the_event(a_prompt(), first, later)
    assert (event.output, event.tools) == (512, ("Write",))


def test_records_that_repeat_a_subagents_usage_add_nothing() -> None:
    repeated = {"usage": a_usage(output=900), "agentId": "a1", "totalTokens": 900}
    nested = {"type": "assistant", "message": {"id": "msg_77", "usage": a_usage(output=900)}}
    lines = [
        a_tool_result(toolUseResult=repeated),
        packed(
            {"parentUuid": None, "type": "progress", "data": {"message": nested}, "timestamp": stamp(NOW_MS)}
        ),
        packed({"type": "api-request", "timestamp": stamp(NOW_MS), "params": nested}),
        packed({"parentUuid": None, "attachment": {"type": "x", "usage": {}}, "type": "attachment"}),
    ]
    for order in (lines, [a_prompt(), *lines]):
        found = parsed(order)
        assert not found.events and not found.rejected


@pytest.mark.parametrize(
    "change",
    [
        {"timestamp": 5},
        {"cwd": 5},
        {"isSidechain": "no"},
        {"requestId": {}},
        {"sessionId": []},
        {"forkedFrom": "x"},
        {"diagnostics": 5},
        {"apiErrorStatus": "x"},
    ],
)
def test_a_field_of_another_type_costs_no_usage(change: dict[str, object]) -> None:
    for before in ((), (a_prompt(),)):
        assert [e.output for e in parsed([*before, packed(an_answer() | change)]).events] == [40]


def test_a_message_of_another_type_is_counted() -> None:
    odd: tuple[object, ...] = ("text", 5, [], None)
    for broken in odd:
        assert [r.reason for r in parsed([packed(an_answer() | {"message": broken})]).rejected] == [
            "answer without a message"
        ]


# -- time


def test_an_undated_line_takes_the_time_of_the_line_before() -> None:
    lines = [a_prompt(at=NOW_MS - 7000), a_line(timestamp=...)]
    assert the_event(*lines).time_ms == NOW_MS - 7000


def test_an_undated_file_takes_its_own_time() -> None:
    assert the_event(a_line(timestamp="soon"), modified_ms=NOW_MS - 5).time_ms == NOW_MS - 5


def test_a_time_without_a_zone_is_utc_and_one_with_is_converted() -> None:
    assert the_event(a_line(at=stamp(NOW_MS)[:-1])).time_ms == NOW_MS
    assert the_event(a_line(at="2026-10-02T11:14:33.120+02:00")).time_ms == NOW_MS


@pytest.mark.parametrize(
    "at", ["9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00.000Z", "1969-12-31T00:00:00.000Z"]
)
def test_times_no_clock_shows_are_none(at: str) -> None:
    found = parsed([a_line(at=at), packed({"type": "ai-title", "aiTitle": "x"})], modified_ms=NOW_MS)
    assert found.events[0].time_ms == NOW_MS
    assert -(2**63) <= found.facts[0].order < 2**63


# -- forks


def test_a_branch_names_the_session_that_paid() -> None:
    found = parsed([a_line(session="fork", forkedFrom={"sessionId": "s-1", "messageUuid": "u-01"})])
    event = found.events[0]
    assert (event.session_id, event.file_session_id, event.is_copy) == ("s-1", "fork", True)
    assert ("fork", "parent", "s-1") in [(f.session_id, f.name, f.value) for f in found.facts]


def test_the_session_that_made_the_request_owns_it() -> None:
    event = the_event(a_line(session="fork", requestSessionId="s-1"))
    assert (event.session_id, event.is_copy) == ("s-1", True)
    assert not the_event(a_line(requestSessionId="s-1")).is_copy


def test_what_is_older_than_the_files_own_first_record_was_copied() -> None:
    lines = [queued(NOW_MS), a_line(at=NOW_MS - 60_000), a_line(id="msg_02", at=NOW_MS + 60_000)]
    assert {e.key: e.is_copy for e in parsed(lines).events} == {"msg_01": True, "msg_02": False}


# -- what is not usage


def test_prompts_are_told_from_what_the_client_writes() -> None:
    own = [
        "<command-name>x",
        "<local-command-stdout>",
        "<system-reminder>",
        "<bash-input>",
        "<task-notification>",
    ]
    lines = [a_prompt(uuid=f"u-{n}", text=text) for n, text in enumerate(own)]
    lines += [
        a_prompt(uuid="u-m", isMeta=True),
        a_prompt(uuid="u-s", isCompactSummary=True),
        a_prompt(uuid="u-a", isSidechain=True),
        a_prompt(uuid="u-o", origin={"kind": "task"}),
        a_tool_result(uuid="u-t"),
        a_prompt(
            uuid="u-i",
            message={"role": "user", "content": [{"type": "text", "text": "[Request interrupted by user]"}]},
        ),
    ]
    assert not parsed(lines).marks
    human = [a_prompt(uuid="u-h"), a_prompt(uuid="u-k", text="<command-x", origin={"kind": "human"})]
    assert [m.kind for m in parsed(human).marks] == ["prompt", "prompt"]


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("go on", 5),
        ("größer", 8),
        ([{"type": "text", "text": "go on"}], 7),
        ("what is in @main.py", 0),
        ([{"type": "text", "text": "see @main.py"}], 0),
        ([{"type": "text", "text": "see"}, {"type": "image", "source": {}}], 0),
    ],
)
def test_of_a_prompt_only_its_length_is_kept_where_that_is_all_that_was_sent(text: object, size: int) -> None:
    (mark,) = parsed([a_prompt(text=text)]).marks
    assert (mark.kind, mark.value, mark.label) == ("prompt", size, "")


def test_nothing_of_a_conversation_is_kept() -> None:
    private = "a very private thing"
    lines = [
        a_prompt(text=private),
        a_prompt(uuid="u-2", message={"role": "user", "content": [{"type": "text", "text": private}]}),
        a_line(content=[{"type": "text", "text": private}]),
        a_line(
            content=[{"type": "tool_use", "id": "toolu_1", "name": "Write", "input": {"text": private}}],
            at=NOW_MS + 1,
        ),
        a_tool_result(text=private),
        packed({"type": "last-prompt", "lastPrompt": private}),
        packed({"type": private}),
        a_compaction(content=private, summary=private),
    ]
    for order in (lines, [a_prompt(), *lines]):
        found = parsed(order)
        assert private not in repr(found)


def test_a_compaction_says_how_much_went() -> None:
    mark = parsed([a_compaction()]).marks[0]
    assert (mark.kind, mark.label, mark.value, mark.other) == ("compaction", "auto", 167_000, 13_000)


@pytest.mark.parametrize("odd", [10**30, -5, None, "many", 1e300])
def test_a_compaction_with_odd_figures_fits_any_database(odd: object) -> None:
    mark = parsed([a_compaction(before=odd, after=odd)]).marks[0]
    assert 0 <= mark.value < 2**63 and 0 <= mark.other < 2**63


def test_a_second_reply_to_one_node_leaves_what_followed_the_first() -> None:
    lines = [
        a_prompt(uuid="u-1", parent="root", at=NOW_MS),
        a_line(at=NOW_MS + 1000),
        a_prompt(uuid="u-2", parent="root", at=NOW_MS + 9000),
    ]
    rewinds = [(m.value, m.time_ms) for m in parsed(lines).marks if m.kind == "rewind"]
    assert rewinds == [(NOW_MS, NOW_MS + 9000)]


def test_a_prompt_stated_twice_is_no_rewind() -> None:
    prompt = a_prompt(uuid="u-1", parent="root")
    assert [m.kind for m in parsed([prompt, prompt]).marks if m.kind == "rewind"] == []


def test_repeated_lines_move_the_clock_of_undated_records() -> None:
    title = packed({"type": "ai-title", "aiTitle": "x", "sessionId": "s-1"})
    whole = parsed([a_prompt(), a_line(), a_line(at=NOW_MS + 10), title])
    apart = parsed([a_prompt(), a_line(at=NOW_MS + 10), title])
    assert whole.facts == apart.facts


def test_titles_and_the_running_total_are_facts_of_which_the_last_holds() -> None:
    lines = [
        queued(NOW_MS),
        packed({"type": "ai-title", "aiTitle": "first", "sessionId": "s-1"}),
        a_cost_state(1.0),
        packed({"type": "ai-title", "aiTitle": "second", "sessionId": "s-1"}),
        a_cost_state(2.5),
    ]
    facts = sorted(parsed(lines).facts, key=lambda fact: fact.order)
    last = {fact.name: fact.value for fact in facts}
    assert last["title:ai-title"] == "second"
    assert json.loads(last[f"cost_state:{NOW_MS}"])["total_usd"] == 2.5


@pytest.mark.parametrize(
    "broken",
    [
        {"modelUsage": {"m": 5}},
        {"modelUsage": []},
        {"totalCostUSD": "x"},
        {"startTime": "x"},
        {"totalCostUSD": 1e400},
        {"modelUsage": {"m\ud83d": {"costUSD": 1}}},
    ],
)
def test_a_running_total_with_odd_fields_is_kept_as_far_as_it_goes(broken: Json) -> None:
    for before in ((), (a_prompt(),)):
        facts = [
            f for f in parsed([*before, a_cost_state(1.0, **broken)]).facts if f.name.startswith("cost_state")
        ]
        assert len(facts) == 1
        assert set(json.loads(facts[0].value.encode())) == {"total_usd", "has_unknown", "models"}


# -- resuming


def test_reading_in_two_parts_says_the_same_of_the_session() -> None:
    from tallylight.sources.base import LogFile
    from tallylight.sources.claude_code import SOURCE

    first = [queued(NOW_MS), a_prompt(uuid="u-1", parent="root", at=NOW_MS)]
    rest = [a_line(at=NOW_MS - 60_000), a_prompt(uuid="u-2", parent="root", at=NOW_MS + 10)]
    file = LogFile(path="s-1.jsonl", session_id="s-1")
    one = SOURCE.parser(file, "")
    for line in first:
        one.feed(bytearray(line), 0, len(line))
    two = SOURCE.parser(file, one.state)
    for line in rest:
        two.feed(bytearray(line), 0, len(line))
    found = two.take()
    assert found.events[0].is_copy
    assert [m.kind for m in found.marks] == ["rewind", "prompt"]


# -- where files are


@pytest.mark.parametrize(
    ("path", "session", "agent"),
    [
        ("projects/-home-ana/s-1.jsonl", "s-1", ""),
        ("projects/-home-ana/s-1/subagents/agent-a1.jsonl", "s-1", "a1"),
        ("projects/-home-ana/s-1/subagents/workflows/wf_1/agent-a2.jsonl", "s-1", "a2"),
        ("projects/-home-ana/s-1/subagents/agent-a1.meta.json", "s-1", "a1"),
        ("projects/-home-ana/s-1/subagents/agent-acompact-9.jsonl", "s-1", "acompact-9"),
        ("projects/-home-ana/agent-a3.jsonl", "", "a3"),
    ],
)
def test_a_files_place_says_whose_it_is(path: str, session: str, agent: str) -> None:
    file = place(path)
    assert file is not None
    assert (file.session_id, file.agent_id) == (session, agent)


@pytest.mark.parametrize(
    "path",
    [
        "history.jsonl",
        "projects/-home-ana/s-1/subagents/workflows/wf_1/journal.jsonl",
        "projects/-home-ana/s-1/workflows/wf_1.json",
        "projects/-home-ana/s-1.orphaned-1.jsonl",
        "projects/-home-ana/s-1.superseded.jsonl",
        "projects/-home-ana/s-1/tool-results/x.txt",
        "sessions/41822.json",
    ],
)
def test_files_without_usage_are_left_alone(path: str) -> None:
    assert place(path) is None


# -- what fills the context before the first prompt


def an_attachment(kind: str, **fields: Any) -> bytes:
    record = {
        "parentUuid": "p-0",
        "isSidechain": False,
        "attachment": {"type": kind} | fields,
        "type": "attachment",
    }
    return packed(record | {"uuid": "u-a", "timestamp": stamp(NOW_MS), "sessionId": "s-1"})


def test_what_a_session_starts_with_is_measured_and_never_kept() -> None:
    tools = [{"name": "Read", "description": "nobody may keep this"}, {"name": "mcp__db__ask", "schema": {}}]
    said = [
        an_attachment("prompt_snapshot", systemPrompt=["x" * 6]),
        an_attachment("prompt_snapshot", systemPrompt=["x" * 96], tools=tools),
        an_attachment("skill_listing", content="x" * 38, names=["a"]),
        an_attachment("skill_listing", content="", names=[]),
        an_attachment("deferred_tools_delta", addedLines=[]),
        an_attachment("file", content="nobody may keep this"),
    ]
    found = parsed([a_prompt(), *said, a_line()])
    sizes: dict[str, int] = {}
    for fact in found.facts:
        assert fact.order == fact.number, "the largest holds"
        sizes[fact.name] = max(fact.number, sizes.get(fact.name, 0))
    assert sizes == {"start:system": 100, "start:tools": 52, "start:mcp": 35, "start:skills": 40}
    assert "nobody" not in repr(found)
    assert len(found.events) == 1 and not found.rejected


def test_a_subagents_start_is_not_the_sessions() -> None:
    lines = [a_prompt(), an_attachment("skill_listing", content="x" * 38)]
    assert not parsed(lines, agent_id="a1").facts


@pytest.mark.parametrize("content", [{"tools": 7}, {"systemPrompt": ["x"], "tools": [1]}])
def test_an_attachment_of_another_form_says_nothing(content: dict[str, Any]) -> None:
    found = parsed([a_prompt(), an_attachment("prompt_snapshot", **content), a_line()])
    assert (found.facts, found.rejected, len(found.events)) == ([], [], 1)
