"""Which turns count as light."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from advice_factories import a_turn_of
from tallylight.domain.light import is_light


@pytest.mark.parametrize(
    ("given", "light"),
    [
        ({}, True),
        ({"output": 700, "reasoning": 200, "tools": ("Edit", "Read")}, True),
        ({"output": 701}, False),
        ({"output": 0}, False),
        ({"reasoning": 201}, False),
        ({"tools": ("Bash", "Edit", "Read")}, False),
        ({"tools": ("Task",)}, False),
        ({"effort": "high"}, True),
        ({"effort": "xhigh"}, False),
        ({"output": 5, "is_at_least": True}, False),
        ({"kind": "compaction"}, False),
    ],
)
def test_short_answers_with_few_tools_and_little_thought(given: dict[str, Any], light: bool) -> None:
    assert is_light(a_turn_of(0, 30_000, 29_000, **({"output": 300} | given))) is light


@pytest.mark.parametrize("slug", ["claude-opus-4-8", "claude-opus-4-8-thinking-high", "auto"])
def test_of_a_turn_that_only_a_bill_tells_of_nothing_is_known_to_be_light(slug: str) -> None:
    assert not is_light(replace(a_turn_of(0, 30_000, 29_000, output=300), model=f"cursor/{slug}"))
