"""A finding is told once: whatever order things happen in, across restarts, clock changes and late growth."""

from __future__ import annotations

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tallylight.domain.finding import Finding, Severity, say
from tallylight.domain.notices import Moment, Notice, Quiet, decide

NOW = 1_790_932_473_120
MINUTE = 60_000
NOON = time(12)
LOUD = Quiet()


def a_finding(key: str = "a", **given_: object) -> Finding:
    fields: dict[str, object] = {
        "rule": "unattended",
        "subject": key,
        "severity": Severity.WARNING,
        "title": say("{project} is running without you", project="shop"),
        "text": say("so far {spent}", spent="$1.44"),
        "session_id": "s-1",
        "picousd": 10**12,
    }
    return Finding(key=key, **(fields | given_))  # type: ignore[arg-type]


class Memory:
    """What a ledger keeps between decisions."""

    def __init__(self) -> None:
        self.known: dict[str, Notice] = {}
        self.told: list[str] = []

    def see(
        self,
        *findings: Finding,
        at: int = NOW,
        quiet: Quiet = LOUD,
        clock: time = NOON,
        steady: int | None = None,
    ) -> list[str]:
        """Keys that are told now; the steady clock runs with the other unless given."""
        now = []
        moment = Moment(at, at if steady is None else steady, clock)
        for notice in decide(self.known, findings, quiet, moment):
            before = self.known.get(notice.finding.key)
            if notice.telling and (before is None or before.telling != notice.telling):
                now.append(notice.finding.key)
            self.known[notice.finding.key] = notice
        self.told += now
        return now

    def answer(self, key: str, done: str) -> None:
        self.known[key] = replace(self.known[key], done=done, done_ms=NOW)


@pytest.fixture
def memory() -> Memory:
    return Memory()


def test_a_finding_is_told_at_once_and_once(memory: Memory) -> None:
    assert memory.see(a_finding()) == ["a"]
    assert memory.see(a_finding(), at=NOW + 5 * MINUTE) == []
    assert memory.see(at=NOW + 6 * MINUTE) == []
    assert memory.known["a"].ended_ms == NOW + 6 * MINUTE
    assert memory.see(a_finding(), at=NOW + 9 * MINUTE) == []
    assert memory.known["a"].holds


def test_at_most_one_notice_a_minute_and_the_rest_together(memory: Memory) -> None:
    assert memory.see(a_finding("a")) == ["a"]
    assert memory.see(a_finding("a"), a_finding("b"), at=NOW + 10_000) == []
    late = [a_finding("a"), a_finding("b"), a_finding("c")]
    assert sorted(memory.see(*late, at=NOW + MINUTE)) == ["b", "c"]
    assert memory.known["b"].is_gathered and memory.known["c"].is_gathered
    assert not memory.known["a"].is_gathered


def test_two_thresholds_of_one_budget_are_not_gathered(memory: Memory) -> None:
    memory.see(a_finding("b:50", subject="budget:b"), a_finding("b:80", subject="budget:b"))
    assert not any(notice.is_gathered for notice in memory.known.values())


@pytest.mark.parametrize(
    ("hours", "clock", "is_quiet"),
    [
        (("19:00", "08:00"), "20:00", True),
        (("19:00", "08:00"), "07:59", True),
        (("19:00", "08:00"), "08:00", False),
        (("12:00", "13:00"), "12:30", True),
        (("12:00", "13:00"), "11:59", False),
        (("12:00", "12:00"), "12:00", False),
        (None, "03:00", False),
    ],
)
def test_quiet_hours_may_go_over_midnight(hours: tuple[str, str] | None, clock: str, is_quiet: bool) -> None:
    span = (time.fromisoformat(hours[0]), time.fromisoformat(hours[1])) if hours else None
    assert Quiet(hours=span).is_quiet_at(time.fromisoformat(clock)) is is_quiet


def test_what_was_found_in_quiet_is_told_after_it_if_it_still_holds(memory: Memory) -> None:
    night = Quiet(hours=(time(19), time(8)))
    assert memory.see(a_finding("a"), a_finding("b"), quiet=night, clock=time(23)) == []
    assert memory.see(a_finding("a"), at=NOW + 60 * MINUTE, quiet=night, clock=time(8)) == ["a"]
    assert memory.known["b"].ended_ms and not memory.known["b"].told_ms


def test_pausing_tells_nothing(memory: Memory) -> None:
    assert memory.see(a_finding(), quiet=Quiet(is_paused=True)) == []
    assert memory.see(a_finding(), at=NOW + 1) == ["a"]


def test_a_muted_session_and_a_silenced_rule_stay_silent(memory: Memory) -> None:
    assert memory.see(a_finding(), quiet=Quiet(muted_sessions=frozenset({"s-1"}))) == []
    assert memory.known["a"].holds, "it stands in the list all the same"
    assert memory.see(a_finding("b"), quiet=Quiet(silenced_rules=frozenset({"unattended"}))) == []
    assert "b" not in memory.known


def test_after_a_snooze_it_is_told_again_if_it_still_holds(memory: Memory) -> None:
    memory.see(a_finding())
    memory.answer("a", "snoozed")
    snoozed = Quiet(snoozed={"a": NOW + 60 * MINUTE})
    assert memory.see(a_finding(), at=NOW + 30 * MINUTE, quiet=snoozed) == []
    assert memory.see(a_finding(), at=NOW + 61 * MINUTE) == ["a"]
    assert memory.known["a"].done == ""
    assert memory.see(a_finding(), at=NOW + 90 * MINUTE) == []


