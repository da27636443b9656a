"""PDF: pages that are numbered, tables that go on with their heads, text that can be copied."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from PySide6.QtWidgets import QApplication

from budgets import a_budget, a_status
from odd_names import NAMES
from report_factories import DOLLAR, a_report, totals
from tallylight.domain.columns import Detail
from tallylight.domain.report import Report
from tallylight.domain.summary import Stack, SummaryRow
from tallylight.exports import grid, ink, pdf
from tallylight.gui.palette import LIGHT

pytestmark = pytest.mark.usefixtures("qapp")
STACK = Stack(
    slots=("2026-11-01", "2026-11-02"),
    series=("shop", ""),
    labels=("shop", ""),
    values=((DOLLAR, 0), (0, DOLLAR)),
)


def pages(report: Report) -> list[str]:
    sink = io.BytesIO()
    pdf.write(report, sink)
    return [" ".join(page.extract_text().split("\n")) for page in PdfReader(sink).pages]


def day_rows(count: int, label: str = "shop") -> list[tuple[str | int, ...]]:
    return [("2026-11-03", f"{label}-{n}", "", *range(1, 8), DOLLAR, 0, 0) for n in range(count)]


def test_the_summary_can_be_copied_letter_by_letter(qapp: QApplication) -> None:
    (text,) = pages(a_report(stack=STACK))
    for part in ("November 2026", "You have spent $12.00 in November so far, 50 % more than", "Spend per day",
                 "the rest", "shop", "$9.00", "75 %", "own-model has no price: 3.8k tokens",
                 ":00 with Tallylight 1.0", "Page 1 of 1"):  # fmt: skip
        assert part in text, text


@pytest.mark.parametrize("count", [3, 1000])
def test_each_page_of_a_long_table_begins_with_its_heads(count: int) -> None:
    found = pages(a_report(detail=Detail.DAY, rows=day_rows(count)))
    long = found[1:]
    assert all(text.count("Cache write") == 1 for text in long)
    assert all(f"Page {n} of {len(found)}" in text for n, text in enumerate(found, 1))
    everything = " ".join(long)
    assert [n for n in range(count) if f" shop-{n} " not in everything] == []
    assert (len(long) > 10) == (count > 500)


def test_many_budgets_go_on_overleaf() -> None:
    budgets = [a_status(a_budget(project=f"/home/ana/{'very-long-' * 5}{n}x")) for n in range(60)]
    found = pages(a_report(budgets=budgets, stack=STACK))
    assert len(found) > 2
    assert all(f"Page {n} of {len(found)}" in text for n, text in enumerate(found, 1))
    assert [n for n in range(60) if f"-{n}x" not in " ".join(found).replace(" ", "")] == []
    assert all(text.count("Forecast") == 1 for text in found[1:-1])


def test_the_fonts_go_with_it() -> None:
    sink = io.BytesIO()
    pdf.write(a_report(), sink)
    reader = PdfReader(sink)
    fonts = reader.pages[0]["/Resources"]["/Font"].values()  # type: ignore[index]
    parts = [
        font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        for font in fonts
    ]
    assert {"Inter" in part["/FontName"] for part in parts} == {True}
    assert all(any(key.startswith("/FontFile") for key in part) for part in parts)
    assert reader.metadata is not None and reader.metadata.title == "November 2026"


@pytest.mark.parametrize("odd", NAMES)
def test_no_name_breaks_a_page(odd: str) -> None:
    report = a_report(
        detail=Detail.DAY, projects=[SummaryRow(key="a", label=odd, totals=totals(9))],
        rows=[("2026-11-03", odd, "", *range(1, 8), DOLLAR, 0, 0)],
    )  # fmt: skip
    found = pages(report)
    assert len(found) == 2
    assert "$9.00" in found[0] and "$1.00" in found[1]


widths = st.lists(st.tuples(st.floats(5, 400), st.booleans()), min_size=1, max_size=9)


@settings(max_examples=200)
@given(widths)
def test_columns_fill_the_page_and_figures_are_whole(columns: list[tuple[float, bool]]) -> None:
    natural, may_give = zip(*columns, strict=True)
    whole = sum(width for width, gives in columns if not gives)
    page = whole + 150
    found = grid.fitted(natural, may_give, page)
    assert [w for w, gives in zip(found, may_give, strict=True) if not gives] == [
        w for w, g in columns if not g
    ]
    assert all(width > 0 for width in found)
    assert sum(found) <= page + 0.01
    if any(may_give):
        assert sum(found) == pytest.approx(page)


def test_the_colours_are_those_of_the_window() -> None:
    assert LIGHT.series == ink.SERIES
    assert (
        LIGHT.border, LIGHT.near, LIGHT.over, LIGHT.saved, LIGHT.muted,
    ) == (ink.BORDER, ink.NEAR, ink.OVER, ink.SAVED, ink.MUTED)  # fmt: skip
