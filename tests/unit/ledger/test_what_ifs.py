"""What the ledger answers when it is asked what would have been, and what came of advice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from factories import NOW_MS, RATES, a_card, a_ledger, an_event
from tallylight.domain.chat import Chat
from tallylight.domain.habits import ModelFacts
from tallylight.domain.pricing import Rates, Tier
from tallylight.domain.what_if import WhatIf, WhatIfQuestion, Wish
from tallylight.ledger.batch import Batch
from tallylight.ledger.days import day_of
from tallylight.ledger.ledger import Ledger
from tallylight.ledger.library import LedgerLibrary

DAY_MS = 86_400_000
OPUS, HAIKU = "claude-opus-5-5", "claude-haiku-5-5"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Two turns yesterday and one a month ago in one session, one of another model today."""
    with a_ledger(tmp_path) as made:
        rates = Rates(input=1, output=1, cache_read=1, cache_write_5m=1, cache_write_1h=1)
        cheap = a_card(HAIKU, tiers=(Tier(-1, rates),))
        made.add_prices([OPUS, HAIKU], [a_card(OPUS), cheap], "test")
        made.write(
            Batch(
                events=[
                    a_turn("a", -30, 20_000, 0),
                    a_turn("b", -1, 30_000, 20_000),
                    a_turn("c", -0.9, 40_000, 30_000),
                    a_turn("d", 0, 9000, 0, session_id="s-2", model=HAIKU),
                    a_turn("e", 0, 9000, 0, session_id="s-2", model="mystery"),
                ]
            )
        )
        yield made


def a_turn(key: str, days: float, context: int, read: int, **given: Any) -> Any:
    fields = {
        "key": key,
        "time_ms": NOW_MS + round(days * DAY_MS),
        "context": context,
        "cache_read": read,
        "cache_write": context - read,
        "output": 100,
        "cwd": "/shop",
    }
    return an_event(**(fields | given))


def answered(tmp_path: Path, *wishes: Wish, window: int = 10**6, **asked: str) -> WhatIf:
    library = LedgerLibrary(
        tmp_path / "ledger.sqlite",
        lambda _m: None,
        lambda: NOW_MS,
        facts_of=lambda _model, _card: ModelFacts(provider="anthropic", window=window),
    )
    return library.what_if(WhatIfQuestion(wishes=wishes, **asked))


def test_sessions_that_tell_no_tokens_are_counted_apart(ledger: Ledger, tmp_path: Path) -> None:
    chat = Chat(
        source="cursor", session_id="chat", created_ms=NOW_MS - DAY_MS, moved_ms=NOW_MS, seen_ms=NOW_MS
    )
    ledger.write(Batch(chats=[chat]))
    found = answered(tmp_path, Wish())
    assert (found.requests, found.untold, found.is_unknown) == (5, 1, False)
    assert answered(tmp_path, Wish(), session_id="chat").is_unknown
    assert not answered(tmp_path, Wish(), session_id="s-1").untold


def test_a_session_is_worked_out_from_its_turns(ledger: Ledger, tmp_path: Path) -> None:
    found = answered(tmp_path, Wish(), Wish(model=HAIKU, only_light=False), session_id="s-1")
    assert found.requests == 3
    assert found.was == (
        0,
        300 * RATES.output,
        50_000 * RATES.cache_read,
        40_000 * RATES.cache_write_5m,
        0,
        0,
    )
    assert [one.costs for one in found.would] == [found.was, (0, 300, 50_000, 40_000, 0, 0)]


def test_of_a_month_only_its_own_turns_count(ledger: Ledger, tmp_path: Path) -> None:
    found = answered(tmp_path, Wish(reset_at=30_000), since="2026-10-01", until="2026-11-01")
    assert (found.requests, found.unpriced) == (4, 1)
    # The session began with 20k a month ago: it would have begun with as many again.
    assert found.was[3] == 20_000 * RATES.cache_write_5m + 9000
    assert found.would[0].costs[3] == 30_000 * RATES.cache_write_5m + 9000


def test_models_are_offered_that_were_used_and_have_a_price(ledger: Ledger, tmp_path: Path) -> None:
    assert answered(tmp_path).models == (HAIKU, OPUS)


def test_turns_too_large_for_a_model_are_counted_over_all_sessions(ledger: Ledger, tmp_path: Path) -> None:
    (found,) = answered(tmp_path, Wish(model=HAIKU, only_light=False), window=39_000).would
    assert found.kept == 1


def test_it_says_how_far_back_one_may_ask(ledger: Ledger, tmp_path: Path) -> None:
    assert answered(tmp_path).first_day == str(day_of(NOW_MS - 30 * DAY_MS))


def test_a_ledger_from_before_advice_has_none(ledger: Ledger, tmp_path: Path) -> None:
    library = LedgerLibrary(tmp_path / "ledger.sqlite", lambda _m: None, lambda: NOW_MS)
    assert library.given(0) == []
    ledger._connection.execute("DROP TABLE advice")
    assert library.given(0) == []
