"""The user's budgets: the highest share that has been reached, and a forecast that goes over."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tallylight.domain import format as form
from tallylight.domain.budget import BudgetStatus, Period, Unit, passed_thresholds
from tallylight.domain.finding import Finding, Sentence, Severity, say
from tallylight.domain.forecast import Forecast
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
#: What stands in a title in the place of the word "budget", where there are several of which it would be true.
_WHICH = {"usd": "{amount}", "tokens": "{amount} tokens"}
_SPENT = {"usd": "{spent} of {amount}", "tokens": "{spent} of {amount} tokens"}
_LEFT = {0: " on the last day.", 1: " with one day left."}
_ENDS = {
    Period.DAY: " At this pace the day ends near {forecast}",
    Period.WEEK: " At this pace the week ends near {forecast}",
    Period.MONTH: " At this pace the month ends near {forecast}",
}
_OUTLOOK = {
    Period.WEEK: "The week ends near {forecast} of {amount}, between {low} and {high}",
    Period.MONTH: "The month ends near {forecast} of {amount}, between {low} and {high}",
}


def check(evidence: Evidence, _limits: Limits) -> Iterator[Finding]:
    """Needs no history but for the forecast, which says by itself when it is too early."""
    namesakes = _namesakes(evidence)
    for status in evidence.budgets:
        is_one_of_several = status.budget.id in namesakes
        passed = passed_thresholds(status.budget, status.spent)
        if passed:
            yield _used(evidence, status, passed[-1], names_amount=is_one_of_several)
        if evidence.has_begun and status.forecast is not None and _goes_over(status, status.forecast):
            yield _ahead(evidence, status, status.forecast, names_amount=is_one_of_several)


def _goes_over(status: BudgetStatus, forecast: Forecast) -> bool:
    """Whether the forecast passes an amount that is not used up yet. A day's end is too near for one."""
    budget = status.budget
    return (
        budget.tells_forecast
        and budget.period in (Period.WEEK, Period.MONTH)
        and 0 < budget.amount < forecast.expected
        and status.spent < budget.amount
    )


def _used(evidence: Evidence, status: BudgetStatus, threshold: int, *, names_amount: bool) -> Finding:
    severity = Severity.WARNING if threshold >= _WARNING_PERCENT else Severity.NOTE
    severity = Severity.ALERT if threshold >= 100 else severity
    # Once the amount is used up it is the real share that matters.
    percent = threshold if threshold < 100 else max(threshold, int(status.share * 100))
    titles = _CALENDAR_USED if _is_calendar(status) else _USED[status.budget.period]
    title = _title(evidence, status, titles, f"{percent} %", names_amount=names_amount)
    return _finding(status, str(threshold), severity, title, _standing(evidence, status))


def _ahead(evidence: Evidence, status: BudgetStatus, forecast: Forecast, *, names_amount: bool) -> Finding:
    titles = _CALENDAR_AHEAD if _is_calendar(status) else _AHEAD[status.budget.period]
    title = _title(evidence, status, titles, names_amount=names_amount)
    return _finding(status, "forecast", Severity.WARNING, title, _outlook(status, forecast))


def _finding(
    status: BudgetStatus, threshold: str, severity: Severity, title: Sentence, text: Sentence
) -> Finding:
    """The key has the amount in it: one that the user changed is another promise."""
    budget, span = status.budget, status.span
    since, until = (span.first.isoformat(), span.end.isoformat()) if span else ("", "")
    period = since or status.session_id
    return Finding(
        key=f"budget:{budget.id}:{threshold}:{budget.amount} {budget.unit}:{period}",
        rule="budget",
        subject=f"budget:{budget.id}:{status.session_id}" if status.session_id else f"budget:{budget.id}",
        severity=severity,
        title=title,
        text=text,
        session_id=status.session_id,
        project=budget.project,
        budget_id=budget.id,
        since=since,
        until=until,
        picousd=status.spent if budget.unit is Unit.USD else 0,
    )


def _is_calendar(status: BudgetStatus) -> bool:
    return status.budget.period is Period.MONTH and status.budget.starts_on == 1 and status.span is not None


def _title(
    evidence: Evidence,
    status: BudgetStatus,
    titles: tuple[str, str],
    percent: str = "",
    *,
    names_amount: bool,
) -> Sentence:
    scope = _scope(evidence, status)
    month = f"{status.span.first:%B}" if status.span else ""
    amount = _amount(status)(status.budget.amount)
    values = {"scope": scope, "percent": percent, "month": month, "amount": amount}
    template = titles[bool(scope)]
    if names_amount:
        template = template.replace("budget", _WHICH[status.budget.unit])
    return say(template, **{name: text for name, text in values.items() if f"{{{name}}}" in template})


def _namesakes(evidence: Evidence) -> set[str]:
    """The ids of budgets whose scope and period another one has too: only their amounts tell them apart."""
    alike: dict[tuple[str, bool, str], set[str]] = {}
    for status in evidence.budgets:
        words = (status.budget.period, _is_calendar(status), _scope(evidence, status))
        alike.setdefault(words, set()).add(status.budget.id)
    return {id_ for ids in alike.values() if len(ids) > 1 for id_ in ids}


def _scope(evidence: Evidence, status: BudgetStatus) -> str:
    """The names that the budget is limited to; for a session's the session."""
    budget = status.budget
    if budget.period is Period.SESSION:
        return status.label
    project = evidence.project_name(budget.project) if budget.project else ""
    source = budget.source.replace("-", " ").title()
    return ", ".join(
        filter(None, (project, budget.tag, budget.branch, form.short_model(budget.model), source))
    )


def _standing(evidence: Evidence, status: BudgetStatus) -> Sentence:
    """Where it stands, where it goes, and what would keep it."""
    budget, amount = status.budget, _amount(status)
    # Without a price a request has tokens all the same.
    missing = status.untold or (status.unpriced if budget.unit is Unit.USD else 0)
    values = {"spent": form.at_least(amount(status.spent), missing), "amount": amount(budget.amount)}
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
        template += _keeping(status, values) + "."
    return say(template, **values)


def _outlook(status: BudgetStatus, forecast: Forecast) -> Sentence:
    """Where it goes, how sure that is, and what would keep it."""
    amount = _amount(status)
    ends = {"forecast": forecast.expected, "low": forecast.low, "high": forecast.high}
    values = {name: amount(value) for name, value in ends.items()} | {"amount": amount(status.budget.amount)}
    template = _OUTLOOK[status.budget.period] + _keeping(status, values) + "."
    return say(template, **values)


def _keeping(status: BudgetStatus, values: dict[str, str]) -> str:
    """What a day may cost from here on; its figure goes to the others."""
    if status.daily is None or status.forecast is None or status.forecast.expected <= status.budget.amount:
        return ""
    values["daily"] = _amount(status)(status.daily)
    return "; {daily} a day keeps it on budget"


def _amount(status: BudgetStatus) -> Callable[[int], str]:
    return show_round if status.budget.unit is Unit.USD else form.tokens


RULE = Rule(name="budget", label="Budgets", limits={}, limit_labels={}, check=check)
