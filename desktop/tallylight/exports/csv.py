"""Comma-separated values, as RFC 4180 and spreadsheets have them: UTF-8, a header, CRLF."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import BinaryIO

from tallylight.domain.columns import Column, Kind
from tallylight.domain.pages import Coded, Value, Values, pages_of
from tallylight.domain.report import Needs, Report
from tallylight.exports.base import Export, cell, plain


def write(report: Report, sink: BinaryIO) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(column.name for column in report.columns)
    for page in pages_of(report.rows):
        words = [_words(column, values) for column, values in zip(report.columns, page, strict=True)]
        writer.writerows(zip(*words, strict=True))
        _hand_over(text, sink)
    _hand_over(text, sink)


def _words(column: Column, values: Values) -> Sequence[Value]:
    if isinstance(values, Coded):
        return values.mapped(lambda value: _word(column, value)).spread()
    return values if column.kind is Kind.COUNT else [_word(column, value) for value in values]


def _word(column: Column, value: Value) -> Value:
    if column.kind is Kind.TEXT:
        return cell(str(value or ""))
    word = plain(column, value)
    return str(word).lower() if isinstance(word, bool) else word


def _hand_over(text: io.StringIO, sink: BinaryIO) -> None:
    sink.write(text.getvalue().encode())
    text.seek(0)
    text.truncate()


EXPORT = Export(name="csv", label="CSV table", suffix=".csv", needs=Needs.ROWS, write=write)
