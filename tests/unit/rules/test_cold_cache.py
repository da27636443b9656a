"""After a pause longer than the cache lives, the whole context is written anew."""

from __future__ import annotations

from typing import Any

import pytest

from rule_factories import MINUTE_MS, a_mark, a_session, a_turn, an_evidence, dollars, found, the_finding
from tallylight.domain.session import SessionDetail, SessionMark, Turn
from tallylight.rules.cold_cache import RULE


def rewritten(minutes: float = -1, pause: float = 48, price: float = 0.83, **given: Any) -> Turn:
    fields: dict[str, Any] = {
        "context": 132_000,
        "cache_read": 0,
        "cache_write_5m": 131_000,
        "pause_ms": round(pause * MINUTE_MS),
        "costs": (0, dollars(0.01), 0, dollars(price), 0, 0),
    }
    return a_turn(minutes, price + 0.01, **(fields | given))


def back(turn: Turn, *marks: SessionMark, **before: Any) -> SessionDetail:
    return a_session([a_turn(-50, context=130_000, **before), turn], *marks)


def test_it_is_told_with_pause_size_and_price() -> None:
    finding = the_finding(RULE, an_evidence(sessions=[back(rewritten())]))
    assert str(finding.title) == "A pause in payments-api cost $0.83"
    assert str(finding.text) == (
        "After 48 min the cache had expired: 131k of 132k tokens were written anew. "
        "After a long pause a fresh session is cheaper."
    )
    assert finding.picousd == dollars(0.83)


def test_a_cache_of_an_hour_expires_after_an_hour() -> None:
    hour = {"cache_write_5m": 0, "cache_write_1h": 131_000, "costs": (0, 0, 0, 0, dollars(1.3), 0)}
    assert not found(RULE, an_evidence(sessions=[back(rewritten(pause=48, **hour))]))
    assert found(RULE, an_evidence(sessions=[back(rewritten(pause=61, **hour))]))


def test_the_newest_is_told_and_an_old_one_is_not() -> None:
    path = [
        a_turn(-200, context=130_000),
        rewritten(-150),
        a_turn(-149, context=133_000),
        rewritten(-1, price=0.9),
    ]
    assert the_finding(RULE, an_evidence(sessions=[a_session(path)])).picousd == dollars(0.9)
    assert not found(RULE, an_evidence(sessions=[a_session(path[:3])]))


@pytest.mark.parametrize(
    "near",
    [
        back(rewritten(pause=4.9)),
        back(rewritten(price=0.24)),
        back(rewritten(cache_read=100_000, cache_write_5m=32_000)),
        back(rewritten(), a_mark("compaction", -2)),
        back(rewritten(), model="claude-sonnet-5-5"),  # another model has another cache
        back(rewritten(is_inherited=True)),
        back(rewritten(is_on_path=False)),
        back(rewritten(cost_picousd=None, costs=())),
        a_session([rewritten()]),
    ],
)
def test_near_ones_are_silent(near: SessionDetail) -> None:
    assert not found(RULE, an_evidence(sessions=[near]))
