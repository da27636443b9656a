"""Start fresh or compact: worked out to the cent, and only where it pays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from advice_factories import (
    AGENT,
    OPUS_55,
    a_beginning,
    a_going_session,
    a_turn_of,
    evidence_of,
    going,
    said,
    the_advice,
)
from rule_factories import MINUTE_MS, NOW_MS, PROJECT, a_mark, dollars
from tallylight.advice.reset import ADVISER
from tallylight.domain.advice import Kind
from tallylight.domain.session import Activity, NextTurn, SessionDetail


def test_a_fresh_start_is_worked_out_from_published_prices() -> None:
    # Ten turns as they are: 1,455,000 read at 0.50, 30,000 written at 6.25, 8,000 answered at 25 dollars a million.
    # Fresh: 21,000 written, then 297,000 read and 27,000 written; the same answers.
    advice = the_advice(ADVISER, a_going_session())
    assert advice.kind is Kind.RESET
    assert sum(line.now_picousd for line in advice.lines) == dollars(0.7275 + 0.1875 + 0.2)
    assert sum(line.then_picousd for line in advice.lines) == dollars(0.13125 + 0.1485 + 0.16875 + 0.2)
    assert advice.saving_picousd == dollars(0.4665)
    assert str(advice.title) == "payments-api: start fresh now, ≈ $0.47"
    assert advice.text == (
        "132k re-read each turn against 21k at a fresh start here (median of 18). "
        "Pays for itself after 2 turns. Best before 12:04, while the cache is warm."
    )
    assert advice.turns == len(advice.lines) == 10


def test_no_minute_is_named_where_nobody_states_how_long_the_cache_lives() -> None:
    following = NextTurn(1, 10, NOW_MS + 4 * MINUTE_MS, is_assumed=True)
    advice = the_advice(ADVISER, a_going_session(next_turn=following))
    assert advice.text.endswith(
        "Best while the cache is warm. Nobody states how long this cache lives: about 5 minutes after a turn, assumed."
    )


def test_an_hour_of_cache_is_paid_for_at_its_price() -> None:
    # 1,455,000 read at 0.20, 30,000 written at 8; fresh 21,000 + 27,000 written at 8, 297,000 read at 0.20.
    hourly = going(model=OPUS_55, cache_write_5m=0, cache_write_1h=3000)
    advice = the_advice(ADVISER, a_going_session(hourly))
    assert advice.saving_picousd == dollars(0.291 + 0.24 - 0.384 - 0.0594)


def test_compacting_pays_for_its_summary() -> None:
    # The compaction reads 132,000 and answers 2,000; then 15,000 is written, and 243,000 read and 27,000 written.
    after = a_beginning(15_000, summary=2000)
    advice = the_advice(ADVISER, a_going_session(), evidence_of(starts={}, compacted=after))
    assert advice.kind is Kind.COMPACT
    then = dollars(0.066 + 0.05) + dollars(0.09375) + dollars(0.1215 + 0.16875 + 0.2)
    assert sum(line.then_picousd for line in advice.lines) == then
    assert str(advice.title) == "payments-api: compact now, ≈ $0.42"


def test_in_mid_work_it_waits_for_the_end_of_the_task() -> None:
    busy = the_advice(ADVISER, a_going_session(activity=Activity.BUSY))
    assert str(busy.title) == "payments-api: start fresh when this task is done, ≈ $0.47"
    assert not busy.is_moment
    assert the_advice(ADVISER, a_going_session(activity=Activity.WAITING)).is_moment


def test_what_the_client_compacts_by_itself_is_paid_for_and_saves_too() -> None:
    # Before the first turn it reads 132,000 and answers 2,000, and then writes 15,000; nothing that the change to
    # 21,000 could still save but the price of that.
    after = a_beginning(15_000, summary=2000)
    evidence = evidence_of(compacted=after)
    advice = the_advice(ADVISER, a_going_session(compact_at=134_000), evidence)
    assert (advice.kind, advice.turns) == (Kind.RESET, 10)
    compacted = dollars(0.066 + 0.05 + 0.09375 + 0.1215 + 0.16875 + 0.2)
    assert advice.saving_picousd == compacted - dollars(0.13125 + 0.1485 + 0.16875 + 0.2)


def test_where_no_compaction_is_known_it_is_taken_to_leave_what_a_start_sends() -> None:
    # The request that compacts reads 132,000, the turns after it are those of a fresh start.
    advice = the_advice(ADVISER, a_going_session(compact_at=134_000))
    assert advice.saving_picousd == dollars(0.066)


def test_the_better_of_both_is_said_alone() -> None:
    light = a_beginning(9000, 18)
    advice = the_advice(ADVISER, a_going_session(), evidence_of(compacted=light))
    assert advice.kind is Kind.COMPACT


@pytest.mark.parametrize(
    "near",
    [
        a_going_session(going(context=30_000, growth=300)),  # a fresh start costs as much
        a_going_session(going(turns=4)),
        a_going_session(expires=-1),  # the cache has gone: that is another question
        a_going_session(None, a_mark("compaction", -3)),
        a_going_session(project_path="/home/user/new"),  # no history here
    ],
)
def test_near_ones_are_silent(near: SessionDetail) -> None:
    assert not said(ADVISER, near)


def test_two_sessions_are_no_history() -> None:
    assert not said(ADVISER, a_going_session(), evidence_of(starts={PROJECT: a_beginning(count=2)}))


@given(st.integers(20_000, 900_000), st.integers(0, 100_000), st.integers(0, 8000), st.integers(3, 60))
def test_a_reset_advised_is_advised_at_every_larger_context(
    context: int, more: int, growth: int, count: int
) -> None:
    evidence = evidence_of(starts={PROJECT: a_beginning(count=count)})

    def saving(at: int) -> int:
        detail = a_going_session(going(context=120_000, growth=100), context=at, growth_per_turn=growth)
        return sum(advice.saving_picousd for advice in said(ADVISER, detail, evidence))

    assert saving(context + more) >= saving(context)


@given(
    st.integers(22_000, 400_000),
    st.integers(0, 100_000),
    st.integers(0, 8000),
    st.integers(60_000, 400_000),
    st.none() | st.integers(21_000, 50_000),
)
def test_near_the_size_at_which_the_client_compacts_it_is_advised_all_the_same(
    context: int, more: int, growth: int, compact_at: int, left: int | None
) -> None:
    evidence = evidence_of(compacted=a_beginning(left, summary=1000) if left else None)

    def is_advised(at: int) -> bool:
        detail = a_going_session(
            going(context=120_000, growth=100), context=at, growth_per_turn=growth, compact_at=compact_at
        )
        return bool(said(ADVISER, detail, evidence))

    assert is_advised(context + more) or not is_advised(context)


def test_a_surcharge_is_on_both_sides() -> None:
    dearer = [
        replace(
            turn,
            costs=tuple(cost * 11 // 10 for cost in turn.costs),
            cost_picousd=(turn.cost_picousd or 0) * 11 // 10,
        )
        for turn in going()
    ]
    advice = the_advice(ADVISER, a_going_session(dearer))
    assert advice.saving_picousd == dollars(0.4665) * 11 // 10
    assert advice.basis.surcharge == 110


def test_nothing_is_said_while_nobody_knows_the_price() -> None:
    unpriced = replace(a_turn_of(0, 135_000, 132_000), model="new", cost_picousd=None, costs=())
    assert not said(ADVISER, a_going_session([*going(), unpriced]))


@given(
    st.integers(1000, 900_000),
    st.integers(0, 20_000),
    st.integers(0, 900_000),
    st.integers(500, 200_000),
)
def test_it_never_promises_more_than_going_on_would_cost(
    context: int, growth: int, compact_at: int, start: int
) -> None:
    evidence = evidence_of(
        starts={PROJECT: a_beginning(start)}, compacted=a_beginning(start // 2, summary=1000)
    )
    detail = a_going_session(context=context, growth_per_turn=growth, compact_at=compact_at)
    for advice in said(ADVISER, detail, evidence):
        assert 0 < advice.saving_picousd < sum(line.now_picousd for line in advice.lines)
        assert all(line.then_picousd >= 0 for line in advice.lines)


def test_it_is_compared_with_how_the_same_agent_begins() -> None:
    light, heavy = a_beginning(8000), a_beginning(60_000)
    evidence = evidence_of()
    habits = replace(evidence.habits, starts={(AGENT, PROJECT): light, ("cursor", PROJECT): heavy})
    chat = a_going_session(source="cursor")
    assert "against 60k at a fresh start" in the_advice(ADVISER, chat, replace(evidence, habits=habits)).text
    assert not said(ADVISER, chat, evidence), "of another agent's starts nothing follows"
    assert not said(ADVISER, chat, evidence_of(starts={}, compacted=light))
