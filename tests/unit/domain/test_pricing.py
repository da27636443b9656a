"""What a request costs, from a card and from a list of dated cards."""

from hypothesis import given
from hypothesis import strategies as st

from tallylight.domain.pricing import PriceList, RateCard, Rates, Tier
from tallylight.domain.usage import UsageEvent

LOW = Rates(input=5, output=25, cache_read=1, cache_write_5m=6, cache_write_1h=10, web_search=1000)
HIGH = Rates(input=10, output=37, cache_read=2, cache_write_5m=12, cache_write_1h=20, web_search=1000)


def a_card(**given: object) -> RateCard:
    fields: dict[str, object] = {"model": "m", "name": "m", "provider": "p", "tiers": (Tier(-1, LOW),)}
    return RateCard(**(fields | given))  # type: ignore[arg-type]


def an_event(**given: object) -> UsageEvent:
    fields: dict[str, object] = {"key": "k", "source": "s", "session_id": "x", "time_ms": 0, "model": "m"}
    return UsageEvent(**(fields | given))  # type: ignore[arg-type]


def test_every_class_has_its_own_price() -> None:
    event = an_event(
        input=1, output=10, cache_read=100, cache_write=3000, cache_write_5m_stated=1000, cache_write_1h=2000
    )
    assert a_card().cost(event) == 5 + 250 + 100 + 6000 + 20000


def test_a_write_without_a_split_is_charged_at_five_minutes() -> None:
    assert a_card().cost(an_event(cache_write=100)) == 600


def test_a_prompt_one_token_over_the_limit_moves_the_whole_request() -> None:
    card = a_card(tiers=(Tier(100, HIGH), Tier(-1, LOW)))
    assert card.cost(an_event(input=50, cache_read=50, output=1)) == 50 * 5 + 50 + 25
    assert card.cost(an_event(input=50, cache_read=51, output=1)) == 50 * 10 + 51 * 2 + 37


def test_inference_in_the_us_is_dearer_for_tokens_but_not_for_searches() -> None:
    event = an_event(input=20, web_searches=1, geo="us")
    assert a_card(us_percent=110).cost(event) == 110 + 1000
    assert a_card().cost(event) == 100 + 1000
    assert a_card(us_percent=110).cost(an_event(input=20, geo="global")) == 100


def test_an_unknown_model_has_no_price_rather_than_none_at_all() -> None:
    prices = PriceList([a_card()])
    assert prices.cost_of(an_event(model="other", input=5)) is None
    assert prices.cost_of(an_event()) == 0
    assert prices.models == {"m"}


def test_the_card_in_force_is_the_one_whose_days_hold_the_moment() -> None:
    old = a_card(until_ms=1000, tiers=(Tier(-1, LOW),))
    new = a_card(from_ms=1000, until_ms=2000, tiers=(Tier(-1, HIGH),))
    prices = PriceList([new, old])
    assert prices.card_for("m", 999) is old
    assert prices.card_for("m", 1000) is new
    assert prices.card_for("m", 2000) is None


def test_speeds_and_tiers_without_a_price_are_billed_as_standard() -> None:
    fast, batch = a_card(speed="fast"), a_card(service="batch")
    prices = PriceList([a_card(), fast, batch])
    assert prices.card_for("m", 0, "fast", "standard") is fast
    assert prices.card_for("m", 0, "standard", "batch") is batch
    assert prices.card_for("m", 0, "warp", "gold") == a_card()
    assert prices.card_for("m", 0, "", "flex") == a_card()


COUNTS = st.lists(st.integers(0, 10**7), min_size=6, max_size=6)


@given(COUNTS, COUNTS)
def test_the_cost_of_a_sum_is_the_sum_of_costs(a: list[int], b: list[int]) -> None:
    def event(counts: list[int]) -> UsageEvent:
        inp, out, read, five, hour, web = counts
        return an_event(
            input=inp, output=out, cache_read=read, cache_write_5m_stated=five, cache_write_1h=hour,
            cache_write=five + hour, web_searches=web,
        )  # fmt: skip

    both = [x + y for x, y in zip(a, b, strict=True)]
    assert a_card().cost(event(a)) + a_card().cost(event(b)) == a_card().cost(event(both))
