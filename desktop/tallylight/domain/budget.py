"""Soft budgets: an amount for a scope and a period that causes notices, never a stop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum

import msgspec

from tallylight.domain.forecast import Forecast, forecast

#: Per cent of the amount at which a budget speaks, unless the user chose others.
THRESHOLDS = (50, 80, 100)
#: The parts of a scope, wide before narrow; a Filter has them too.
SCOPE = ("source", "model", "project", "tag", "branch", "session_id")
#: What is left for a day is no advice below this part of what an even spend would give it.
_LEAST_DAILY = 0.1


class Unit(StrEnum):
    """What an amount counts: pico-USD at list price, or tokens of every type."""

    USD = "usd"
    TOKENS = "tokens"


class Period(StrEnum):
    SESSION = "session"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """One soft budget. The scope is everything that meets all of its parts; "" admits any.

    With the period `SESSION` the amount is each session's own, or that of `session_id` alone.
    """

    id: str
    amount: int
    unit: Unit = Unit.USD
    period: Period = Period.MONTH
    source: str = ""
    #: The path of a repository, as the ledger has it.
    project: str = ""
    #: A name that the user's rules give: see `domain.tag`.
    tag: str = ""
    branch: str = ""
    model: str = ""
    session_id: str = ""
    #: The day on which a (billing) month begins; the last of the month where it has no such day.
    starts_on: int = 1
    #: Per cent of the amount, ascending.
    thresholds: tuple[int, ...] = THRESHOLDS
    #: Whether it speaks when the forecast passes the amount.
    tells_forecast: bool = True

    @property
    def scope(self) -> dict[str, str]:
        """The parts of the scope that are set, by name; empty for everything."""
        return {name: value for name in SCOPE if (value := getattr(self, name))}


class Span(msgspec.Struct, frozen=True):
    """Local days from `first` up to, not including, `end`."""

    first: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.first).days

    def days_left(self, today: date) -> int:
        """Days that begin after `today`."""
        return max(0, (self.end - today).days - 1)


class BudgetStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Where one budget stands. Amounts are in the budget's unit.

    For the period `SESSION` the figures are those of the dearest session of today, which `session_id` and
    `label` name, and there is no pace, forecast or amount per day.
    """

    budget: Budget
    spent: int
    #: Requests without a price: `spent` is at least this much.
    unpriced: int = 0
    #: Sessions under it whose agents tell no tokens: they are no part of `spent`.
    untold: int = 0
    span: Span | None = None
    #: What an even pace would have spent by now.
    pace: int | None = None
    forecast: Forecast | None = None
    #: What may be spent on each day that is left, today included, to stay within the amount.
    per_day_left: int | None = None
    session_id: str = ""
    label: str = ""
    #: (per cent, day) on which each threshold was passed in this period.
    passed: tuple[tuple[int, date], ...] = ()

    @property
    def share(self) -> float:
        return self.spent / self.budget.amount if self.budget.amount else 0.0

    @property
    def daily(self) -> int | None:
        """What may be spent on each day that is left; None where that is no advice: nobody works for a cent."""
        if self.per_day_left is None or self.span is None:
            return None
        even = self.budget.amount / self.span.days
        return self.per_day_left if self.per_day_left >= even * _LEAST_DAILY else None


class BudgetCourse(msgspec.Struct, frozen=True, kw_only=True):
    """A budget's chart: what each day of its period came to, and the days on which it would have spoken.

    `days` are those of the period up to today, empty for a session's budget; `told` and `told_before` are
    (per cent, day) in this period and in the one before.
    """

    status: BudgetStatus
    days: tuple[tuple[date, int], ...] = ()
    told: tuple[tuple[int, date], ...] = ()
    told_before: tuple[tuple[int, date], ...] = ()


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """A budget that the history suggests: `typical` is the median of its past periods, `label` names the scope."""

    budget: Budget
    typical: int
    label: str = ""


