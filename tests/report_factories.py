"""Made-up reports: each call makes one, with what the test names and defaults for the rest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from tallylight.domain.budget import Budget, BudgetStatus
from tallylight.domain.columns import COLUMNS, Detail
from tallylight.domain.report import FocusCharge, Notable, Report, ReportQuestion, Row, UnitCosts
from tallylight.domain.summary import Change, ClassCost, Filter, SummaryRow, Totals, Unpriced

DOLLAR = 10**12
#: 2026-11-22T12:00:00Z
MADE_MS = 1_795_348_800_000
#: Names in a report that may be nobody's business.
SECRETS = (
    "/home/ana/shop", "/home/ana/docs", "'shop'", "'docs'", "Mend the till", "fix/login",
    "0f3c9a1e-0000-4000-8000-000000000001", "/home/ana/.claude", "'laptop'",
)  # fmt: skip
SESSION = SECRETS[6]


def totals(dollars: float = 1, **given: Any) -> Totals:
    fields: dict[str, Any] = {
        "requests": 10, "input": 100, "output": 200, "cache_read": 3000, "cache_write_5m": 400, "cache_write_1h": 50,
        "cost_picousd": round(dollars * DOLLAR),
    }  # fmt: skip
    return Totals(**(fields | given))


def a_session(**given: Any) -> SummaryRow:
    fields: dict[str, Any] = {
        "key": SESSION, "label": "Mend the till", "title": "Mend the till", "session_id": SESSION,
        "source": "claude-code", "project": "shop", "branch": "fix/login", "models": ("claude-opus-5-5",),
        "account": "/home/ana/.claude", "host": "laptop", "first_ms": MADE_MS - 7_200_000,
        "last_ms": MADE_MS, "totals": totals(9),
    }  # fmt: skip
    return SummaryRow(**(fields | given))


def a_report(by: str = "project", detail: Detail = Detail.SUMMARY, **given: Any) -> Report:
    """Two projects of November, a notable session, a budget."""
    shop = SummaryRow(key="/home/ana/shop", label="shop", project="shop", totals=totals(9))
    docs = SummaryRow(key="/home/ana/docs", label="docs", project="docs", totals=totals(3))
    label = {"project": "shop", "branch": "fix/login", "session": SESSION}.get(by, "claude-opus-5-5")
    fields: dict[str, Any] = {
        "question": ReportQuestion(
            since=date(2026, 11, 1), until=date(2026, 12, 1), label="November 2026", by=by, detail=detail,
            filter=Filter(branch="fix/login"),
        ),
        "made_ms": MADE_MS,
        "timezone": "Europe/Madrid",
        "host": "laptop",
        "version": "1.0",
        "price_table": "prices 1",
        "totals": totals(9) + totals(3),
        "before": totals(8),
        "before_since": date(2026, 10, 1),
        "before_until": date(2026, 10, 23),
        "typical_day_picousd": 2 * DOLLAR,
        "days": [SummaryRow(key=f"2026-11-{n:02}", label=f"2026-11-{n:02}", totals=totals(n)) for n in (3, 4, 9)],
        "projects": [shop, docs],
        "models": [SummaryRow(key="claude-opus-5-5", label="claude-opus-5-5", totals=totals(12))],
        "classes": [ClassCost("output", 400, 7 * DOLLAR), ClassCost("cache_read", 6000, 5 * DOLLAR)],
        "changes": [Change(label, totals(4), totals(9))],
        "notable": [Notable(session=a_session(), times_typical=4.5, rules=("Context bloat",))],
        "budgets": [
            BudgetStatus(budget=Budget(id="b", amount=50 * DOLLAR, project="/home/ana/shop"), spent=9 * DOLLAR),
        ],
        "units": UnitCosts(active_days=3, sessions=4, prompts=20, picousd=12 * DOLLAR),
        "unpriced": [Unpriced("own-model", totals(0, unpriced=2, requests=2))],
        "columns": COLUMNS[detail],
        "rows": rows(detail, label),
        "row_count": 1,
        "charges": [a_charge()],
    }  # fmt: skip
    return Report(**(fields | given))


def rows(detail: Detail, label: str) -> Sequence[Row]:
    """One row of each detail, its figures 1, 2, 3 … by column."""
    texts: dict[str, Any] = {
        "group": label, "project_path": "/home/ana/shop", "project": "shop", "branch": "fix/login",
        "session": SESSION, "title": "Mend the till", "account": "/home/ana/.claude", "day": "2026-11-03",
    }  # fmt: skip
    row = []
    for at, column in enumerate(COLUMNS[detail], 1):
        value: Any = {"count": at, "money": at * DOLLAR, "time": MADE_MS, "flag": True}.get(column.kind, "")
        row.append(texts.get(column.name, value))
    return [tuple(row)]


def a_charge(**given: Any) -> FocusCharge:
    fields: dict[str, Any] = {
        "day": date(2026, 11, 3), "source": "claude-code", "account": "/home/ana/.claude", "project": "shop",
        "project_path": "/home/ana/shop", "model": "claude-opus-5-5", "token_class": "output", "speed": "",
        "tier": "", "geo": "", "host": "laptop", "provider": "anthropic",
        "price_table": "prices 1", "count": 400, "picousd": 7 * DOLLAR, "requests": 10,
    }  # fmt: skip
    return FocusCharge(**(fields | given))
