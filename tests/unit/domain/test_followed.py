"""What became of advice: recognised in what followed, and measured against what was stated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given as given_of
from hypothesis import strategies as st
from msgspec.structs import replace

from advice_factories import OPUS, PRICES, SONNET, a_given, a_going_session, a_turn_of, going
from rule_factories import MINUTE_MS, NOW_MS, a_mark, dollars
from tallylight.domain.advice import Basis, Kind
from tallylight.domain.effect import Given, Outcome
from tallylight.domain.followed import WAIT_MS, carried, renewed
from tallylight.domain.session import SessionDetail, Turn


def after(turns: int, context: int = 135_000, growth: int = 3000, begin: int = 1, **given: Any) -> list[Turn]:
    """Turns from a minute past noon on, in a context that goes on growing."""
    found, before = [], context - growth
    for n in range(turns):
        found.append(a_turn_of(begin + n, context + n * growth, before, **given))
        before = context + n * growth
    return found


def fresh(turns: int, begin: int = 1, **given: Any) -> SessionDetail:
    """A session that began after noon: 21k, then 3,000 a turn."""
    first = a_turn_of(begin, 21_000, 0)
    rest = after(turns - 1, 24_000, begin=begin + 1)
    return a_going_session([first, *rest], **({"session_id": "s-2"} | given))


def old(*more: Turn, marks: Sequence[Any] = ()) -> SessionDetail:
    return a_going_session([*going(), *more], *marks)


def later(
    one: Given, session: SessionDetail | None, *begun: SessionDetail, hours: float = 1
) -> tuple[Given, Outcome]:
    found = renewed(one, session, begun, PRICES.card_for, NOW_MS + round(hours * 60 * MINUTE_MS))
    assert found.outcome is not None
    return found, found.outcome


def test_a_fresh_session_is_measured_against_carrying_the_context() -> None:
    # Carried: 135,000 first, then 3,000 more a turn; the same ten turns as the worked example of a fresh start.
    found, outcome = later(a_given(), old(), fresh(10))
    assert (outcome.how, outcome.turns) == ("reset", 10)
    assert outcome.measured_picousd == dollars(0.4665)
    assert outcome.promised_picousd == dollars(1)
    assert not found.settled_ms  # its user may still go back
    assert later(a_given(), old(), fresh(10), hours=13)[0].settled_ms
    assert not later(found, old(*after(1, begin=300)), fresh(10), hours=13)[0].is_taken


def test_another_model_besides_is_nothing_that_a_reset_saved() -> None:
    first, *rest = fresh(10).turns
    cheaper = [a_turn_of(1, 21_000, 0, model=SONNET), *after(9, 24_000, begin=2, model=SONNET)]
    _, outcome = later(a_given(), old(), a_going_session(cheaper, session_id="s-2"))
    assert outcome.measured_picousd == dollars(0.4665)
    faster = replace(
        first, speed="fast", costs=tuple(2 * c for c in first.costs), cost_picousd=2 * sum(first.costs)
    )
    _, outcome = later(a_given(), old(), a_going_session([faster, *rest], session_id="s-2"))
    assert outcome.measured_picousd == dollars(0.4665)


def test_another_model_besides_is_nothing_that_leaving_fast_mode_saved() -> None:
    given = a_given(Kind.FAST, speed="fast")
    fast, usual = (sum(t.cost_picousd or 0 for t in after(10, speed=speed)) for speed in ("fast", ""))
    assert later(given, old(*after(10, model=SONNET)))[1].measured_picousd == fast - usual


def test_fewer_turns_are_measured_against_what_they_promised() -> None:
    found, outcome = later(a_given(), old(), fresh(3))
    assert (outcome.turns, outcome.promised_picousd) == (3, dollars(0.3))
    assert not found.settled_ms
    assert later(a_given(), old(), fresh(3), hours=13)[0].settled_ms


@pytest.mark.parametrize(
    ("session", "begun"),
    [
        (old(*after(2)), (fresh(9),)),  # the old one went on beside it
        (old(*(replace(turn, cost_picousd=None) for turn in after(2))), (fresh(9),)),
        (old(), ()),
        (
            old(),
            (a_going_session([replace(turn, is_inherited=True) for turn in after(1)] + after(9)),),
        ),  # a fork
    ],
)
def test_no_reset_is_seen_where_none_was_made(session: SessionDetail, begun: Sequence[SessionDetail]) -> None:
    found, outcome = later(a_given(), session, *begun)
    assert not found.is_taken and outcome.measured_picousd == 0


def test_a_compaction_is_charged_for_its_summary() -> None:
    mark = replace(a_mark("compaction", 0.5, "manual", 132_000), other=9000)
    turns = [a_turn_of(1, 15_000, 0), *after(9, 18_000, begin=2)]
    _, outcome = later(a_given(Kind.COMPACT), old(*turns, marks=[mark]))
    carried_on = 0.7275 + 0.1875 + 0.2
    paid = sum(turn.cost_picousd or 0 for turn in turns)
    summary = (132_000 * 0.5 + 9000 * 25) / 1_000_000
    assert outcome.how == "compaction"
    assert outcome.measured_picousd == dollars(carried_on - summary) - paid


def test_the_summary_of_a_cold_session_is_written_and_not_read() -> None:
    # Both ways 132,000 are written first: to go on with them, or to have them summed up.
    mark = replace(a_mark("compaction", 0.5, "manual", 132_000), other=9000)
    turns = [a_turn_of(1, 15_000, 0), *after(9, 18_000, begin=2)]
    _, warm = later(a_given(Kind.COMPACT), old(*turns, marks=[mark]))
    _, cold = later(a_given(Kind.COLD, is_cold=True), old(*turns, marks=[mark]))
    assert (cold.how, cold.measured_picousd) == ("compaction", warm.measured_picousd)


def test_a_switch_is_measured_as_long_as_it_lasts() -> None:
    on_sonnet = after(4, model=SONNET)
    back = after(3, 147_000, begin=5)
    given = a_given(Kind.MODEL, to_model=SONNET)
    _, outcome = later(given, old(*on_sonnet, *back))
    on_opus = sum(turn.cost_picousd or 0 for turn in after(4))
    assert (outcome.how, outcome.turns) == ("model", 4)
    assert outcome.measured_picousd == on_opus - sum(turn.cost_picousd or 0 for turn in on_sonnet)


def test_another_tokenizer_is_taken_out_of_the_measure() -> None:
    # What Sonnet counts as 175,500 and 3,900 more would be 135,000 and 3,000 on the model before.
    on_sonnet = after(4, 175_500, 3900, model=SONNET, output=1040)
    _, outcome = later(a_given(Kind.MODEL, to_model=SONNET, scale=130), old(*on_sonnet))
    on_opus = sum(turn.cost_picousd or 0 for turn in after(4))
    assert outcome.measured_picousd == on_opus - sum(turn.cost_picousd or 0 for turn in on_sonnet)


def test_leaving_fast_mode_is_measured_at_its_price() -> None:
    _, outcome = later(a_given(Kind.FAST, speed="fast"), old(*after(10)))
    fast, usual = (sum(t.cost_picousd or 0 for t in after(10, speed=speed)) for speed in ("fast", ""))
    assert (outcome.how, outcome.measured_picousd) == ("speed", fast - usual)


def test_of_who_went_on_in_time_nothing_is_claimed() -> None:
    given = a_given(Kind.COLD, turns=1, is_cold=True, expires_ms=NOW_MS + 5 * MINUTE_MS)
    for hours in (1, 13):
        assert renewed(given, old(*after(3)), (), PRICES.card_for, NOW_MS + hours * 60 * MINUTE_MS) == given


def test_what_the_client_compacts_by_itself_is_nobodys_advice() -> None:
    mark = replace(a_mark("compaction", 3.5, "auto", 141_000), other=9000)
    turns = [*after(3), a_turn_of(4, 15_000, 0), *after(9, 18_000, begin=5)]
    found, outcome = later(a_given(Kind.COMPACT), old(*turns, marks=[mark]), fresh(9, begin=20), hours=13)
    # Neither taken, nor is what came after it left on the table.
    assert (outcome.how, outcome.turns, found.left_picousd) == ("", 3, dollars(0.3))


def test_it_is_measured_from_where_the_session_was_when_it_was_followed() -> None:
    given = a_given(Kind.COMPACT)
    mark = replace(a_mark("compaction", 20, "manual", 192_000), other=9000)
    turns = [a_turn_of(21, 15_000, 0), *after(9, 18_000, begin=22)]
    _, outcome = later(given, old(*after(20), *turns, marks=[mark]))
    basis = replace(given.advice.basis, context=192_000)
    card = PRICES.card_for(OPUS, NOW_MS)
    assert card is not None
    paid = sum(turn.cost_picousd or 0 for turn in turns)
    summary = dollars((192_000 * 0.5 + 9000 * 25) / 1_000_000)
    assert outcome.measured_picousd == carried(card, basis, turns) - paid - summary


def test_a_turn_is_claimed_once() -> None:
    begun = fresh(10)
    claimed = {turn.key for turn in begun.turns}
    found = renewed(a_given(), old(), [begun], PRICES.card_for, NOW_MS + WAIT_MS, claimed)
    assert not found.is_taken
    part = renewed(a_given(), old(), [begun], PRICES.card_for, NOW_MS + WAIT_MS, {begun.turns[4].key})
    assert part.outcome is not None
    assert part.outcome.keys == tuple(turn.key for turn in begun.turns[:4])


def test_what_is_left_is_not_left_twice() -> None:
    made = after(4)
    found = renewed(a_given(), old(*made), (), PRICES.card_for, NOW_MS + 2 * WAIT_MS, {made[0].key})
    assert found.left_picousd == dollars(0.3)


def test_who_acts_long_after_acts_on_something_else() -> None:
    begun = fresh(10, begin=13 * 60)
    assert not later(a_given(), old(), begun, hours=14)[0].is_taken


def test_a_surcharge_that_was_paid_would_have_been_paid() -> None:
    dearer = [
        replace(
            turn,
            cost_picousd=(turn.cost_picousd or 0) * 11 // 10,
            costs=tuple(c * 11 // 10 for c in turn.costs),
        )
        for turn in fresh(10).turns
    ]
    begun = a_going_session(dearer, session_id="s-2")
    assert later(a_given(surcharge=110), old(), begun)[1].measured_picousd == dollars(0.4665) * 11 // 10


def test_carrying_on_is_never_thought_larger_than_the_client_lets_it_get() -> None:
    card = PRICES.card_for(OPUS, NOW_MS)
    assert card is not None
    basis = Basis(model=OPUS, context=132_000, growth=3000)
    kept = replace(basis, compact_at=134_000, compacted=21_000)
    made = fresh(10).turns
    # The compaction reads 132,000; what is left is written, and from then on it is as after the fresh start.
    paid = sum(turn.cost_picousd or 0 for turn in made)
    assert paid < carried(card, kept, made) < paid + dollars(0.2) < carried(card, basis, made)


def test_what_was_not_followed_is_left_on_the_table_once_it_is_over() -> None:
    found, outcome = later(a_given(), old(*after(4)))
    assert (outcome.how, outcome.turns, found.left_picousd) == ("", 4, 0)
    ended, _ = later(found, old(*after(4)), hours=13)
    assert ended.settled_ms and ended.left_picousd == dollars(0.4)
    unused, _ = later(a_given(), old(), hours=13)
    assert unused.left_picousd == 0  # nobody went on


def test_what_is_settled_or_cannot_be_seen_stays_as_it_is() -> None:
    settled = replace(a_given(), settled_ms=1)
    loop = a_given(Kind.LOOP)
    for one in (settled, loop):
        assert renewed(one, old(), [fresh(10)], PRICES.card_for, NOW_MS + WAIT_MS) == one


def test_a_session_that_is_gone_can_still_be_followed_by_a_fresh_one() -> None:
    assert later(a_given(), None, fresh(10))[1].how == "reset"


def test_an_unknown_price_measures_nothing() -> None:
    assert later(a_given(model="unknown"), old(), fresh(10))[1].measured_picousd == 0


@given_of(st.integers(1, 12), st.integers(0, 9000), st.integers(30_000, 300_000))
def test_carrying_on_as_it_was_saves_nothing(turns: int, growth: int, context: int) -> None:
    made = after(turns, context + growth, growth)
    card = PRICES.card_for(OPUS, NOW_MS)
    assert card is not None
    basis = Basis(model=OPUS, context=context, growth=growth)
    assert carried(card, basis, made) == sum(turn.cost_picousd or 0 for turn in made)
