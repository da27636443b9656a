"""What crashes, power cuts and careless writers leave in a transcript costs no record its usage."""

from __future__ import annotations

import pytest

from factories import NOW_MS, a_line, a_usage, an_answer, packed, parsed, the_event


@pytest.mark.parametrize(
    "torn",
    [
        b'{"parentUuid":null,"isSidechain":false,"message":{"id":"msg_00","content":[{"type":"text","text":"half',
        b"\x00" * 512,
        b'{"type":"assist',
        b'{"type":"queue-operation","operation":"enq',
        b'{"parentUuid":null,"isSidechain":false,"attachment":{"type":"file","content":"half',
        b'{"parentUuid":null,"type":"user","message":{"role":"user","content":[{"tool_use_id":"t","type":"tool_result',
    ],
    ids=["half a record", "zeros", "half a head", "half a note", "half a file", "half a result"],
)
def test_a_record_behind_a_torn_write_counts(torn: bytes) -> None:
    start = a_line(id="msg_0")
    line = a_line(id="msg_1", usage=a_usage(output=77))
    events = {event.key: event for event in parsed([start, torn + line]).events}
    assert events["msg_1"].output == 77


@pytest.mark.parametrize("first", ["type", "sessionId", "message", "uuid"])
def test_a_record_behind_a_torn_write_may_open_with_any_key(first: str) -> None:
    record = an_answer(id="msg_1", usage=a_usage(output=77))
    line = packed({first: record[first]} | record)
    torn = b'{"parentUuid":null,"type":"user","message":{"role":"user","content":[{"type":"text","text":"a"},{"type":'
    found = parsed([a_line(id="msg_0"), torn + line])
    assert {event.key: event.output for event in found.events}["msg_1"] == 77
    assert [r.reason for r in found.rejected] == ["not JSON"], "a part of a record is no record"


def test_digits_are_a_number_wherever_they_count() -> None:
    usage = a_usage(
        input_tokens="40",
        output_tokens="250",
        write=15,
        cache_creation={"ephemeral_5m_input_tokens": "10", "ephemeral_1h_input_tokens": "5"},
        server_tool_use={"web_search_requests": "2"},
    )
    event = the_event(a_line(usage=usage, branch="123"))
    assert (event.input, event.output, event.web_searches) == (40, 250, 2)
    assert (event.cache_write_5m, event.cache_write_1h, event.branch) == (10, 5, "123")


@pytest.mark.parametrize(
    "part",
    [
        {"cache_creation": {"ephemeral_5m_input_tokens": -3}},
        {"cache_creation": {"ephemeral_1h_input_tokens": "many"}},
        {"server_tool_use": {"web_search_requests": 10**12}},
        {"iterations": [{"type": "compaction", "input_tokens": -5, "output_tokens": 10**12}]},
    ],
)
def test_a_nested_counter_that_is_none_is_counted_too(part: dict[str, object]) -> None:
    found = parsed([a_line(usage=a_usage(**part))])
    assert {r.reason for r in found.rejected} == {"counter out of range"}


def test_two_records_on_one_line_both_count() -> None:
    found = parsed([a_line(id="msg_0"), a_line(id="msg_1") + a_line(id="msg_2")])
    assert {event.key for event in found.events} == {"msg_0", "msg_1", "msg_2"}


@pytest.mark.parametrize("value", ["-5", "11.5", '"eleven"', "100000001", "NaN"])
def test_a_counter_that_is_none_is_counted_as_not_understood(value: str) -> None:
    line = a_line(usage=a_usage(output=411)).replace(
        b'"output_tokens":411', f'"output_tokens":{value}'.encode()
    )
    found = parsed([line])
    assert [event.output for event in found.events] == [0]
    assert {r.reason for r in found.rejected} == {"counter out of range"}


def test_the_price_is_that_of_the_fullest_line() -> None:
    first = a_line(usage=a_usage(output=1))
    last = a_line(usage=a_usage(output=1000, speed="fast"), at=NOW_MS + 900, uuid="u-02")
    for lines in ((first, last), (last, first)):
        event = the_event(*lines)
        assert (event.speed, event.output, event.time_ms) == ("fast", 1000, NOW_MS)
