"""Prices that the library lacks, and what else we know of models: `resources/prices/supplement.json`."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files

import msgspec
from msgspec.structs import replace

from tallylight.domain.digest import digest as digest_of
from tallylight.domain.pricing import RateCard, Rates, Tier
from tallylight.pricebook.chains import lay_over, midnight_ms, per_search, per_token, scaled_tiers, within
from tallylight.pricebook.library import us_percent
from tallylight.pricebook.spelling import candidates, is_sold_by_cursor, plain

ORIGIN = "supplement"
_DATED = re.compile(r"[-@]\d{8}$")


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    pass


class ListedRates(_Strict, frozen=True, kw_only=True):
    """USD per million tokens; web searches per thousand."""

    input: Decimal
    output: Decimal
    cache_read: Decimal
    cache_write_5m: Decimal
    cache_write_1h: Decimal
    web_search: Decimal = Decimal(0)

    def exact(self) -> Rates:
        return Rates(
            input=per_token(self.input),
            output=per_token(self.output),
            cache_read=per_token(self.cache_read),
            cache_write_5m=per_token(self.cache_write_5m),
            cache_write_1h=per_token(self.cache_write_1h),
            web_search=per_search(self.web_search),
        )


class LongPrompt(_Strict, frozen=True, kw_only=True):
    """Other rates for prompts of more than so many tokens."""

    prompt_tokens: int
    rates: ListedRates


class _Row(_Strict, frozen=True, kw_only=True):
    """`until` is the first day on which the row no longer holds; both dates are UTC."""

    match: tuple[str, ...]
    provider: str
    source: str
    checked_on: date
    from_: date | None = None
    until: date | None = None
    speed: str = "standard"
    service: str = "standard"
    estimate: bool = False
    note: str = ""


class Price(_Row, frozen=True, kw_only=True):
    rates: ListedRates
    above: tuple[LongPrompt, ...] = ()

    def tiers(self) -> tuple[Tier, ...]:
        long = [Tier(tier.prompt_tokens, tier.rates.exact()) for tier in self.above]
        return (*sorted(long, key=lambda tier: -tier.above), Tier(-1, self.rates.exact()))


class Factor(_Row, frozen=True, kw_only=True):
    """A variant whose price is a share of the model's standard price."""

    percent: int


class Window(_Strict, frozen=True, kw_only=True):
    """The largest prompt of the models of this name."""

    model: str
    tokens: int
    measured: bool = False


class Supplement(_Strict, frozen=True, kw_only=True):
    version: int
    prices: tuple[Price, ...]
    factors: tuple[Factor, ...]
    windows: tuple[Window, ...]


def text() -> bytes:
    return (files("tallylight.resources") / "prices" / "supplement.json").read_bytes()


def digest() -> str:
    return digest_of(text(), 6).hex()


@cache
def load() -> Supplement:
    return msgspec.json.decode(text(), type=Supplement)


def with_supplement(model: str, cards: list[RateCard]) -> list[RateCard]:
    """The library's cards of one model with ours laid over them."""
    supplement = load()
    listed = [_card(model, row, cards) for row in supplement.prices if _applies(row, model, cards)]
    cards = lay_over(cards, listed)
    for factor in supplement.factors:
        if _applies(factor, model, cards):
            cards = lay_over(cards, _factored(factor, cards))
    return cards


def _applies(row: _Row, model: str, cards: list[RateCard]) -> bool:
    """By the library's name for it; by the spelling, unless that names another provider."""
    if any(card.provider == row.provider and card.name in row.match for card in cards):
        return True
    is_of_seller = is_sold_by_cursor(model) and row.provider == "cursor"
    if cards and "/" in plain(model) and not is_of_seller:
        return False
    names = {name for provider, name in candidates(model) if provider in (None, row.provider)}
    return not {*names, *(_DATED.sub("", name) for name in names)}.isdisjoint(row.match)


def _card(model: str, row: Price, cards: list[RateCard]) -> RateCard:
    name = next((card.name for card in cards if card.provider == row.provider), row.match[0])
    return RateCard(
        model=model,
        name=name,
        provider=row.provider,
        tiers=row.tiers(),
        speed=row.speed,
        service=row.service,
        from_ms=midnight_ms(row.from_) or 0,
        until_ms=midnight_ms(row.until),
        us_percent=us_percent(name, row.provider),
        origin=ORIGIN,
        is_estimate=row.estimate,
    )


def _factored(factor: Factor, cards: list[RateCard]) -> list[RateCard]:
    """The factor on each standard card of its days."""
    days = midnight_ms(factor.from_) or 0, midnight_ms(factor.until)
    standard = [card for card in cards if (card.speed, card.service) == ("standard", "standard")]
    return [
        replace(
            part,
            tiers=scaled_tiers(part.tiers, factor.percent),
            speed=factor.speed,
            service=factor.service,
            origin=ORIGIN,
            is_estimate=part.is_estimate or factor.estimate,
        )
        for card in standard
        if (part := within(card, *days)) is not None
    ]
