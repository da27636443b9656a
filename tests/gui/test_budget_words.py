"""How budgets are called and how they stand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from budgets import DOLLAR, TODAY, a_budget, a_course, a_status
from tallylight.domain.budget import Period, Unit, span_of
from tallylight.domain.forecast import Forecast
from tallylight.gui import budget_words


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "November, everything"),
        ({"period": Period.DAY}, "Today, everything"),
        ({"period": Period.WEEK, "project": "/home/dev/payments-api"}, "payments-api, this week"),
        ({"starts_on": 23, "source": "claude-code"}, "Claude Code, 23 Oct – 22 Nov"),
        ({"project": "C:\\work\\site", "branch": "main"}, "site · main, November"),
        ({"unit": Unit.TOKENS, "model": "claude-opus-4-8", "period": Period.DAY}, "Opus 4.8 tokens, today"),
        ({"unit": Unit.TOKENS}, "November, all tokens"),
        ({"period": Period.SESSION}, "Any session"),
        ({"period": Period.SESSION, "project": "/dev/site"}, "Any session, site"),
        ({"period": Period.SESSION, "session_id": "0123456789"}, "01234567"),
    ],
)
def test_a_budget_is_called_by_its_scope_and_period(changes: dict[str, Any], name: str) -> None:
    budget = a_budget(**changes)
    assert budget_words.name(budget, span_of(budget, TODAY)) == name


def test_amounts_have_cents_where_they_matter() -> None:
    assert budget_words.standing(a_status()) == "$213.90 of $300"
    assert budget_words.standing(a_status(unpriced=2)) == "≥ $213.90 of $300"
    tokens = a_budget(unit=Unit.TOKENS, amount=40_000_000)
    assert budget_words.standing(a_status(tokens, spent=18_200_000)) == "18.2M of 40M"
    session = a_budget(period=Period.SESSION, amount=5 * DOLLAR)
    assert budget_words.standing(a_status(session, spent=4 * DOLLAR)) == "largest today $4.00 of $5"


def test_what_keeps_it_or_when_it_was_passed() -> None:
    assert budget_words.outlook(a_status(), TODAY) == "71 % · $7.83 a day keeps it"
    over = {"spent": 301 * DOLLAR}
    at = {"passed": ((100, TODAY),)}
    assert budget_words.outlook(a_status(**over, **at), TODAY) == "100 % · passed today"
    assert budget_words.outlook(a_status(**over, **at), date(2026, 11, 21)).endswith("passed yesterday")
    assert budget_words.outlook(a_status(**over, **at), date(2026, 11, 25)).endswith("passed on 20 Nov")
    assert budget_words.outlook(a_status(**over, passed=()), TODAY).endswith("over by $1")


def test_the_forecast_says_its_range_and_a_verdict() -> None:
    assert budget_words.forecast(a_status()) == "forecast $289, between $262 and $318 – on pace"
    dear = Forecast(331 * DOLLAR, 300 * DOLLAR, 360 * DOLLAR, 74)
    assert budget_words.forecast(a_status(forecast=dear)).endswith("– passes it")
    assert budget_words.forecast(a_status(forecast=None)) == "too early for a forecast – above even pace"
    assert budget_words.forecast(a_status(a_budget(period=Period.SESSION), span=None)) == ""


def test_colours_are_for_near_and_over() -> None:
    dear = Forecast(331 * DOLLAR, 300 * DOLLAR, 360 * DOLLAR, 74)
    assert budget_words.colour(a_status()) == "accent"
    assert budget_words.colour(a_status(forecast=dear)) == "near"
    assert budget_words.colour(a_status(spent=240 * DOLLAR)) == "near"
    assert budget_words.colour(a_status(spent=300 * DOLLAR)) == "over"


def test_when_it_would_have_spoken() -> None:
    days = "With these thresholds you would have been told on 15 Nov · in October on 11, 19, 27 Oct."
    assert budget_words.told(a_course()) == days
    assert "not have been told anything" in budget_words.told(a_course(told=(), told_before=()))
    week = a_course(a_status(a_budget(period=Period.WEEK)), told=())
    assert budget_words.told(week).endswith("not have been told so far; before that on 11, 19, 27 Oct.")
    day = a_course(
        a_status(a_budget(period=Period.DAY)), told_before=[(50, date(2026, 11, n)) for n in range(1, 13)]
    )
    assert budget_words.told(day).endswith("told on 15 Nov · on 12 of the days shown.")
    session = a_course(a_status(a_budget(period=Period.SESSION), span=None))
    assert budget_words.told(session).endswith("told on 11, 19, 27 Oct, 15 Nov.")


def test_thresholds_in_a_sentence() -> None:
    assert budget_words.thresholds(a_budget()) == "tells at 50 · 80 · 100 % and when the forecast passes $300"
    assert budget_words.thresholds(a_budget(tells_forecast=False)) == "tells at 50 · 80 · 100 %"
    assert budget_words.thresholds(a_budget(thresholds=())) == "tells when the forecast passes $300"
    assert budget_words.thresholds(a_budget(thresholds=(), tells_forecast=False)) == "tells nothing"
