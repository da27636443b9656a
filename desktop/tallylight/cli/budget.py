"""`tallylight budget`: list, set and remove soft budgets; a running tray application follows."""

from __future__ import annotations

import argparse
import sys
from decimal import Decimal, InvalidOperation

import msgspec
from msgspec.structs import replace

from tallylight.cli.table import printable, table
from tallylight.config.store import load_settings, save_settings
from tallylight.domain import format as form
from tallylight.domain import money
from tallylight.domain.budget import THRESHOLDS, Budget, BudgetStatus, Period, Unit
from tallylight.domain.digest import hex_digest
from tallylight.domain.settings import Settings
from tallylight.ingest.assembly import ledger_path, now_ms
from tallylight.ledger.budgets import course_of
from tallylight.ledger.connection import open_for_reading
from tallylight.ledger.queries import Queries

_SUFFIXES = {"k": 10**3, "m": 10**6, "b": 10**9}
#: Ten million dollars, ten thousand billion tokens: more was mistyped.
_MOST = 10**19


def run(options: argparse.Namespace) -> int:
    act = {"list": _list, "set": _set, "remove": _remove}[options.action]
    return act(options, load_settings())


def _list(options: argparse.Namespace, settings: Settings) -> int:
    statuses = _statuses(settings)
    if options.json:
        rows = [_row(status) for status in statuses]
        sys.stdout.write(msgspec.json.encode({"currency": "USD", "budgets": rows}).decode() + "\n")
        return 0
    if not statuses:
        sys.stdout.write("No budget is set. For example: tallylight budget set 300 --period month\n")
        return 0
    head = ["budget", "spent", "of", "share", "even pace", "forecast", "a day keeps it", "id"]
    sys.stdout.write(table(head, [_line(status) for status in statuses]))
    return 0


def _set(options: argparse.Namespace, settings: Settings) -> int:
    unit = Unit.TOKENS if options.tokens else Unit.USD
    period = Period(options.period)
    if options.session and period is not Period.SESSION:
        raise ValueError("--session goes with --period session")
    budget = Budget(
        id="",
        amount=_amount(options.amount, unit),
        unit=unit,
        period=period,
        source=options.source,
        project=_project(options.project),
        branch=options.branch,
        model=options.model,
        session_id=options.session,
        starts_on=options.starts_on,
        thresholds=options.thresholds or THRESHOLDS,
        tells_forecast=not options.no_forecast,
    )
    budget = replace(budget, id=_id_of(budget))
    others = tuple(b for b in settings.budgets if _id_of(b) != budget.id and b.id != budget.id)
    save_settings(replace(settings, budgets=(*others, budget)))
    sys.stdout.write(
        f"{_name(budget)}: {_shown(budget.amount, unit)}. To remove it: tallylight budget remove {budget.id}\n"
    )
    return 0


def _remove(options: argparse.Namespace, settings: Settings) -> int:
    left = tuple(budget for budget in settings.budgets if budget.id != options.id)
    if len(left) == len(settings.budgets):
        raise ValueError(f"there is no budget {printable(options.id)}; `tallylight budget list` names them")
    save_settings(replace(settings, budgets=left))
    return 0


def _id_of(budget: Budget) -> str:
    """Equal for budgets of the same scope, period and unit: setting one again replaces it."""
    parts = (
        budget.unit,
        budget.period,
        budget.source,
        budget.project,
        budget.branch,
        budget.model,
        budget.session_id,
    )
    return hex_digest("\n".join(parts), 4)


def _statuses(settings: Settings) -> list[BudgetStatus]:
    if not ledger_path().exists():
        return [BudgetStatus(budget=budget, spent=0) for budget in settings.budgets]
    connection = open_for_reading(ledger_path())
    try:
        return [
            course_of(connection, budget, now_ms(), settings.week_starts_on).status
            for budget in settings.budgets
        ]
    finally:
        connection.close()


