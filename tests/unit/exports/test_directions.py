"""A name that runs from right to left leaves the figures beside it where they are."""

from __future__ import annotations

import io

import pytest
from msgspec.structs import replace

from report_factories import a_report, totals
from tallylight.domain.summary import Filter, SummaryRow
from tallylight.exports import markdown, standup, table
from tallylight.exports.base import Export

HEBREW = "חנות"


@pytest.mark.parametrize("export", [markdown.EXPORT, standup.EXPORT, table.EXPORT], ids=lambda of: of.name)
def test_a_name_from_right_to_left_is_kept_to_itself(export: Export) -> None:
    report = a_report()
    projects = [SummaryRow(key=f"/{label}", label=label, totals=totals(3)) for label in (HEBREW, "shop")]
    rows = [(row.label, *of[1:]) for row in projects for of in report.rows]
    sink = io.BytesIO()
    export.write(a_report(projects=projects, rows=rows), sink)
    said = sink.getvalue().decode()
    assert f"\u2068{HEBREW}\u2069" in said
    assert said.count(HEBREW) == said.count("\u2068") == said.count("\u2069")


def test_so_is_what_a_filter_names() -> None:
    report = a_report()
    sink = io.BytesIO()
    question = replace(report.question, filter=Filter(project=HEBREW))
    standup.EXPORT.write(replace(report, question=question), sink)
    assert f"only project \u2068{HEBREW}\u2069" in sink.getvalue().decode()
