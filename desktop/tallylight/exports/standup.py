"""One line for a standup: what it came to, on what, and how the month stands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import BinaryIO

from tallylight.domain import format as form
from tallylight.domain import money
from tallylight.domain.budget import BudgetStatus, Period, Unit
from tallylight.domain.report import Report
from tallylight.exports import days
from tallylight.exports.base import Export, isolated
from tallylight.exports.parts import alone, counted, fare, name
from tallylight.exports.sentences import scope, today_of
from tallylight.exports.tables import amount, rounded

#: Projects that are named.
_NAMED = 3


def write(report: Report, sink: BinaryIO) -> None:
    sink.write(line(report).encode() + b"\n")


def line(report: Report) -> str:
    """ "Yesterday: $12.30 over 3 projects (shop $8.10, …), 41 prompts, 2 sessions; $212 of $400 this month"."""
    parts = list(filter(None, (*_work(report), _only(report))))
    return "; ".join(filter(None, (f"{_when(report)}: {', '.join(parts)}", _month(report))))


def _when(report: Report) -> str:
    since, until, today = report.question.since, report.question.until, today_of(report)
    if until - since == timedelta(days=1) and 0 <= (today - since).days <= 1:
        return "Today" if since == today else "Yesterday"
    return isolated(name(report.question.label, "Usage"))


def _work(report: Report) -> Iterator[str]:
    units = report.units
    if not report.totals.requests:
        yield "nothing recorded"
        return
    yield fare(report.totals) + _projects(report)
    if units.prompts:
        yield counted(units.prompts, "prompt")
    yield counted(units.sessions, "session")


def _projects(report: Report) -> str:
    found = [row for row in report.projects if row.totals.requests]
    if report.question.filter.project or not found:
        return ""
    if len(found) == 1:
        return f" on {isolated(name(found[0].label, 'no project'))}"
    each = [f"{isolated(name(row.label, 'no project'))} {fare(row.totals)}" for row in found[:_NAMED]]
    more = ", …" if len(found) > _NAMED else ""
    return f" over {counted(len(found), 'project')} ({', '.join(each)}{more})"


def _only(report: Report) -> str:
    """What a filter admits, in the middle of a line."""
    return alone(scope(report)).replace("Only", "only", 1).removesuffix(".")


def _month(report: Report) -> str:
    """How the month's budget of everything stands, as long as the line is about now."""
    status = next((status for status in report.budgets if _is_of_month(status)), None)
    if status is None or status.span is None or report.question.until < today_of(report):
        return ""
    total = amount(status.budget.amount, Unit.USD)
    spent = form.at_least(money.show_round(status.spent), status.unpriced)
    if (status.span.first, status.span.end) == (report.question.since, report.question.until):
        when = ""  # the line has begun with it
    else:
        first = days.day(status.span.first, today_of(report))
        when = " this month" if status.budget.starts_on == 1 else f" since {first}"
    if status.forecast is None or status.share >= 1:
        return f"{spent} of {total}{when}"
    told = f"{spent}{when}, " if when else ""
    return f"{told}on pace for {rounded(status.forecast.expected, Unit.USD)} of {total}"


def _is_of_month(status: BudgetStatus) -> bool:
    """Whether it is one of everything, in dollars."""
    of = status.budget
    return of.period is Period.MONTH and of.unit is Unit.USD and not of.scope


EXPORT = Export(name="standup", label="Standup line", suffix=".txt", write=write)
