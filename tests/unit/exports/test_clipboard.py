"""What goes into the clipboard: one line, or a table that a spreadsheet takes."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given

from budgets import a_budget, a_status
from odd_names import names
from report_factories import DOLLAR, a_report, totals
from tallylight.domain.budget import Unit
from tallylight.domain.columns import Detail
from tallylight.domain.report import Report, ReportQuestion, UnitCosts
from tallylight.domain.summary import Filter, SummaryRow, Totals
from tallylight.exports import standup, table

TODAY = date(2026, 11, 22)


def of_day(back: int, **given: Any) -> Report:
    since = TODAY - timedelta(days=back)
    until = since + timedelta(days=1)
    question = ReportQuestion(
        since=since, until=until, label=f"{since.day} November 2026", filter=given.pop("filter", Filter())
    )
    projects = [
        SummaryRow(key=n, label=n, totals=totals(d)) for n, d in (("shop", 8.1), ("docs", 3), ("infra", 1.2))
    ]
    fields = {"question": question, "totals": totals(12.3), "projects": projects, "budgets": (),
              "units": UnitCosts(active_days=1, sessions=2, prompts=41, picousd=12)}  # fmt: skip
    return a_report(**(fields | given))


@pytest.mark.parametrize(
    ("report", "line"),
    [
        (of_day(1), "Yesterday: $12.30 over 3 projects (shop $8.10, docs $3.00, infra $1.20), 41 prompts, 2 sessions"),
        (of_day(0, projects=of_day(0).projects[:1]), "Today: $12.30 on shop, 41 prompts, 2 sessions"),
        (of_day(3), "19 November 2026: $12.30 over 3 projects"),
        (of_day(1, totals=Totals()), "Yesterday: nothing recorded"),
        (of_day(1, totals=totals(12.3, at_least=1)), "Yesterday: ≥ $12.30 over"),
        (of_day(1, projects=[*of_day(1).projects, *of_day(1).projects]),
         "over 6 projects (shop $8.10, docs $3.00, infra $1.20, …)"),
        (of_day(1, filter=Filter(project="shop")), "Yesterday: $12.30, 41 prompts, 2 sessions, only project shop"),
        (of_day(1, budgets=[a_status()]), "2 sessions; $213 this month, on pace for $289 of $300"),
        (of_day(1, budgets=[a_status(unpriced=1, forecast=None)]), "; ≥ $213 of $300 this month"),
        (of_day(1, budgets=[a_status(spent=310 * DOLLAR)]), "; $310 of $300 this month"),
        (of_day(1, budgets=[a_status(a_budget(starts_on=15))]), "; $213 since 15 November, on pace for"),
        (a_report(budgets=[a_status()]), "November 2026: $12.00 over 2 projects (shop $9.00, docs $3.00), 20 prompts,"
         " 4 sessions, only branch fix/login; on pace for $289 of $300"),
    ],
)  # fmt: skip
def test_a_day_in_one_line(report: Report, line: str) -> None:
    sink = io.BytesIO()
    standup.write(report, sink)
    text = sink.getvalue().decode()
    assert line in text and text.count("\n") == 1 and text.endswith("\n")


@pytest.mark.parametrize(
    "status",
    [a_status(a_budget(project="/home/ana/shop")), a_status(a_budget(unit=Unit.TOKENS)), a_status(span=None)],
)
def test_only_the_months_budget_of_everything_is_the_month(status: Any) -> None:
    assert "month" not in standup.line(of_day(1, budgets=[status]))
    assert "month" not in standup.line(of_day(3, budgets=[a_status()]))


@given(names)
def test_no_name_makes_a_second_line(odd: str) -> None:
    line = standup.line(of_day(1, projects=[SummaryRow(key="a", label=odd, totals=totals(9))]))
    assert len(line.splitlines()) == 1
    assert line.encode()


def pasted(report: Report) -> list[list[str]]:
    sink = io.BytesIO()
    table.write(report, sink)
    return list(csv.reader(io.StringIO(sink.getvalue().decode()), delimiter="\t", quoting=csv.QUOTE_NONE))


def test_a_table_has_plain_figures() -> None:
    rows = [("shop", "/p", 3, 1000, 2, 3, 4, 5, 6, 12_345_600_000_000, 0, 0),
            ("docs", "/p", *[1] * 7, 60_000_000_000, 0, 1),
            ("own", "/p", *[1] * 7, None, 1, 0)]  # fmt: skip
    assert pasted(a_report(rows=rows)) == [
        ["Project", "Requests", "Input", "Cache read", "Cache write", "Output", "Cost (USD)", "Note"],
        ["shop", "3", "1000", "2", "7", "5", "12.35", ""],
        ["docs", "1", "1", "1", "2", "1", "0.0600", "at least"],
        ["own", "1", "1", "1", "2", "1", "", "no price"],
    ]


@given(names)
def test_no_name_is_a_formula_or_leaves_its_cell(odd: str) -> None:
    head, row = pasted(a_report(rows=[(odd, "", *[1] * 7, DOLLAR, 0, 0)]))
    assert len(row) == len(head)
    assert not row[0].startswith(("=", "+", "-", "@", "\t"))


@pytest.mark.parametrize("detail", Detail)
def test_every_detail_can_be_pasted(detail: Detail) -> None:
    head, row = pasted(a_report(detail=detail))
    assert len(row) == len(head) > 5
