"""What all advice that was shown came to."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from advice_factories import a_given
from rule_factories import dollars
from tallylight.domain.advice import Kind
from tallylight.domain.effect import Given, Outcome, score


def test_the_score_adds_up_what_was_taken_and_left() -> None:
    def one(kind: Kind, promised: float, measured: float, how: str = "reset") -> Given:
        outcome = Outcome(
            how=how, turns=9, promised_picousd=dollars(promised), measured_picousd=dollars(measured)
        )
        return replace(a_given(kind), outcome=outcome, settled_ms=1)

    made = score(
        [
            one(Kind.RESET, 2, 2.2),
            one(Kind.MODEL, 1, 0.5, "model"),
            one(Kind.RESET, 1, 0.7),
            one(Kind.COMPACT, 3, 0, ""),
            one(Kind.RESET, 1, 0, ""),
            a_given(),
        ]
    )
    assert (made.shown, made.taken) == (6, 3)
    assert (made.promised_picousd, made.measured_picousd) == (dollars(4), dollars(3.4))
    assert made.error == pytest.approx(0.3)
    assert (made.left_picousd, made.left_kind) == (dollars(4), Kind.COMPACT)
    assert score([]).error is None and score([a_given()]).left_kind is None
