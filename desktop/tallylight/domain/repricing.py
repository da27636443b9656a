"""The same tokens at other prices: what a turn would have cost on another card."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

import msgspec
from msgspec.structs import replace

from tallylight.domain.pricing import COST_CLASSES, Costs, RateCard, Rates, Tier
from tallylight.domain.session import Turn

NOTHING: Costs = (0, 0, 0, 0, 0, 0)


#: What a turn's costs are for, and the prices of it, in the order of `pricing.COST_CLASSES`.
tokens_of: Callable[[Turn], Costs] = attrgetter(
    "input", "output", "cache_read", "cache_write_5m", "cache_write_1h", "web_searches"
)
rates_of: Callable[[Rates], Costs] = attrgetter(*COST_CLASSES)


def repriced(turn: Turn, card: RateCard, other: RateCard) -> Costs:
    """pico-USD by class of a turn that was priced with `card`, on `other`.

    What was paid is scaled, class by class, so that surcharges stay in it and the same card changes nothing. An
    unpriced turn costs nothing here either: nobody knows what it was.
    """
    if not turn.costs:
        return NOTHING
    prompt = turn.cache_read + turn.new_tokens
    paid = zip(
        turn.costs,
        tokens_of(turn),
        rates_of(card.rates_at(prompt)),
        rates_of(other.rates_at(prompt)),
        strict=True,
    )
    a, b, c, d, e, f = (cost * then // now if now else cost + count * then for cost, count, now, then in paid)
    return a, b, c, d, e, f


def surcharge_of(turn: Turn, card: RateCard) -> int:
    """Per cent of the list price that was paid for its tokens: 110, say, where they were to stay in one country."""
    rates = rates_of(card.rates_at(turn.cache_read + turn.new_tokens))
    listed = sum(count * rate for count, rate in zip(tokens_of(turn)[:5], rates, strict=False))
    return round(100 * sum(turn.costs[:5]) / listed) if listed and turn.costs else 100


def surcharged(card: RateCard, percent: int) -> RateCard:
    """The card with so many per cent of its prices for tokens."""
    if percent == 100:
        return card
    return replace(card, tiers=tuple(Tier(tier.above, _scaled(tier.rates, percent)) for tier in card.tiers))


def _scaled(rates: Rates, percent: int) -> Rates:
    scaled = {name: rate * percent // 100 for name, rate in msgspec.structs.asdict(rates).items()}
    return Rates(**scaled | {"web_search": rates.web_search})


def is_cheaper(card: RateCard, other: RateCard) -> bool:
    """Whether in no class and at no size it is dearer than the other, and not alike."""
    sizes = {tier.above + 1 for tier in (*card.tiers, *other.tiers)}
    pairs = [
        pair
        for size in sizes
        for pair in zip(rates_of(card.rates_at(size)), rates_of(other.rates_at(size)), strict=True)
    ]
    return all(own <= others for own, others in pairs) and any(own < others for own, others in pairs)
