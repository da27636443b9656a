"""Cursor's slugs and labels, as usage events name their models."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallylight.domain.cursor_names import bare_names, cursor_model


@pytest.mark.parametrize(
    ("slug", "model", "speed"),
    [
        ("claude-opus-5-thinking-high", "cursor/claude-opus-5-thinking-high", ""),
        ("gpt-5.5-extra-high-fast", "cursor/gpt-5.5-extra-high-fast", "fast"),
        ("gpt-5.5-fast-high", "cursor/gpt-5.5-fast-high", "fast"),
        ("grok-code-fast-1", "cursor/grok-code-fast-1", ""),
        ("cursor-grok-4.5", "cursor/grok-4.5", ""),
        ("default", "cursor/auto", ""),
        ("Auto", "cursor/auto", ""),
        ("Opus 5 (Auto Balanced)", "cursor/opus-5", ""),
        ("premium (GPT-5.5)", "cursor/gpt-5.5", ""),
        ("Composer 2.5", "cursor/composer-2.5", ""),
        ("cursor/composer-2.5", "cursor/composer-2.5", ""),
        ("", "", ""),
        ("none", "", ""),
    ],
)
def test_a_slug_is_kept_as_spelled_below_cursors_name(slug: str, model: str, speed: str) -> None:
    assert cursor_model(slug) == (model, speed)


@given(st.text())
def test_any_text_is_a_slug_and_naming_it_again_changes_nothing(slug: str) -> None:
    model, _ = cursor_model(slug)
    assert not model or model.startswith("cursor/")


def test_variants_come_off_one_by_one() -> None:
    assert list(bare_names("gpt-5.1-codex-max-high")) == [
        "gpt-5.1-codex-max-high",
        "gpt-5.1-codex-max",
        "gpt-5.1-codex",
    ]
    assert list(bare_names("opus-5-thinking"))[-1] == "claude-opus-5"
