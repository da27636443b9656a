"""JSON: the summary's figures, then its rows. The schema is `resources/exports/summary.schema.json`."""

from __future__ import annotations

from typing import BinaryIO

import msgspec

from tallylight.domain import money
from tallylight.domain.budget import BudgetStatus, Unit
from tallylight.domain.effect import Score
from tallylight.domain.format import iso
from tallylight.domain.order import FILTERS
from tallylight.domain.report import Notable, Report
from tallylight.domain.summary import Change, Charged, ClassCost, SummaryRow, Totals, Unpriced
from tallylight.exports.base import Export, clean, plain

#: Raised when a reader of the version before would misread what is written.
SCHEMA_VERSION = 1
Json = dict[str, object]


def write(report: Report, sink: BinaryIO) -> None:
    head = msgspec.json.encode(_head(report))
    sink.write(head[:-1] + b',"rows":[')
    separator = b"\n"
    encode = msgspec.json.Encoder().encode
    for row in report.rows:
        values = {
            column.name: plain(column, value) for column, value in zip(report.columns, row, strict=True)
        }
        sink.write(separator + encode(values))
        separator = b",\n"
    sink.write(b"]}\n")


def _head(report: Report) -> Json:
    question = report.question
    return {
        "schema": "tallylight-summary",
        "schema_version": SCHEMA_VERSION,
        "made_at": iso(report.made_ms),
        "tallylight": report.version,
        "price_table": report.price_table,
        "currency": "USD",
        "basis": report.basis,
        "host": clean(report.host),
        "period": {
            "label": question.label,
            "since": question.since.isoformat(),
            "until": question.until.isoformat(),
            "timezone": report.timezone,
        },
        "by": question.by,
        "detail": question.detail.value,
        "filter": _filter(report),
        "totals": _figures(report.totals),
        "before": {
            "since": report.before_since.isoformat(),
            "until": report.before_until.isoformat(),
            **_figures(report.before),
        },
        "typical_day_usd": _money(report.typical_day_picousd),
        "typical_day_is_at_least": report.totals.is_floor,
        "unit_costs": _units(report),
        "token_classes": [_class(of) for of in report.classes],
        "projects": [_group(row) for row in report.projects],
        "models": [_group(row) for row in report.models],
        "days": [_group(row) for row in report.days],
        "changes": [_change(of) for of in report.changes],
        "notable_sessions": [_notable(of) for of in report.notable],
        "budgets": [_budget(of) for of in report.budgets],
        "advice": _advice(report.advice),
        "plan_fee_usd": _money(report.plan_fee_picousd or None),
        "unpriced": [unpriced(of, _figures(of.totals)) for of in report.unpriced],
        "not_itemised_usd": money.to_string(report.not_itemised_picousd),
        "not_recorded": list(report.not_recorded),
        "sessions_without_tokens": report.untold_sessions,
        "charged": charged(report.charged),
        "provisional": _figures(report.provisional),
        "columns": [{"name": column.name, "kind": column.kind.value} for column in report.columns],
    }


def unpriced(of: Unpriced, figures: Json) -> Json:
    """A count that a bill does not state is null, not 0."""
    if of.is_untold:
        figures = figures | {name: None for name in figures if name.endswith("_tokens")}
    return {"model": clean(of.model), "has_tokens": not of.is_untold, **figures}


def _money(picousd: int | None) -> str | None:
    return None if picousd is None else money.to_string(picousd)


def _filter(report: Report) -> Json:
    wanted = report.question.filter
    return {name: clean(value) for name in (*FILTERS, "host") if (value := getattr(wanted, name))}


def charged(stated: Charged | None) -> Json | None:
    """What bills say was charged; None where none states any of it."""
    if stated is None:
        return None
    return {
        "requests": stated.requests,
        "charged_usd": money.to_string(stated.picousd),
        "worth_usd": money.to_string(stated.worth_picousd),
        "unknown_requests": stated.unknown,
        "worth_is_at_least": stated.is_floor,
        "inferred_requests": stated.inferred,
    }


def _advice(made: Score) -> Json:
    return {
        "shown": made.shown,
        "taken": made.taken,
        "promised_usd": money.to_string(made.promised_picousd),
        "measured_usd": money.to_string(made.measured_picousd),
        "median_error": made.error,
    }


def _figures(totals: Totals) -> Json:
    return {
        "requests": totals.requests,
        "input_tokens": totals.input,
        "cache_read_tokens": totals.cache_read,
        "cache_write_5m_tokens": totals.cache_write_5m,
        "cache_write_1h_tokens": totals.cache_write_1h,
        "output_tokens": totals.output,
        "web_search_requests": totals.web_searches,
        "cost_usd": money.to_string(totals.cost_picousd),
        "unpriced_requests": totals.unpriced,
        "at_least_requests": totals.at_least,
    }


def _units(report: Report) -> Json:
    units = report.units
    counts = {"active_day": units.active_days, "session": units.sessions, "prompt": units.prompts}
    return {
        name: {
            "count": count,
            "usd_each": _money(units.per(count)),
            "is_at_least": report.totals.is_floor,
        }
        for name, count in counts.items()
    }


def _class(of: ClassCost) -> Json:
    return {
        "name": of.name,
        "count": of.count,
        "cost_usd": money.to_string(of.cost_picousd),
        "unpriced": of.unpriced,
        "at_least": of.at_least,
    }


def _group(row: SummaryRow) -> Json:
    return {"name": clean(row.label), **_figures(row.totals)}


def _change(of: Change) -> Json:
    return {
        "name": clean(of.label),
        "before_usd": money.to_string(of.before.cost_picousd),
        "before_is_at_least": of.before.is_floor,
        "after_usd": money.to_string(of.after.cost_picousd),
        "after_is_at_least": of.after.is_floor,
        "before_tokens": of.before.tokens,
        "after_tokens": of.after.tokens,
    }


def _notable(of: Notable) -> Json:
    row = of.session
    return {
        "session": clean(row.session_id),
        "title": clean(row.title),
        "project": clean(row.project),
        "branch": clean(row.branch),
        "times_typical": of.times_typical or None,
        "rules": list(of.rules),
        **_figures(row.totals),
    }


def _budget(status: BudgetStatus) -> Json:
    budget, ahead = status.budget, status.forecast
    exact = money.to_string if budget.unit is Unit.USD else str
    return {
        "scope": {name: clean(value) for name, value in budget.scope.items() if name != "session_id"},
        "period": budget.period.value,
        "unit": budget.unit.value,
        "amount": exact(budget.amount),
        "spent": exact(status.spent),
        "unpriced_requests": status.unpriced,
        "first_day": status.span.first.isoformat() if status.span else None,
        "end_day": status.span.end.isoformat() if status.span else None,
        "forecast": None
        if ahead is None
        else {"expected": exact(ahead.expected), "low": exact(ahead.low), "high": exact(ahead.high)},
    }


EXPORT = Export(name="json", label="JSON", suffix=".json", write=write)
