"""The lines of a workbook's first page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

import msgspec

from tallylight.domain.budget import Unit
from tallylight.domain.columns import Kind
from tallylight.domain.pages import Value
from tallylight.domain.report import Report
from tallylight.domain.summary import SummaryRow, Totals
from tallylight.exports.tables import CLASSES, budget_name, why

#: Of a list on the page; all of them are among the rows.
_LONGEST = 25
Cell = tuple[Kind, Value]


class Line(msgspec.Struct, frozen=True):
    """Cells from the left; `look` names a format for all of them."""

    cells: tuple[Cell, ...] = ()
    look: str = ""
    #: One that the chart shows: the day, then its cost.
    is_day: bool = False


def summary_lines(report: Report) -> Iterator[Line]:
    yield Line((_text(f"Usage, {report.question.label}"),), "title")
    last = report.question.until - timedelta(days=1)
    yield Line((_text(f"{report.question.since} to {last}, {report.timezone}, on {report.host}"),))
    yield from _totals(report)
    yield from _units(report)
    yield from _groups("Projects", report.projects)
    yield from _groups("Models", report.models)
    yield from _classes(report)
    yield from _changes(report)
    yield from _notable(report)
    yield from _budgets(report)
    yield from _notes(report)
    yield from _days(report)


def _text(value: str) -> Cell:
    return Kind.TEXT, value


def _heading(title: str, *columns: str) -> Iterator[Line]:
    yield Line()
    yield Line((_text(title),), "heading")
    if columns:
        yield Line(tuple(_text(column) for column in columns), "head")


def _totals(report: Report) -> Iterator[Line]:
    before = f"{report.before_since} to {report.before_until - timedelta(days=1)}"
    yield from _heading("Total", "", "This period", "Before", "Change")
    now, then = report.totals, report.before
    change = now.cost_picousd - then.cost_picousd
    floor = ", at least" if now.is_floor or then.is_floor else ""
    yield Line(
        (
            _text(f"Cost (USD){floor}"),
            *((Kind.MONEY, v) for v in (now.cost_picousd, then.cost_picousd, change)),
        )
    )
    for name in ("requests", "tokens", "web_searches"):
        values = getattr(now, name), getattr(then, name)
        counts = ((Kind.COUNT, value) for value in (*values, values[0] - values[1]))
        yield Line((_text(name.replace("_", " ").capitalize()), *counts))
    if report.typical_day_picousd is not None:
        floor = ", at least" if now.is_floor else ""
        yield Line((_text(f"Typical day (USD){floor}"), (Kind.MONEY, report.typical_day_picousd)))
    if report.before_since < report.before_until:  # else the period has not begun
        yield Line((_text(f"Before is {before}."),))


def _groups(title: str, rows: Sequence[SummaryRow]) -> Iterator[Line]:
    yield from _heading(title, "", "Cost (USD)", "Requests", "Tokens", "Unpriced requests")
    for row in rows[:_LONGEST]:
        yield _figures(row.label or "(none)", row.totals)
    if rest := rows[_LONGEST:]:
        yield _figures(f"{len(rest)} more", sum((row.totals for row in rest), Totals()))


def _figures(name: str, totals: Totals) -> Line:
    is_known = totals.unpriced < totals.requests or not totals.unpriced
    return Line(
        (
            _text(name),
            (Kind.MONEY, totals.cost_picousd if is_known else None),
            (Kind.COUNT, totals.requests),
            (Kind.COUNT, totals.tokens),
            (Kind.COUNT, totals.unpriced or None),
        )
    )


def _classes(report: Report) -> Iterator[Line]:
    yield from _heading("Token classes", "", "Cost (USD)", "Count", "of it unpriced")
    for of in report.classes:
        counts = ((Kind.COUNT, of.count), (Kind.COUNT, of.unpriced or None))
        yield Line((_text(CLASSES.get(of.name, of.name)), (Kind.MONEY, of.cost_picousd), *counts))


def _changes(report: Report) -> Iterator[Line]:
    if not report.changes:
        return
    yield from _heading("What moved", "", "Change (USD)", "Before (USD)", "This period (USD)")
    for of in report.changes[:_LONGEST]:
        amounts = (of.picousd, of.before.cost_picousd, of.after.cost_picousd)
        yield Line((_text(of.label or "(none)"), *((Kind.MONEY, amount) for amount in amounts)))


def _budgets(report: Report) -> Iterator[Line]:
    if not report.budgets:
        return
    yield from _heading("Budgets", "", "Amount", "Spent", "Forecast", "Per")
    for status in report.budgets:
        budget = status.budget
        kind = Kind.MONEY if budget.unit is Unit.USD else Kind.COUNT
        ahead = status.forecast.expected if status.forecast else None
        amounts = ((kind, amount) for amount in (budget.amount, status.spent, ahead))
        yield Line((_text(budget_name(status, report.names)), *amounts, _text(budget.period.value)))


def _units(report: Report) -> Iterator[Line]:
    units, floor = report.units, ", at least" if report.totals.is_floor else ""
    counts = {"Active day": units.active_days, "Session": units.sessions, "Prompt": units.prompts}
    if not any(counts.values()):
        return
    yield from _heading("Unit costs", "", f"Cost of each (USD){floor}", "Count")
    for title, count in counts.items():
        yield Line((_text(title), (Kind.MONEY, units.per(count)), (Kind.COUNT, count)))


def _notable(report: Report) -> Iterator[Line]:
    if not report.notable:
        return
    yield from _heading("Sessions worth a look", "", "Cost (USD)", "Requests", "Project", "Why")
    for of in report.notable:
        row = of.session
        figures = (Kind.MONEY, row.totals.cost_picousd), (Kind.COUNT, row.totals.requests)
        yield Line((_text(row.label), *figures, _text(row.project), _text(why(of))))


def _notes(report: Report) -> Iterator[Line]:
    yield from _heading("Notes")
    yield Line(
        (_text(f"Costs are {report.basis}s, worked out from local logs; price table {report.price_table}."),)
    )
    for of in report.unpriced:
        why = "is on a bill without its tokens" if of.is_untold else "has no price"
        yield Line((_text(f"{of.model} {why}: {of.totals.requests} requests are in no cost."),))
    if report.totals.at_least:
        yield Line(
            (_text(f"The log lacks the end of {report.totals.at_least} requests: they cost at least this."),)
        )
    if report.not_itemised_picousd:
        yield Line(
            (_text("Counted by the client, in no row (USD)"), (Kind.MONEY, report.not_itemised_picousd))
        )
    if report.not_recorded:
        yield Line((_text(f"Used, but nothing was recorded: {', '.join(report.not_recorded)}"),))
    if report.plan_fee_picousd:
        yield Line((_text("The plan’s fee a month (USD)"), (Kind.MONEY, report.plan_fee_picousd)))


def _days(report: Report) -> Iterator[Line]:
    yield from _heading("Days", "Day", "Cost (USD)", "Requests", "Tokens", "Unpriced requests")
    for row in report.days:
        line = _figures("", row.totals)
        yield Line(((Kind.DAY, row.key), *line.cells[1:]), is_day=True)
