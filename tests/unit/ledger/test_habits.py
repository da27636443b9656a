"""Habits as the ledger shows them: how sessions begin, what compacting leaves, what models did."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from factories import NOW_MS, a_ledger, an_event
from tallylight.domain.carry import Beginning
from tallylight.domain.habits import Habits, ModelFacts
from tallylight.domain.usage import Mark, SessionFact, UsageEvent
from tallylight.ledger.batch import Batch
from tallylight.ledger.habits import habits_of
from tallylight.ledger.ledger import Ledger

MINUTE_MS, DAY_MS = 60_000, 86_400_000
AGENT, OPUS, HAIKU = "claude-code", "claude-opus-5-5", "claude-haiku-5-5"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with a_ledger(tmp_path) as made:
        yield made


def habits(ledger: Ledger) -> Habits:
    known = {OPUS, HAIKU, f"cursor/{HAIKU}"}
    return habits_of(
        ledger._connection,
        NOW_MS,
        lambda model: ModelFacts(provider="anthropic", window=200_000) if model in known else None,
    )


def a_session(name: str, days: float, *contexts: int, cached: int = 9000, **given: Any) -> list[UsageEvent]:
    """A turn a minute with these contexts, of which the first finds `cached` in the cache."""
    at = NOW_MS - round(days * DAY_MS)
    return [
        an_event(
            **{
                "key": f"{name}-{n}",
                "session_id": name,
                "time_ms": at + n * MINUTE_MS,
                "context": context,
                "cache_read": cached if n == 0 else contexts[n - 1],
                "output": 100,
                "cwd": "/shop",
            }
            | given
        )
        for n, context in enumerate(contexts)
    ]


def write(ledger: Ledger, *events: list[UsageEvent], marks: list[Mark] | None = None, **given: Any) -> None:
    ledger.write(Batch(events=[event for some in events for event in some], marks=marks or [], **given))


def test_a_project_begins_as_its_sessions_did_in_the_middle(ledger: Ledger) -> None:
    write(
        ledger,
        a_session("a", 1, 20_000, 24_000, 30_000),
        a_session("b", 2, 22_000, 23_000, 24_000, cached=8000),
        a_session("c", 3, 40_000, cached=10_000),
        a_session("other", 1, 5000, cwd="/notes"),
    )
    found = habits(ledger)
    assert found.starts[AGENT, "/shop"] == Beginning(
        context=22_000, cached=9000, growth=3000, output=100, count=3
    )
    assert found.starts[AGENT, "/notes"].count == 1


def test_each_agent_begins_and_compacts_in_its_own_way(ledger: Ledger) -> None:
    mark = Mark(
        key="c",
        source="cursor",
        session_id="chat",
        time_ms=NOW_MS - DAY_MS + MINUTE_MS // 2,
        kind="compaction",
        value=90_000,
        other=9000,
    )
    write(
        ledger,
        a_session("a", 1, 8000),
        a_session("chat", 1, 60_000, 64_000, source="cursor"),
        a_session("other", 2, 62_000, source="cursor"),
        marks=[mark],
    )
    found = habits(ledger)
    assert {place: start.context for place, start in found.starts.items()} == {
        (AGENT, "/shop"): 8000,
        ("cursor", "/shop"): 61_000,
    }
    assert {source: after.context for source, after in found.compacted.items()} == {"cursor": 64_000}
    assert sorted(begun.source for begun in found.begun) == [AGENT, "cursor", "cursor"]


def test_only_fresh_sessions_of_the_last_two_months_count(ledger: Ledger) -> None:
    write(
        ledger,
        a_session("old", 70, 90_000),
        [
            *a_session("long", 62, 10_000),
            *a_session("long-on", 1, 150_000, session_id="long", file_session_id="long"),
        ],
        a_session("fork", 1, 120_000),
        a_session("side", 1, 99_000, is_sidechain=True),
        a_session("fresh", 45, 20_000),
        inherited=[("fork", "fresh-0")],
    )
    found = habits(ledger)
    assert found.starts[AGENT, "/shop"].context == 20_000
    assert [begun.session_id for begun in found.begun] == []


def test_the_sessions_of_a_month_are_known_one_by_one(ledger: Ledger) -> None:
    write(ledger, a_session("a", 1, 20_000, 24_000, 30_000, cache_write_1h=500))
    (begun,) = habits(ledger).begun
    assert (begun.project, begun.context, begun.cache_read, begun.turns) == ("/shop", 20_000, 9000, 3)
    assert begun.is_1h and begun.model == OPUS


def test_more_turns_than_the_first_ten_say_nothing_about_a_beginning(ledger: Ledger) -> None:
    write(ledger, a_session("a", 1, *(10_000 + 1000 * n for n in range(11)), *[900_000] * 5))
    found = habits(ledger)
    assert found.starts[AGENT, "/shop"].growth == 1000
    assert found.begun[0].turns == 16


def test_a_compaction_leaves_what_was_sent_after_it(ledger: Ledger) -> None:
    def compaction(session: str, minutes: float, after: int) -> Mark:
        at = NOW_MS - DAY_MS + round(minutes * MINUTE_MS)
        return Mark(
            key=f"c-{session}-{minutes}",
            source="claude-code",
            session_id=session,
            time_ms=at,
            kind="compaction",
            value=150_000,
            other=after,
        )

    write(
        ledger,
        a_session("a", 1, 20_000, 24_000, 30_000),
        a_session("b", 1, 20_000, 26_000),
        marks=[compaction("a", 0.5, 9000), compaction("b", 0.5, 11_000), compaction("b", 5, 7000)],
    )
    left = Beginning(context=25_000, cached=20_000, summary=10_000, count=2)
    assert habits(ledger).compacted == {AGENT: left}


def test_without_compactions_nothing_is_known_of_them(ledger: Ledger) -> None:
    assert not habits(ledger).compacted


def test_light_turns_and_requests_of_agents_are_counted_by_model(ledger: Ledger) -> None:
    write(
        ledger,
        a_session("light", 1, *[20_000] * 4, model=HAIKU, tools=("Edit", "Read")),
        a_session("long", 1, *[20_000] * 2, model=HAIKU, output=900),
        a_session("thinks", 1, 20_000, model=HAIKU, output=600, reasoning=400),
        a_session("asks", 1, 20_000, model=HAIKU, tools=("Task",)),
        a_session("tries", 1, 20_000, model=HAIKU, effort="max"),
        a_session("cut", 1, 20_000, model=HAIKU, output=3, is_final=False),
        a_session("agents", 1, *[20_000] * 3, model=HAIKU, is_sidechain=True),
        a_session("past", 61, *[20_000] * 3, model=HAIKU),
        a_session("unknown", 1, 20_000, model="mystery"),
        a_session("billed", 1, *[20_000] * 9, model=f"cursor/{HAIKU}", source="cursor"),
    )
    found = habits(ledger).models
    assert found[f"cursor/{HAIKU}"].light_turns == 0, "of Cursor's turns neither tools nor thought are known"
    assert (found[HAIKU].light_turns, found[HAIKU].agent_requests) == (4, 3)
    assert "mystery" not in found


def test_what_filled_a_start_and_its_first_request_are_known(ledger: Ledger) -> None:
    facts = [
        SessionFact(source="claude-code", session_id="s", name=f"start:{part}", number=size, order=size)
        for part, size in (("tools", 900), ("tools", 1200), ("skills", 30))
    ]
    ledger.write(Batch(events=a_session("s", 1, 20_000, 21_000, 22_000), facts=facts))
    (begun,) = habits(ledger).begun
    assert (begun.key, begun.parts) == ("s-0", {"tools": 1200, "skills": 30})
