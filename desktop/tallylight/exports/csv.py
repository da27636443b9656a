"""Comma-separated values, as RFC 4180 and spreadsheets have them: UTF-8, a header, CRLF."""

from __future__ import annotations

import csv
import io
from typing import BinaryIO

from tallylight.domain.report import Kind, Report
from tallylight.exports.base import Export, cell, plain

_ROWS = 5000


def write(report: Report, sink: BinaryIO) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(column.name for column in report.columns)
    is_text = [column.kind is Kind.TEXT for column in report.columns]
    for count, row in enumerate(report.rows, 1):
        values = (_word(plain(column, value)) for column, value in zip(report.columns, row, strict=True))
        writer.writerow(
            cell(str(value)) if may_be_formula and value else value
            for may_be_formula, value in zip(is_text, values, strict=True)
        )
        if count % _ROWS == 0:
            _hand_over(text, sink)
    _hand_over(text, sink)


def _word(value: str | int | bool | None) -> str | int | None:
    return str(value).lower() if isinstance(value, bool) else value


def _hand_over(text: io.StringIO, sink: BinaryIO) -> None:
    sink.write(text.getvalue().encode())
    text.seek(0)
    text.truncate()


EXPORT = Export(name="csv", label="CSV table", suffix=".csv", write=write, is_rows_only=True)
