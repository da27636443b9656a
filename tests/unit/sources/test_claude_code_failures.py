"""A tool call that fails again and again is seen from the records' structure; what it said is not kept."""

from __future__ import annotations

import pytest

from factories import NOW_MS, Json, a_line, a_prompt, a_tool_result, parsed
from tallylight.domain.usage import Mark
from tallylight.sources.base import LogFile
from tallylight.sources.claude_code import SOURCE

TEST = {"command": "make test"}


def a_call(number: int, given: Json = TEST, name: str = "Bash", same_answer: bool = False) -> bytes:
    content = [{"type": "tool_use", "id": f"toolu_{number:04}", "name": name, "input": given}]
    answer = 1 if same_answer else number
    return a_line(id=f"msg_{answer}", uuid=f"u-{number}", at=NOW_MS + number, content=content)


def a_result(number: int, is_error: bool = True, is_last: bool = False, text: str = "2 failed") -> bytes:
    """In either order of keys that clients write."""
    parts = {
        "type": "tool_result",
        "content": text,
        "is_error": is_error,
        "tool_use_id": f"toolu_{number:04}",
    }
    if is_last:
        parts = {"tool_use_id": parts.pop("tool_use_id"), **parts}
    message = {"role": "user", "content": [parts]}
    return a_tool_result(
        message=message, uuid=f"r-{number}", at=NOW_MS + number, toolUseResult=f"Error: {text}"
    )


def failures(*lines: bytes) -> list[tuple[str, int]]:
    return [(m.label, m.value) for m in marks(*lines)]


def marks(*lines: bytes) -> list[Mark]:
    return [mark for mark in parsed([a_prompt(), *lines]).marks if mark.kind == "failure"]


@pytest.mark.parametrize("is_last", [False, True])
@pytest.mark.parametrize("length", [1, 9_000, 90_000])
def test_the_same_call_failing_again_is_counted(is_last: bool, length: int) -> None:
    text = "2 failed " * (length // 9 + 1)
    lines = [line for n in range(1, 4) for line in (a_call(n), a_result(n, is_last=is_last, text=text))]
    assert failures(*lines) == [("Bash", 1), ("Bash", 2), ("Bash", 3)]


def test_another_call_counts_for_itself() -> None:
    other = {"command": "make lint"}
    lines = [a_call(1), a_result(1), a_call(2, other), a_result(2), a_call(3), a_result(3)]
    assert failures(*lines) == [("Bash", 1), ("Bash", 1), ("Bash", 2)]


def test_a_success_ends_the_run_and_so_does_a_prompt() -> None:
    failed = [a_call(1), a_result(1), a_call(2), a_result(2)]
    again = [a_call(4), a_result(4)]
    assert failures(*failed, a_call(3), a_result(3, is_error=False), *again)[-1] == ("Bash", 1)
    assert failures(*failed, a_prompt(uuid="u-again"), *again)[-1] == ("Bash", 1)
    assert failures(*failed, *again)[-1] == ("Bash", 3)


def test_several_calls_of_one_answer_are_told_apart() -> None:
    lines = [
        a_call(1),
        a_call(2, {"command": "b"}, same_answer=True),
        a_result(1),
        a_result(2, is_error=False),
    ]
    assert failures(*lines) == [("Bash", 1)]


def test_a_result_of_an_unknown_call_says_nothing() -> None:
    assert not failures(a_result(7))
    assert not failures(a_call(1), a_result(1, is_error=False, text='{"is_error":true}'))


def test_the_run_goes_on_where_reading_stopped() -> None:
    file, state, found = LogFile(path="s-1.jsonl", session_id="s-1"), "", []
    for line in (a_prompt(), a_call(1), a_result(1), a_call(2), a_result(2)):
        parser = SOURCE.parser(file, state)
        parser.feed(bytearray(line), 0, len(line))
        found += [mark.value for mark in parser.take().marks if mark.kind == "failure"]
        state = parser.state
    assert found == [1, 2]


def test_nothing_of_the_call_or_its_output_is_kept() -> None:
    secret = "sesame"  # noqa: S105
    file = LogFile(path="s-1.jsonl", session_id="s-1")
    parser = SOURCE.parser(file, "")
    for line in (a_prompt(), a_call(1, {"command": secret}), a_call(2), a_result(1, text=secret)):
        parser.feed(bytearray(line), 0, len(line))
    assert secret not in parser.state + repr(parser.take())
