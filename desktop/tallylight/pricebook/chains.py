"""Chains of dated rate cards: one model's prices one after the other, half-open, without gaps or overlaps."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal

from msgspec.structs import replace

from tallylight.domain.pricing import RateCard, Rates, Tier


def midnight_ms(day: date | None) -> int | None:
    """The moment a day starts in UTC, in which every provider dates its prices."""
    return None if day is None else int(datetime.combine(day, time(), UTC).timestamp()) * 1000


def per_token(usd_per_million: Decimal) -> int:
    """pico-USD per token: whole for rates of up to six decimals."""
    return int((usd_per_million * 10**6).to_integral_value())


def per_search(usd_per_thousand: Decimal) -> int:
    return int((usd_per_thousand * 10**9).to_integral_value())


def join(cards: Iterable[RateCard]) -> list[RateCard]:
    """The chain with neighbours of equal price made one."""
    chain: list[RateCard] = []
    for card in sorted(cards, key=lambda card: card.from_ms):
        last = chain[-1] if chain else None
        if last and replace(last, until_ms=card.until_ms) == replace(card, from_ms=last.from_ms):
            chain[-1] = replace(last, until_ms=card.until_ms)
        else:
            chain.append(card)
    return chain


def lay_over(lower: Iterable[RateCard], upper: Iterable[RateCard]) -> list[RateCard]:
    """`upper` wherever it says something, `lower` elsewhere; per model, speed and service tier."""
    result = list(lower)
    for card in upper:
        kept = [part for old in result for part in _outside(old, card)]
        result = [*kept, card]
    return result


def _outside(card: RateCard, other: RateCard) -> list[RateCard]:
    """The parts of `card` that lie before and after `other`."""
    if (card.model, card.speed, card.service) != (other.model, other.speed, other.service):
        return [card]
    parts = []
    if card.from_ms < other.from_ms:
        parts.append(replace(card, until_ms=earlier(card.until_ms, other.from_ms)))
    if other.until_ms is not None and (card.until_ms is None or other.until_ms < card.until_ms):
        parts.append(replace(card, from_ms=max(card.from_ms, other.until_ms)))
    return parts


def within(card: RateCard, from_ms: int, until_ms: int | None) -> RateCard | None:
    """The part of `card` inside an interval, if any."""
    start, end = max(card.from_ms, from_ms), earlier(card.until_ms, until_ms)
    return None if end is not None and end <= start else replace(card, from_ms=start, until_ms=end)


def earlier(a: int | None, b: int | None) -> int | None:
    """The earlier of two ends, of which None is never."""
    return min((end for end in (a, b) if end is not None), default=None)


def scaled(rates: Rates, percent: int) -> Rates:
    """Token rates times a factor; web searches cost what they cost."""
    return Rates(
        input=_share(rates.input, percent),
        output=_share(rates.output, percent),
        cache_read=_share(rates.cache_read, percent),
        cache_write_5m=_share(rates.cache_write_5m, percent),
        cache_write_1h=_share(rates.cache_write_1h, percent),
        web_search=rates.web_search,
    )


def scaled_tiers(tiers: Iterable[Tier], percent: int) -> tuple[Tier, ...]:
    return tuple(Tier(tier.above, scaled(tier.rates, percent)) for tier in tiers)


def _share(rate: int, percent: int) -> int:
    return (rate * percent + 50) // 100
