"""Budgets for tests: a November of $300, twenty days in."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tallylight.domain.budget import Budget, BudgetCourse, BudgetStatus, Span, Suggestion, span_of
from tallylight.domain.forecast import Forecast

DOLLAR = 10**12
#: 2026-11-20T13:40:00Z
NOW_MS = 1_795_182_000_000
TODAY = date(2026, 11, 20)
NOVEMBER = Span(date(2026, 11, 1), date(2026, 12, 1))
#: What each day of the month so far came to, in dollars.
SPENT = (8, 14, 9, 11, 15, 0, 2, 12.06, 13, 14, 17, 16, 5, 1, 16, 13, 10, 11, 14, 12.84)


def a_budget(**changes: Any) -> Budget:
    return Budget(**({"id": "b1", "amount": 300 * DOLLAR} | changes))


def a_status(budget: Budget | None = None, **changes: Any) -> BudgetStatus:
    """`a_status(spent=…)`: $213.90 of $300, on pace."""
    budget = budget or a_budget()
    fields: dict[str, Any] = {
        "budget": budget,
        "spent": 21390 * DOLLAR // 100,
        "span": span_of(budget, TODAY),
        "pace": budget.amount * 1957 // 3000,
        "forecast": Forecast(289 * DOLLAR, 262 * DOLLAR, 318 * DOLLAR, 74),
        "per_day_left": 783 * DOLLAR // 100,
        "passed": ((50, date(2026, 11, 15)),),
    }
    return BudgetStatus(**(fields | changes))


def a_course(status: BudgetStatus | None = None, **changes: Any) -> BudgetCourse:
    """Told at 50 % on the twelfth; in October on three days."""
    days = tuple((NOVEMBER.first + timedelta(days=n), round(spent * DOLLAR)) for n, spent in enumerate(SPENT))
    fields: dict[str, Any] = {
        "status": status or a_status(),
        "days": days,
        "told": ((50, date(2026, 11, 15)),),
        "told_before": tuple((p, date(2026, 10, d)) for p, d in ((50, 11), (80, 19), (100, 27))),
    }
    return BudgetCourse(**(fields | changes))


def a_suggestion(**changes: Any) -> Suggestion:
    fields: dict[str, Any] = {
        "budget": a_budget(id="everything", amount=250 * DOLLAR),
        "typical": 212 * DOLLAR,
    }
    return Suggestion(**(fields | changes))
