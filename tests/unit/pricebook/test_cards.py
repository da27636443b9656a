"""Dated cards: variants, price changes, and what the supplement adds."""

from datetime import UTC, date, datetime

import msgspec
import pytest

from tallylight.domain.pricing import PriceList, RateCard
from tallylight.domain.usage import UsageEvent
from tallylight.pricebook import supplement
from tallylight.pricebook.cards import compile_cards
from tallylight.pricebook.library import library_cards
from tallylight.pricebook.windows import context_window

NOW = "2026-11-20"
MODELS = [
    "claude-opus-4-6", "claude-opus-4-7", "claude-opus-4-8", "claude-opus-5-5", "claude-haiku-5-5",
    "claude-haiku-4-5-20251001", "claude-sonnet-4-20250514", "claude-sonnet-4-5", "claude-mythos-5-1",
    "claude-opus-4-1-20250805", "gemini-4-argon", "gpt-6.1-sol", "deepseek-v4-pro", "deepseek-chat",
    "qwen3-coder-plus", "codex-mini-latest", "composer-1.5", "us.anthropic.claude-opus-4-6-v1",
]  # fmt: skip


@pytest.fixture(scope="module")
def prices() -> PriceList:
    return PriceList(compile_cards(MODELS))


def ms(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000)


def an_event(model: str, day: str = NOW, **given: object) -> UsageEvent:
    fields = {"key": "k", "source": "s", "session_id": "x", "time_ms": ms(day), "model": model}
    return UsageEvent(**(fields | given))  # type: ignore[arg-type]


def dollars(prices: PriceList, model: str, day: str = NOW, **given: object) -> float:
    cost = prices.cost_of(an_event(model, day, **given))
    assert cost is not None
    return cost / 10**12


def test_haiku_moves_up_as_a_whole_above_100k(prices: PriceList) -> None:
    at = dollars(prices, "claude-haiku-5-5", input=10_000, cache_read=90_000, output=1_000_000)
    over = dollars(prices, "claude-haiku-5-5", input=10_001, cache_read=90_000, output=1_000_000)
    assert at == pytest.approx(0.001 + 0.0009 + 0.5)
    assert over == pytest.approx(0.0050005 + 0.0045 + 2.5)


def test_fast_mode_is_twice_the_price_and_six_times_on_the_old_ones(prices: PriceList) -> None:
    for model, factor in [("claude-opus-5-5", 2), ("claude-opus-4-8", 2), ("claude-opus-4-7", 6)]:
        usage = {"input": 1000, "output": 10, "cache_read": 5000, "cache_write": 70, "cache_write_1h": 50}
        normal = prices.cost_of(an_event(model, **usage))
        fast = prices.cost_of(an_event(model, speed="fast", **usage))
        assert normal and fast == factor * normal


def test_fast_mode_does_not_make_searches_dearer(prices: PriceList) -> None:
    assert dollars(prices, "claude-opus-4-6", speed="fast", web_searches=3) == 0.03


def test_us_inference_costs_a_tenth_more_from_4_6_on(prices: PriceList) -> None:
    assert dollars(prices, "claude-opus-4-6", input=1_000_000, geo="us") == 5.5
    assert dollars(prices, "claude-haiku-4-5-20251001", input=1_000_000, geo="us") == 1.0
    assert dollars(prices, "us.anthropic.claude-opus-4-6-v1", input=1_000_000, geo="us") == 5.5


def test_batch_is_half_on_both_sides_of_the_librarys_first_day(prices: PriceList) -> None:
    for day in ("2025-11-01", "2026-10-13", "2026-10-14", NOW):
        assert dollars(prices, "claude-sonnet-4-5", day, input=100_000, tier="batch") == 0.15


def test_each_write_has_its_own_price(prices: PriceList) -> None:
    usage = {"cache_write": 3_000_000, "cache_write_5m_stated": 1_000_000, "cache_write_1h": 2_000_000}
    assert dollars(prices, "claude-opus-5-5", **usage) == 5 + 2 * 8


def test_reads_of_newer_models_are_cheaper_than_a_tenth(prices: PriceList) -> None:
    assert dollars(prices, "claude-opus-5-5", cache_read=1_000_000) == 0.2
    assert dollars(prices, "claude-mythos-5-1", cache_read=1_000_000) == 0.25


def test_a_price_changes_at_midnight_utc(prices: PriceList) -> None:
    assert dollars(prices, "gemini-4-argon", "2026-11-30T23:59:59.999", input=1_000_000) == 2
    assert dollars(prices, "gemini-4-argon", "2026-12-01", input=1_000_000) == 4


def test_long_prompts_cost_more_only_while_they_did(prices: PriceList) -> None:
    assert dollars(prices, "claude-opus-4-6", "2026-03-12", input=200_001) == pytest.approx(2.00001)
    assert dollars(prices, "claude-opus-4-6", "2026-03-13", input=200_001) == pytest.approx(1.000005)
    assert dollars(prices, "claude-sonnet-4-20250514", "2025-10-01", input=300_000) == 1.8
    assert dollars(prices, "claude-sonnet-4-20250514", "2026-05-01", input=300_000) == 0.9


