"""A budget of a day beside the days before it: one day alone has no course to look at."""

from __future__ import annotations

from datetime import date as Date  # noqa: N812 a parameter is called date
from datetime import timedelta

from msgspec.structs import replace

from tallylight.domain.budget import Budget, BudgetCourse, Period, Span, Unit, crossings
from tallylight.domain.summary import Filter, HistoryQuestion
from tallylight.gui.library import Library

#: So many days stand side by side, today the last.
DAYS = 30


def course_of(library: Library, budget: Budget, today: Date) -> BudgetCourse:
    """Asked in a job. For a day's dollars the `days` are the last thirty, and `told_before` is about all of them."""
    course = library.course(budget)
    if budget.period is not Period.DAY or budget.unit is not Unit.USD:
        return course
    first = today - timedelta(days=DAYS - 1)
    question = HistoryQuestion(
        since=first.isoformat(),
        until=(today + timedelta(days=1)).isoformat(),
        filter=replace(Filter(), **budget.scope),
    )
    stack = library.history(question).stack
    sums = [sum(values) for values in zip(*stack.values, strict=True)] or [0] * len(stack.slots)
    days = [(Date.fromisoformat(slot), amount) for slot, amount in zip(stack.slots, sums, strict=True)]
    past = [(Span(day, day + timedelta(days=1)), [(day, amount)]) for day, amount in days if day < today]
    return replace(
        course,
        days=tuple((day, amount) for day, amount in days if day <= today),
        told_before=tuple(crossings(budget, past)),
    )
