"""The same tokens at other prices."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from advice_factories import CARDS, HAIKU, OPUS, OPUS_55, PRICES, SONNET, a_turn_of
from tallylight.domain.pricing import RateCard
from tallylight.domain.repricing import NOTHING, is_cheaper, repriced, surcharge_of, surcharged

TOP = 500_000
TOKENS = st.integers(0, TOP)
CARD = st.sampled_from(CARDS)


@given(CARD, TOKENS, TOKENS, TOKENS)
def test_on_the_same_model_nothing_changes(card: RateCard, read: int, written: int, output: int) -> None:
    turn = a_turn_of(0, read + written, read, model=card.model, speed=card.speed, output=output)
    assert repriced(turn, card, card) == turn.costs


@given(CARD, CARD, TOKENS, TOKENS, TOKENS)
def test_it_costs_what_the_other_list_says(
    card: RateCard, other: RateCard, read: int, written: int, output: int
) -> None:
    def costs(of: RateCard) -> tuple[int, ...]:
        return a_turn_of(0, read + written, read, model=of.model, speed=of.speed, output=output).costs

    turn = a_turn_of(0, read + written, read, model=card.model, speed=card.speed, output=output)
    assert repriced(turn, card, other) == costs(other)


def test_a_surcharge_stays_in_it() -> None:
    turn = a_turn_of(0, 10_000, 0)
    card, other = PRICES.card_for(turn.model, 0), PRICES.card_for(HAIKU, 0)
    assert card is not None and other is not None
    dearer = replace(turn, costs=tuple(cost * 11 // 10 for cost in turn.costs))
    plain = repriced(turn, card, other)
    assert repriced(dearer, card, other) == tuple(cost * 11 // 10 for cost in plain)


def test_what_was_free_is_priced_and_what_was_unpriced_stays_so() -> None:
    turn, card = a_turn_of(0, 10_000, 0), PRICES.card_for(HAIKU, 0)
    assert card is not None
    free = replace(
        card, tiers=tuple(replace(t, rates=replace(t.rates, cache_write_5m=0)) for t in card.tiers)
    )
    gratis = replace(turn, costs=(0,) * 6)
    assert repriced(gratis, free, card)[3] == 10_000 * card.rates_at(10_000).cache_write_5m
    assert repriced(replace(turn, costs=(), cost_picousd=None), card, card) == NOTHING


@given(CARD, st.integers(1, TOP), st.integers(1, TOP), st.integers(100, 200))
def test_what_is_paid_beside_the_list_is_known_by_the_turn(
    card: RateCard, written: int, output: int, percent: int
) -> None:
    turn = a_turn_of(0, written, 0, model=card.model, speed=card.speed, output=output)
    dearer = replace(turn, costs=tuple(cost * percent // 100 for cost in turn.costs))
    assert (surcharge_of(turn, card), surcharge_of(dearer, card)) == (100, percent)
    assert surcharge_of(dearer, surcharged(card, percent)) == 100


def test_a_card_is_cheaper_when_nothing_on_it_is_dearer() -> None:
    opus, newer, sonnet = (PRICES.card_for(model, 0) for model in (OPUS, OPUS_55, SONNET))
    assert opus is not None and newer is not None and sonnet is not None
    assert is_cheaper(newer, opus) and is_cheaper(sonnet, newer)
    assert not is_cheaper(opus, newer) and not is_cheaper(opus, opus)
