"""What is shown of a session follows from its requests and marks alone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from factories import NOW_MS, RATES, a_card
from tallylight.domain.chat import Chat
from tallylight.domain.fold import Attributes, Status, burn, detail_of
from tallylight.domain.pricing import RateCard, Tier
from tallylight.domain.session import Activity, SessionDetail, SessionMark, Turn

MINUTE = 60_000
OPUS, HAIKU = "claude-opus-5-5", "claude-haiku-4-5"
WINDOWS = {OPUS: 1_000_000, HAIKU: 200_000}


def a_turn(n: int, **given: Any) -> Turn:
    """The n-th request, a minute after the one before; its context is read from the cache but for 1000 tokens."""
    context = given.pop("context", 20_000)
    fields: dict[str, Any] = {
        "key": f"msg_{n:03}",
        "number": 0,
        "time_ms": NOW_MS + n * MINUTE,
        "model": OPUS,
        "context": context,
        "input": 0,
        "cache_read": max(0, context - 1000),
        "cache_write_5m": min(context, 1000),
        "cache_write_1h": 0,
        "output": 100,
        "cost_picousd": 10,
    }
    made = Turn(**(fields | given))
    on_path = not made.agent_id and made.kind == "message" and bool(made.context)
    return replace(made, is_on_path=given.get("is_on_path", on_path))


def turns(*contexts: int, **given: Any) -> list[Turn]:
    return [a_turn(n, context=context, **given) for n, context in enumerate(contexts)]


def marked(kind: str, n: float, **given: Any) -> SessionMark:
    return SessionMark(
        kind, NOW_MS + round(n * MINUTE), given.get("label", ""), given.get("value", 0), given.get("other", 0)
    )


def card_for(model: str, _at: int, _speed: str) -> RateCard | None:
    return a_card(model) if model in WINDOWS else None


def folded(
    made: list[Turn], *marks: SessionMark, now: int = NOW_MS + 10 * MINUTE, **known: Any
) -> SessionDetail:
    attributes = Attributes(session_id="s-1", source="claude-code", **known)
    return detail_of(attributes, made, marks, card_for, WINDOWS.get, now)


# -- context


def test_the_context_is_that_of_the_newest_turn() -> None:
    view = folded([*turns(20_000, 24_000), a_turn(5, context=90_000, agent_id="a1")]).view
    assert (view.context, view.requests, view.turns) == (24_000, 3, 2)


def test_after_a_compaction_it_is_what_was_left() -> None:
    compacted = marked("compaction", 1.5, label="auto", value=167_000, other=13_000)
    assert folded(turns(100_000, 166_000), compacted).view.context == 13_000
    assert folded([*turns(100_000, 166_000), a_turn(2, context=15_000)], compacted).view.context == 15_000


def test_an_extra_pass_is_no_turn_and_says_nothing_of_the_context() -> None:
    view = folded([*turns(20_000), a_turn(1, context=0, kind="compaction")]).view
    assert (view.context, view.turns, view.requests, view.cost_picousd) == (20_000, 1, 2, 20)


def test_growth_is_counted_since_the_last_compaction() -> None:
    assert folded(turns(20_000, 24_000, 28_000)).view.growth_per_turn == 4000
    compacted = marked("compaction", 2.5, label="manual", value=28_000, other=9000)
    grown = [*turns(20_000, 24_000, 28_000), a_turn(3, context=10_000), a_turn(4, context=11_000)]
    assert folded(grown, compacted).view.growth_per_turn == 1000
    assert folded(turns(20_000), compacted).view.growth_per_turn == 0
    assert folded(turns(30_000, 20_000)).view.growth_per_turn == 0


def test_turns_left_until_the_client_compacts() -> None:
    view = folded(turns(100_000, 110_000, model=HAIKU)).view
    assert (view.compact_at, view.turns_until_compact) == (167_000, 6)
    assert folded(turns(160_000, 170_000, model=HAIKU)).view.turns_until_compact == 0
    passed = folded(turns(160_000, 170_000, 180_000, model=HAIKU)).view
    assert (passed.compact_at, passed.turns_until_compact) == (0, None), "it was passed and nothing happened"
    assert folded(turns(100_000, model=HAIKU)).view.turns_until_compact is None
    assert folded(turns(100_000, 110_000), compacts_by_itself=False).view.turns_until_compact is None
    assert folded(turns(100_000, 110_000), compact_at=130_000).view.turns_until_compact == 2


def test_the_threshold_is_learned_from_the_session_until_it_is_passed() -> None:
    seen = marked("compaction", 1.5, label="auto", value=150_000, other=13_000)
    view = folded([*turns(100_000, 150_000), a_turn(3, context=20_000)], seen).view
    assert (view.compact_at, view.compact_is_learned) == (150_000, True)
    by_hand = marked("compaction", 1.5, label="manual", value=50_000, other=13_000)
    assert not folded(turns(100_000), by_hand).view.compact_is_learned
    passed = folded(
        [*turns(100_000, 150_000), a_turn(3, context=20_000), a_turn(4, context=300_000)], seen
    ).view
    assert (passed.compact_at, passed.compact_is_learned) == (967_000, False)


# -- window


@pytest.mark.parametrize(
    ("made", "known", "window", "source"),
    [
        (turns(20_000), {}, 1_000_000, "price list"),
        (turns(20_000, model=HAIKU), {}, 200_000, "price list"),
        (turns(20_000, model="unheard-of"), {}, 200_000, "assumed"),
        (turns(450_000, model="unheard-of"), {}, 1_000_000, "learned"),
        (turns(450_000, model=HAIKU), {}, 1_000_000, "learned"),
        ([*turns(450_000), a_turn(1, model=HAIKU)], {}, 200_000, "price list"),
        (turns(20_000, model=HAIKU), {"cost_state_window": 500_000}, 500_000, "client"),
        (
            turns(20_000, model=HAIKU),
            {"cost_state_window": 5, "status": Status(context_window=777_000)},
            777_000,
            "client",
        ),
        (turns(450_000), {"status": Status(context_window=200_000)}, 1_000_000, "price list"),
    ],
)
def test_the_window_is_the_surest_that_is_known(
    made: list[Turn], known: dict[str, Any], window: int, source: str
) -> None:
    view = folded(made, **known).view
    assert (view.context_window, view.window_source) == (window, source)


# -- the path of the conversation


def test_what_a_rewind_left_is_paid_but_off_the_curve() -> None:
    rewound = marked("rewind", 3.5, value=NOW_MS + round(0.5 * MINUTE))
    detail = folded([*turns(20_000, 50_000, 80_000, 90_000), a_turn(4, context=25_000)], rewound)
    assert [turn.context for turn in detail.turns if turn.is_on_path] == [20_000, 25_000]
    assert (detail.view.cost_picousd, detail.view.turns, detail.view.context) == (50, 5, 25_000)
    assert [context for _, context, _ in detail.view.points] == [20_000, 25_000]


def test_what_was_inherited_is_context_and_costs_nothing() -> None:
    made = [a_turn(0, is_inherited=True, context=90_000, cost_picousd=1000), a_turn(1, context=95_000)]
    view = folded(made).view
    assert (view.cost_picousd, view.requests, view.turns, view.context) == (10, 1, 1, 95_000)
    assert view.growth_per_turn == 5000
    fresh = folded(made[:1]).view
    assert (fresh.cost_picousd, fresh.context, fresh.last_turn_picousd) == (0, 90_000, None)


def test_turns_are_numbered_with_their_pauses() -> None:
    detail = folded([a_turn(0), a_turn(1, agent_id="a1"), a_turn(5)])
    assert [(turn.number, turn.pause_ms) for turn in detail.turns] == [(1, 0), (0, 0), (2, 5 * MINUTE)]


def test_a_clock_that_goes_back_makes_no_negative_pause() -> None:
    made = [a_turn(5), replace(a_turn(6), time_ms=NOW_MS)]
    assert all(turn.pause_ms >= 0 for turn in folded(made).turns)


def test_the_figures_show_a_cold_cache_and_another_model() -> None:
    cold = a_turn(1, context=60_000, cache_read=0, cache_write_5m=60_000, cache_miss="tools_changed")
    marks = folded([a_turn(0, context=59_000), cold, a_turn(2, model=HAIKU)]).marks
    assert [(m.kind, m.label, m.value) for m in marks] == [
        ("rebuild", "tools_changed", 60_000),
        ("model", HAIKU, 0),
    ]
    compacted = marked("compaction", 0.5, value=59_000, other=60_000)
    assert [m.kind for m in folded([a_turn(0, context=59_000), cold], compacted).marks] == ["compaction"]


# -- the next turn


def test_the_next_turn_is_warm_until_the_cache_expires() -> None:
    following = folded(turns(20_000)).view.next_turn
    assert following is not None
    assert (following.warm_picousd, following.cold_picousd) == (
        20_000 * RATES.cache_read,
        20_000 * RATES.cache_write_5m,
    )
    assert following.expires_ms == NOW_MS + 5 * MINUTE and not following.is_assumed
    assert following.at(NOW_MS + 5 * MINUTE - 1) == following.warm_picousd
    assert following.at(NOW_MS + 5 * MINUTE) == following.cold_picousd


def test_a_cache_of_an_hour_lasts_and_costs_more() -> None:
    following = folded(turns(20_000, cache_write_5m=0, cache_write_1h=1000)).view.next_turn
    assert following is not None
    assert following.cold_picousd == 20_000 * RATES.cache_write_1h
    assert following.expires_ms == NOW_MS + 60 * MINUTE


def test_the_client_knows_best_when_its_cache_expires() -> None:
    fresh = Status(at_ms=NOW_MS + 5, cache_ttl="1h", cache_expires_ms=NOW_MS + 42 * MINUTE)
    following = folded(turns(20_000), status=fresh).view.next_turn
    assert following is not None
    assert (following.expires_ms, following.cold_picousd) == (
        NOW_MS + 42 * MINUTE,
        20_000 * RATES.cache_write_1h,
    )
    stale = replace(fresh, at_ms=NOW_MS - 5)
    following = folded(turns(20_000), status=stale).view.next_turn
    assert following is not None and following.expires_ms == NOW_MS + 60 * MINUTE


def test_without_a_cache_warm_and_cold_are_the_same() -> None:
    made = turns(20_000, cache_read=0, cache_write_5m=0, input=20_000)
    following = folded(made).view.next_turn
    assert following is not None
    assert following.warm_picousd == following.cold_picousd == 20_000 * RATES.input


def test_a_large_context_is_priced_in_its_tier() -> None:
    dear = replace(RATES, cache_read=7)
    tiers = (Tier(100_000, dear), Tier(-1, RATES))
    known = Attributes(session_id="s-1", source="claude-code")
    for context, rate in ((100_000, RATES.cache_read), (100_001, 7)):
        detail = detail_of(known, turns(context), (), lambda *_: a_card(tiers=tiers), WINDOWS.get, NOW_MS)
        assert detail.view.next_turn is not None
        assert detail.view.next_turn.warm_picousd == context * rate


def test_without_a_price_there_is_no_estimate() -> None:
    view = folded(turns(20_000, model="unheard-of", cost_picousd=None)).view
    assert (view.next_turn, view.last_turn_picousd, view.unpriced, view.cost_picousd) == (None, None, 1, 0)


# -- totals


def test_what_happened_since_the_last_prompt() -> None:
    made = [*turns(20_000, 21_000, 22_000), a_turn(3, agent_id="a1")]
    view = folded(made, marked("prompt", -1), marked("prompt", 0.5)).view
    assert (view.turns_since_prompt, view.spent_since_prompt_picousd) == (2, 30)
    assert view.last_prompt_ms == NOW_MS + MINUTE // 2
    assert folded(made).view.turns_since_prompt == 0


def test_subagents_are_summed_one_by_one() -> None:
    made = [a_turn(0), a_turn(1, agent_id="a1", model=HAIKU, context=5000), a_turn(2, agent_id="a1", cost_picousd=None),
            a_turn(3, agent_id="a2")]  # fmt: skip
    first, second = folded(made, agents={"a1": ("Explore", "look", "a2")}).view.subagents
    assert (first.agent_id, first.type, first.description, first.parent_agent_id) == (
        "a1",
        "Explore",
        "look",
        "a2",
    )
    assert (first.requests, first.cost_picousd, first.unpriced, first.context) == (2, 10, 1, 20_000)
    assert (second.agent_id, second.type) == ("a2", "")


@pytest.mark.parametrize(
    ("known", "difference", "reference"),
    [
        ({}, None, ""),
        ({"cost_state_picousd": 10**12}, 10**12 - 2 * 10**11, "cost-state"),
        ({"cost_state_picousd": 2 * 10**11}, 0, "cost-state"),
        ({"cost_state_picousd": 2 * 10**11 + 9_999_999}, 0, "cost-state"),
        ({"cost_state_picousd": 10**11}, -(10**11), "cost-state"),
        ({"cost_state_picousd": 10**11, "status": Status(total_picousd=10**12)}, 8 * 10**11, "status line"),
        ({"cost_state_picousd": 10**12, "parent_difference_picousd": 3 * 10**11}, 5 * 10**11, "cost-state"),
        ({"cost_state_picousd": 3 * 10**11, "parent_difference_picousd": 3 * 10**11}, 0, "cost-state"),
    ],
)
def test_what_the_client_counts_besides_is_shown(
    known: dict[str, Any], difference: int | None, reference: str
) -> None:
    made = [a_turn(0, cost_picousd=10**11, is_inherited=True), a_turn(1, cost_picousd=10**11)]
    found = folded(made, **known).view.not_itemised
    assert (found.picousd if found else None, found.reference if found else "") == (difference, reference)


def test_burn_is_per_hour_of_the_last_quarter() -> None:
    made = turns(*[20_000] * 30, cost_picousd=10**9)
    assert burn(made, NOW_MS + 29 * MINUTE) == 15 * 4 * 10**9
    assert burn(made, NOW_MS + 10**9) == 0
    assert burn(made[:1], NOW_MS) == 12 * 10**9, "one request is no rate"
    assert burn([], NOW_MS) == 0


def test_a_session_that_no_registry_speaks_of_is_recent_or_ended() -> None:
    assert folded(turns(1)).view.activity is Activity.RECENT
    assert folded(turns(1), now=NOW_MS + 31 * MINUTE).view.activity is Activity.ENDED
    assert folded(turns(1), now=NOW_MS + 31 * MINUTE, activity=Activity.IDLE).view.activity is Activity.IDLE


def test_a_session_with_nothing_but_marks_is_shown() -> None:
    view = folded([], marked("prompt", 0)).view
    assert (view.requests, view.context, view.next_turn, view.cache_share) == (0, 0, None, 0.0)


TURNS = st.lists(
    st.builds(
        a_turn,
        st.integers(0, 30),
        context=st.integers(0, 10**6),
        model=st.sampled_from([OPUS, HAIKU, "unheard-of"]),
        agent_id=st.sampled_from(["", "a1"]),
        is_inherited=st.booleans(),
        cost_picousd=st.none() | st.integers(0, 10**12),
        kind=st.sampled_from(["message", "compaction"]),
    ),
    max_size=12,
)
MARKS = st.lists(
    st.builds(
        marked, st.sampled_from(["prompt", "compaction", "rewind", "error"]), st.integers(0, 30),
        label=st.sampled_from(["auto", "manual"]), value=st.integers(0, 10**6), other=st.integers(0, 10**6),
    ),
    max_size=5,
)  # fmt: skip


@given(TURNS, MARKS)
def test_whatever_happened_the_sums_agree(made: list[Turn], marks: list[SessionMark]) -> None:
    made = sorted(made, key=lambda turn: turn.time_ms)
    detail = folded(made, *marks)
    view = detail.view
    own = [turn for turn in made if not turn.is_inherited]
    assert view.cost_picousd == sum(turn.cost_picousd or 0 for turn in own)
    assert view.requests == len(own) == len([t for t in detail.turns if not t.is_inherited])
    assert sum(agent.requests for agent in view.subagents) == sum(1 for turn in own if turn.agent_id)
    assert 0 <= view.cache_share <= 1
    assert view.turns_until_compact is None or view.turns_until_compact >= 0


# -- chats, which have a gauge and mostly no requests


def gauges(*contexts: int, **given: Any) -> list[Turn]:
    fields = {"kind": "gauge", "is_on_path": True, "cost_picousd": None, "cache_read": 0, "cache_write_5m": 0}
    return turns(*contexts, **(fields | given))


def a_chat(**given: Any) -> Chat:
    return Chat(**({"source": "cursor", "session_id": "s-1", "seen_ms": NOW_MS + 10 * MINUTE} | given))


def test_a_gauge_makes_the_curve_and_is_no_request() -> None:
    view = folded(gauges(20_000, 30_000, 45_000), chat=a_chat()).view
    assert (view.context, view.turns, view.requests, view.unpriced) == (45_000, 3, 0, 0)
    assert view.growth_per_turn == 12_500
    assert (view.next_turn, view.last_turn_picousd, view.compact_at) == (None, None, 0)


def test_what_nobody_told_is_unknown_until_a_request_answers() -> None:
    prompts = [marked("prompt", n) for n in (0, 2, 4)]
    made = gauges(20_000, 30_000, 45_000)
    view = folded(made, *prompts, chat=a_chat()).view
    assert (view.untold, view.has_no_tokens) == (3, True)
    told = [*made, a_turn(3, key="t", kind="provisional", is_on_path=False)]
    view = folded(told, *prompts, chat=a_chat()).view
    assert (view.untold, view.has_no_tokens, view.requests, view.cost_picousd) == (2, False, 1, 10)
    assert view.last_turn_picousd == 10


def test_points_on_the_way_are_no_turns_where_prompts_are_known() -> None:
    flushed = gauges(20_000, 24_000, 28_000, 30_000, 45_000)
    view = folded(flushed, marked("prompt", 0), marked("prompt", 4), chat=a_chat()).view
    assert (view.turns, view.turns_since_prompt, view.growth_per_turn) == (2, 1, 15_000)
    assert len(view.points) == 5


def test_a_prompt_that_moved_no_gauge_is_a_turn_all_the_same() -> None:
    asked = [marked("prompt", n) for n in range(8)]
    read_off = [turn for turn in gauges(*range(20_000, 28_000, 1000)) if turn.context in (21_000, 25_000)]
    detail = folded(read_off, *asked, chat=a_chat())
    assert (detail.view.turns, detail.view.growth_per_turn) == (8, 1000)
    assert [turn.number for turn in detail.turns] == [2, 6]
    assert folded([], *asked, chat=a_chat()).view.turns == 8
    assert folded(turns(20_000), *asked).view.turns == 1, (
        "a log has every request: a prompt without one is none"
    )


def test_a_request_is_the_turn_of_its_prompt_and_other_prompts_have_their_gauges() -> None:
    asked = [marked("prompt", n) for n in (0, 2)]
    detail = folded([*gauges(20_000, 24_000), *turns(0, 0, 45_000)[2:]], *asked, chat=a_chat())
    assert [(turn.kind, turn.number) for turn in detail.turns] == [("gauge", 0), ("gauge", 1), ("message", 2)]


def test_gauges_between_requests_hide_neither_a_rebuild_nor_the_next_turn() -> None:
    sent = turns(90_000, 91_000, 92_000, cache_write_5m=80_000, cache_read=0)
    read_off = [
        replace(turn, time_ms=turn.time_ms + 9, model="cursor/auto", key=f"g{n}")
        for n, turn in enumerate(gauges(90_500, 91_500, 92_500))
    ]
    made = sorted([*sent, *read_off], key=lambda turn: turn.time_ms)
    detail = folded(made, chat=a_chat())
    assert [mark.kind for mark in detail.marks] == ["rebuild", "rebuild"]
    assert detail.view.context == 92_500 and detail.view.next_turn is not None


def test_a_chat_that_moved_since_its_bill_has_a_warm_cache() -> None:
    sent = turns(90_000, 91_000)
    following = folded(sent, chat=a_chat()).view.next_turn
    assert following is not None and following.expires_ms == sent[-1].time_ms + 5 * MINUTE
    assert following.is_assumed
    (moved,) = gauges(93_000, time_ms=NOW_MS + 20 * MINUTE, key="g")
    following = folded([*sent, moved], chat=a_chat()).view.next_turn
    assert following is not None and following.expires_ms == NOW_MS + 25 * MINUTE
    following = folded([*sent, moved], marked("prompt", 22), chat=a_chat()).view.next_turn
    assert following is not None and following.expires_ms == NOW_MS + 27 * MINUTE


def test_a_chat_says_what_it_does_until_that_is_old() -> None:
    made, chat = gauges(20_000, 30_000), a_chat(status="generating")
    assert folded(made, chat=chat).view.activity is Activity.BUSY
    assert folded(made, now=NOW_MS + 14 * MINUTE, chat=chat).view.activity is Activity.RECENT
    assert folded(made, chat=a_chat(status="waiting")).view.activity is Activity.WAITING


def test_a_date_that_is_yet_to_come_makes_nothing_live() -> None:
    now = NOW_MS + 10 * MINUTE
    ahead = a_chat(moved_ms=now + 86_400_000, status="generating")
    assert folded(gauges(20_000), now=now, chat=ahead).view.activity is Activity.ENDED


def test_a_subagents_gauge_is_its_context_and_no_request() -> None:
    made = gauges(20_000) + [replace(turn, agent_id="a", is_on_path=False) for turn in gauges(9_000)]
    (agent,) = folded(made, chat=a_chat(), agents={"a": ("subagent", "look", "")}).view.subagents
    assert (agent.context, agent.requests, agent.unpriced, agent.type) == (9_000, 0, 0, "subagent")
