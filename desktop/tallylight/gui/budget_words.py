"""What budgets are called and how they stand, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date as Date  # noqa: N812 parameters are called date
from datetime import timedelta
from itertools import groupby

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from tallylight.domain import format as form
from tallylight.domain import money
from tallylight.domain.budget import Budget, BudgetCourse, BudgetStatus, Period, Span, Unit, span_of
from tallylight.gui import wording

translate = QCoreApplication.translate
NEAR = 0.8
#: More days than this are counted instead of named.
MOST_NAMED = 10


def amount(value: int, unit: Unit) -> str:
    """Dollars, whole ones without cents, or a count of tokens."""
    if unit is Unit.TOKENS:
        return form.tokens(value).replace(".0", "")
    return money.show(value).removesuffix(".00")


def spent(status: BudgetStatus) -> str:
    """What was spent of it, with every cent; a floor is marked."""
    unit = status.budget.unit
    text = amount(status.spent, unit) if unit is Unit.TOKENS else money.show(status.spent)
    return form.at_least(text, status.untold or (status.unpriced if unit is Unit.USD else 0))


def standing(status: BudgetStatus) -> str:
    """ "$213.90 of $300"; of a session's budget, the dearest session."""
    words = translate("Budgets", "{} of {}").format(
        spent(status), amount(status.budget.amount, status.budget.unit)
    )
    if status.budget.period is Period.SESSION and not status.budget.session_id:
        return translate("Budgets", "largest today {}").format(words)
    return words


def in_short(status: BudgetStatus) -> str:
    """ "November $213.90 of $300 (71 %)"; beside today's fare a day's budget needs no second one."""
    share = form.percent(status.share)
    if status.budget.period is Period.DAY and status.budget.unit is Unit.USD:
        total = amount(status.budget.amount, status.budget.unit)
        return translate("Budgets", "{} of the day’s {}").format(share, total)
    return f"{period(status.budget, status.span)} {standing(status)} ({share})"


def name(budget: Budget, span: Span | None, label: str = "") -> str:
    """ "November, everything"; "payments-api, this week"; "Any session". `label` names the one session."""
    what = scope(budget, label)
    if budget.unit is Unit.TOKENS:
        what = translate("Budgets", "{} tokens").format(what) if what else translate("Budgets", "all tokens")
    if budget.period is Period.SESSION:
        if budget.session_id:
            return what
        any_session = translate("Budgets", "Any session")
        return f"{any_session}, {what}" if what else any_session
    when = period(budget, span)
    if scope(budget, label):
        return f"{what}, {when}"
    return f"{when[:1].upper()}{when[1:]}, {what or translate('Budgets', 'everything')}"


def end_of_name(budget: Budget, span: Span | None, label: str = "") -> str:
    """What a name keeps where it has to be shortened: the period, "" when it does not end with one."""
    is_last = budget.period is not Period.SESSION and scope(budget, label)
    return f", {period(budget, span)}" if is_last else ""


def scope(budget: Budget, label: str = "") -> str:
    """What counts towards it; "" for everything."""
    parts = [
        _last_part(budget.project),
        budget.tag,
        budget.branch,
        wording.source_name(budget.source) if budget.source else "",
        form.short_model(budget.model) if budget.model else "",
    ]
    if budget.session_id:
        parts.insert(0, label or budget.session_id[:8])
    return " · ".join(filter(None, parts))


def _last_part(path: str) -> str:
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2] or path


def period(budget: Budget, span: Span | None) -> str:
    """The stretch of days it counts: November, this week, 23 Oct – 22 Nov."""
    if budget.period is Period.DAY or span is None:
        return translate("Budgets", "today")
    if budget.period is Period.WEEK:
        return translate("Budgets", "this week")
    if span.first.day == 1 and budget.starts_on == 1:
        return month(span.first)
    return f"{wording.day(span.first)} – {wording.day(span.end - timedelta(days=1))}"


def month(date: Date) -> str:
    return QLocale().standaloneMonthName(date.month)


def thresholds(budget: Budget) -> str:
    """ "tells at 50 · 80 · 100 % and when the forecast passes $300"."""
    shares = " · ".join(str(share) for share in budget.thresholds)
    words = translate("Budgets", "tells at {} %").format(shares) if shares else ""
    if not budget.tells_forecast or budget.period is Period.SESSION:
        return words or translate("Budgets", "tells nothing")
    total = amount(budget.amount, budget.unit)
    if not words:
        return translate("Budgets", "tells when the forecast passes {}").format(total)
    return translate("Budgets", "{} and when the forecast passes {}").format(words, total)


def colour(status: BudgetStatus) -> str:
    """How it stands, as a colour of the palette; the words beside it say the same."""
    if status.share >= 1:
        return "over"
    return "near" if status.share >= NEAR or _will_pass(status) else "accent"


def _will_pass(status: BudgetStatus) -> bool:
    return status.forecast is not None and status.forecast.expected > status.budget.amount


