"""Going back to a session: what the next turn costs before its cache expires and after."""

from __future__ import annotations

from typing import Any

import pytest

from advice_factories import OPUS_55, a_going_session, evidence_of, going, said, the_advice
from rule_factories import MINUTE_MS, NOW_MS, dollars
from tallylight.advice.cold import ADVISER
from tallylight.domain.session import Activity, NextTurn, SessionDetail, Turn


def large() -> list[Turn]:
    """400k of context that is cached for an hour."""
    return going(context=400_000, growth=2000, model=OPUS_55, cache_write_5m=0, cache_write_1h=2000)


def resting(expires: float, turns: list[Turn] | None = None, **given: Any) -> SessionDetail:
    """Its last turn was three quarters of an hour ago."""
    given = {"last_ms": NOW_MS - 45 * MINUTE_MS} | given
    return a_going_session(turns or large(), expires=expires, **given)


def test_before_it_expires_it_says_until_when() -> None:
    # Cold: 402,000 written at 8 dollars a million; warm: 400,000 read at 0.20 and 2,000 written; 800 answered.
    advice = the_advice(ADVISER, resting(expires=8))
    assert advice.saving_picousd == dollars(400_000 * (8 - 0.2) / 1_000_000)
    assert str(advice.title) == "payments-api: go on before 12:08, ≈ $3.12"
    assert (
        advice.text
        == "The next turn costs $0.11 now and $3.23 after 12:08, when the cache of 400k has expired."
    )
    assert advice.best_before_ms == advice.basis.expires_ms == NOW_MS + 8 * 60_000


def test_after_it_expired_a_fresh_start_is_the_cheaper_way() -> None:
    # Cold: 3.216 + 9 turns reading 402,000 to 418,000 and writing 2,000; fresh: 21,000 and its own 3,000 a turn.
    advice = the_advice(ADVISER, resting(expires=-3))
    now = 402_000 * 8 + sum(402_000 + 2000 * n for n in range(9)) * 0.2 + 9 * 2000 * 8
    then = 21_000 * 8 + sum(21_000 + 3000 * n for n in range(9)) * 0.2 + 9 * 3000 * 8
    assert advice.saving_picousd == dollars((now - then) / 1_000_000)
    assert str(advice.title) == "payments-api: start fresh rather than going back, ≈ $3.65"
    assert advice.basis.is_cold and not advice.basis.expires_ms
    assert "The next turn costs $3.23 now that the cache has expired, $0.11 before." in advice.text


def test_no_minute_is_named_where_nobody_states_how_long_the_cache_lives() -> None:
    guess = "Nobody states how long this cache lives: about 5 minutes after a turn, assumed."
    warm, gone = (
        the_advice(ADVISER, resting(0, next_turn=NextTurn(1, 10, NOW_MS + of * MINUTE_MS, is_assumed=True)))
        for of in (1, -1)
    )
    assert str(warm.title) == "payments-api: go on while the cache is warm, ≈ $3.12"
    assert warm.text == f"The next turn costs $0.11 now and $3.23 once the cache of 400k has expired. {guess}"
    assert guess in gone.text


@pytest.mark.parametrize(
    "near",
    [
        resting(expires=20),  # there is time
        resting(expires=8, activity=Activity.BUSY),
        resting(expires=-3, project_path="/home/user/new"),
        resting(8, large()[-4:]),
        resting(expires=8, next_turn=None),
        resting(-3, going(context=15_000, growth=10)),
    ],
)
def test_near_ones_are_silent(near: SessionDetail) -> None:
    assert not said(ADVISER, near)


def test_without_a_registry_a_session_rests_that_stands_still() -> None:
    moved = resting(4, activity=Activity.RECENT, last_ms=NOW_MS - MINUTE_MS)
    assert not said(ADVISER, moved, evidence_of(now_ms=NOW_MS + MINUTE_MS // 2))
    assert said(ADVISER, moved, evidence_of(now_ms=NOW_MS + 3 * MINUTE_MS))


def test_five_minutes_of_cache_are_no_reason_to_hurry_at_every_pause() -> None:
    short = resting(4, last_ms=NOW_MS - MINUTE_MS)
    assert not said(ADVISER, short)
    assert said(ADVISER, short, evidence_of(now_ms=NOW_MS + 3 * MINUTE_MS))
