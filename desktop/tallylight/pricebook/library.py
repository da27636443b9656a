"""Rate cards out of genai-prices, the price list that ships with the program.

The library costs 27 MB and half a second to import, and its own calculation 200 µs a request: it is asked
once for each model, away from the running tray, and what it says is written down as cards.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, cast

from tallylight.domain.pricing import RateCard, Rates, Tier
from tallylight.pricebook.chains import join, midnight_ms, per_search, per_token
from tallylight.pricebook.spelling import candidates, claude_version, plain

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice, Provider

#: Anthropic's surcharge for inference in the US only, and the first version that has it.
#: https://platform.claude.com/docs/en/about-claude/pricing, checked 2026-11-22.
_US_PERCENT, _US_SINCE = 110, (4, 6)

#: (speed, service) as events say it -> what the library wants to be told. OpenAI calls its fast mode a tier.
_VARIANTS: dict[tuple[str, str], dict[str, str]] = {
    ("standard", "standard"): {},
    ("fast", "standard"): {"speed": "fast", "service_tier": "fast"},
    ("standard", "batch"): {"processing": "batch"},
    ("standard", "priority"): {"service_tier": "priority"},
    ("standard", "flex"): {"service_tier": "flex"},
}
_TOKEN_KEYS = ("input_mtok", "output_mtok", "cache_read_mtok", "cache_write_mtok", "cache_write_1h_mtok")
_Moments = list[tuple[int, int | None, list[datetime]]]


def origin() -> str:
    """ "genai-prices 0.2.3"."""
    found = find_spec("genai_prices")  # read off the folder's name: importlib.metadata loads two megabytes
    place = Path(found.origin).parent.parent if found is not None and found.origin else Path()
    for folder in sorted(place.glob("genai_prices-*.dist-info")):
        return f"genai-prices {folder.name.removeprefix('genai_prices-').removesuffix('.dist-info')}"
    return "genai-prices"  # a frozen program may have left the metadata behind


def us_percent(name: str, provider: str) -> int:
    """The factor of US-only inference; cloud vendors have regional entries of their own instead."""
    found = claude_version(name) if provider == "anthropic" else None
    return _US_PERCENT if found and found[1:] >= _US_SINCE else 100


def library_cards(model: str) -> list[RateCard]:
    """All cards of `model` as spelled; none when the library does not know exactly this model."""
    found = _find(model)
    if found is None:
        return []
    provider, info = found
    moments = _moments(info)
    chains = {variant: _chain(model, provider, info, variant, moments) for variant in _VARIANTS}
    standard = chains.pop(("standard", "standard"))
    own = (chain for chain in chains.values() if [c.tiers for c in chain] != [c.tiers for c in standard])
    return standard + [card for chain in own for card in chain]


def _find(model: str) -> tuple[Provider, ModelInfo] | None:
    from genai_prices.data_snapshot import get_snapshot

    prices = get_snapshot()
    for provider_id, name in candidates(model):
        try:
            provider, info = prices.find_provider_model(name, None, provider_id, None)
        except LookupError:
            continue
        if _is_same_model(model, info.id) and _has_token_price(provider, info):
            return provider, info
    return None


def _is_same_model(model: str, name: str) -> bool:
    """Some of the library's entries match by prefix: opus-4-1 is not the price of an opus-4-10."""
    spelled = plain(model)
    if spelled.startswith(name.lower()) and spelled[len(name) :][:1].isdigit():
        return False
    wanted, got = claude_version(spelled), claude_version(name.lower())
    return wanted is None or got is None or wanted == got


def _has_token_price(provider: Provider, info: ModelInfo) -> bool:
    """An entry without prices is a model that is free where the plan says so, and unpriced elsewhere."""
    if provider.id == "github-copilot" or info.id.endswith(":free"):
        return True
    prices = [step.prices for step in info.prices] if isinstance(info.prices, list) else [info.prices]
    return any(_amount(price, key, -1) is not None for price in prices for key in _TOKEN_KEYS[:2])


