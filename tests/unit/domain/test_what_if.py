"""What a session would have cost otherwise."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from advice_factories import MODELS, OLD_HAIKU, OPUS, OPUS_55, PRICES, SONNET, a_turn_of, going
from rule_factories import dollars
from tallylight.domain.carry import Beginning
from tallylight.domain.habits import ModelFacts
from tallylight.domain.pricing import Costs
from tallylight.domain.session import Turn
from tallylight.domain.what_if import Wish, Would, total, would_cost


def would(turns: list[Turn], **wish: Any) -> Costs:
    return would_cost(turns, Wish(**wish), PRICES.card_for).costs


def with_facts(turns: list[Turn], **wish: Any) -> Would:
    facts = MODELS | {OLD_HAIKU: ModelFacts(provider="anthropic", window=200_000, density=100)}
    return would_cost(turns, Wish(**wish), PRICES.card_for, facts=facts)


def saved(turns: list[Turn], **wish: Any) -> int:
    return sum(total(turns)) - sum(would(turns, **wish))


@given(st.integers(0, 400_000), st.integers(0, 9000), st.integers(1, 20), st.booleans())
def test_without_a_wish_it_cost_what_it_cost(context: int, growth: int, turns: int, hits: bool) -> None:
    made = going(context + growth * turns, growth, turns, hits=hits)
    assert would(made) == total(made)
    assert would(made, model=OPUS, only_light=False) == total(made)
    assert would(made, model=OPUS) == total(made)
    assert would(made, reset_at=2_000_000) == total(made)
    assert would(made, is_without_cold=True) == total(made)


def test_a_reset_sends_the_start_again_and_less_from_then_on() -> None:
    # 20k, then 30k, 40k, 50k, 60k; begun anew at the turn that would send 50k: 20k, then 30k.
    made = going(60_000, 10_000, 5)
    costs = would(made, reset_at=40_000)
    assert costs[2] == dollars((20_000 + 30_000 + 20_000) * 0.5 / 1_000_000)
    assert costs[3] == dollars((20_000 + 10_000 + 10_000 + 20_000 + 10_000) * 6.25 / 1_000_000)
    assert costs[1] == total(made)[1]


def test_a_fresh_session_begins_as_the_projects_sessions_do() -> None:
    # Begun anew at the fourth turn with 15k, of which 5k are in the cache already; then 10k more.
    made = going(60_000, 10_000, 5)
    start = Beginning(context=15_000, cached=5000)
    costs = would_cost(made, Wish(reset_at=40_000), PRICES.card_for, start).costs
    assert costs[2] == dollars((20_000 + 30_000 + 5000 + 15_000) * 0.5 / 1_000_000)
    assert costs[3] == dollars((20_000 + 10_000 + 10_000 + 10_000 + 10_000) * 6.25 / 1_000_000)


def test_a_compaction_takes_what_was_dropped_with_it() -> None:
    made = [*going(60_000, 10_000, 5), a_turn_of(1, 25_000, 0), a_turn_of(2, 35_000, 25_000)]
    after = would(made, reset_at=40_000)
    without = would(made[:5], reset_at=40_000)
    # The start is 20k: of the 25k after the compaction a fresh session would have had no more.
    assert after[3] - without[3] == dollars((20_000 + 10_000) * 6.25 / 1_000_000)


def test_light_turns_move_to_the_other_model_with_a_cache_of_its_own() -> None:
    heavy = going(60_000, 1000, 4, output=5000)
    light = [a_turn_of(1, 61_000, 60_000, output=100), a_turn_of(2, 62_000, 61_000, output=100)]
    costs = would([*heavy, *light], model=SONNET)
    own = would(heavy)
    assert costs[3] - own[3] == dollars((61_000 + 1000) * 2.5 / 1_000_000)
    assert costs[2] - own[2] == dollars(61_000 * 0.1 / 1_000_000)
    assert costs[1] - own[1] == dollars(200 * 10 / 1_000_000)


def test_going_back_writes_what_the_first_model_has_not_seen() -> None:
    heavy, light = going(60_000, 1000, 4, output=5000), a_turn_of(1, 65_000, 60_000, output=100)
    back = a_turn_of(2, 70_000, 65_000, output=5000)
    apart = would([*heavy, light, back], model=SONNET)[3] - would([*heavy, light], model=SONNET)[3]
    assert apart == dollars(10_000 * 6.25 / 1_000_000)


def test_another_model_for_all_reprices_all() -> None:
    made = [*going(60_000, 1000, 4), replace(a_turn_of(1, 9000, 0), agent_id="a", is_on_path=False)]
    costs = would(made, model=SONNET, only_light=False)
    assert costs[1] == total(made)[1] * 10 // 25
    assert costs[2] == total(made)[2] * 10 // 50
    assert costs[3] == total(made)[3] * 25 // 62.5


def test_writes_for_five_minutes_miss_after_longer_pauses() -> None:
    first = a_turn_of(0, 50_000, 0, cache_write_5m=0, cache_write_1h=50_000)
    soon = a_turn_of(2, 51_000, 50_000, cache_write_5m=0, cache_write_1h=1000)
    later = a_turn_of(30, 52_000, 51_000, cache_write_5m=0, cache_write_1h=1000)
    assert saved([first, soon], is_without_1h=True) == dollars(51_000 * (10 - 6.25) / 1_000_000)
    costs = would([first, soon, later], is_without_1h=True)
    assert costs[4] == 0
    assert costs[3] == dollars((50_000 + 1000 + 52_000) * 6.25 / 1_000_000)


def test_a_cold_return_would_have_been_read() -> None:
    made = [a_turn_of(0, 50_000, 0), a_turn_of(9, 51_000, 0), a_turn_of(10, 52_000, 51_000)]
    assert saved(made, is_without_cold=True) == dollars(50_000 * (6.25 - 0.5) / 1_000_000)
    soon = [made[0], a_turn_of(4, 51_000, 0)]  # nothing had expired: something else was the cause
    assert saved(soon, is_without_cold=True) == 0


@pytest.mark.parametrize("wish", [{"reset_at": 30_000}, {"model": SONNET, "only_light": False}])
def test_what_has_no_price_is_left_alone(wish: dict[str, Any]) -> None:
    unpriced = [replace(turn, costs=(), cost_picousd=None) for turn in going(60_000, 9000, 5)]
    assert sum(would(unpriced, **wish)) == 0
    unknown = [replace(turn, model="unknown") for turn in going(60_000, 9000, 5)]
    assert would(unknown, **wish) == total(unknown)


# -- what a wish does not save


def surcharged(turn: Turn) -> Turn:
    """A tenth dearer than the list, as requests are that stay in one country."""
    costs = tuple(cost * 11 // 10 for cost in turn.costs)
    return replace(turn, costs=costs, cost_picousd=sum(costs))


@pytest.mark.parametrize(
    "wish",
    [
        {"reset_at": 40_000},
        {"model": SONNET},
        {"model": SONNET, "only_light": False},
        {"is_without_1h": True},
        {"is_without_cold": True},
    ],
)
def test_a_surcharge_is_on_both_sides(wish: dict[str, Any]) -> None:
    lasting = {"cache_write_5m": 0, "cache_write_1h": 9000}
    soon = going(60_000, 10_000, 5, output=300)
    made = [*soon, a_turn_of(30, 69_000, 60_000, **lasting), a_turn_of(99, 70_000, 0)]
    before, after = (saved(turns, **wish) for turns in (made, list(map(surcharged, made))))
    assert before != 0
    assert after == before * 11 // 10


def test_a_turn_too_large_for_the_model_stays_on_its_own() -> None:
    made = going(202_000, 4000, 4)  # 190k, 194k, 198k, 202k
    found = with_facts(made, model=OLD_HAIKU, only_light=False)
    assert found.kept == 1
    # The cache of the model that it stays on has not seen any of it.
    assert found.costs[3] == dollars((190_000 + 4000 + 4000) * 1.25 / 1_000_000 + 202_000 * 6.25 / 1_000_000)
    fits = with_facts(made, model=SONNET, only_light=False)
    assert fits.kept == 0
    aside = [replace(turn, agent_id="a", is_on_path=False) for turn in made]
    assert with_facts(aside, model=OLD_HAIKU, only_light=False).kept == 1


def test_a_smaller_context_after_a_reset_fits_again() -> None:
    made = going(202_000, 4000, 4)
    assert with_facts(made, model=OLD_HAIKU, only_light=False, reset_at=195_000).kept == 0


def test_a_tokenizer_that_makes_more_tokens_is_counted_one_that_makes_fewer_is_not() -> None:
    made = [a_turn_of(0, 50_000, 0, model=OLD_HAIKU), a_turn_of(1, 51_000, 50_000, model=OLD_HAIKU)]
    denser = with_facts(made, model=SONNET, only_light=False)
    assert denser.scale == 130
    assert denser.costs[1] == dollars(1600 * 10 * 1.3 / 1_000_000)
    there = [replace(turn, model=OPUS) for turn in made]
    sparser = with_facts(there, model=OLD_HAIKU, only_light=False)
    assert sparser.scale == 76
    assert with_facts(made, model=OLD_HAIKU, only_light=False).scale == 100


def test_more_tokens_may_be_too_many_for_the_window() -> None:
    made = [a_turn_of(0, 160_000, 0, model=OLD_HAIKU)]
    assert with_facts(made, model=OPUS, only_light=False).kept == 1


def test_on_one_model_nothing_is_written_anew_for_a_switch() -> None:
    switched = [
        a_turn_of(0, 50_000, 0),
        a_turn_of(1, 51_000, 0, model=SONNET),
        a_turn_of(2, 52_000, 50_000),
    ]
    costs = would(switched, model=OPUS, only_light=False)
    assert costs[3] == dollars(52_000 * 6.25 / 1_000_000)
    assert costs[2] == dollars((50_000 + 51_000) * 0.5 / 1_000_000)
    # Neither is it where the other model is one that was never used.
    assert would(switched, model=OPUS_55, only_light=False)[3] == dollars(52_000 * 5 / 1_000_000)


def test_what_expired_before_the_switch_is_written_all_the_same() -> None:
    switched = [a_turn_of(0, 50_000, 0), a_turn_of(9, 51_000, 0, model=SONNET)]
    assert would(switched, model=SONNET, only_light=False)[3] == dollars(101_000 * 2.5 / 1_000_000)


def test_a_cache_that_expired_is_not_read_by_light_turns_either() -> None:
    heavy = a_turn_of(0, 50_000, 0, output=5000)
    light = [a_turn_of(n, 50_000 + 1000 * n, 50_000 + 1000 * (n - 1), output=100) for n in (1, 2)]
    late = [a_turn_of(3, 53_000, 52_000, output=5000), a_turn_of(30, 54_000, 0, output=100)]
    apart = would([heavy, *light, *late], model=SONNET)[3] - would([heavy, *light, late[0]], model=SONNET)[3]
    assert apart == dollars(54_000 * 2.5 / 1_000_000)


def test_wishes_of_several_sessions_add_up() -> None:
    one, other = Would(kept=2, scale=130), Would(kept=1, scale=100)
    assert one.plus(other) == other.plus(one) == Would(kept=3, scale=130)