@pytest.mark.parametrize("done", ["opened", "dismissed", "muted"])
def test_what_was_answered_is_over(memory: Memory, done: str) -> None:
    memory.see(a_finding())
    memory.answer("a", done)
    assert memory.see(a_finding(picousd=9 * 10**12), at=NOW + 9 * MINUTE) == []
    assert memory.known["a"].shown_steady_ms == NOW and memory.known["a"].done == done


def test_growth_rewrites_what_is_on_screen_but_not_at_every_turn(memory: Memory) -> None:
    memory.see(a_finding())
    memory.see(a_finding(picousd=2 * 10**12), at=NOW + 1000)
    assert memory.known["a"].shown_steady_ms == NOW
    memory.see(a_finding(picousd=2 * 10**12), at=NOW + MINUTE)
    assert memory.known["a"].shown_steady_ms == NOW + MINUTE
    slow = NOW + 2 * MINUTE
    for step in range(1, 4):  # four per cent each
        memory.see(a_finding(picousd=2 * 10**12 + step * 8 * 10**10), at=slow + step * MINUTE)
    assert memory.known["a"].shown_steady_ms > NOW + MINUTE, "slow growth adds up"


@pytest.mark.parametrize(
    "quiet",
    [
        Quiet(is_paused=True),
        Quiet(hours=(time(11), time(13))),
        Quiet(snoozed={"a": NOW + 60 * MINUTE}),
        Quiet(muted_sessions=frozenset({"s-1"})),
    ],
)
def test_quiet_rewrites_nothing_either(memory: Memory, quiet: Quiet) -> None:
    memory.see(a_finding())
    memory.see(a_finding(picousd=5 * 10**12), at=NOW + 5 * MINUTE, quiet=quiet)
    assert memory.known["a"].shown_steady_ms == NOW
    memory.see(a_finding(picousd=5 * 10**12), at=NOW + 6 * MINUTE)
    assert memory.known["a"].shown_steady_ms == NOW + 6 * MINUTE, "what was held back is caught up with"


def test_what_was_told_is_kept_beside_what_it_became(memory: Memory) -> None:
    memory.see(a_finding())
    memory.see(a_finding(text=say("so far {spent}", spent="$9")), at=NOW + MINUTE)
    notice = memory.known["a"]
    assert (str(notice.finding.text), str(notice.latest.text)) == ("so far $1.44", "so far $9")
    memory.see(at=NOW + 2 * MINUTE)
    assert str(memory.known["a"].latest.text) == "so far $9"
    memory.see(a_finding(), at=NOW + 3 * MINUTE)
    assert memory.known["a"].grown is None


def test_while_it_waits_it_is_what_it_is_now(memory: Memory) -> None:
    memory.see(a_finding(), quiet=Quiet(is_paused=True))
    memory.see(a_finding(picousd=3 * 10**12), at=NOW + MINUTE)
    assert memory.known["a"].finding.picousd == 3 * 10**12 and memory.known["a"].grown is None


def test_a_clock_set_back_does_not_silence(memory: Memory) -> None:
    memory.see(a_finding("a"))
    told = memory.see(a_finding("a"), a_finding("b"), at=NOW - 90 * MINUTE, steady=NOW + MINUTE)
    assert told == ["b"]


def test_a_clock_set_either_way_does_not_shorten_the_minute(memory: Memory) -> None:
    day = 24 * 60 * MINUTE
    assert memory.see(a_finding("a"), at=NOW + 2 * day, steady=0) == ["a"]
    both = [a_finding("a"), a_finding("b")]
    for at in (NOW, NOW + 9 * day, NOW + 2 * day + 61_000):
        assert memory.see(*both, at=at, steady=59_999) == []
    assert memory.see(*both, at=NOW, steady=60_000) == ["b"]
    assert memory.see(*both, a_finding("c"), at=NOW + 5000, steady=65_000) == []
    assert memory.known["b"].telling > memory.known["a"].telling


STEPS = st.lists(
    st.tuples(
        st.sets(st.sampled_from("abcd")),  # what holds
        st.integers(-3 * MINUTE, 9 * MINUTE),  # how the clock moves
        st.booleans(),  # quiet
        st.integers(0, 10**13),  # what is at stake
    ),
    max_size=30,
)


@given(STEPS)
def test_nothing_is_ever_told_twice(steps: list[tuple[set[str], int, bool, int]]) -> None:
    memory, at = Memory(), NOW
    for keys, moved, is_paused, picousd in steps:
        at += moved
        findings = [a_finding(key, picousd=picousd) for key in sorted(keys)]
        memory.see(*findings, at=at, quiet=Quiet(is_paused=is_paused))
        assert decide(memory.known, findings, Quiet(is_paused=True), Moment(at, at, NOON)) == [], (
            "a second look changes nothing"
        )
    assert len(memory.told) == len(set(memory.told))


@given(STEPS)
def test_what_goes_on_holding_is_told_at_last(steps: list[tuple[set[str], int, bool, int]]) -> None:
    memory, at = Memory(), NOW
    for keys, moved, is_paused, picousd in steps:
        at += moved
        memory.see(
            *(a_finding(k, picousd=picousd) for k in sorted(keys)), at=at, quiet=Quiet(is_paused=is_paused)
        )
    everything = [a_finding(key) for key in "abcd"]
    memory.see(*everything, at=at + 20 * MINUTE)
    memory.see(*everything, at=at + 40 * MINUTE)
    assert set(memory.told) == set("abcd")
