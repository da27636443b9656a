"""Figures as people read them."""

from __future__ import annotations

import time

import pytest

from tallylight.domain import format as shown


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"),
        (950, "950"),
        (999, "999"),
        (1_000, "1.0k"),
        (4_100, "4.1k"),
        (9_949, "9.9k"),
        (9_960, "10k"),
        (132_410, "132k"),
        (999_400, "999k"),
        (999_600, "1.0M"),
        (1_200_000, "1.2M"),
        (212_400_000, "212.4M"),
        (999_960_000, "1.0B"),
        (3_400_000_000, "3.4B"),
        (-4_100, "-4.1k"),
    ],
)
def test_tokens_are_short(count: int, text: str) -> None:
    assert shown.tokens(count) == text


def test_exact_keeps_every_digit() -> None:
    assert shown.exact(132_410) == "132,410"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (24 * 60, "24 min"),
        (3_600, "1 h"),
        (72 * 60, "1 h 12 min"),
        (86_400, "1 d"),
        (51 * 3_600, "2 d 3 h"),
    ],
)
def test_durations_name_two_units(seconds: float, text: str) -> None:
    assert shown.duration_s(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 requests"), (1, "1 request"), (2, "2 requests"), (1234, "1,234 requests")]
)
def test_one_is_no_plural(count: int, text: str) -> None:
    assert shown.counted(count, "request") == text


def test_the_clock_is_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    try:
        assert shown.clock(1_795_182_000_000) == "19:10"
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0 %"),
        (0.001, "<1 %"),
        (0.66, "66 %"),
        (0.998, "99 %"),
        (1.0, "100 %"),
        (1.146, "115 %"),
    ],
)
def test_percent_rounds_honestly(share: float, text: str) -> None:
    assert shown.percent(share) == text


@pytest.mark.parametrize(
    ("model", "text"),
    [
        ("claude-opus-4-8", "Opus 4.8"),
        ("claude-haiku-4-5-20251001", "Haiku 4.5"),
        ("claude-opus-4-20250514", "Opus 4"),
        ("claude-sonnet-5", "Sonnet 5"),
        ("claude-3-5-haiku-20241022", "Haiku 3.5"),
        ("claude-3-opus-20240229", "Opus 3"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "Sonnet 4.5"),
        ("claude-opus-4-1@20250805", "Opus 4.1"),
        ("gpt-5.4", "gpt-5.4"),
        ("my-own-claude", "my-own-claude"),
        ("", ""),
    ],
)
def test_models_are_named_as_people_say_them(model: str, text: str) -> None:
    assert shown.short_model(model) == text


def test_a_floor_is_marked() -> None:
    assert shown.at_least("$4.12", flag=True) == "≥ $4.12"
    assert shown.at_least("$4.12", flag=0) == "$4.12"
