"""What the Budgets page asks: how a budget goes, when it would have spoken, and what the history suggests."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import date, timedelta

from msgspec.structs import replace

from tallylight.domain.budget import (
    Budget,
    BudgetCourse,
    BudgetStatus,
    Period,
    Span,
    Suggestion,
    crossings,
    passed_thresholds,
    rounded_up,
    span_of,
    status_of,
)
from tallylight.domain.summary import Filter, typical
from tallylight.ledger.chats import untold_within
from tallylight.ledger.days import day_of, days_between, month_of, share_of_day, start_of
from tallylight.ledger.known import Known
from tallylight.ledger.spending import (
    PARTS,
    SessionSpend,
    Spend,
    by_day,
    by_session,
    months,
    sessions_since,
    spends,
)

#: How far back a forecast looks; older days say little of today's habits.
HISTORY_DAYS = 70
#: A budget of sessions shows those of so many days.
_SESSION_DAYS = 30
#: Projects that are worth a budget of their own, and how many are proposed.
_LEAST_PICOUSD = 5 * 10**12
_MOST_PROJECTS = 3


def course_of(
    connection: sqlite3.Connection, budget: Budget, now_ms: int, week_starts_on: int = 0
) -> BudgetCourse:
    """How a budget goes in the period of `now_ms`."""
    today = day_of(now_ms)
    if budget.period is Period.SESSION:
        return _sessions_course(connection, budget, today)
    span = span_of(budget, today, week_starts_on) or Span(today, today)
    before = span_of(budget, span.first - timedelta(days=1), week_starts_on) or span
    since = min(before.first, today - timedelta(days=HISTORY_DAYS))
    found = spends(connection, since, today + timedelta(days=1))
    sums = by_day(found, budget)
    share = share_of_day(now_ms)
    status = status_of(budget, sums, today, share, week_starts_on, unpriced_in(found, budget, span))
    return BudgetCourse(
        status=replace(status, untold=untold_in(connection, budget, span)),
        days=_series(sums, Span(span.first, today + timedelta(days=1))),
        told=tuple(crossings(budget, [(span, _series(sums, span))])),
        told_before=tuple(crossings(budget, [(before, _series(sums, before))])),
    )


def unpriced_in(found: list[Spend], budget: Budget, span: Span) -> int:
    """Requests without a price that fall under a budget."""
    return sum(s.unpriced for s in found if span.first <= s.day < span.end and s.is_under(budget))


def untold_in(connection: sqlite3.Connection, budget: Budget, span: Span) -> int:
    """Sessions under a budget that tell no tokens."""
    parts = {name: getattr(budget, name) for name in PARTS}
    within = Filter(since_ms=start_of(span.first), until_ms=start_of(span.end), **parts)
    return len(untold_within(connection, within))


def session_statuses(
    budget: Budget, sessions: list[SessionSpend], names: Mapping[str, str]
) -> list[BudgetStatus]:
    """Where a session's budget stands: by the dearest of these sessions, and then by each other one that has reached
    a threshold, named by their projects."""
    under = sorted(
        by_session(sessions, budget), key=lambda s: (s.amount(budget.unit), s.session_id), reverse=True
    )
    found = [
        BudgetStatus(
            budget=budget,
            spent=session.amount(budget.unit),
            unpriced=session.unpriced,
            session_id=session.session_id,
            label=names.get(session.project, session.session_id[:8]),
        )
        for session in under
    ]
    rest = [status for status in found[1:] if passed_thresholds(budget, status.spent)]
    return [*found[:1], *rest] or [BudgetStatus(budget=budget, spent=0)]


def suggestions_of(connection: sqlite3.Connection, now_ms: int) -> list[Suggestion]:
    """Budgets that whole past months suggest: for everything, then for the dearest projects."""
    this_month = month_of(day_of(now_ms))
    known = months(connection, this_month)
    whole = {month: known.get(month, {}) for month in sorted(known)[1:]}  # the first began somewhere in it
    if not whole:
        return []
    total = typical(sum(projects.values()) for projects in whole.values())
    names = Known(connection).project_names()
    found = [_suggestion("everything", "", total)] if total >= _LEAST_PICOUSD else []
    usual = {p: typical(m.get(p, 0) for m in whole.values()) for p in {p for m in whole.values() for p in m}}
    dear = sorted(((cost, p) for p, cost in usual.items() if p and cost >= _LEAST_PICOUSD), reverse=True)
    found += [
        _suggestion(f"project-{n}", p, cost, names) for n, (cost, p) in enumerate(dear[:_MOST_PROJECTS])
    ]
    return found


def _suggestion(ident: str, project: str, typical: int, names: Mapping[str, str] = {}) -> Suggestion:
    budget = Budget(id=ident, amount=0, project=project)
    budget = replace(budget, amount=rounded_up(typical, budget.unit))
    return Suggestion(budget=budget, typical=typical, label=names.get(project, project))


def _sessions_course(connection: sqlite3.Connection, budget: Budget, today: date) -> BudgetCourse:
    since = today - timedelta(days=_SESSION_DAYS)
    sessions = sessions_since(connection, start_of(since))
    names = Known(connection).project_names()
    todays = sessions_since(connection, start_of(today))
    told = [
        (threshold, day_of(s.last_ms))
        for s in by_session(sessions, budget)
        for threshold in passed_thresholds(budget, s.amount(budget.unit))
    ]
    return BudgetCourse(
        status=session_statuses(budget, todays, names)[0],
        told=tuple(sorted(told, key=lambda passed: passed[::-1])),
    )


def _series(sums: Mapping[date, int], span: Span) -> tuple[tuple[date, int], ...]:
    return tuple((day, sums.get(day, 0)) for day in days_between(span.first, span.end))
