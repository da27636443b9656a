"""What a model's name says of its family."""

from __future__ import annotations

import pytest

from factories import a_card
from tallylight.pricebook.families import facts_of


@pytest.mark.parametrize(
    ("model", "rank", "density"),
    [
        ("claude-haiku-4-5-20251001", 1, 100),
        ("claude-sonnet-5-5", 2, 130),
        ("claude-opus-4-6", 3, 100),
        ("claude-opus-4-7", 3, 130),
        ("us.anthropic.claude-opus-5-5", 3, 130),
        ("claude-3-5-haiku-20241022", 1, 100),
        ("claude-fable-5-2", 4, 130),
        ("gpt-6-sol", 0, 100),
    ],
)
def test_families_are_ranked_and_newer_tokenizers_count_more(model: str, rank: int, density: int) -> None:
    facts = facts_of(model, a_card(model))
    assert facts is not None
    assert (facts.rank, facts.density) == (rank, density)


def test_the_window_is_the_price_lists_or_the_usual_one() -> None:
    known, unknown = facts_of("claude-opus-5-5", a_card()), facts_of("mystery", a_card("mystery"))
    assert known is not None and unknown is not None
    assert (known.window, unknown.window) == (1_000_000, 200_000)
    assert known.provider == "anthropic"


def test_of_a_model_without_a_price_nothing_is_known() -> None:
    assert facts_of("claude-opus-5-5", None) is None
