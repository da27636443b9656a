"""An Excel workbook: a page to read, with a chart, and the rows with real numbers and dates."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any, BinaryIO

from tallylight.domain import money
from tallylight.domain.columns import Column, Kind
from tallylight.domain.pages import Value
from tallylight.domain.report import Report
from tallylight.exports.base import Export, clean
from tallylight.exports.xlsx_summary import summary_lines

#: What Excel holds: rows of a sheet, characters of a cell.
MAX_ROWS = 1_048_576
_MAX_TEXT = 32_767
_FORMATS = {
    "title": {"bold": True, "font_size": 16},
    "heading": {"bold": True, "font_size": 12},
    "head": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"},
    Kind.COUNT: {"num_format": "#,##0"},
    Kind.MONEY: {"num_format": '"$"#,##0.00####'},
    Kind.DAY: {"num_format": "yyyy-mm-dd", "align": "left"},
    Kind.TIME: {"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"},
}
_WIDTHS = {Kind.TEXT: 24, Kind.COUNT: 14, Kind.MONEY: 14, Kind.DAY: 12, Kind.TIME: 20, Kind.FLAG: 10}
_SUMMARY_WIDTHS = (34, 16, 16, 16, 16, 16)
# xlsxwriter's types are not needed where it is not installed: a workbook, one of its sheets, its formats by name.
_Book = Any
_Sheet = Any
_Formats = dict[str, Any]


def write(report: Report, sink: BinaryIO) -> None:
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with contextlib.closing(_Lent(sink)) as lent:
        try:
            with xlsxwriter.Workbook(lent, options) as book:
                _fill(book, report)
        except xlsxwriter.exceptions.FileCreateError as e:  # its own name for what the stream said
            raise e.args[0] from None


def _fill(book: _Book, report: Report) -> None:
    book.set_properties(
        {"title": f"Usage, {report.question.label}", "comments": f"Tallylight {report.version}"}
    )
    formats = {str(name): book.add_format(look) for name, look in _FORMATS.items()}
    _write_summary(book, formats, report)
    _write_rows(book, formats, report)


class _Lent:
    """A stream for as long as the workbook is written: a zip file that failed half way tries to end itself when it is
    forgotten, where nobody can catch what comes of it."""

    def __init__(self, sink: BinaryIO) -> None:
        self._sink: BinaryIO | _Nowhere = sink

    def __getattr__(self, name: str) -> object:
        return getattr(self._sink, name)

    def close(self) -> None:
        self._sink = _Nowhere()


class _Nowhere:
    """Where what is left goes. No stream of Python's own: the collector may close that before the zip file."""

    _at = 0

    def seek(self, at: int) -> int:
        self._at = at
        return at

    def tell(self) -> int:
        return self._at

    def write(self, data: bytes) -> int:
        self._at += len(data)
        return len(data)

    def flush(self) -> None:
        pass


def _write_summary(book: _Book, formats: _Formats, report: Report) -> None:
    sheet = book.add_worksheet("Summary")
    sheet.hide_gridlines(2)
    for at, width in enumerate(_SUMMARY_WIDTHS):
        sheet.set_column(at, at, width)
    days = (0, 0)
    for row, line in enumerate(summary_lines(report)):
        for at, (kind, value) in enumerate(line.cells):
            _put(sheet, formats, row, at, kind, value, line.look)
        if line.is_day:
            days = (days[0] or row, row)
    if days[0]:
        _add_chart(book, sheet, *days)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _add_chart(book: _Book, sheet: _Sheet, first: int, last: int) -> None:
    chart = book.add_chart({"type": "column"})
    chart.add_series(
        {"name": "Spend per day", "categories": ["Summary", first, 0, last, 0], "gap": 40,
         "values": ["Summary", first, 1, last, 1]}
    )  # fmt: skip
    chart.set_title({"name": "Spend per day (USD)", "overlay": False, "name_font": {"size": 12}})
    chart.set_x_axis({"date_axis": True, "num_format": "d mmm"})
    chart.set_y_axis(
        {"num_format": '"$"#,##0', "major_gridlines": {"visible": True, "line": {"color": "#D0D0D0"}}}
    )
    chart.set_legend({"none": True})
    chart.set_size({"width": 720, "height": 320})
    sheet.insert_chart(
        1, len(_SUMMARY_WIDTHS) + 1, chart, {"description": "Spend per day in dollars, as columns"}
    )


def _write_rows(book: _Book, formats: _Formats, report: Report) -> None:
    """As many sheets as it takes."""
    sheet, row, number = _rows_sheet(book, formats, report.columns, 1), 1, 1
    puts = [_putter(formats, column.kind) for column in report.columns]
    for values in report.rows:
        if row == MAX_ROWS:
            _finish(sheet, report, row)
            number += 1
            sheet, row = _rows_sheet(book, formats, report.columns, number), 1
        for at, (put, value) in enumerate(zip(puts, values, strict=True)):
            put(sheet, row, at, value)
        row += 1
    _finish(sheet, report, row)


def _rows_sheet(book: _Book, formats: _Formats, columns: Iterable[Column], number: int) -> _Sheet:
    sheet = book.add_worksheet("Rows" if number == 1 else f"Rows {number}")
    for at, column in enumerate(columns):
        sheet.set_column(at, at, _WIDTHS[column.kind])
        sheet.write_string(0, at, column.title, formats["head"])
    sheet.freeze_panes(1, 0)
    return sheet


def _finish(sheet: _Sheet, report: Report, rows: int) -> None:
    sheet.autofilter(0, 0, rows - 1, len(report.columns) - 1)


def _putter(formats: _Formats, kind: Kind) -> Callable[[_Sheet, int, int, Value], None]:
    return lambda sheet, row, at, value: _put(sheet, formats, row, at, kind, value)


def _put(
    sheet: _Sheet, formats: _Formats, row: int, at: int, kind: Kind, value: Value, look: str = ""
) -> None:
    """One cell. What nobody knows stays empty: it is no zero."""
    form = formats.get(look) or formats.get(kind)
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, at, value)
    elif isinstance(value, int) and kind is Kind.TIME:
        sheet.write_datetime(row, at, datetime.fromtimestamp(value / 1000, UTC).replace(tzinfo=None), form)
    elif isinstance(value, int):
        sheet.write_number(row, at, float(money.to_decimal(value)) if kind is Kind.MONEY else value, form)
    elif kind is Kind.DAY:
        sheet.write_datetime(row, at, date.fromisoformat(value), form)
    else:
        sheet.write_string(row, at, clean(value)[:_MAX_TEXT], form)


EXPORT = Export(
    name="xlsx",
    label="Excel workbook",
    suffix=".xlsx",
    write=write,
    is_text=False,
    shown_as="csv",
    module="xlsxwriter",
    extra="xlsx",
)