def _project(wanted: str) -> str:
    """The path of a project that the ledger knows by this name or path."""
    if not wanted or not ledger_path().exists():
        return wanted
    connection = open_for_reading(ledger_path())
    try:
        names = Queries(connection).project_names()
    finally:
        connection.close()
    found = [path for path, name in names.items() if wanted in (path, name) or path.endswith("/" + wanted)]
    if len(found) != 1:
        known = ", ".join(sorted(printable(names[path]) for path in found)) or "none"
        raise ValueError(f"projects called {printable(wanted)}: {known}; give the path of one")
    return found[0]


def scope(budget: Budget) -> str:
    """What a budget is for, in a few words."""
    parts = [budget.source, budget.project, budget.branch, budget.model, budget.session_id[:8]]
    named = ", ".join(printable(part) for part in parts if part)
    if budget.period is Period.SESSION and not budget.session_id:
        return f"any session, {named}" if named else "any session"
    return named or "everything"


def _name(budget: Budget) -> str:
    return scope(budget) if budget.period is Period.SESSION else f"{scope(budget)}, {budget.period.value}"


def _shown(amount: int, unit: Unit) -> str:
    return money.show(amount) if unit is Unit.USD else f"{form.tokens(amount)} tokens"


def _line(status: BudgetStatus) -> list[str]:
    budget = status.budget
    unit = budget.unit
    return [
        _name(budget),
        form.at_least(_shown(status.spent, unit), status.unpriced),
        _shown(budget.amount, unit),
        form.percent(status.share),
        "" if status.pace is None else _shown(status.pace, unit),
        _ahead(status),
        "" if status.per_day_left is None else _shown(status.per_day_left, unit),
        budget.id,
    ]


def _ahead(status: BudgetStatus) -> str:
    if status.span is None:
        return ""
    if status.forecast is None:
        return "too early to say"
    expected, low, high = (
        _shown(amount, status.budget.unit)
        for amount in (status.forecast.expected, status.forecast.low, status.forecast.high)
    )
    return f"{expected} ({low}–{high})"


def _row(status: BudgetStatus) -> dict[str, object]:
    budget, ahead = status.budget, status.forecast
    exact = money.to_string if budget.unit is Unit.USD else str
    return {
        "id": budget.id,
        "scope": {
            "source": budget.source,
            "project": budget.project,
            "branch": budget.branch,
            "model": budget.model,
            "session_id": budget.session_id,
        },
        "dearest_session_id": status.session_id or None,
        "period": budget.period.value,
        "unit": budget.unit.value,
        "amount": exact(budget.amount),
        "spent": exact(status.spent),
        "unpriced_requests": status.unpriced,
        "share": round(status.share, 4),
        "first_day": status.span.first.isoformat() if status.span else None,
        "end_day": status.span.end.isoformat() if status.span else None,
        "pace": None if status.pace is None else exact(status.pace),
        "forecast": None
        if ahead is None
        else {"expected": exact(ahead.expected), "low": exact(ahead.low), "high": exact(ahead.high)},
        "per_day_left": None if status.per_day_left is None else exact(status.per_day_left),
        "thresholds": list(budget.thresholds),
        "tells_forecast": budget.tells_forecast,
    }


def _amount(text: str, unit: Unit) -> int:
    """pico-USD or tokens of what was typed. Raises ValueError with a sentence."""
    plain = text.strip().lstrip("$").replace(",", "")
    factor = 1
    if unit is Unit.TOKENS and plain[-1:].lower() in _SUFFIXES:
        plain, factor = plain[:-1], _SUFFIXES[plain[-1].lower()]
    try:
        amount = Decimal(plain) * (money.PICO if unit is Unit.USD else factor)
    except InvalidOperation:
        amount = Decimal(0)
    if not amount.is_finite() or not 0 < amount < _MOST or amount != int(amount):
        shape = "40M or 250000" if unit is Unit.TOKENS else "300 or 4.50"
        raise ValueError(f"{printable(text)} is no amount; write it as {shape}")
    return int(amount)
