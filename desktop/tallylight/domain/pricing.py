"""List prices: what a request costs at the time it was made, in exact integers."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from tallylight.domain.usage import UsageEvent

#: What is priced apart, in the order of `Costs`.
COST_CLASSES = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h", "web_search")
#: pico-USD for each of `COST_CLASSES`.
Costs = tuple[int, int, int, int, int, int]


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """pico-USD per token of each class, and per web search request."""

    input: int
    output: int
    cache_read: int
    cache_write_5m: int
    cache_write_1h: int
    web_search: int = 0


class Tier(msgspec.Struct, frozen=True):
    """Rates for requests whose prompt is larger than `above` tokens; the whole request is billed at them."""

    above: int
    rates: Rates


#: What tokens of each class cost against each other where nothing better is known.
_USUAL_WEIGHTS = (20, 100, 2, 25, 40, 0)


def apportioned(total: int, event: UsageEvent, listed: Costs | None) -> Costs:
    """A total that somebody else states, by class: as our list prices have it, or as prices usually are."""
    used = (
        event.input,
        event.output,
        event.cache_read,
        event.cache_write_5m,
        event.cache_write_1h,
        event.web_searches,
    )
    weights = listed if listed and sum(listed) else [n * w for n, w in zip(used, _USUAL_WEIGHTS, strict=True)]
    whole = sum(weights)
    if not whole:
        return (total, 0, 0, 0, 0, 0)
    parts, given, seen = [], 0, 0
    for weight in weights:  # by running sums, so that rounding loses nothing
        seen += weight
        parts.append(total * seen // whole - given)
        given += parts[-1]
    return (parts[0], parts[1], parts[2], parts[3], parts[4], parts[5])


class RateCard(msgspec.Struct, frozen=True, kw_only=True):
    """What one model costs from one moment to another, in one speed and service tier.

    `model` is spelled as the logs spell it, `name` is the entry of the price list it was matched to. Times are
    ms since the epoch; `until_ms` None means still in force. `tiers` are sorted, highest `above` first, the last
    is -1. `us_percent` is the factor for US-only inference (110), 100 for none.
    """

    model: str
    name: str
    provider: str
    tiers: tuple[Tier, ...]
    speed: str = "standard"
    service: str = "standard"
    from_ms: int = 0
    until_ms: int | None = None
    us_percent: int = 100
    #: Where the figures come from, for `tallylight prices`: "genai-prices 0.2.3", "supplement", "yours".
    origin: str = ""
    is_estimate: bool = False

    def rates_at(self, prompt: int) -> Rates:
        """The rates of a request that sends `prompt` tokens."""
        return next(tier.rates for tier in self.tiers if prompt > tier.above)

    def costs(self, event: UsageEvent) -> Costs:
        """pico-USD of one request, by token class."""
        write_5m, write_1h = event.cache_write_5m, event.cache_write_1h
        prompt = event.input + event.cache_read + write_5m + write_1h
        rates = self.rates_at(prompt)
        costs = (
            event.input * rates.input,
            event.output * rates.output,
            event.cache_read * rates.cache_read,
            write_5m * rates.cache_write_5m,
            write_1h * rates.cache_write_1h,
        )
        if self.us_percent != 100 and event.geo == "us":
            costs = tuple((cost * self.us_percent + 50) // 100 for cost in costs)  # type: ignore[assignment]
        return (*costs, event.web_searches * rates.web_search)

    def cost(self, event: UsageEvent) -> int:
        """pico-USD of one request."""
        return sum(self.costs(event))


class PriceList:
    """All rate cards in force, by model as spelled. Immutable once built; build a new one when prices change."""

    def __init__(self, cards: Iterable[RateCard]) -> None:
        self._cards: dict[tuple[str, str, str], list[RateCard]] = {}
        for card in cards:
            self._cards.setdefault((card.model, card.speed, card.service), []).append(card)
        for dated in self._cards.values():
            dated.sort(key=lambda card: card.from_ms, reverse=True)
        self.models = frozenset(model for model, _, _ in self._cards)

    def card_for(self, model: str, time_ms: int, speed: str = "", service: str = "") -> RateCard | None:
        """The card in force; an unknown speed or tier falls back to standard, an unknown model to None."""
        pace = "fast" if speed == "fast" else "standard"
        # Where the list has no price for both, the dearer part of it stands.
        kinds = (
            (pace, service if service in VARIANTS else "standard"),
            (pace, "standard"),
            ("standard", "standard"),
        )
        for kind in kinds:
            for card in self._cards.get((model, *kind), ()):
                if card.from_ms <= time_ms and (card.until_ms is None or time_ms < card.until_ms):
                    return card
        return None

    def costs_of(self, event: UsageEvent) -> Costs | None:
        """pico-USD at list price by class, or None: unpriced, which is not free."""
        card = self.card_for(event.model, event.time_ms, event.speed, event.tier)
        return None if card is None else card.costs(event)

    def cost_of(self, event: UsageEvent) -> int | None:
        """pico-USD at list price, or None: unpriced, which is not free."""
        costs = self.costs_of(event)
        return None if costs is None else sum(costs)


#: Service tiers with prices of their own; every other value is billed as standard.
VARIANTS = frozenset({"batch", "priority", "flex"})
