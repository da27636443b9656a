"""CSV: exact, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report_factories import a_report, rows
from tallylight.domain.columns import Detail
from tallylight.exports.csv import EXPORT


def written(**given: Any) -> list[dict[str, str]]:
    sink = io.BytesIO()
    EXPORT.write(a_report(**given), sink)
    return list(csv.DictReader(io.StringIO(sink.getvalue().decode(), newline="")))


@pytest.mark.parametrize("detail", list(Detail))
def test_every_value_stands_under_its_columns_name(detail: Detail) -> None:
    report = a_report(detail=detail)
    (row,) = written(detail=detail)
    assert list(row) == [column.name for column in report.columns]
    for column, value in zip(report.columns, rows(detail, "shop")[0], strict=True):
        if column.kind == "money":
            assert Decimal(row[column.name]) * 10**12 == value
        elif column.kind == "count":
            assert row[column.name] == str(value)


def test_what_is_unknown_is_empty_and_a_flag_is_a_word() -> None:
    row = list(rows(Detail.REQUEST, "")[0])
    names = [column.name for column in a_report(detail=Detail.REQUEST).columns]
    row[names.index("cost_usd")] = None
    (found,) = written(detail=Detail.REQUEST, rows=[tuple(row)])
    assert (found["cost_usd"], found["is_final"], found["at"]) == ("", "true", "2026-11-22T12:00:00.000Z")


@given(st.text())
def test_no_name_is_a_formula_or_breaks_a_line(name: str) -> None:
    row = (name, "/home", *rows(Detail.SUMMARY, "")[0][2:])
    (found,) = written(rows=[row])
    assert not found["group"].startswith(("=", "+", "-", "@"))
    assert "\n" not in found["group"] and "\r" not in found["group"]
    assert found["requests"] == "3"
