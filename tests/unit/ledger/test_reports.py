"""What a summary takes from the ledger: only what was asked for."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from budgets import a_budget
from factories import NOW_MS, a_ledger, an_event
from tallylight.domain.report import Needs, Report, ReportQuestion
from tallylight.domain.settings import Settings
from tallylight.domain.summary import Filter
from tallylight.domain.usage import UsageEvent
from tallylight.ledger.batch import Batch
from tallylight.ledger.reports import Maker, report_of

DAY_MS = 86_400_000
SHOP, OTHER, NAMESAKE = "/home/ana/shop", "/home/ana/docs", "/srv/x/shop"


def a_report(
    folder: Path,
    *events: UsageEvent,
    settings: Settings = Settings(),
    needs: Needs = Needs.SUMMARY,
    **asked: Any,
) -> Report:
    """Of October 2026, seen from its second day."""
    fields: dict[str, Any] = {"since": date(2026, 10, 1), "until": date(2026, 11, 1)}
    made_ms = asked.pop("made_ms", NOW_MS)
    with a_ledger(folder) as ledger:
        ledger.write(Batch(events=list(events or [an_event(cwd=SHOP)])))
        maker = Maker(made_ms=made_ms, timezone="UTC", host="laptop", version="test")
        return report_of(ledger._connection, ReportQuestion(**(fields | asked)), settings, maker, needs)


BUDGETS = [
    a_budget(id="all"),
    a_budget(id="shop", project=SHOP),
    a_budget(id="shop-main", project=SHOP, branch="main"),
    a_budget(id="docs", project=OTHER),
    a_budget(id="main", branch="main"),
]


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        (Filter(), ["all", "shop", "shop-main", "docs", "main"]),
        (Filter(project="shop"), ["shop", "shop-main"]),
        (Filter(project="Shop"), ["shop", "shop-main"]),
        (Filter(project=SHOP), ["shop", "shop-main"]),
        (Filter(project="hop"), []),
        (Filter(branch="main"), ["shop-main", "main"]),
        (Filter(project="shop", branch="main"), ["shop-main"]),
        (Filter(model="claude-opus-5-5"), []),
        (Filter(host="desk"), []),
        (Filter(project="shop", account="~/.claude"), []),
    ],
)
def test_a_filtered_summary_names_no_budget_beyond_it(
    tmp_path: Path, wanted: Filter, kept: list[str]
) -> None:
    report = a_report(tmp_path, filter=wanted, settings=Settings(budgets=tuple(BUDGETS)))
    assert [status.budget.id for status in report.budgets] == kept
