"""A workbook is opened by another library: real numbers and dates, and no name that does anything."""

from __future__ import annotations

import errno
import gc
import io
import os
import sys
from datetime import date
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from factories import an_event
from random_ledgers import FIRST_MS, a_book
from report_factories import DOLLAR, a_report
from tallylight.domain.columns import Detail
from tallylight.domain.usage import UsageEvent
from tallylight.exports import xlsx
from tallylight.exports.xlsx_summary import summary_lines
from tallylight.ingest.outbox import export_named

EVIL = ('=HYPERLINK("http://127.0.0.1")', "https://127.0.0.1/x", "+1", "a\x00\u202eb\nc")


def opened(events: list[UsageEvent], detail: Detail = Detail.REQUEST, **given: Any) -> Workbook:
    with a_book(events) as book:
        return openpyxl.load_workbook(io.BytesIO(book.written(export_named("xlsx"), detail, **given)))


def column(book: Workbook, title: str, sheet: str = "Rows") -> list[Any]:
    titles, *rows = book[sheet].iter_rows()
    at = [cell.value for cell in titles].index(title)
    return [row[at] for row in rows]


def test_values_have_their_types() -> None:
    book = opened([an_event(output=4, time_ms=FIRST_MS + 43_200_120)])
    assert [cell.value for cell in column(book, "Output")] == [4]
    assert [cell.value for cell in column(book, "Cost (USD)")] == [1e-10]
    (at,) = column(book, "Time")
    assert at.value.isoformat() == "2026-09-28T12:00:00.120000"
    assert at.number_format == "yyyy-mm-dd hh:mm:ss"
    assert isinstance(column(book, "Day")[0].value, date)
    assert column(book, "Complete")[0].value is True


def test_names_stay_text() -> None:
    book = opened([an_event(key=f"msg_{at}", branch=branch) for at, branch in enumerate(EVIL)])
    cells = column(book, "Branch")
    assert [cell.data_type for cell in cells] == ["s"] * len(EVIL)
    assert not any(cell.hyperlink for cell in cells)
    assert {cell.value for cell in cells} == {*EVIL[:3], "ab c"}


def test_a_long_name_is_cut_where_a_cell_ends() -> None:
    (cell,) = column(opened([an_event(branch="b" * 40_000)]), "Branch")
    assert len(cell.value) == 32_767


def test_what_has_no_price_is_empty_and_no_zero() -> None:
    book = opened([an_event(model="mystery-1")])
    assert [cell.value for cell in column(book, "Cost (USD)")] == [None]
    words = [cell.value for row in book["Summary"].iter_rows() for cell in row if cell.value]
    assert "mystery-1 has no price: 1 requests are in no cost." in words


class FullDisk(io.BytesIO):
    def write(self, data: Any) -> int:
        if self.tell() > 100:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(data)


def test_a_full_disk_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    unheard: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", unheard.append)
    export = export_named("xlsx")
    with (
        a_book([an_event()]) as book,
        book.report(export, Detail.REQUEST) as report,
        FullDisk() as sink,
        pytest.raises(OSError, match="No space left") as caught,
    ):
        export.write(report, sink)
    del caught
    gc.collect()
    assert unheard == []


def test_rows_have_a_frozen_header_and_a_filter() -> None:
    sheet = opened([an_event(), an_event(key="msg_2")])["Rows"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:{openpyxl.utils.get_column_letter(sheet.max_column)}3"


def test_rows_beyond_a_sheets_end_go_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MAX_ROWS", 3)
    book = opened([an_event(key=f"msg_{at}", time_ms=FIRST_MS + at) for at in range(5)])
    assert book.sheetnames == ["Summary", "Rows", "Rows 2", "Rows 3"]
    found = [cell.value for sheet in book.sheetnames[1:] for cell in column(book, "Request", sheet)]
    assert found == [f"msg_{at}" for at in range(5)]


def test_the_page_has_one_chart_of_the_days() -> None:
    events = [an_event(key=f"msg_{at}", time_ms=FIRST_MS + at * 86_400_000) for at in range(3)]
    sheet = opened(events, Detail.SUMMARY)["Summary"]
    (chart,) = sheet._charts
    (series,) = chart.series
    first, last = series.val.numRef.f.replace("$", "").split("!")[1].split(":")
    days = [
        cell.value.date().isoformat() for (cell,) in sheet[first.replace("B", "A") : last.replace("B", "A")]
    ]
    assert days == ["2026-09-28", "2026-09-29", "2026-09-30"]
    assert sum(cell.value for (cell,) in sheet[first:last]) == pytest.approx(3 * 10 * 25e-12)


def test_ten_thousand_projects_are_a_line_on_the_page_and_all_among_the_rows() -> None:
    events = [an_event(key=f"msg_{at}", cwd=f"/srv/project-{at}") for at in range(10_000)]
    book = opened(events, Detail.SUMMARY)
    assert book["Rows"].max_row == 10_001
    assert any(cell.value == "9975 more" for (cell,) in book["Summary"]["A1:A80"])


def test_the_first_page_names_budgets_units_and_sessions_as_people_do() -> None:
    report = a_report(names={"/home/ana/shop": "ana/shop"})
    lines = [[value for _, value in line.cells] for line in summary_lines(report)]
    assert not [line for line in lines if "/home/ana/shop" in line]
    assert [line[0] for line in lines if line and str(line[0]).endswith(", ana/shop")]
    assert ["Session", 3 * DOLLAR, 4] in lines
    (notable,) = [line for line in lines if line[:1] == ["Mend the till"]]
    assert notable[3:] == ["shop", "4.5 times the median session, context bloat"]
