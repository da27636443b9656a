"""What a summary takes from the ledger: only what was asked for."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from budgets import a_budget
from factories import NOW_MS, a_ledger, an_event
from tallylight.domain.advice import Advice, Basis, Kind, Line
from tallylight.domain.chat import Chat
from tallylight.domain.columns import Detail, Private, Treatment
from tallylight.domain.effect import Given, Outcome, Score
from tallylight.domain.finding import say
from tallylight.domain.redaction import Redaction, name_of, redacted
from tallylight.domain.report import Needs, Report, ReportQuestion
from tallylight.domain.settings import Settings
from tallylight.domain.summary import Filter
from tallylight.domain.usage import UsageEvent
from tallylight.ledger.batch import Batch
from tallylight.ledger.periods import period_before
from tallylight.ledger.reports import Maker, report_of

DAY_MS = 86_400_000
SHOP, OTHER, NAMESAKE = "/home/ana/shop", "/home/ana/docs", "/srv/x/shop"


def a_report(
    folder: Path,
    *events: UsageEvent,
    settings: Settings | None = None,
    needs: Needs = Needs.SUMMARY,
    **asked: Any,
) -> Report:
    """Of October 2026, seen from its second day."""
    fields: dict[str, Any] = {"since": date(2026, 10, 1), "until": date(2026, 11, 1)}
    made_ms = asked.pop("made_ms", NOW_MS)
    with a_ledger(folder) as ledger:
        ledger.write(Batch(events=list(events or [an_event(cwd=SHOP)]), chats=asked.pop("chats", [])))
        maker = Maker(made_ms=made_ms, timezone="UTC", host="laptop", version="test")
        return report_of(
            ledger._connection, ReportQuestion(**(fields | asked)), settings or Settings(), maker, needs
        )


BUDGETS = [
    a_budget(id="all"),
    a_budget(id="shop", project=SHOP),
    a_budget(id="shop-main", project=SHOP, branch="main"),
    a_budget(id="docs", project=OTHER),
    a_budget(id="main", branch="main"),
]


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        (Filter(), ["all", "shop", "shop-main", "docs", "main"]),
        (Filter(project="shop"), ["shop", "shop-main"]),
        (Filter(project="Shop"), ["shop", "shop-main"]),
        (Filter(project=SHOP), ["shop", "shop-main"]),
        (Filter(project="hop"), []),
        (Filter(branch="main"), ["shop-main", "main"]),
        (Filter(project="shop", branch="main"), ["shop-main"]),
        (Filter(model="claude-opus-5-5"), []),
        (Filter(host="desk"), []),
        (Filter(project="shop", account="~/.claude"), []),
    ],
)
def test_a_filtered_summary_names_no_budget_beyond_it(
    tmp_path: Path, wanted: Filter, kept: list[str]
) -> None:
    report = a_report(tmp_path, filter=wanted, settings=Settings(budgets=tuple(BUDGETS)))
    assert [status.budget.id for status in report.budgets] == kept


# -- the period before


@pytest.mark.parametrize(
    ("since", "until", "before"),
    [
        ((2026, 10, 15), (2026, 11, 15), (2026, 9, 15)),
        ((2026, 3, 15), (2026, 4, 15), (2026, 2, 15)),
        ((2026, 10, 1), (2026, 11, 1), (2026, 9, 1)),
        ((2026, 3, 31), (2026, 4, 30), (2026, 2, 28)),
        ((2026, 2, 28), (2026, 3, 31), (2026, 1, 31)),
        ((2026, 2, 28), (2026, 3, 29), (2026, 1, 29)),
        ((2028, 2, 29), (2028, 3, 30), (2028, 1, 30)),
        ((2026, 1, 31), (2026, 2, 28), (2025, 12, 31)),
        ((2026, 10, 15), (2026, 11, 14), (2026, 9, 15)),
        ((2026, 10, 5), (2026, 10, 12), (2026, 9, 28)),
    ],
)
def test_before_a_billing_month_is_the_billing_month_before(
    since: tuple[int, int, int], until: tuple[int, int, int], before: tuple[int, int, int]
) -> None:
    assert period_before(date(*since), date(*until)) == date(*before)


def test_a_billing_month_in_progress_is_held_against_as_many_days(tmp_path: Path) -> None:
    report = a_report(tmp_path, since=date(2026, 9, 15), until=date(2026, 10, 15))  # seen on 2 October
    assert (report.before_since, report.before_until) == (date(2026, 8, 15), date(2026, 9, 2))


def test_what_has_not_begun_is_held_against_nothing(tmp_path: Path) -> None:
    report = a_report(tmp_path, since=date(2026, 10, 4), until=date(2026, 10, 6))
    assert (report.totals.requests, report.before.requests, report.changes) == (0, 0, [])
    assert report.before_since == report.before_until


# -- one code for one name

_SESSIONS = ("request session", "session session")


def codes(folder: Path, *more: UsageEvent, by: str = "project", **treatments: str) -> dict[str, object]:
    """Under which names the shop leaves, place by place, when there are these other requests."""
    redaction = Redaction({Private(k): Treatment(how) for k, how in treatments.items()}, "salt")
    shop = [an_event(key=f"m{at}", cwd=SHOP, session_id="s-shop", time_ms=NOW_MS - at) for at in (1, 2)]
    found: dict[str, object] = {}
    with a_ledger(folder) as ledger:
        ledger.write(Batch(events=[*shop, *more]))
        maker = Maker(made_ms=NOW_MS, timezone="UTC", host="laptop", version="test")

        def report(detail: Detail = Detail.SUMMARY, needs: Needs = Needs.SUMMARY) -> Report:
            question = ReportQuestion(
                since=date(2026, 10, 1),
                until=date(2026, 11, 1),
                by=by,
                detail=detail,
                filter=Filter(project=SHOP),
            )
            settings = Settings(budgets=(a_budget(project=SHOP),))
            return redacted(report_of(ledger._connection, question, settings, maker, needs), redaction)

        whole = report()
        found |= {
            "table": whole.projects[0].label,
            "filter": whole.question.filter.project,
            "budget": whole.budgets[0].budget.project,
            "chart": whole.stack.labels[0],
            "change": whole.changes[0].label,
        }
        for detail in Detail:
            made = report(detail)
            (row, *_) = made.rows
            cells = dict(zip((column.name for column in made.columns), row, strict=True))
            for name in ("group", "project", "project_path", "session"):
                if name in cells:
                    found[f"{detail} {name}"] = cells[name]
        charge = next(iter(report(needs=Needs.CHARGES).charges))
        found |= {"focus": charge.project, "focus path": charge.project_path}
    return found


def test_a_hashed_project_has_one_code_everywhere_and_keeps_it_beside_a_namesake(tmp_path: Path) -> None:
    hashed = name_of(Redaction({Private.PATH: Treatment.HASH}, "salt"), Private.PATH)(SHOP)
    namesake = an_event(key="other", cwd=NAMESAKE, session_id="s-2")
    for folder, more in (("before", []), ("after", [namesake])):
        (tmp_path / folder).mkdir()
        found = codes(tmp_path / folder, *more, paths="hash")
        assert {place: code for place, code in found.items() if code != hashed} == {
            "request session": "s-shop",
            "session session": "s-shop",
        }


def test_a_shortened_project_is_called_what_tells_it_from_a_namesake(tmp_path: Path) -> None:
    found = codes(tmp_path, an_event(key="other", cwd=NAMESAKE, session_id="s-2"), paths="short")
    names = {code for place, code in found.items() if place not in _SESSIONS and place != "request project"}
    assert names == {"ana/shop"}


@pytest.mark.parametrize("kind", ["paths", "titles", "sessions"])
def test_a_sessions_group_is_its_code_once_one_of_its_names_is_hashed(tmp_path: Path, kind: str) -> None:
    found = codes(tmp_path, by="session", **{kind: "hash"})
    code = name_of(Redaction({Private.SESSION: Treatment.HASH}, "salt"), Private.SESSION)("s-shop")
    assert {found["change"], found["summary group"], found["day group"]} == {code}
    assert found["session session"] == (code if kind == "sessions" else "s-shop")


def test_advice_counts_in_the_period_and_project_it_was_given_in(tmp_path: Path) -> None:
    """Three pieces: in this project, in another, and a month before; the first was taken."""
    basis = Basis(model="m")
    lines = (Line(say("Turn"), 10, 4),)

    def given(key: str, project: str, at_ms: int, outcome: Outcome | None = None) -> Given:
        advice = Advice(
            key=key, kind=Kind.RESET, session_id=key, project=project, name="n", title=say("t"), figures=(),
            assumption=say("a"), lines=lines, confidence=1, basis=basis,
        )  # fmt: skip
        return Given(advice=advice, first_ms=at_ms, last_ms=at_ms, outcome=outcome, settled_ms=1)

    taken = Outcome(how="reset", turns=1, promised_picousd=6, measured_picousd=5)
    with a_ledger(tmp_path) as ledger:
        ledger.keep_advice(
            [
                given("a", SHOP, NOW_MS, taken),
                given("b", OTHER, NOW_MS),
                given("c", SHOP, NOW_MS - 40 * DAY_MS, taken),
            ]
        )
    everything = a_report(tmp_path).advice
    assert (everything.shown, everything.taken, everything.measured_picousd) == (2, 1, 5)
    assert a_report(tmp_path, filter=Filter(project=OTHER)).advice == Score(shown=1)
    assert a_report(tmp_path, filter=Filter(session_id="a")).advice.taken == 1
    assert a_report(tmp_path, filter=Filter(model="m")).advice == Score()


def test_groups_say_how_many_of_their_sessions_tell_no_tokens(tmp_path: Path) -> None:
    chats = [
        Chat(source="cursor", session_id=name, cwd=cwd, created_ms=NOW_MS, moved_ms=NOW_MS, seen_ms=NOW_MS)
        for name, cwd in (("one", SHOP), ("two", SHOP), ("three", OTHER))
    ]

    def groups(by: str) -> dict[object, tuple[object, ...]]:
        report = a_report(tmp_path, by=by, chats=chats)
        names = [column.name for column in report.columns]
        wanted = [names.index(name) for name in ("requests", "cost_usd", "sessions_without_tokens")]
        return {row[0]: tuple(row[at] for at in wanted) for row in report.rows}

    by_project = groups("project")
    assert by_project["shop"][0] == 1 and by_project["shop"][2] == 2
    assert by_project["docs"] == (0, None, 1), "its cost is unknown, which is not nothing"
    assert groups("day")["2026-10-02"][2] == 3
    assert groups("agent")["cursor"][2] == 3
    assert groups("host")[""][2] == 3
