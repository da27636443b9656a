"""More turns for each message than in the weeks before."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from rule_factories import TODAY, ago, an_evidence, days, found, the_finding
from tallylight.rules.base import Evidence
from tallylight.rules.turns_per_prompt import RULE


def prompts(before: int = 10, now: int = 10) -> dict[date, int]:
    return {ago(n): (now if n < 4 else before) for n in range(32)}


def evidence(turns: int = 120, **given: Any) -> Evidence:
    """Eight turns for each of ten messages a day before, and `turns` a day this week."""
    parts = given.pop("parts", [*days(31, 4), *days(3, 0, turns=turns)])
    return an_evidence(*parts, **({"prompts": prompts()} | given))


def test_a_rise_is_told_with_both_averages_and_its_price() -> None:
    finding = the_finding(RULE, evidence())
    assert str(finding.title) == "More turns for each message"
    assert str(finding.text) == (
        "12.0 turns for each of your messages this week, 8.0 before. About $13.33 of the week's spend."
    )
    assert finding.key == "turns_per_prompt:2026-11-16"


def test_what_rose_last_week_was_told_then() -> None:
    assert not found(RULE, evidence(parts=[*days(31, 11), *days(10, 4, turns=120), *days(3, 0, turns=120)]))


def test_days_without_a_message_are_another_rules() -> None:
    away = {day: count for day, count in prompts(now=20).items() if day != TODAY}
    assert not found(RULE, evidence(parts=[*days(31, 1), *days(0, 0, turns=5000)], prompts=away))


@pytest.mark.parametrize(
    "near",
    [
        evidence(119),
        evidence(parts=[*days(7, 4), *days(3, 0, turns=120)]),
        evidence(prompts=prompts(now=4)),
        evidence(prompts=prompts(before=0)),
        evidence(parts=[*days(31, 4), *days(3, 0, 0.5, turns=120)]),
        evidence(parts=[*days(31, 4, turns=0), *days(3, 0, turns=120)]),
        evidence(not_recorded=frozenset({TODAY})),
    ],
)
def test_near_ones_are_silent(near: Evidence) -> None:
    assert not found(RULE, near)
