"""Our cards against the library's own arithmetic, and every spelling of a model that logs have."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from genai_prices import Usage, calc_price
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ModelInfo, TieredPrices, TimeOfDateConstraint

from tallylight.domain.pricing import PriceList, RateCard
from tallylight.domain.usage import UsageEvent
from tallylight.pricebook.library import library_cards
from tallylight.pricebook.spelling import candidates

CONTEXTS = {
    ("standard", "standard"): None,
    ("fast", "standard"): {"speed": "fast", "service_tier": "fast"},
    ("standard", "batch"): {"processing": "batch"},
    ("standard", "priority"): {"service_tier": "priority"},
    ("standard", "flex"): {"service_tier": "flex"},
}


def usable(info: ModelInfo) -> bool:
    """Models that a dated card of token rates can follow to the last digit."""
    steps = info.prices if isinstance(info.prices, list) else []
    if any(isinstance(step.constraint, TimeOfDateConstraint) for step in steps):
        return False
    prices = [step.prices for step in steps] or [info.prices]
    rates: list[Decimal] = []
    for price in prices:
        if "requests_kcount" in price.__dict__:
            return False
        for value in price.__dict__.values():
            rates += (
                [value.base, *(t.price for t in value.tiers)] if isinstance(value, TieredPrices) else [value]
            )
    return all(rate is None or rate == round(rate, 6) for rate in rates)


def library_says(card: RateCard, when: datetime, event: UsageEvent) -> Decimal:
    usage = Usage(
        input_tokens=event.prompt,
        cache_read_tokens=event.cache_read,
        cache_write_tokens=event.cache_write_5m + event.cache_write_1h,
        cache_write_1h_tokens=event.cache_write_1h,
        output_tokens=event.output,
        web_searches=event.web_searches,
    )
    provider = next(p for p in get_snapshot().providers if p.id == card.provider)
    info = next(m for m in provider.models if m.id == card.name)
    context = CONTEXTS[card.speed, card.service]
    price = info.calc_price(usage, provider, genai_request_timestamp=when, price_context=context)
    return price.total_price


def random_event(chance: random.Random, model: str, when: datetime) -> UsageEvent:
    size = chance.choice((10, 1000, 33_000, 101_000, 201_000, 280_000))
    five, hour = chance.randrange(size), chance.randrange(size)
    return UsageEvent(
        key="k",
        source="s",
        session_id="x",
        time_ms=int(when.timestamp() * 1000),
        model=model,
        input=chance.randrange(size),
        output=chance.randrange(size),
        cache_read=chance.randrange(size),
        cache_write=five + hour,
        cache_write_5m_stated=five,
        cache_write_1h=hour,
        web_searches=chance.choice((0, 0, 3)),
    )


def test_our_integers_equal_the_library_on_thousands_of_cases() -> None:
    chance = random.Random(20261122)
    infos = {(p.id, m.id): m for p in get_snapshot().providers for m in p.models}
    everyone = sorted({name for (_, name), info in infos.items() if usable(info)})
    names = chance.sample(everyone, 600) + [name for name in everyone if "claude" in name]
    compared = 0
    for name in names:
        cards = library_cards(name)
        prices = PriceList(cards)
        if any((c.provider, c.name) not in infos or not usable(infos[c.provider, c.name]) for c in cards):
            continue
        for speed, service in sorted({(card.speed, card.service) for card in cards}):
            for _ in range(8):
                when = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(800 * 1440))
                event = random_event(chance, name, when)
                card = prices.card_for(name, event.time_ms, speed, service)
                assert card is not None
                if card.tiers[0].rates.web_search == 0 and event.web_searches:
                    continue
                difference = Decimal(card.cost(event)) - library_says(card, when, event) * 10**12
                assert abs(difference) <= 1, (name, when, event, card)
                compared += 1
    assert compared > 2500


def test_the_public_door_of_the_library_agrees() -> None:
    when = datetime(2026, 11, 1, tzinfo=UTC)
    usage = Usage(
        input_tokens=100_001,
        cache_read_tokens=1,
        cache_write_tokens=3,
        cache_write_1h_tokens=2,
        output_tokens=7,
    )
    theirs = calc_price(
        usage, model_ref="claude-haiku-5-5", provider_id="anthropic", genai_request_timestamp=when
    ).total_price
    event = UsageEvent(
        key="k", source="s", session_id="x", time_ms=int(when.timestamp() * 1000), model="claude-haiku-5-5",
        input=99_997, cache_read=1, cache_write=3, cache_write_5m_stated=1, cache_write_1h=2, output=7,
    )  # fmt: skip
    assert PriceList(library_cards("claude-haiku-5-5")).cost_of(event) == theirs * 10**12


SPELLINGS = [
    ("claude-opus-5-5[1m]", "anthropic", "claude-opus-5-5"),
    ("Claude-Opus-5-5", "anthropic", "claude-opus-5-5"),
    ("claude-haiku-4-5-20251001", "anthropic", "claude-haiku-4-5"),
    ("claude-sonnet-4-20250514", "anthropic", "claude-sonnet-4-0"),
    ("claude-fable-5.2", "anthropic", "claude-fable-5-2"),
    ("claude-4.5-sonnet-thinking", "anthropic", "claude-sonnet-4-5"),
    ("claude-opus-5-5@20261001", "google", "claude-opus-5-5"),
    ("anthropic/claude-opus-5.5", "anthropic", "claude-opus-5-5"),
    ("anthropic/claude-opus-5-5", "anthropic", "claude-opus-5-5"),
    ("openrouter/anthropic/claude-sonnet-4.5", "openrouter", "anthropic/claude-sonnet-4.5"),
    ("gpt-5-high", "openai", "gpt-5"),
    ("gpt-5.2 high", "openai", "gpt-5.2"),
    ("gpt-5.1-codex-max-xhigh", "openai", None),
    ("glm-4.6", "zai", None),
    ("qwen3-coder-plus", "openrouter", None),
    ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "aws", None),
    ("eu.anthropic.claude-haiku-4-5-20251001-v1:0", "aws", None),
    (
        "arn:aws:bedrock:us-east-1:123456789012:inference-profile/global.anthropic.claude-opus-5-5",
        "aws",
        "global.anthropic.claude-opus-5-5",
    ),
]


@pytest.mark.parametrize(
    "bare",
    [
        "anthropic.claude-opus-4-5-20251101-v1:0",
        "us.anthropic.claude-opus-5-5",
        "eu.anthropic.claude-haiku-4-5-20251001-v1:0",
        "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
    ],
)
@pytest.mark.parametrize(
    "before",
    [
        "arn:aws:bedrock:us-east-1::foundation-model/",
        "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/",
        "arn:aws-us-gov:bedrock:us-gov-west-1:123456789012:inference-profile/",
    ],
)
def test_a_model_costs_the_same_by_its_full_name_in_the_cloud(before: str, bare: str) -> None:
    expected = [(card.name, card.from_ms, card.tiers) for card in library_cards(bare)]
    assert expected
    assert [(card.name, card.from_ms, card.tiers) for card in library_cards(before + bare)] == expected


@pytest.mark.parametrize(("model", "provider", "name"), SPELLINGS)
def test_a_spelling_finds_its_model(model: str, provider: str, name: str | None) -> None:
    cards = library_cards(model)
    assert cards and {card.model for card in cards} == {model}
    assert cards[0].provider == provider
    assert name is None or cards[0].name == name


def test_cloud_regions_cost_more_than_the_global_endpoint() -> None:
    regional = library_cards("us.anthropic.claude-opus-5-5")[-1].tiers[0].rates
    everywhere = library_cards("global.anthropic.claude-opus-5-5")[-1].tiers[0].rates
    assert regional.input * 10 == everywhere.input * 11


@pytest.mark.parametrize(
    "model",
    [
        "auto", "composer-1", "<synthetic>", "claude-opus-6", "claude-opus-4-9", "claude-opus-4-10",
        "claude-opus-4-50", "us.anthropic.claude-opus-4-50", "claude-sonnet-4-55", "claude", "opus", "gpt-9",
        "", "/", "@", "[1m]", "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abcdef",
    ],
)  # fmt: skip
def test_a_model_nobody_lists_has_no_price(model: str) -> None:
    assert library_cards(model) == []


def test_an_entry_without_prices_is_unpriced_and_not_free() -> None:
    assert library_cards("moderation") == []


def test_candidates_end_for_any_text() -> None:
    chance = random.Random(1)
    for _ in range(500):
        text = "".join(chance.choices("claude-opus45./@:[] thinkighx", k=chance.randrange(40)))
        assert len(list(candidates(text))) < 40