def _moments(info: ModelInfo) -> _Moments:
    """The intervals between price changes, each with the moments at which to ask for its price."""
    from genai_prices.types import ConditionalPrice, PriceVariant, StartDateConstraint, TimeOfDateConstraint

    steps: list[ConditionalPrice | PriceVariant] = list(info.price_variants or ())
    if isinstance(info.prices, list):
        steps += info.prices
    days = sorted({s.constraint.start_date for s in steps if isinstance(s.constraint, StartDateConstraint)})
    hours = {time(tzinfo=UTC)}
    for step in steps:
        if isinstance(step.constraint, TimeOfDateConstraint):
            hours |= {step.constraint.start_time, step.constraint.end_time}
    starts: list[date | None] = [None, *days]
    first = days[0] - timedelta(days=1) if days else date(1970, 1, 1)
    return [
        (
            midnight_ms(start) or 0,
            midnight_ms(end),
            [datetime.combine(start or first, hour) for hour in hours],
        )
        for start, end in zip(starts, [*days, None], strict=True)
    ]


def _chain(
    model: str, provider: Provider, info: ModelInfo, variant: tuple[str, str], moments: _Moments
) -> list[RateCard]:
    # The library applies variants only to a provider's own entries, not to those it borrows from another.
    context = _VARIANTS[variant] if any(info is own for own in provider.models) else {}
    cards = []
    for from_ms, until_ms, asked in moments:
        prices = [info.get_prices(_utc(moment), context or None) for moment in asked]
        # A dated card cannot follow the hour of the day (DeepSeek): charge the peak, and call it an estimate.
        peak = max(prices, key=lambda price: _amount(price, "input_mtok", -1) or 0)
        by_hour = any(price != peak for price in prices)
        card = RateCard(
            model=model,
            name=info.id,
            provider=provider.id,
            tiers=tuple(_tiers(peak)),
            speed=variant[0],
            service=variant[1],
            from_ms=from_ms,
            until_ms=until_ms,
            us_percent=us_percent(info.id, provider.id),
            origin=origin(),
            # A fee per request has no place in a card of rates: what is left is a floor.
            is_estimate=by_hour or _amount(peak, "requests_kcount", -1) is not None,
        )
        cards.append(card)
    return join(cards)


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _tiers(price: ModelPrice) -> Iterator[Tier]:
    from genai_prices.types import TieredPrices

    values = [price.__dict__.get(key) for key in _TOKEN_KEYS]
    starts = {tier.start for value in values if isinstance(value, TieredPrices) for tier in value.tiers}
    for start in sorted({-1, *starts}, reverse=True):
        yield Tier(start, _rates(price, start))


def _rates(price: ModelPrice, above: int) -> Rates:
    """What has no price of its own costs what contains it: a cached token is input, a write is a write."""
    amounts = [_amount(price, key, above) for key in _TOKEN_KEYS]
    input_, output = (amount or Decimal(0) for amount in amounts[:2])
    read, write, write_1h = amounts[2:]
    write = input_ if write is None else write
    write_5m = _amount(price, "cache_write_5m_mtok", above)
    return Rates(
        input=per_token(input_),
        output=per_token(output),
        cache_read=per_token(input_ if read is None else read),
        cache_write_5m=per_token(write if write_5m is None else write_5m),
        cache_write_1h=per_token(write if write_1h is None else write_1h),
        web_search=per_search(_amount(price, "web_searches_kcount", above) or Decimal(0)),
    )


def _amount(price: ModelPrice, key: str, above: int) -> Decimal | None:
    """One rate, in the tier of prompts larger than `above`."""
    from genai_prices.types import TieredPrices

    value = price.__dict__.get(key)
    if not isinstance(value, TieredPrices):
        return cast("Decimal | None", value)
    amount = value.base
    for tier in value.tiers:
        if tier.start <= above:
            amount = tier.price
    return amount
