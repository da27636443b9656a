"""What the Budgets page and the shell ask: spend by local day and scope, past crossings, proposals."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from factories import RATES, a_ledger, an_event
from tallylight.domain.budget import Budget, Period, Unit
from tallylight.domain.usage import Mark
from tallylight.ledger.batch import Batch
from tallylight.ledger.budgets import course_of, suggestions_of
from tallylight.ledger.days import start_of
from tallylight.ledger.ledger import Ledger
from tallylight.ledger.spending import by_day, prompts_by_day, spends

HOUR_MS = 3_600_000
MODELS = ["claude-opus-5-5", "claude-haiku-4-5"]
#: One request of `spend` per dollar.
DOLLAR = 10**12
TODAY = date(2026, 11, 22)
NOON = 12 * HOUR_MS


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    with a_ledger(tmp_path / "data", MODELS) as made:
        yield made
    monkeypatch.undo()
    time.tzset()


def spend(ledger: Ledger, day: date, output: int, hour: float = 12, **given: object) -> None:
    """`output` tokens at noon of a local day."""
    at = start_of(day) + round(hour * HOUR_MS)
    key = f"msg_{day}_{output}_{hour}_{len(given)}_{given.get('session_id', '')}"
    ledger.write(Batch(events=[an_event(key=key, time_ms=at, stated_ms=at, output=output, **given)]))


def cost(output: int) -> int:
    return output * RATES.output


def test_days_are_the_users_whatever_the_clock_does(ledger: Ledger) -> None:
    for day in (date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 2)):  # an hour is repeated on the first
        spend(ledger, day, 1, hour=0.1)
        spend(ledger, day, 2, hour=23.9)
    found = by_day(
        spends(ledger._connection, date(2026, 10, 1), TODAY), Budget(id="", amount=0, unit=Unit.TOKENS)
    )
    assert found[date(2026, 10, 31)] == 3 and found[date(2026, 11, 2)] == 3
    assert sum(found.values()) == 9


@pytest.mark.parametrize(
    ("scope", "output"),
    [
        ({}, 111),
        ({"project": "/home/ana/shop"}, 101),
        ({"branch": "feature"}, 100),
        ({"model": "claude-haiku-4-5"}, 10),
        ({"source": "claude-code"}, 111),
        ({"source": "other"}, 0),
        ({"project": "/home/ana/shop", "branch": "main"}, 1),
    ],
)
def test_a_scope_counts_what_meets_all_of_its_parts(
    ledger: Ledger, scope: dict[str, str], output: int
) -> None:
    spend(ledger, TODAY, 1, cwd="/home/ana/shop", branch="main")
    spend(ledger, TODAY, 10, cwd="/home/ana/docs", branch="main", model="claude-haiku-4-5")
    spend(ledger, TODAY, 100, cwd="/home/ana/shop", branch="feature")
    budget = Budget(id="b", amount=1000, unit=Unit.TOKENS, **scope)  # type: ignore[arg-type]
    course = course_of(ledger._connection, budget, start_of(TODAY) + NOON)
    assert course.status.spent == output
    assert course.days[-1] == (TODAY, output) and len(course.days) == 22


def test_past_days_on_which_it_would_have_spoken(ledger: Ledger) -> None:
    for day in (date(2026, 10, 5), date(2026, 10, 20), date(2026, 11, 3), date(2026, 11, 21)):
        spend(ledger, day, 40)
    budget = Budget(id="b", amount=cost(80), thresholds=(50, 100))
    course = course_of(ledger._connection, budget, start_of(TODAY) + NOON)
    assert course.told == ((50, date(2026, 11, 3)), (100, date(2026, 11, 21)))
    assert course.told_before == ((50, date(2026, 10, 5)), (100, date(2026, 10, 20)))
    assert course.status.per_day_left == 0


def test_what_has_no_price_makes_it_at_least(ledger: Ledger) -> None:
    spend(ledger, TODAY, 5)
    spend(ledger, TODAY, 7, model="nobody-knows")
    status = course_of(ledger._connection, Budget(id="b", amount=1), start_of(TODAY) + NOON).status
    assert (status.spent, status.unpriced) == (cost(5), 1)


def test_a_sessions_budget_looks_at_the_dearest_of_today(ledger: Ledger) -> None:
    spend(ledger, TODAY, 30, session_id="s-old", file_session_id="s-old", cwd="/home/ana/docs")
    spend(ledger, date(2026, 11, 20), 50, session_id="s-old", file_session_id="s-old", cwd="/home/ana/docs")
    spend(ledger, TODAY, 60, session_id="s-new", file_session_id="s-new", cwd="/home/ana/shop")
    spend(ledger, date(2026, 11, 19), 99, session_id="s-gone", file_session_id="s-gone")
    budget = Budget(id="b", amount=cost(100), period=Period.SESSION)
    course = course_of(ledger._connection, budget, start_of(TODAY) + NOON)
    assert (course.status.session_id, course.status.label) == ("s-old", "docs")
    assert course.status.spent == cost(80)
    assert {(50, date(2026, 11, 19)), (80, date(2026, 11, 19)), (50, TODAY), (80, TODAY)} == set(course.told)


def test_a_sessions_budget_of_a_branch_or_model_counts_what_is_under_it(ledger: Ledger) -> None:
    for branch, output in (("main", 30), ("fix/login", 50)):
        spend(ledger, TODAY, output, session_id="s-both", file_session_id="s-both", branch=branch)
    spend(ledger, TODAY, 40, session_id="s-main", file_session_id="s-main", branch="main")

    def of(**scope: str) -> tuple[str, int]:
        budget = Budget(id="b", amount=cost(100), period=Period.SESSION, **scope)
        status = course_of(ledger._connection, budget, start_of(TODAY) + NOON).status
        return status.session_id, status.spent

    assert of() == ("s-both", cost(80))
    assert of(branch="main") == ("s-main", cost(40))
    assert of(branch="fix/login") == ("s-both", cost(50))
    assert of(model="another-model") == ("", 0)
    assert of(session_id="s-both", branch="main") == ("s-both", cost(30))


def test_whole_past_months_propose_budgets(ledger: Ledger) -> None:
    big = 10**11
    for month in (8, 9, 10):
        spend(ledger, date(2026, month, 9), big * month, cwd="/home/ana/shop")
    spend(ledger, date(2026, 11, 9), big * 99, cwd="/home/ana/shop")
    found = suggestions_of(ledger._connection, start_of(TODAY) + NOON)
    assert [(s.typical, s.label) for s in found] == [(cost(big * 9), ""), (cost(big * 9), "shop")]
    assert found[1].budget.project == "/home/ana/shop"
    assert found[0].budget.amount >= found[0].typical


def test_nothing_is_proposed_from_too_little(ledger: Ledger) -> None:
    assert not suggestions_of(ledger._connection, start_of(TODAY) + NOON)
    spend(ledger, date(2026, 10, 9), 10**11)
    assert not suggestions_of(ledger._connection, start_of(TODAY) + NOON), "October began somewhere in it"


def test_prompts_are_counted_by_day(ledger: Ledger) -> None:
    def prompt(key: str, day: date, hour: float, **given: Any) -> Mark:
        at = start_of(day) + round(hour * HOUR_MS)
        return Mark(key=key, source="claude-code", session_id="s-1", time_ms=at, kind="prompt", **given)

    copy = prompt("c", TODAY, 9, is_copy=True)
    marks = [prompt("a", TODAY, 0.1), prompt("b", TODAY, 23.9), copy, prompt("d", date(2026, 11, 3), 9)]
    ledger.write(Batch(marks=[*marks, prompt("e", date(2026, 10, 31), 9)]))
    assert prompts_by_day(ledger._connection, date(2026, 11, 1)) == {TODAY: 2, date(2026, 11, 3): 1}
