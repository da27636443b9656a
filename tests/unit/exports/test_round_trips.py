"""What is exported sums to what the ledger holds, exactly."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from random_ledgers import EVENTS, Book, a_book
from tallylight.domain import money
from tallylight.domain.columns import COLUMNS, Detail, Kind
from tallylight.domain.usage import UsageEvent
from tallylight.ingest.outbox import export_named

DETAILS = st.sampled_from(Detail)
#: Columns that every detail has, and what the ledger calls them.
FIGURES = {
    "input_tokens": "input",
    "cache_read_tokens": "cache_read",
    "cache_write_5m_tokens": "cache_write_5m",
    "cache_write_1h_tokens": "cache_write_1h",
    "output_tokens": "output",
    "web_search_requests": "web_searches",
    "cost_usd": "cost_picousd",
}
Sums = dict[str, Any]


def of_ledger(book: Book) -> Sums:
    sums = ", ".join(f"coalesce(sum({name}), 0)" for name in FIGURES.values())
    (row,) = book.ask(f"SELECT {sums} FROM usage_event")  # noqa: S608
    found: Sums = dict(zip(FIGURES, row, strict=True))
    return found | {"cost_usd": money.to_decimal(found["cost_usd"])}


def of_rows(rows: Sequence[dict[str, Any]]) -> Sums:
    return {
        name: sum((Decimal(str(row[name])) if row[name] not in (None, "") else Decimal(0)) for row in rows)
        for name in FIGURES
    }


@given(EVENTS, DETAILS)
def test_csv_sums_to_the_ledger(events: list[UsageEvent], detail: Detail) -> None:
    with a_book(events) as book:
        text = book.written(export_named("csv"), detail).decode()
        assert of_rows(list(csv.DictReader(io.StringIO(text, newline="")))) == of_ledger(book)


@given(EVENTS, DETAILS)
def test_json_sums_to_the_ledger(events: list[UsageEvent], detail: Detail) -> None:
    with a_book(events) as book:
        made = json.loads(book.written(export_named("json"), detail))
        assert of_rows(made["rows"]) == of_rows([made["totals"]]) == of_ledger(book)


@given(EVENTS, DETAILS)
def test_parquet_sums_to_the_ledger(events: list[UsageEvent], detail: Detail) -> None:
    with a_book(events) as book:
        table = pq.read_table(io.BytesIO(book.written(export_named("parquet"), detail)))
        assert of_rows(table.to_pylist()) == of_ledger(book)
        assert table.column_names == [column.name for column in COLUMNS[detail]]


@given(EVENTS, DETAILS)
def test_a_workbook_sums_to_the_ledger_to_a_cent(events: list[UsageEvent], detail: Detail) -> None:
    with a_book(events) as book:
        sheet = openpyxl.load_workbook(io.BytesIO(book.written(export_named("xlsx"), detail)))["Rows"]
        titles, *rows = sheet.iter_rows(values_only=True)
        assert list(titles) == [column.title for column in COLUMNS[detail]]
        names = [column.name for column in COLUMNS[detail]]
        found = of_rows([dict(zip(names, row, strict=True)) for row in rows])
        expected = of_ledger(book)
        assert float(found.pop("cost_usd")) == pytest.approx(float(expected.pop("cost_usd")), abs=0.005)
        assert found == expected


@given(EVENTS)
def test_parquet_csv_and_json_have_the_same_rows(events: list[UsageEvent]) -> None:
    detail = Detail.REQUEST
    with a_book(events) as book:
        table = pq.read_table(io.BytesIO(book.written(export_named("parquet"), detail))).to_pylist()
        made = json.loads(book.written(export_named("json"), detail))["rows"]
        text = book.written(export_named("csv"), detail).decode()
    lines = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(table) == len(made) == len(lines)
    for stored, plain, line in zip(table, made, lines, strict=True):
        for column in COLUMNS[detail]:
            value, known = plain[column.name], stored[column.name]
            if column.kind is Kind.MONEY:
                assert known == (None if value is None else Decimal(value))
                assert line[column.name] == (value or "")
            elif column.kind in (Kind.TEXT, Kind.COUNT, Kind.FLAG):
                assert known == value
                assert line[column.name].removeprefix("'") == str(known).lower() or column.kind is Kind.TEXT
            elif column.kind is Kind.DAY:
                assert known.isoformat() == value == line[column.name]
            else:
                assert (
                    known.isoformat(timespec="milliseconds").replace("+00:00", "Z")
                    == value
                    == line[column.name]
                )
