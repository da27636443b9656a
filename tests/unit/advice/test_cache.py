"""A cache that never hits, with its cause where the log names one."""

from __future__ import annotations

from typing import Any

import pytest

from advice_factories import OPUS, OPUS_55, a_going_session, going, said, the_advice
from rule_factories import dollars
from tallylight.advice.cache import ADVISER
from tallylight.domain.session import Turn


def missing(context: int = 60_000, turns: int = 12, **given: Any) -> list[Turn]:
    """Each turn writes all of its context anew."""
    return going(context, 500, turns, hits=False, **given)


def test_what_could_have_been_read_is_worked_out_turn_by_turn() -> None:
    advice = the_advice(ADVISER, a_going_session(missing()))
    last = advice.lines[-1]
    # 59,500 of the last turn's 60,000 had been sent before: read at 0.50 instead of written at 6.25.
    assert last.saving_picousd == dollars(59_500 * (6.25 - 0.5) / 1_000_000)
    assert last.key == missing()[-1].key
    assert len(advice.lines) == 10
    assert str(advice.title) == "payments-api: find out why its cache never hits, ≈ $3.29"


@pytest.mark.parametrize(
    ("cause", "words", "why"),
    [
        ("tools_changed", "keep the same tools during a session", "the tools changed"),
        ("model_changed", "stay with one model", "Another model has a cache of its own"),
        ("system_changed", "keep the instructions as they are", "the instructions changed"),
        ("previous_message_not_found", "find out why", "the message before was not found in the cache"),
    ],
)
def test_the_cause_decides_what_to_change(cause: str, words: str, why: str) -> None:
    advice = the_advice(ADVISER, a_going_session(missing(cache_miss=cause)))
    assert words in str(advice.title)
    assert why in advice.text and cause not in advice.text


def test_a_cause_that_says_nothing_is_not_said() -> None:
    advice = the_advice(ADVISER, a_going_session(missing(cache_miss="unavailable")))
    assert "unavailable" not in advice.text and len(advice.figures) == 1


def test_models_that_alternate_are_a_cause() -> None:
    mixed = [turn if n % 2 else other for n, (turn, other) in
             enumerate(zip(missing(), missing(model=OPUS_55), strict=True))]  # fmt: skip
    assert {turn.model for turn in mixed} == {OPUS, OPUS_55}
    assert "stay with one model" in str(the_advice(ADVISER, a_going_session(mixed)).title)


@pytest.mark.parametrize(
    "near",
    [
        going(),  # it hits
        missing(context=9000),
        missing(pause_ms=400_000),
        missing(turns=5),
    ],
)
def test_near_ones_are_silent(near: list[Turn]) -> None:
    assert not said(ADVISER, a_going_session(near))