def test_retired_models_keep_their_price(prices: PriceList) -> None:
    assert dollars(prices, "claude-opus-4-1-20250805", "2025-09-01", input=1_000_000) == 15
    assert dollars(prices, "codex-mini-latest", "2025-09-01", output=1_000_000) == 6


def test_old_aliases_follow_their_dates(prices: PriceList) -> None:
    for day, price in [("2025-09-10", 0.56), ("2025-10-10", 0.28), (NOW, 0.28)]:
        assert dollars(prices, "deepseek-chat", day, input=1_000_000) == price


def test_prices_by_the_hour_are_estimated_at_the_peak(prices: PriceList) -> None:
    card = prices.card_for("deepseek-v4-pro", ms(NOW))
    assert card and card.is_estimate and card.tiers[0].rates.input == 1_320_000


def test_tiers_of_the_supplement_are_cliffs_too(prices: PriceList) -> None:
    assert dollars(prices, "qwen3-coder-plus", input=32_000) == 0.032
    assert dollars(prices, "qwen3-coder-plus", input=32_001) == pytest.approx(0.0576018)


def test_cards_name_their_origin(prices: PriceList) -> None:
    origins = {model: card.origin for model in MODELS if (card := prices.card_for(model, ms(NOW)))}
    assert origins["claude-opus-5-5"].startswith("genai-prices ")
    assert origins["claude-mythos-5-1"] == "supplement"
    assert len(origins) == len(MODELS)


def test_nothing_is_made_for_placeholders_and_strangers() -> None:
    assert compile_cards(["<synthetic>", "", "claude-opus-6", "no-such-model"]) == []


def test_a_model_asked_for_twice_is_made_once() -> None:
    assert compile_cards(["claude-opus-5-5"] * 2) == compile_cards(["claude-opus-5-5"])


def test_cards_follow_each_other_without_gaps() -> None:
    chains: dict[tuple[str, str, str], list[RateCard]] = {}
    for card in compile_cards(MODELS):
        chains.setdefault((card.model, card.speed, card.service), []).append(card)
    for chain in chains.values():
        chain.sort(key=lambda card: card.from_ms)
        assert chain[0].from_ms == 0 and chain[-1].until_ms is None
        assert [card.until_ms for card in chain[:-1]] == [card.from_ms for card in chain[1:]]
        for card in chain:
            limits = [tier.above for tier in card.tiers]
            assert limits == sorted(limits, reverse=True) and limits[-1] == -1


def test_every_supplement_row_is_sourced_dated_and_used() -> None:
    rows = (*supplement.load().prices, *supplement.load().factors)
    for row in rows:
        assert row.source.startswith("https://") and row.checked_on <= date(2027, 12, 31)
        assert row.until is None or row.from_ is None or row.from_ < row.until
        made = [card for name in row.match for card in compile_cards([name])]
        assert any(card.origin == "supplement" for card in made), row.match


def test_the_supplement_says_nothing_that_the_library_says_too() -> None:
    for row in supplement.load().prices:
        for name in row.match:
            known = library_cards(name)
            today = PriceList(known).card_for(name, ms(NOW))
            dated = row.until is not None or row.from_ is not None
            is_another = today is None or (today.provider, today.speed) != (row.provider, row.speed)
            assert dated or is_another, name


def test_a_supplement_with_a_typo_does_not_load() -> None:
    text = supplement.text().replace(b'"checked_on"', b'"checkd_on"', 1)
    with pytest.raises(msgspec.ValidationError, match="checkd_on"):
        msgspec.json.decode(text, type=supplement.Supplement)


@pytest.mark.parametrize(
    ("model", "window"),
    [
        ("claude-opus-5-5", 1_000_000), ("claude-sonnet-5-5", 1_000_000), ("claude-opus-4-8", 200_000),
        ("claude-opus-4-6", 200_000), ("claude-opus-4-6[1m]", 1_000_000), ("claude-haiku-5-5", 1_000_000),
        ("claude-haiku-4-5-20251001", 200_000), ("claude-sonnet-4-20250514", 200_000),
        ("claude-3-5-haiku-20241022", 200_000), ("claude-4.5-sonnet", 200_000),
        ("us.anthropic.claude-opus-5-5", 200_000), ("us.anthropic.claude-opus-5-5[1m]", 1_000_000),
        ("claude-opus-5-5@20261001", 200_000), ("claude-opus-6", None), ("claude-opus-5-7", None),
        ("gpt-9", None), ("", None),
    ],
)  # fmt: skip
def test_windows_are_what_the_client_uses(model: str, window: int | None) -> None:
    assert context_window(model) == window
