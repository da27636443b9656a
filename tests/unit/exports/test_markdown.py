"""Markdown that reads as it is meant, whatever names are in it."""

from __future__ import annotations

import io
from datetime import date

import pytest
from hypothesis import given
from markdown_it import MarkdownIt

from odd_names import NAMES, names
from report_factories import a_report, totals
from tallylight.domain.columns import Detail
from tallylight.domain.report import Report, ReportQuestion
from tallylight.domain.summary import SummaryRow, Unpriced
from tallylight.exports import markdown
from tallylight.exports.parts import name

#: What keeps a name inert and to itself, unseen.
_UNSEEN = dict.fromkeys(map(ord, "\u2060\u2068\u2069"))

OCTOBER = ReportQuestion(since=date(2026, 10, 1), until=date(2026, 11, 1), label="October 2026")
GITHUB = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def written(report: Report) -> str:
    sink = io.BytesIO()
    markdown.write(report, sink)
    return sink.getvalue().decode()


def cells(text: str) -> list[list[str]]:
    """The rows of all tables as a reader sees them; markup inside a cell fails."""
    found: list[list[str]] = []
    for token in GITHUB.parse(text):
        if token.type == "tr_open":
            found.append([])
        elif token.type == "inline" and token.level == 4:
            kinds = {child.type for child in token.children or ()}
            assert kinds <= {"text", "text_special"}, (token.content, kinds)
            found[-1].append("".join(child.content for child in token.children or ()).translate(_UNSEEN))
    return found


def test_a_summary_reads_as_a_person_would_write_it() -> None:
    text = written(
        a_report(question=OCTOBER, budgets=(), before_since=date(2026, 9, 1), before_until=date(2026, 10, 1))
    )
    assert text.startswith(
        "## October 2026\n\nYou spent $12.00 in October, 50 % more than in September; a typical day came to $2.00.\n\n"
        "That is $4.00 for each of 3 active days, $3.00 for each of 4 sessions and $0.60 for each of 20 prompts.\n\n"
        "### Projects\n\n| Project | Tokens | Cost | Share |\n| --- | ---: | ---: | ---: |\n"
        "| shop | 3.8k | $9.00 | 75 % |\n| docs | 3.8k | $3.00 | 25 % |\n\n### Models\n"
    )
    assert "\n- own-model has no price: 3.8k tokens in 2 requests, not in the total.\n" in text
    assert text.endswith("with Tallylight 1.0.\n")


@given(names)
def test_no_name_breaks_a_table_or_does_anything(odd: str) -> None:
    report = a_report(
        projects=[
            SummaryRow(key="a", label=odd, totals=totals(9)),
            SummaryRow(key="b", label="docs", totals=totals(3)),
        ],
        question=OCTOBER,
    )
    found = cells(written(report))
    at = found.index(["Project", "Tokens", "Cost", "Share"])
    shown = str(name(odd, "no project")).translate(_UNSEEN).strip()
    assert found[at + 1] == [shown, "3.8k", "$9.00", "75 %"]
    assert found[at + 2][0] == "docs"


@pytest.mark.parametrize("odd", NAMES)
def test_no_name_opens_a_block_where_it_begins_a_line(odd: str) -> None:
    tokens = GITHUB.parse(
        written(a_report(question=OCTOBER, unpriced=[Unpriced(odd, totals(0, unpriced=10))]))
    )
    assert [token.type for token in tokens].count("list_item_open") == 1
    inline = next(t for t in tokens if t.type == "inline" and " has no price" in t.content)
    assert {child.type for child in inline.children or ()} <= {"text", "text_special"}
    assert (
        "".join(c.content for c in inline.children or ())
        .translate(_UNSEEN)
        .startswith(name(odd).translate(_UNSEEN))
    )


@pytest.mark.parametrize(
    "odd",
    [
        "@ana",
        "#123",
        "GH-12",
        "ana/shop#4",
        "ana@example.com",
        "https://x.y",
        "www.x.y",
        ":tada:",
        "!1",
        "~2",
        "$3",
    ],
)
def test_no_name_calls_anybody_or_links_anything(odd: str) -> None:
    text = markdown.escaped(name(odd))
    assert odd not in text.replace("\\", "")
    assert odd == text.replace("\\", "").translate(_UNSEEN)


def test_rows_follow_the_summary() -> None:
    text = written(a_report(detail=Detail.SESSION))
    assert "### Every session\n\n| Last request | Session | Project |" in text
    assert "| Mend the till | shop | fix/login |" in text
    assert written(a_report(by="branch")).count("| fix/login | 3 | 4 |") == 1
