"""A page that needs nothing else, runs nothing, and shows names as they are."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib.resources import files

import pytest
from hypothesis import given

from odd_names import names
from report_factories import DOLLAR, SESSION, a_report, a_session, totals
from tallylight.domain.columns import Detail
from tallylight.domain.report import Notable, Report, Row
from tallylight.domain.summary import Stack, SummaryRow
from tallylight.exports import html
from tallylight.exports.parts import name
from tallylight.gui.palette import DARK, LIGHT, Palette

#: Elements that never close.
VOID = {"meta", "line", "rect", "br", "img", "link", "input"}
STACK = Stack(
    slots=("2026-11-01", "2026-11-02", "2026-11-03"), series=("shop", ""), labels=("shop", ""),
    values=((DOLLAR, 0, 3 * DOLLAR), (0, 0, DOLLAR)), not_recorded=("2026-11-02",),
)  # fmt: skip


class Page(HTMLParser):
    """What a browser finds: elements that balance, their attributes, and the rows of the tables."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data
        self.texts.append(data)


def written(report: Report) -> str:
    sink = io.BytesIO()
    html.write(report, sink)
    return sink.getvalue().decode()


def test_the_page_needs_nothing_and_runs_nothing() -> None:
    text = written(a_report(stack=STACK, detail=Detail.SESSION))
    page = Page(text)
    policy = next(a["content"] for _, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    assert not {"script", "link", "img", "iframe", "object", "a", "form"} & {tag for tag, _ in page.tags}
    attributes = {key for _, found in page.tags for key in found}
    assert not {key for key in attributes if key.startswith("on") or key in ("src", "href", "srcset")}
    assert not re.search(r"https?:|url\(|@import|@font-face", text)


def test_the_charts_can_be_read_without_being_seen() -> None:
    page = Page(written(a_report(stack=STACK)))
    (svg,) = (found for tag, found in page.tags if tag == "svg")
    named = [found["id"] for tag, found in page.tags if tag in ("title", "desc") and "id" in found]
    assert svg["role"] == "img" and svg["aria-labelledby"] == " ".join(filter(None, named))
    texts = " ".join(page.texts)
    assert "$5.00 in all; most: 3 November: $4.00 (shop $3.00, the rest $1.00)" in texts
    assert "2 November: not recorded" in texts


def test_the_same_story_as_everywhere() -> None:
    page = Page(written(a_report()))
    assert ["Project", "Tokens", "Cost", "Share"] in page.rows
    assert ["shop", "3.8k", "$9.00", "75 %"] in page.rows
    assert "You have spent $12.00 in November so far" in "".join(page.texts)


@given(names)
def test_a_name_is_text_and_nothing_else(odd: str) -> None:
    plain = Page(written(a_report(stack=STACK)))
    report = a_report(
        projects=[SummaryRow(key=odd, label=odd, totals=totals(9)), SummaryRow(key="", label="docs", totals=totals(3))],
        notable=[Notable(session=a_session(label=odd, project=odd), times_typical=4.5, rules=("Context bloat",))],
        stack=Stack(slots=STACK.slots, series=(odd or "x", ""), labels=(odd, ""), values=STACK.values,
                    not_recorded=STACK.not_recorded),
    )  # fmt: skip
    page = Page(written(report))
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in plain.tags]
    assert [found for _, found in page.tags] == [found for _, found in plain.tags]
    assert [str(name(odd, "no project")), "3.8k", "$9.00", "75 %"] in page.rows
    assert page.rows[-1][:2] != page.rows[0]


def test_a_name_cannot_turn_what_stands_beside_it() -> None:
    text = written(a_report(projects=[SummaryRow(key="a", label="\u202eשלום", totals=totals(9))]))
    assert "<td><bdi>שלום</bdi></td>" in text
    assert "\u202e" not in text


@pytest.mark.parametrize("detail", Detail)
def test_rows_follow_the_summary(detail: Detail) -> None:
    page = Page(written(a_report(detail=detail)))
    if detail is Detail.SUMMARY:
        assert page.rows[-1][0] == "This month, shop"
    elif detail is Detail.DAY:
        assert page.rows[-1][:3] == ["2026-11-03", "shop", "4"]
    else:
        assert SESSION[:8] in page.rows[-1] or "Mend the till" in page.rows[-1]


def test_ten_thousand_rows_are_handed_on_as_they_come() -> None:
    taken = 0

    def rows() -> Iterator[Row]:
        nonlocal taken
        for n in range(10_000):
            taken += 1
            yield ("2026-11-03", f"p{n}", "", *range(1, 8), DOLLAR, 0, 0)

    class Sink(io.BytesIO):
        seen: list[int] = []  # noqa: RUF012

        def write(self, data: object) -> int:
            self.seen.append(taken)
            return super().write(data)  # type: ignore[arg-type]

    sink = Sink()
    html.write(a_report(detail=Detail.DAY, rows=rows()), sink)
    assert sink.getvalue().count(b"<bdi>p") == 10_000
    assert max(b - a for a, b in zip(sink.seen, sink.seen[1:], strict=False)) < 200


@pytest.mark.parametrize(("palette", "at"), [(LIGHT, 0), (DARK, 1)])
def test_the_colours_are_those_of_the_window(palette: Palette, at: int) -> None:
    page = (files("tallylight.resources") / "exports" / "summary.html").read_text("utf-8")
    block = page.split(":root {")[at + 1].split("}")[0]
    found = dict(re.findall(r"--(\w+): (#\w{6})", block))
    series = {f"s{n}": colour for n, colour in enumerate(palette.series)}
    assert found == series | {key: getattr(palette, key) for key in found if key not in series}
    assert len(found) == 16
