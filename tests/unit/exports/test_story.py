"""What a summary says, and that it says nothing that is not known."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from budgets import a_budget, a_status
from report_factories import DOLLAR, MADE_MS, a_report, a_session, totals
from tallylight.domain.budget import Period, Unit
from tallylight.domain.columns import Detail
from tallylight.domain.effect import Score
from tallylight.domain.report import Notable, Report, ReportQuestion, UnitCosts
from tallylight.domain.summary import Change, ClassCost, Filter, Stack, SummaryRow, Totals, Unpriced
from tallylight.exports.parts import MOST_LETTERS, Name, Section, name, plain
from tallylight.exports.story import story_of
from tallylight.exports.xlsx_summary import summary_lines

OCTOBER = (date(2026, 10, 1), date(2026, 11, 1))
SEPTEMBER = (date(2026, 9, 1), date(2026, 10, 1))


def of(since: date, until: date, **given: Any) -> Report:
    """A report of days, held against as many before."""
    question = ReportQuestion(since=since, until=until, label="x", by=given.pop("by", "project"))
    before = given.pop("against", (since - (until - since), since))
    return a_report(**({"question": question, "before_since": before[0], "before_until": before[1]} | given))


def lead(report: Report) -> list[str]:
    return [plain(sentence) for sentence in story_of(report).lead]


def section(report: Report, title: str) -> Section | None:
    return next((of for of in story_of(report).sections if of.title == title), None)


def rows(report: Report, title: str) -> list[tuple[str, ...]]:
    found = section(report, title)
    assert found is not None and found.table is not None
    return [tuple(row) for row in found.table.rows]


def said(report: Report) -> list[str]:
    found = section(report, "What is missing")
    return [] if found is None else [plain(sentence) for sentence in found.sentences]


# -- the headline


def test_a_month_that_is_over_is_told_beside_the_one_before() -> None:
    report = of(
        *OCTOBER,
        against=SEPTEMBER,
        totals=totals(212.4),
        before=totals(180),
        typical_day_picousd=91 * DOLLAR // 10,
    )
    assert lead(report)[0] == (
        "You spent $212.40 in October, 18 % more than in September; a typical day came to $9.10."
    )


def test_a_month_that_goes_on_is_told_beside_as_many_days() -> None:
    assert lead(a_report())[0] == (
        "You have spent $12.00 in November so far, 50 % more than in the first 22 days of October;"
        " a typical day came to $2.00."
    )


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        (date(2026, 11, 20), date(2026, 11, 21), "You spent $12.00 on 20 November, 50 % more than the day before"),
        (date(2026, 11, 9), date(2026, 11, 16), "from 9 to 15 November, 50 % more than from 2 to 8 November"),
        (date(2026, 10, 28), date(2026, 11, 4), "from 28 October to 3 November, 50 % more than from 21 to 27 October"),
        (date(2025, 12, 28), date(2026, 1, 4), "from 28 December 2025 to 3 January, "),
        (date(2025, 1, 1), date(2026, 1, 1), "You spent $12.00 in 2025, 50 % more than in 2024"),
        (date(2025, 2, 1), date(2025, 3, 1), "You spent $12.00 in February 2025, "),
        (date(2026, 11, 22), date(2026, 11, 23), "You have spent $12.00 on 22 November so far, "),
    ],
)  # fmt: skip
def test_days_are_called_what_people_call_them(since: date, until: date, words: str) -> None:
    before = (
        (date(2024, 1, 1), date(2025, 1, 1))
        if since == date(2025, 1, 1)
        else (since - (until - since), since)
    )
    assert words in lead(of(since, until, against=before))[0]


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (totals(8), "50 % more than"),
        (totals(24), "50 % less than"),
        (totals(12), "as much as in September"),
        (totals(2), "6.0 times as much as in September"),
        (totals(8, unpriced=1), "about 50 % more than"),
        (totals(0, requests=0), ""),
        (totals(0, unpriced=10), ""),
    ],
)
def test_a_change_is_told_as_far_as_it_is_known(before: Totals, words: str) -> None:
    text = lead(of(*OCTOBER, against=SEPTEMBER, before=before))[0]
    assert words in text
    assert ("September" in text) == bool(words)


def test_a_floor_is_called_one() -> None:
    text = lead(of(*OCTOBER, totals=totals(12, at_least=1)))[0]
    assert text.startswith("You spent at least $12.00 in October, about 50 % more")


def test_nothing_is_told_of_nothing() -> None:
    report = of(*OCTOBER, totals=Totals(), before=Totals(), projects=(), models=(), classes=(), changes=(), notable=(),
                budgets=(), units=UnitCosts(), unpriced=(), typical_day_picousd=None)  # fmt: skip
    story = story_of(report)
    assert lead(report) == ["Nothing was recorded in October."]
    untold = replace(report, untold_sessions=2)
    assert lead(untold) == ["2 sessions tell no tokens in October: what they used is unknown, not nothing."]
    assert (list(story.tiles), list(story.sections), story.stack, story.details) == ([], [], None, None)


def test_without_a_price_there_is_no_amount() -> None:
    text = lead(of(*OCTOBER, totals=totals(0, requests=1, unpriced=1)))
    assert text == ["You made 1 request with 3.8k tokens in October, of a model without a price."]


def test_with_a_plan_nothing_is_owed() -> None:
    report = of(*OCTOBER, plan_fee_picousd=100 * DOLLAR)
    assert lead(report)[0].startswith("Your usage in October was worth $12.00 at list prices")
    assert lead(report)[1] == (
        "Your plan costs $100.00 a month; what is shown here is API-equivalent value, not money owed."
    )
    assert story_of(report).tiles[0].title == "API-equivalent"
    assert "not money owed" in plain(story_of(report).about[0])
    assert "spent" not in " ".join(lead(report)).lower()


def test_what_a_unit_came_to_is_told_where_there_are_several() -> None:
    units = UnitCosts(active_days=3, sessions=1, prompts=24, picousd=12 * DOLLAR)
    assert (
        lead(of(*OCTOBER, units=units))[1]
        == "That is $4.00 for each of 3 active days and $0.50 for each of 24 prompts."
    )
    assert len(lead(of(*OCTOBER, units=UnitCosts(active_days=1, sessions=1, prompts=1, picousd=1)))) == 1


def test_of_two_days_none_is_typical() -> None:
    days = [SummaryRow(key=f"2026-10-0{n}", label="", totals=totals(n)) for n in (1, 2)]
    report = of(*OCTOBER, days=days)
    assert "typical" not in lead(report)[0]
    assert "Typical day" not in [tile.title for tile in story_of(report).tiles]


# -- tables


def test_of_ten_thousand_projects_the_largest_are_named_and_the_rest_counted() -> None:
    many = [SummaryRow(key=str(n), label=f"p{n}", totals=totals(1)) for n in range(10_000)]
    report = of(*OCTOBER, projects=many, totals=totals(10_000))
    found = section(report, "Projects")
    assert found is not None and found.table is not None
    assert [row[0] for row in found.table.rows] == [f"p{n}" for n in range(8)]
    assert found.table.rest == ("9,992 more", "37.5M", "$9,992.00", "99 %")


def test_models_that_share_a_name_keep_their_ids() -> None:
    ids = ("claude-opus-4-5-20250101", "claude-opus-4-5-20250202", "claude-haiku-4-5")
    report = of(*OCTOBER, models=[SummaryRow(key=i, label=i, totals=totals(1)) for i in ids])
    assert [row[0] for row in rows(report, "Models")] == [*ids[:2], "Haiku 4.5"]


def test_token_classes_stand_dearest_first_and_unused_ones_not_at_all() -> None:
    classes = [
        ClassCost("input", 0, 0),
        ClassCost("output", 400, 3 * DOLLAR),
        ClassCost("cache_read", 6000, 9 * DOLLAR, at_least=1),
    ]
    report = of(*OCTOBER, classes=classes)
    assert rows(report, "Where the money went") == [
        ("Cache read", "6.0k", "≥ $9.00", "75 %"),
        ("Output", "400", "$3.00", "25 %"),
    ]
    shares = section(report, "Where the money went")
    assert shares is not None and [share.share for share in shares.shares] == [0.75, 0.25]


def test_changes_need_something_to_compare_with() -> None:
    changes = [
        Change("shop", totals(4), totals(9)),
        Change("docs", totals(3), Totals()),
        Change("own", totals(0, unpriced=10, output=100), totals(0, unpriced=10, output=300)),
    ]
    assert rows(of(*OCTOBER, against=SEPTEMBER, changes=changes), "Biggest changes") == [
        ("shop", "$4.00", "$9.00", "+$5.00"),
        ("docs", "$3.00", "–", "−$3.00"),
        ("own", "3.6k tokens", "3.9k tokens", "+200 tokens"),
    ]
    assert section(of(*OCTOBER, changes=changes, before=Totals()), "Biggest changes") is None


def test_a_session_worth_a_look_says_why() -> None:
    notable = [
        Notable(session=a_session(), times_typical=4.5, rules=("Context bloat", "Running without you")),
        Notable(session=a_session(title="", label="0f3c9a1e"), times_typical=1.2, rules=("Large session",)),
    ]
    assert [(row[0], row[2]) for row in rows(of(*OCTOBER, notable=notable), "Sessions worth a look")] == [
        ("Mend the till", "4.5 times the median session, context bloat, running without you"),
        ("0f3c9a1e", "Large session"),
    ]


def test_budgets_are_told_of_a_period_that_holds_today() -> None:
    assert section(of(*OCTOBER), "Budgets") is None
    assert section(a_report(), "Budgets") is not None


@pytest.mark.parametrize(
    ("status", "row"),
    [
        (a_status(), ("November, everything", "$213.90", "$300", "71 %", "$289, between $262 and $318: on pace")),
        (a_status(spent=330 * DOLLAR), ("November, everything", "$330.00", "$300", "110 %", "over by $30")),
        (a_status(forecast=None), ("November, everything", "$213.90", "$300", "71 %", "too early to say")),
        (a_status(a_budget(period=Period.DAY, project="/home/ana/shop"), forecast=None, unpriced=2),
         ("Today, shop", "≥ $213.90", "$300", "71 %", "")),
        (a_status(a_budget(period=Period.WEEK, unit=Unit.TOKENS, amount=40_000_000), spent=4_100_000, forecast=None),
         ("This week, everything, tokens", "4.1M", "40M", "10 %", "too early to say")),
        (a_status(a_budget(period=Period.SESSION), span=None, forecast=None),
         ("Any session", "$213.90", "$300", "71 %", "")),
        (a_status(a_budget(starts_on=15)), ("15 Nov – 14 Dec, everything", "$213.90", "$300", "71 %",
         "$289, between $262 and $318: on pace")),
    ],
)  # fmt: skip
def test_a_budget_says_where_it_stands(status: Any, row: tuple[str, ...]) -> None:
    (found,) = rows(a_report(budgets=[status]), "Budgets")
    assert found == row


# -- what is missing, and the rest


def test_what_the_figures_leave_out_is_said() -> None:
    report = of(
        *OCTOBER, totals=totals(12, at_least=2), not_itemised_picousd=3 * DOLLAR,
        not_recorded=["2026-10-03", "2026-10-04", "2026-10-07"],
        unpriced=[Unpriced(f"own-{n}", totals(0, requests=1, unpriced=1)) for n in range(7)],
    )  # fmt: skip
    assert said(report)[0] == "own-0 has no price: 3.8k tokens in 1 request, not in the total."
    assert said(report)[5:] == [
        "2 more models have no price.",
        "2 requests lack the end of their output in the log: costs are at least that.",
        "Not itemised: $3.00 more by the agents’ own count, probably titles, compaction, web search and retries.",
        "Not recorded, though the client was used: 3, 4 and 7 October.",
    ]
    assert said(of(*OCTOBER, unpriced=())) == []


def test_a_filter_is_said() -> None:
    question = ReportQuestion(
        since=OCTOBER[0], until=OCTOBER[1], filter=Filter(project="shop", branch="main")
    )
    assert plain(story_of(a_report(question=question)).scope) == "Only project shop and branch main."


def test_bars_have_the_typical_day_that_the_text_has() -> None:
    stack = Stack(
        slots=("2026-11-01",),
        series=("m", ""),
        labels=("claude-opus-5-5", ""),
        values=((1,), (2,)),
        typical_day_picousd=7,
    )
    found = story_of(a_report(stack=stack)).stack
    assert found is not None
    assert (found.typical_day_picousd, list(found.labels)) == (2 * DOLLAR, ["Opus 5.5", "the rest"])
    assert story_of(a_report(stack=replace(stack, values=((0,), (0,))))).stack is None


@pytest.mark.parametrize(
    ("by", "detail", "title"),
    [
        ("project", Detail.SUMMARY, None),
        ("model", Detail.SUMMARY, None),
        ("branch", Detail.SUMMARY, "By branch"),
        ("project", Detail.DAY, "Day by day"),
        ("project", Detail.SESSION, "Every session"),
        ("project", Detail.REQUEST, "Every request"),
    ],
)
def test_rows_follow_where_the_summary_does_not_have_them(by: str, detail: Detail, title: str | None) -> None:
    details = story_of(a_report(by=by, detail=detail)).details
    assert (details and details.title) == title
    if details is not None:
        (row,) = details.rows
        assert len(row) == len(details.heads)


def test_a_row_in_detail_has_figures_people_read() -> None:
    details = story_of(a_report(detail=Detail.DAY, by="day")).details
    assert details is not None
    assert [head.title for head in details.heads] == [
        "Day", "Requests", "Input", "Cache read", "Cache write", "Output", "Cost",
    ]  # fmt: skip
    (row,) = details.rows
    assert row == ("2026-11-03", "4", "5", "6", "15", "9", "≥ $11.00")
    free = [("2026-11-03", "g", "", *range(1, 8), None, 1, 0)]
    again = story_of(a_report(detail=Detail.DAY, by="day", rows=free)).details
    assert again is not None and next(iter(again.rows))[-1] == "no price"


def test_a_name_is_cut_before_it_tells_nothing() -> None:
    assert len(name("x" * 5000)) == MOST_LETTERS
    assert name("x" * 5000).endswith("…")
    assert name(" \u202e\x00 ", "nobody") == "nobody"
    assert isinstance(name("a"), Name)


def test_the_day_of_making_is_told() -> None:
    assert MADE_MS and "22 November 2026" in plain(story_of(a_report()).about[1])


# -- what follows from a floor


def test_what_follows_from_a_floor_is_said_to_be_one() -> None:
    report = a_report(totals=totals(12, at_least=1))
    assert "a typical day came to at least $2.00" in lead(report)[0]
    assert lead(report)[1].startswith(
        "That is at least $4.00 for each of 3 active days, at least $3.00 for each"
    )
    tiles = {tile.title: tile.figure for tile in story_of(report).tiles}
    assert (tiles["Spend"], tiles["Typical day"]) == ("≥ $12.00", "≥ $2.00")
    cells = [cell for line in summary_lines(report) for _, cell in line.cells]
    assert {"Cost (USD), at least", "Typical day (USD), at least"} <= set(cells)


def test_days_without_a_price_are_none_of_the_typical_ones() -> None:
    days = [SummaryRow(key=f"2026-11-0{n}", label="", totals=totals(n)) for n in (0, 1, 2)]
    assert "typical" not in lead(a_report(days=days))[0]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (totals(0.00001), "spent less than $0.0001 in"),
        (totals(0.00001, at_least=1), "spent more than $0 in"),
        (
            Totals(requests=1, unpriced=1, input=5),
            "You made 1 request with 5 tokens in November, of a model without a",
        ),
    ],
)
def test_very_little_is_told_in_words(given: Totals, words: str) -> None:
    assert words in lead(a_report(totals=given, units=UnitCosts()))[0]
    assert "≥ <" not in "".join(tile.figure for tile in story_of(a_report(totals=given)).tiles)


def test_advice_that_was_taken_is_measured() -> None:
    def told(**given: Any) -> list[str]:
        return [plain(s) for s in story_of(a_report(advice=Score(**given))).lead if "advice" in plain(s)]

    made = {"shown": 9, "taken": 3, "promised_picousd": 710 * DOLLAR // 100}
    assert told(**made, measured_picousd=667 * DOLLAR // 100) == [
        "You took 3 of 9 pieces of advice; measured on the turns that followed, that saved $6.67, "
        "where $7.10 was promised."
    ]
    assert "that lost $1.00" in told(**made, measured_picousd=-DOLLAR)[0]
    assert told(shown=9) == []
