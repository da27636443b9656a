"""What crashes, power cuts and careless writers leave in a transcript costs no record its usage."""

from __future__ import annotations

import pytest

from factories import NOW_MS, a_line, a_usage, parsed, the_event


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
