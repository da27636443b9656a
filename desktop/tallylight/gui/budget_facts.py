"""What is known before any budget: typical days and months, this month, and how budgets stand right now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date as Date  # noqa: N812 a parameter is called date

from msgspec.structs import replace
from PySide6.QtCore import QCoreApplication

from tallylight.domain import format as form
from tallylight.domain import money
from tallylight.domain.budget import SCOPE, Budget, BudgetStatus, Period, Suggestion, Unit, span_of
from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import Snapshot
from tallylight.gui import budget_words, wording

translate = QCoreApplication.translate
#: What makes two budgets count the same.
_COUNTED = ("unit", "period", "starts_on", *SCOPE)


def facts(snapshot: Snapshot, suggestions: Sequence[Suggestion]) -> str:
    """ "Typical day $11.20 · typical month $212 · November so far $213.90, forecast $289 ($262 to $318)"."""
    parts = []
    if snapshot.typical_day_picousd is not None:
        parts.append(translate("Budgets", "Typical day {}").format(money.show(snapshot.typical_day_picousd)))
    month = next((s for s in suggestions if _is_of_month(s)), None)
    if month is not None:
        parts.append(translate("Budgets", "typical month {}").format(_about(month.typical)))
    if snapshot.month_picousd:
        parts.append(_month(snapshot))
    return " · ".join(parts)


def _month(snapshot: Snapshot) -> str:
    name = budget_words.month(wording.day_of(snapshot.at_ms))
    so_far = form.at_least(money.show(snapshot.month_picousd), snapshot.month_is_at_least)
    text = translate("Budgets", "{} so far {}").format(name, so_far)
    if snapshot.month_forecast is None:
        return text
    found = snapshot.month_forecast
    figures = (_about(value) for value in (found.expected, found.low, found.high))
    return translate("Budgets", "{}, forecast {} ({} to {})").format(text, *figures)


def _about(picousd: int) -> str:
    return budget_words.amount(budget_words.round_figure(picousd, Unit.USD), Unit.USD)


def _is_of_month(suggestion: Suggestion) -> bool:
    budget = suggestion.budget
    return not budget_words.scope(budget) and budget.period is Period.MONTH and budget.unit is Unit.USD


def standings(settings: Settings, snapshot: Snapshot, today: Date) -> list[BudgetStatus]:
    """The kept budgets in their order, with the newest figures there are."""
    known = {status.budget.id: status for status in snapshot.budgets}
    return [_standing(b, known.get(b.id), today, settings.week_starts_on) for b in settings.budgets]


def _standing(budget: Budget, status: BudgetStatus | None, today: Date, week_starts_on: int) -> BudgetStatus:
    """Until the next snapshot a budget that was just changed has the figures that are still true of it."""
    if status is not None and status.budget == budget:
        return status
    if status is not None and all(getattr(budget, part) == getattr(status.budget, part) for part in _COUNTED):
        return replace(status, budget=budget, pace=None, per_day_left=None, passed=())
    return BudgetStatus(budget=budget, spent=0, span=span_of(budget, today, week_starts_on))
