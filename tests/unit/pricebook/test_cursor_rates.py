"""What Cursor asks for its own models and for those of others."""

import pytest

from factories import an_event
from tallylight.domain.cursor_names import cursor_model
from tallylight.domain.pricing import PriceList
from tallylight.pricebook.cards import compile_cards

AUGUST_MS = 1_786_900_000_000  # 2026-08-16


def cents(slug: str, time_ms: int = AUGUST_MS, **tokens: int) -> float | None:
    model, speed = cursor_model(slug)
    event = an_event(model=model, speed=speed, time_ms=time_ms, source="cursor", **tokens)
    cost = PriceList(compile_cards([model])).cost_of(event)
    return None if cost is None else cost / 10**10


NONE = {"input": 0, "output": 0, "cache_read": 0, "cache_write": 0}


@pytest.mark.parametrize(
    ("slug", "tokens", "expected"),
    [
        ("claude-opus-5-thinking-high", {"input": 2180, "cache_write": 9120, "cache_read": 318_400, "output": 1422},
         26.265),
        ("composer-2.5", {"input": 5120, "cache_read": 88_000, "output": 900}, 2.241),
        ("claude-4.6-sonnet", {"input": 2, "cache_read": 23_617, "cache_write": 47, "output": 5}, 0.734235),
    ],
)  # fmt: skip
def test_worked_examples_come_out_to_the_last_digit(
    slug: str, tokens: dict[str, int], expected: float
) -> None:
    assert cents(slug, **(NONE | tokens)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("slug", "dollars_per_million"),
    [
        ("default", 1.25), ("Auto Cost", 1.25), ("composer-2-fast", 1.5), ("composer-1.5", 3.5),
        ("claude-opus-4-7-fast", 30), ("claude-opus-4-8-fast", 10), ("Opus 5 (Auto Balanced)", 5),
        ("gpt-5.5-extra-high-fast", 12.5), ("gpt-5.3-codex-high-fast", 3.5), ("gpt-5.6-sol-medium", 5),
        ("claude-4-sonnet-1m", 6), ("kimi-k2.7", 0.95), ("gemini-3.1-pro", 2), ("github_bugbot", 5),
        ("grok-code-fast-1", 0.2), ("grok-4.5-fast", 4), ("composer-2.5-fast", 3),
    ],
)  # fmt: skip
def test_every_spelling_finds_its_rate(slug: str, dollars_per_million: float) -> None:
    assert cents(slug, **(NONE | {"input": 10_000})) == pytest.approx(dollars_per_million)


@pytest.mark.parametrize(
    ("slug", "rates"),
    [
        ("default", (1.25, 1.25, 0.25, 6)), ("composer-2.5", (0.5, 0.5, 0.2, 2.5)),
        ("composer-2.5-fast", (3, 3, 0.5, 15)), ("composer-2-fast", (1.5, 1.5, 0.35, 7.5)),
        ("composer-1.5", (3.5, 3.5, 0.35, 17.5)), ("composer-1", (1.25, 1.25, 0.125, 10)),
        ("grok-4.5", (2, 2, 0.5, 6)), ("grok-4.5-fast", (4, 4, 1, 12)), ("grok-code", (0.2, 0.2, 0.02, 1.5)),
        ("claude-fable-5", (10, 12.5, 1, 50)), ("claude-opus-5", (5, 6.25, 0.5, 25)),
        ("claude-opus-5-fast", (10, 12.5, 1, 50)), ("claude-opus-4-7-fast", (30, 37.5, 3, 150)),
        ("claude-opus-4-8-fast", (10, 12.5, 1, 50)), ("claude-sonnet-5", (2, 2.5, 0.2, 10)),
        ("claude-4.6-sonnet", (3, 3.75, 0.3, 15)), ("claude-4-sonnet-1m", (6, 7.5, 0.6, 22.5)),
        ("gpt-5.6-sol", (5, 6.25, 0.5, 30)), ("gpt-5.6-terra", (2, 2.5, 0.2, 12)),
        ("gpt-5.6-luna", (0.2, 0.25, 0.02, 1.2)), ("gpt-5.3-codex", (1.75, 1.75, 0.175, 14)),
        ("gemini-3.1-pro", (2, 2, 0.2, 12)), ("gemini-3.7-flash", (0.75, 0.75, 0.075, 3.5)),
        ("gemini-3.6-flash", (1.5, 1.5, 0.15, 7.5)), ("gemini-3-flash", (0.5, 0.5, 0.05, 3)),
        ("kimi-k3", (3, 3, 0.3, 15)), ("kimi-k2.7", (0.95, 0.95, 0.19, 4)), ("github_bugbot", (5, 5, 0.5, 30)),
    ],
)  # fmt: skip
def test_every_class_has_the_rate_of_the_page(slug: str, rates: tuple[float, ...]) -> None:
    classes = ("input", "cache_write", "cache_read", "output")
    assert [cents(slug, **(NONE | {name: 10_000})) for name in classes] == pytest.approx(rates)


def test_a_launch_week_was_half_price() -> None:
    tokens = NONE | {"input": 10_000}
    week = 7 * 86_400_000
    assert cents("grok-4.6", **tokens) == 1
    assert cents("grok-4.6-fast", **tokens) == 2
    assert cents("grok-4.6", AUGUST_MS + week, **tokens) == cents("grok-4.6", AUGUST_MS - week, **tokens) == 2


def test_cursors_rates_are_not_those_of_the_maker() -> None:
    tokens = NONE | {"cache_read": 10_000}
    at_its_maker = PriceList(compile_cards(["grok-4.5"])).cost_of(an_event(model="grok-4.5", **tokens))
    assert cents("grok-4.5", **tokens) == 0.5
    assert at_its_maker == 0.3 * 10**10


def test_a_model_that_nobody_knows_has_no_price() -> None:
    assert cents("agent_review", input=5) is None
