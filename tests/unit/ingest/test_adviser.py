"""What holds for every kind of advice, whatever the session."""

from __future__ import annotations

import pkgutil
from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from advice_factories import (
    ELSEWHERE,
    HAIKU,
    MODELS,
    OPUS,
    SONNET,
    a_beginning,
    a_begun,
    a_going_session,
    evidence_of,
    going,
)
from rule_factories import NOW_MS, PROJECT, dollars
from tallylight import advice as kinds
from tallylight.domain.advice import Kind, chosen
from tallylight.domain.habits import ModelFacts
from tallylight.domain.session import Activity, NextTurn, SessionDetail, SessionMark, Turn
from tallylight.ingest.adviser import ADVISERS, advice_about

TOKENS = st.sampled_from([0, 1, 900, 15_000, 60_000, 132_000, 450_000, 990_000])
FEW = st.sampled_from([0, 1, 40, 300, 700, 2000, 9000])
TIMES = st.integers(NOW_MS - 8 * 3_600_000, NOW_MS)
COSTS = st.none() | st.tuples(*[st.sampled_from([0, 10**9, 10**11])] * 6)
MARKS = st.builds(
    SessionMark, st.sampled_from(["prompt", "compaction", "failure"]), TIMES, st.just("Bash"), FEW, TOKENS
)


@st.composite
def turns(draw: st.DrawFn) -> Turn:
    costs = draw(COSTS)
    return Turn(
        key=draw(st.text("abc", max_size=3)),
        number=draw(st.integers(0, 99)),
        time_ms=draw(TIMES),
        model=draw(st.sampled_from([OPUS, SONNET, HAIKU, "unknown", ""])),
        context=draw(TOKENS),
        input=draw(FEW),
        cache_read=draw(TOKENS),
        cache_write_5m=draw(FEW),
        cache_write_1h=draw(FEW),
        output=draw(FEW),
        reasoning=draw(FEW),
        cost_picousd=None if costs is None else sum(costs),
        costs=costs or (),
        agent_id=draw(st.sampled_from(["", "", "a1", "a{2}"])),
        is_on_path=draw(st.booleans()),
        is_inherited=draw(st.booleans()),
        tools=draw(st.sampled_from([(), ("Edit",), ("Task",)])),
        speed=draw(st.sampled_from(["", "fast"])),
        cache_miss=draw(st.sampled_from(["", "tools_changed", "{odd}"])),
        pause_ms=draw(st.sampled_from([0, 9000, 10**7])),
    )


@st.composite
def sessions(draw: st.DrawFn) -> SessionDetail:
    made = sorted(draw(st.lists(turns(), min_size=1, max_size=30)), key=lambda turn: turn.time_ms)
    expires = NOW_MS + draw(st.integers(-9, 60)) * 60_000
    return a_going_session(
        made,
        *sorted(draw(st.lists(MARKS, max_size=4)), key=lambda mark: mark.time_ms),
        activity=draw(st.sampled_from(Activity)),
        context=draw(TOKENS),
        compact_at=draw(TOKENS),
        growth_per_turn=draw(FEW),
        project=draw(st.sampled_from(["shop", "{odd} %s", ""])),
        next_turn=draw(st.none() | st.just(NextTurn(1, 2, expires))),
        session_id=draw(st.sampled_from(["s-1", "s-2"])),
    )


HABITS = {
    "starts": {PROJECT: a_beginning(45_000), ELSEWHERE: a_beginning(9000)},
    "compacted": a_beginning(14_000, summary=3000),
    "models": MODELS
    | {HAIKU: ModelFacts(provider="anthropic", window=1_000_000, rank=1, light_turns=9, agent_requests=9)},
    "begun": [a_begun(n, 45_000) for n in range(3)],
}


@given(st.lists(sessions(), max_size=3))
def test_whatever_happens_a_promise_is_what_its_lines_come_to(found: list[SessionDetail]) -> None:
    evidence = evidence_of(**HABITS)
    every = [advice for detail in found for advice in advice_about(evidence, detail)]
    for advice in every:
        assert 0 < advice.saving_picousd <= sum(line.now_picousd for line in advice.lines)
        assert 0 < advice.confidence <= 1
        assert advice.key.startswith(f"{advice.kind}:")
        assert str(advice.title).startswith(f"{advice.name}:") and advice.text and str(advice.assumption)
    said = chosen({advice.key: advice for advice in every}.values(), dollars(0.25), lambda _: False)
    for one in said:
        beside = [other for other in said if other.session_id == one.session_id and other is not one]
        assert len(beside) <= 1
        # Of the same turns to come, and of the same requests made, one piece at most speaks.
        assert not (one.turns and any(other.turns for other in beside))
        keys = {line.key for line in one.lines if line.key}
        assert not any(line.key in keys for other in beside for line in other.lines)


def test_every_kind_is_given_by_one_module() -> None:
    modules = {module.name for module in pkgutil.iter_modules(kinds.__path__)} - {"base", "course"}
    assert len(modules) == len(ADVISERS)
    assert sorted(chain.from_iterable(adviser.kinds for adviser in ADVISERS)) == sorted(Kind)


def test_of_a_session_that_just_began_nothing_is_said() -> None:
    assert advice_about(evidence_of(**HABITS), a_going_session(going(turns=4))) == []
