"""Loops, and work that went on for long without a word from a person."""

from __future__ import annotations

from typing import Any

import pytest

from advice_factories import a_going_session, going, said, the_advice
from rule_factories import MINUTE_MS, NOW_MS, a_mark, dollars
from tallylight.advice.loop import ADVISER
from tallylight.domain.session import Activity, SessionDetail


def working(*marks: Any, turns: int = 12, **given: Any) -> SessionDetail:
    return a_going_session(going(60_000, 0, turns), *marks, **({"activity": Activity.BUSY} | given))


def test_a_call_that_fails_again_and_again_is_worth_a_look() -> None:
    # Each turn reads 60,000 at 0.50 and answers 800 at 25 dollars a million.
    advice = the_advice(ADVISER, working(a_mark("prompt", -10), a_mark("failure", -2, "Bash", 4)))
    assert advice.saving_picousd == dollars(10 * (0.03 + 0.02))
    assert str(advice.title) == "payments-api: look at what it does, ≈ $0.50 over 10 turns"
    assert advice.text == (
        "The same call of Bash failed 4 times in a row. $0.50 in 10 turns since you last spoke."
    )


def test_without_a_registry_what_moves_is_at_work() -> None:
    marks = (a_mark("prompt", -10), a_mark("failure", -2, "Bash", 4))
    moving = working(*marks, activity=Activity.RECENT, last_ms=NOW_MS - MINUTE_MS)
    assert the_advice(ADVISER, moving).saving_picousd == dollars(0.5)
    assert not said(ADVISER, working(*marks, activity=Activity.RECENT, last_ms=NOW_MS - 3 * MINUTE_MS))


def test_long_work_alone_is_less_surely_for_nothing() -> None:
    alone = the_advice(ADVISER, working(a_mark("prompt", -39), turns=40))
    loop = the_advice(ADVISER, working(a_mark("prompt", -10), a_mark("failure", -2, "Bash", 4)))
    assert "failed" not in alone.text
    assert alone.confidence < loop.confidence


@pytest.mark.parametrize(
    "near",
    [
        working(a_mark("prompt", -10), a_mark("failure", -2, "Bash", 3)),
        working(a_mark("prompt", -10), a_mark("failure", -11, "Bash", 9)),  # before the prompt
        working(a_mark("prompt", -4), a_mark("failure", -2, "Bash", 9)),
        working(a_mark("prompt", -29), turns=40),
        working(a_mark("failure", -2, "Bash", 9)),  # nobody knows when a person last spoke
        working(a_mark("prompt", -10), a_mark("failure", -2, "Bash", 9), activity=Activity.IDLE),
    ],
)
def test_near_ones_are_silent(near: SessionDetail) -> None:
    assert not said(ADVISER, near)
