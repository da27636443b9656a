"""What turns to come cost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from advice_factories import CARDS, a_beginning
from tallylight.domain.carry import Pace, beginning, going_on, turn_cost
from tallylight.domain.pricing import RateCard

CARD = st.sampled_from(CARDS)
SIZE = st.integers(1, 900_000)
PACE = st.builds(Pace, st.integers(0, 20_000), st.integers(0, 9000), st.booleans())


@given(CARD, SIZE, SIZE, PACE)
def test_a_larger_context_never_costs_less(card: RateCard, one: int, other: int, pace: Pace) -> None:
    small, large = sorted((one, other))
    for a, b in zip(going_on(card, small, pace, 10), going_on(card, large, pace, 10), strict=True):
        assert a <= b


@given(CARD, SIZE, PACE)
def test_a_cold_cache_costs_its_rewrite_once(card: RateCard, context: int, pace: Pace) -> None:
    warm, cold = going_on(card, context, pace, 10), going_on(card, context, pace, 10, cached=0)
    rates = card.rates_at(context + pace.growth)
    write = rates.cache_write_1h if pace.is_1h else rates.cache_write_5m
    assert cold[0] - warm[0] == context * (write - rates.cache_read)
    assert cold[1:] == warm[1:]


def test_it_ends_where_the_client_compacts() -> None:
    pace = Pace(1000, 100)
    assert len(going_on(CARDS[0], 50_000, pace, 10, until=54_000)) == 4
    assert len(going_on(CARDS[0], 50_000, pace, 10)) == 10


def test_a_beginning_grows_as_fast_as_the_faster_of_both() -> None:
    slow, fast = Pace(10, 100), Pace(9000, 100)
    card = CARDS[0]
    assert beginning(card, a_beginning(), slow, 3)[1] == turn_cost(card, 24_000, 21_000, 100, is_1h=False)
    assert beginning(card, a_beginning(), fast, 3)[1] == turn_cost(card, 30_000, 21_000, 100, is_1h=False)
