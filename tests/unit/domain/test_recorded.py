"""Which recorded turns a bill states: by counts, by prompt, else by chat and time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tallylight.domain.recorded import TURN_MS, Counted, covered, owners, paired

AT = 10 * TURN_MS


def a_turn(key: str, at: int, chat: str = "a", **given: object) -> Counted:
    fields = {"family": chat, "input": 100, "output": 5} | given
    return Counted(key=key, time_ms=AT + at, chat=chat, **fields)  # type: ignore[arg-type]


def test_only_the_turn_that_the_bill_states_is_covered() -> None:
    turns = [a_turn("1", 0), a_turn("2", 60_000, input=300)]
    assert covered(turns, [a_turn("line", 20_000, input=300)]) == {"2"}
    assert covered(turns, [a_turn("line", -1_000)]) == {"1"}


def test_a_turn_of_several_lines_is_covered_by_any_of_them() -> None:
    turns = [a_turn("1", 0), a_turn("2", 600_000, input=900)]
    lines = [a_turn("x", 100_000, input=300), a_turn("y", 200_000, input=600)]
    assert covered(turns, lines) == {"2"}


def test_lines_without_a_chat_that_come_to_a_turn_together_are_its() -> None:
    turns = [a_turn("1", 0, input=300, output=30), a_turn("2", 0, "b", input=700, output=30)]
    its = [a_turn(f"its-{n}", -n * 9_000, "", input=90, cache_read=10, output=10) for n in range(3)]
    others = [a_turn(f"other-{n}", -n * 9_000 + 1, "", input=251, output=20) for n in range(2)]
    found = owners(turns, [*its, *others])
    assert {key: turn.key for key, turn in found.items()} == {line.key: "1" for line in its}
    assert covered(turns, [*its, *others]) == {"1"}
    assert owners(turns, its[:2]) == {}
    assert owners(turns, [replace(line, time_ms=line.time_ms + 99_000) for line in its]) == {}


def test_lines_of_another_chat_never_come_to_a_turn_together() -> None:
    named = [a_turn(f"line-{n}", -n, "b", input=50, output=5) for n in range(2)]
    assert owners([a_turn("1", 0, output=10)], named) == {}


def test_a_long_turn_is_found_behind_lines_of_others() -> None:
    its = [a_turn(f"its-{n}", -1_000 * n, "", input=1_000 + 7 * n, output=n) for n in range(60)]
    others = [a_turn(f"other-{n}", 1_000 + n, "", input=900 + n, output=3) for n in range(4)]
    turn = a_turn("1", 0, input=sum(of.input for of in its), output=sum(of.output for of in its))
    assert owners([turn], [*its, *others]).keys() == {line.key for line in its}


def test_many_lines_are_not_added_up_in_every_way() -> None:
    lines = [a_turn(f"line-{n}", -n, "", input=2**n, output=0) for n in range(1, 40)]
    assert owners([a_turn("1", 0, input=2**40 + 1, output=0)], lines) == {}


def test_a_subagents_turn_is_found_under_its_parent() -> None:
    assert covered([a_turn("1", 0, "task", family="a")], [a_turn("line", -10, "a")]) == {"1"}


def test_equal_counts_of_another_chat_are_another_turn() -> None:
    assert covered([a_turn("1", 0, "a")], [a_turn("line", -10, "b")]) == set()


times = st.integers(-3, 3).map(lambda step: step * 30_000)
chats = st.sampled_from(["a", "b"])
counted = st.lists(st.tuples(times, chats, st.integers(1, 3)), max_size=6)


@given(counted, counted, st.booleans())
def test_no_turn_is_given_twice_and_order_is_nothing(
    told: list[tuple[int, str, int]], stated: list[tuple[int, str, int]], is_named: bool
) -> None:
    turns = [a_turn(str(n), at, chat, input=count) for n, (at, chat, count) in enumerate(told)]
    lines = [
        a_turn(f"line-{n}", at, chat if is_named else "", input=count)
        for n, (at, chat, count) in enumerate(stated)
    ]
    found = paired(turns, lines)
    assert len({turn.key for turn in found.values()}) == len(found)
    assert paired(turns[::-1], lines[::-1]) == found
    assert all(turn.chat == line.chat for line in lines if line.chat and (turn := found.get(line.key)))
    assert {turn.key for turn in found.values()} <= covered(turns, lines)
