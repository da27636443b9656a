"""The month against the user's own months: no budget needed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from tallylight.domain.budget import Budget, Period, Unit
from tallylight.domain.finding import Finding, Sentence, Severity, say
from tallylight.domain.money import PICO, show_round
from tallylight.rules.base import Evidence, Limits, Rule

#: A month whose typical figure is less is too small to speak of.
_FLOOR = 5 * PICO
_USED = "{percent} of your typical month"
_OVER = "Over your typical month"
_LEFT = {0: " on its last day", 1: " with one day left"}
_TEXT = "{spent} so far in {month}; your typical month is {typical}."
_ENDS = " At this pace it ends near {forecast}."


def check(evidence: Evidence, limits: Limits) -> Iterator[Finding]:
    """Silent without one whole month of history, and where a budget says the same about everything.

    Every month reaches its typical amount sooner or later: only one that is there early is worth a word. So is one
    that is heading there, until it is there.
    """
    typical, today = evidence.typical_month_picousd, evidence.today
    is_known = typical is not None and typical >= _FLOOR and evidence.has_begun
    if typical is None or not is_known or any(_covers_everything(s.budget) for s in evidence.budgets):
        return
    first = today.replace(day=1)
    end = (first + timedelta(days=31)).replace(day=1)
    if not evidence.is_recorded(first, today + timedelta(days=1)):
        return
    elapsed = (today.day - 1 + evidence.share_of_today) / (end - first).days
    spent = evidence.month_picousd
    is_early = spent * 100 >= limits["ahead"] * elapsed * typical
    passed = [p for p in (limits["first"], limits["second"]) if p > 0 and spent * 100 >= p * typical]
    if passed and is_early:
        yield _used(evidence, max(passed), end)
    forecast = evidence.month_forecast
    is_over = forecast is not None and forecast.expected * 100 >= limits["forecast"] * typical
    if is_over and spent < typical:
        yield _ahead(evidence, end)


def _covers_everything(budget: Budget) -> bool:
    return budget.period is Period.MONTH and budget.unit is Unit.USD and not budget.scope


def _used(evidence: Evidence, threshold: float, end: date) -> Finding:
    days = (end - evidence.today).days - 1
    is_over = evidence.month_picousd >= (evidence.typical_month_picousd or 0)
    values = {} if is_over else {"percent": f"{threshold:g} %"}
    values |= {"days": str(days)} if days > 1 else {}
    title = say((_OVER if is_over else _USED) + _LEFT.get(days, " with {days} days left"), **values)
    return _finding(
        evidence, f"{threshold:g}", Severity.WARNING if threshold >= 100 else Severity.NOTE, title, end
    )


def _ahead(evidence: Evidence, end: date) -> Finding:
    title = say("{month} is heading over your typical month", month=f"{evidence.today:%B}")
    return _finding(evidence, "forecast", Severity.NOTE, title, end)


def _finding(evidence: Evidence, threshold: str, severity: Severity, title: Sentence, end: date) -> Finding:
    month, spent = evidence.today.replace(day=1), evidence.month_picousd
    values = {
        "spent": show_round(spent),
        "month": f"{month:%B}",
        "typical": show_round(evidence.typical_month_picousd or 0),
    }
    template = _TEXT
    if evidence.month_forecast is not None:
        template += _ENDS
        values["forecast"] = show_round(evidence.month_forecast.expected)
    return Finding(
        key=f"month_pace:{threshold}:{month:%Y-%m}",
        rule="month_pace",
        subject="month_pace",
        severity=severity,
        title=title,
        text=say(template, **values),
        since=month.isoformat(),
        until=end.isoformat(),
        picousd=spent,
    )


RULE = Rule(
    name="month_pace",
    label="Month against your typical month",
    limits={"first": 80, "second": 100, "forecast": 130, "ahead": 125},
    limit_labels={
        "first": "First share of the typical month (%)",
        "second": "Second share of the typical month (%)",
        "forecast": "Forecast as a share of the typical month (%)",
        "ahead": "Speak when ahead of an even pace by (% of it)",
    },
    check=check,
)
