"""The user's budgets: the highest share that has been reached, and a forecast that goes over."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tallylight.domain import format as form
from tallylight.domain.budget import BudgetStatus, Period, Unit, passed_thresholds
from tallylight.domain.finding import Finding, Sentence, Severity, say
from tallylight.domain.money import show_round
from tallylight.rules.base import Evidence, Limits, Rule

#: From this share on a threshold is a warning, from 100 % on an alert.
_WARNING_PERCENT = 75
#: "this week" and the like, for titles: a budget of everything, and one whose scope has a name.
_USED = {
    Period.DAY: ("{percent} of today's budget used", "{scope}: {percent} of today's budget used"),
    Period.WEEK: ("{percent} of this week's budget used", "{scope}: {percent} of this week's budget used"),
    Period.MONTH: ("{percent} of this month's budget used", "{scope}: {percent} of this month's budget used"),
    Period.SESSION: (
        "{percent} of a session's budget used",
        "{scope}: {percent} of the session's budget used",
    ),
}
_CALENDAR_USED = ("{percent} of {month}'s budget used", "{scope}: {percent} of {month}'s budget used")
_AHEAD = {
    Period.DAY: ("Today is heading over budget", "{scope} is heading over today's budget"),
    Period.WEEK: ("This week is heading over budget", "{scope} is heading over this week's budget"),
    Period.MONTH: ("This month is heading over budget", "{scope} is heading over this month's budget"),
}
_CALENDAR_AHEAD = ("{month} is heading over budget", "{scope} is heading over {month}'s budget")
_SPENT = {"usd": "{spent} of {amount}", "tokens": "{spent} of {amount} tokens"}
_LEFT = {0: " on the last day.", 1: " with one day left."}
_ENDS = {
    Period.DAY: " At this pace the day ends near {forecast}",
    Period.WEEK: " At this pace the week ends near {forecast}",
    Period.MONTH: " At this pace the month ends near {forecast}",
}


def check(evidence: Evidence, _limits: Limits) -> Iterator[Finding]:
    """Needs no history but for the forecast, which says by itself when it is too early."""
    for status in evidence.budgets:
        passed = passed_thresholds(status.budget, status.spent)
        if passed:
            yield _used(evidence, status, passed[-1])
        if _goes_over(status):
            yield _ahead(evidence, status)


def _goes_over(status: BudgetStatus) -> bool:
    """Whether the forecast passes an amount that is not used up yet. A day's end is too near for one."""
    budget, forecast = status.budget, status.forecast
    return (
        budget.tells_forecast
        and forecast is not None
        and budget.period in (Period.WEEK, Period.MONTH)
        and 0 < budget.amount < forecast.expected
        and status.spent < budget.amount
    )


def _used(evidence: Evidence, status: BudgetStatus, threshold: int) -> Finding:
    titles = _CALENDAR_USED if _is_calendar(status) else _USED[status.budget.period]
    severity = Severity.WARNING if threshold >= _WARNING_PERCENT else Severity.NOTE
    severity = Severity.ALERT if threshold >= 100 else severity
    title = _title(evidence, status, titles, f"{threshold} %")
    return _finding(evidence, status, str(threshold), severity, title)


def _ahead(evidence: Evidence, status: BudgetStatus) -> Finding:
    titles = _CALENDAR_AHEAD if _is_calendar(status) else _AHEAD[status.budget.period]
    return _finding(evidence, status, "forecast", Severity.WARNING, _title(evidence, status, titles))


def _finding(
    evidence: Evidence, status: BudgetStatus, threshold: str, severity: Severity, title: Sentence
) -> Finding:
    """The key has the amount in it: one that the user changed is another promise."""
    budget, span = status.budget, status.span
    since, until = (span.first.isoformat(), span.end.isoformat()) if span else ("", "")
    period = since or status.session_id
    return Finding(
        key=f"budget:{budget.id}:{threshold}:{budget.amount} {budget.unit}:{period}",
        rule="budget",
        subject=f"budget:{budget.id}",
        severity=severity,
        title=title,
        text=_text(evidence, status),
        session_id=status.session_id,
        project=budget.project,
        budget_id=budget.id,
        since=since,
        until=until,
        picousd=status.spent if budget.unit is Unit.USD else 0,
    )


def _is_calendar(status: BudgetStatus) -> bool:
    return status.budget.period is Period.MONTH and status.budget.starts_on == 1 and status.span is not None


def _title(evidence: Evidence, status: BudgetStatus, titles: tuple[str, str], percent: str = "") -> Sentence:
    scope = _scope(evidence, status)
    month = f"{status.span.first:%B}" if status.span else ""
    values = {"scope": scope, "percent": percent, "month": month}
    template = titles[bool(scope)]
    return say(template, **{name: text for name, text in values.items() if f"{{{name}}}" in template})


def _scope(evidence: Evidence, status: BudgetStatus) -> str:
    """The names that the budget is limited to; for a session's the session."""
    budget = status.budget
    if budget.period is Period.SESSION:
        return status.label
    project = evidence.project_name(budget.project) if budget.project else ""
    source = budget.source.replace("-", " ").title()
    return ", ".join(filter(None, (project, budget.branch, form.short_model(budget.model), source)))


def _text(evidence: Evidence, status: BudgetStatus) -> Sentence:
    """Where it stands, where it goes, and what would keep it."""
    budget, amount = status.budget, _amount(status)
    values = {"spent": form.at_least(amount(status.spent), status.unpriced), "amount": amount(budget.amount)}
    template = _SPENT[budget.unit]
    if status.span is None or budget.period is Period.DAY:
        return say(template + ".", **values)
    days = status.span.days_left(evidence.today)
    template += _LEFT.get(days, " with {days} days left.")
    if days > 1:
        values["days"] = str(days)
    if status.forecast is not None and status.spent < budget.amount:
        values["forecast"] = amount(status.forecast.expected)
        template += _ENDS[budget.period]
        if status.forecast.expected > budget.amount and status.per_day_left:
            values["daily"] = amount(status.per_day_left)
            template += "; {daily} a day keeps it on budget"
        template += "."
    return say(template, **values)


def _amount(status: BudgetStatus) -> Callable[[int], str]:
    return show_round if status.budget.unit is Unit.USD else form.tokens


RULE = Rule(name="budget", label="Budgets", limits={}, limit_labels={}, check=check)