def span_of(budget: Budget, today: date, week_starts_on: int = 0) -> Span | None:
    """The period that `today` lies in; None for a session's budget. `week_starts_on` 0 is Monday."""
    if budget.period is Period.DAY:
        return Span(today, today + timedelta(days=1))
    if budget.period is Period.WEEK:
        first = today - timedelta(days=(today.weekday() - week_starts_on) % 7)
        return Span(first, first + timedelta(days=7))
    if budget.period is Period.MONTH:
        first = _month_start(today.year, today.month, budget.starts_on)
        if first > today:
            first = _month_start(*_neighbour(today.year, today.month, -1), budget.starts_on)
        return Span(first, _month_start(*_neighbour(first.year, first.month, 1), budget.starts_on))
    return None


def _neighbour(year: int, month: int, step: int) -> tuple[int, int]:
    years, month = divmod(year * 12 + month - 1 + step, 12)
    return years, month + 1


def _month_start(year: int, month: int, day: int) -> date:
    """The `day` of a month, its last one where it is shorter."""
    following = date(*_neighbour(year, month, 1), 1)
    return min(date(year, month, 1) + timedelta(days=day - 1), following - timedelta(days=1))


def passed_thresholds(budget: Budget, spent: int) -> tuple[int, ...]:
    """The budget's thresholds that `spent` has reached, ascending."""
    return tuple(
        t for t in sorted(set(budget.thresholds)) if budget.amount and spent * 100 >= t * budget.amount
    )


def per_day_left(budget: Budget, spent: int, span: Span, today: date) -> int:
    """What each remaining day, today included, may take; 0 when nothing is left."""
    return max(0, budget.amount - spent) // (span.days_left(today) + 1)


def even_pace(budget: Budget, span: Span, today: date, share_of_today: float) -> int:
    """What an even spend would have come to by now. `share_of_today` is how much of the day is over, 0 to 1."""
    elapsed = (today - span.first).days + share_of_today
    return round(budget.amount * elapsed / span.days)


def status_of(
    budget: Budget,
    days: Mapping[date, int],
    today: date,
    share_of_today: float,
    week_starts_on: int = 0,
    unpriced: int = 0,
) -> BudgetStatus:
    """Where a budget of a day, week or month stands; `days` are what each day under it came to, history included."""
    span = span_of(budget, today, week_starts_on)
    if span is None:
        raise ValueError("a session's budget has no days")
    spent = sum(amount for day, amount in days.items() if span.first <= day < span.end)
    return BudgetStatus(
        budget=budget,
        spent=spent,
        unpriced=unpriced,
        span=span,
        pace=even_pace(budget, span, today, share_of_today),
        forecast=forecast(days, spent, today, span.end, share_of_today),
        per_day_left=per_day_left(budget, spent, span, today),
        passed=tuple(
            crossings(budget, [(span, sorted(d for d in days.items() if span.first <= d[0] < span.end))])
        ),
    )


def crossings(
    budget: Budget, spans: Sequence[tuple[Span, Sequence[tuple[date, int]]]]
) -> list[tuple[int, date]]:
    """(threshold, day) at which past periods, given as days with their spend, would have caused a notice."""
    told: list[tuple[int, date]] = []
    for _span, days in spans:
        spent, done = 0, 0
        for day, amount in days:
            spent += amount
            now = passed_thresholds(budget, spent)
            told.extend((threshold, day) for threshold in now[done:])
            done = max(done, len(now))
    return told


def rounded_up(amount: int, unit: Unit) -> int:
    """A figure a person would choose: the next half step of its magnitude, $212 → $250, never below a dollar."""
    whole = 10**12 if unit is Unit.USD else 1000
    step = whole
    while step * 20 <= amount:
        step *= 10
    half = max(whole, step * 5 if amount > step * 10 else step // 2)
    return -(-amount // half) * half


def proposed(suggestions: Sequence[Suggestion], typical_day: int | None) -> Suggestion | None:
    """The one budget to begin with: a month's for everything, or a day's where no whole month is known yet."""
    whole = next((s for s in suggestions if not s.budget.scope and s.budget.period is Period.MONTH), None)
    if whole is not None or not typical_day:
        return whole
    daily = Budget(id="everything", amount=rounded_up(typical_day, Unit.USD), period=Period.DAY)
    return Suggestion(budget=daily, typical=typical_day)
