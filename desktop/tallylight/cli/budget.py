"""`tallylight budget`: list, set and remove soft budgets; a running tray application follows."""

from __future__ import annotations

import argparse
import sys
from pathlib import PurePath

import msgspec
from msgspec.structs import replace

from tallylight.cli.meter import read_what_is_new, say_not_read
from tallylight.cli.report import project_given
from tallylight.cli.table import printable, table
from tallylight.config.store import load_settings, save_settings
from tallylight.domain import format as form
from tallylight.domain import money
from tallylight.domain.amount import MOST, NoAmount, Problem, read_amount
from tallylight.domain.budget import SCOPE, THRESHOLDS, Budget, BudgetStatus, Period, Unit
from tallylight.domain.digest import hex_digest
from tallylight.domain.settings import Settings
from tallylight.ingest.assembly import SOURCE_NAMES, ledger_path, now_ms
from tallylight.ledger.budgets import course_of
from tallylight.ledger.connection import open_for_reading
from tallylight.ledger.queries import Queries
from tallylight.pricebook.book import USUAL


def run(options: argparse.Namespace) -> int:
    act = {"list": _list, "set": _set, "remove": _remove}[options.action]
    return act(options, load_settings())


def _list(options: argparse.Namespace, settings: Settings) -> int:
    if settings.budgets and not options.no_scan:
        say_not_read(read_what_is_new(), "counted")
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
    if options.starts_on != 1 and period is not Period.MONTH:
        raise ValueError("--starts-on goes with --period month")
    known = _Known.of_ledger()
    budget = Budget(
        id="",
        amount=_amount(options.amount, unit),
        unit=unit,
        period=period,
        source=_source(options.source),
        project=known.project(options.project),
        tag=options.tag,
        branch=options.branch,
        model=options.model,
        session_id=known.session(options.session),
        starts_on=options.starts_on,
        thresholds=options.thresholds or THRESHOLDS,
        tells_forecast=not options.no_forecast,
    )
    budget = replace(budget, id=_id_of(budget))
    before = _before(budget, settings.budgets)
    if before is None:
        budgets = (*settings.budgets, budget)
    else:
        budget = replace(
            budget,
            id=before.id,
            thresholds=options.thresholds or before.thresholds,
            tells_forecast=before.tells_forecast and not options.no_forecast,
        )
        budgets = tuple(budget if b.id == before.id else b for b in settings.budgets)
    save_settings(replace(settings, budgets=budgets))
    if budget.model and budget.model not in known.models | set(USUAL):
        sys.stderr.write(f"tallylight: no request names the model {printable(budget.model)} yet\n")
    if budget.tag and budget.tag not in {tag.name for tag in settings.tags}:
        sys.stderr.write(
            f"tallylight: nothing bears the tag {printable(budget.tag)} yet: tallylight tag set\n"
        )
    sys.stdout.write(
        f"{_name(budget)}: {_shown(budget.amount, unit)}. To remove it: tallylight budget remove {budget.id}\n"
    )
    return 0


def _before(budget: Budget, known: tuple[Budget, ...]) -> Budget | None:
    """The one that this amount is for: of the same scope and period. The window may have made several; one is meant."""
    same = [b for b in known if _id_of(b) == budget.id]
    return next((b for b in same if b.id == budget.id), same[0] if same else None)


def _remove(options: argparse.Namespace, settings: Settings) -> int:
    left = tuple(budget for budget in settings.budgets if budget.id != options.id)
    if len(left) == len(settings.budgets):
        raise ValueError(f"there is no budget {printable(options.id)}; `tallylight budget list` names them")
    save_settings(replace(settings, budgets=left))
    return 0


def _id_of(budget: Budget) -> str:
    """Equal for budgets of the same scope, period and unit: setting one again replaces it."""
    scope = [getattr(budget, name) for name in ("source", "project", "branch", "model", "session_id")]
    later = [str(budget.starts_on)] if budget.starts_on != 1 else []  # than the first ids were made
    later += [f"tag {budget.tag}"] if budget.tag else []
    parts = (budget.unit, budget.period, *scope, *later)
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


class _Known(msgspec.Struct, frozen=True):
    """What the ledger knows by name: a scope that can never match is most often a slip."""

    projects: dict[str, str] = {}
    models: frozenset[str] = frozenset()
    sessions: tuple[str, ...] = ()

    @classmethod
    def of_ledger(cls) -> _Known:
        if not ledger_path().exists():
            return cls()
        connection = open_for_reading(ledger_path())
        try:
            queries = Queries(connection)
            return cls(
                queries.known.project_names(),
                frozenset(queries.known.models()),
                tuple(queries.known.recent_sessions(0, now_ms())),
            )
        finally:
            connection.close()

    def project(self, wanted: str) -> str:
        """The path of a project of this name, or a path as given."""
        path = project_given(wanted)
        if not wanted or path in self.projects or PurePath(path).is_absolute():
            return path
        found = [p for p, name in self.projects.items() if wanted == name or p.endswith("/" + wanted)]
        if len(found) != 1:
            known = ", ".join(sorted(printable(self.projects[path]) for path in found)) or "none"
            raise ValueError(f"projects called {printable(wanted)}: {known}; give the path of one")
        return found[0]

    def session(self, wanted: str) -> str:
        """The whole id of a session, of which the beginning is enough."""
        if wanted in self.sessions:
            return wanted  # though another's id may begin with it
        found = [session for session in self.sessions if session.startswith(wanted)] if wanted else []
        if wanted and len(found) != 1:
            many = "more than one session has" if found else "no session has"
            raise ValueError(f"{many} an id that begins with {printable(wanted)}")
        return found[0] if found else ""


def _source(wanted: str) -> str:
    if wanted and wanted not in SOURCE_NAMES:
        raise ValueError(f"there is no source {printable(wanted)}; there is {', '.join(SOURCE_NAMES)}")
    return wanted


def scope(budget: Budget) -> str:
    """What a budget is for, in a few words."""
    parts = [budget.source, budget.project, budget.tag, budget.branch, budget.model, budget.session_id[:8]]
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
        form.at_least(_shown(status.spent, unit), status.unpriced or status.untold),
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
        "scope": {name: getattr(budget, name) for name in SCOPE},
        "dearest_session_id": status.session_id or None,
        "period": budget.period.value,
        "unit": budget.unit.value,
        "amount": exact(budget.amount),
        "spent": exact(status.spent),
        "unpriced_requests": status.unpriced,
        "sessions_without_tokens": status.untold,
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
    try:
        return read_amount(text, unit)
    except NoAmount as e:
        if e.problem is Problem.MOST:
            raise ValueError(f"{printable(text)} is too much; the most is {MOST[unit]:,}") from e
        shape = "40M or 250000" if unit is Unit.TOKENS else "300 or 4.50"
        raise ValueError(f"'{printable(text)}' is no amount; write it as {shape}") from e