def outlook(status: BudgetStatus, today: Date) -> str:
    """Under the bar at the left: the share, and what keeps the budget or when it was passed."""
    share = form.percent(status.share)
    if status.share >= 1:
        return f"{share} · {passed(status, today)}"
    unit = status.budget.unit
    if status.per_day_left is None:
        return f"{share} · {status.label}" if status.label and not status.budget.session_id else share
    if status.budget.period is Period.DAY:
        return translate("Budgets", "{} · {} left").format(share, amount(status.per_day_left, unit))
    if status.daily is None:
        return share
    each = amount(status.daily, unit)
    return translate("Budgets", "{} · {} a day keeps it").format(share, each)


def passed(status: BudgetStatus, today: Date) -> str:
    """When the amount was passed, else by how much."""
    days = [day for share, day in status.passed if share >= 100]
    if not days:
        over = status.spent - status.budget.amount
        return translate("Budgets", "over by {}").format(amount(over, status.budget.unit))
    first = min(days)
    if first == today:
        return translate("Budgets", "passed today")
    if first == today - timedelta(days=1):
        return translate("Budgets", "passed yesterday")
    return translate("Budgets", "passed on {}").format(wording.day(first))


def left(status: BudgetStatus, today: Date) -> str:
    """Under the bar at the right: how much of the period is to come."""
    if status.span is None:
        if status.budget.session_id:
            return translate("Budgets", "told once")
        return translate("Budgets", "each told once")
    days = status.span.days_left(today)
    if not days:
        return translate("Budgets", "ends today")
    return wording.counted(days, translate("Budgets", "{} day left"), translate("Budgets", "{} days left"))


def forecast(status: BudgetStatus) -> str:
    """The period's end, with its range, and whether that is within the amount."""
    found, unit = status.forecast, status.budget.unit
    if status.span is None:
        return ""
    if found is None:
        return translate("Budgets", "too early for a forecast") + pace(status)
    text = translate("Budgets", "forecast {}, between {} and {}").format(
        *(amount(round_figure(value, unit), unit) for value in (found.expected, found.low, found.high))
    )
    if status.share >= 1:
        return text
    verdict = translate("Budgets", "passes it") if _will_pass(status) else translate("Budgets", "on pace")
    return f"{text} – {verdict}"


def short_forecast(status: BudgetStatus) -> str:
    """ "forecast $289 – on pace", for narrow places."""
    if status.share >= 1 or status.forecast is None:
        return forecast(status) if status.forecast is None else translate("Budgets", "over")
    unit = status.budget.unit
    expected = amount(round_figure(status.forecast.expected, unit), unit)
    if _will_pass(status):
        return translate("Budgets", "forecast {} – passes it").format(expected)
    return translate("Budgets", "forecast {} – on pace").format(expected)


def pace(status: BudgetStatus) -> str:
    if status.pace is None:
        return ""
    if status.spent <= status.pace:
        return translate("Budgets", " – below even pace")
    return translate("Budgets", " – above even pace")


def round_figure(value: int, unit: Unit) -> int:
    """An estimate without cents that nobody can know, unless it is small."""
    if unit is Unit.TOKENS or value < 20 * money.PICO:
        return value
    return round(value / money.PICO) * money.PICO


def told(course: BudgetCourse) -> str:
    """On which days it would have spoken, in this period and the one before."""
    budget, span = course.status.budget, course.status.span
    now, before = ({day for _, day in found} for found in (course.told, course.told_before))
    if span is None:
        now, before = now | before, set()
    if not now and not before:
        return translate("Budgets", "With these thresholds you would not have been told anything so far.")
    if not before:
        return translate("Budgets", "With these thresholds you would have been told on {}.").format(days(now))
    if budget.period is Period.MONTH and span is not None and budget.starts_on == 1:
        name = month((span_of(budget, span.first - timedelta(days=1)) or span).first)
        then = translate("Budgets", "in {} on {}").format(name, days(before))
    elif budget.period is Period.DAY and len(before) > MOST_NAMED:
        then = translate("Budgets", "on {} of the days shown").format(len(before))
    else:
        then = translate("Budgets", "before that on {}").format(days(before))
    if not now:
        text = translate("Budgets", "With these thresholds you would not have been told so far; {}.")
        return text.format(then)
    text = translate("Budgets", "With these thresholds you would have been told on {} · {}.")
    return text.format(days(now), then)


def days(found: set[Date]) -> str:
    """ "12, 21 Nov, 2 Dec"; of very many only how many."""
    if len(found) > MOST_NAMED:
        return translate("Budgets", "{} days").format(len(found))
    groups = groupby(sorted(found), key=lambda day: (day.year, day.month))
    return ", ".join(_of_one_month([*group]) for _, group in groups)


def _of_one_month(found: Sequence[Date]) -> str:
    last = found[-1]
    numbers = [QLocale().toString(QDate(d.year, d.month, d.day), "d") for d in found[:-1]]
    return ", ".join([*numbers, wording.day(last)])
