"""Summaries for sharing: what a period came to, and its rows as a stream."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta

import msgspec
from msgspec.structs import replace

from tallylight.domain.billing import REPORTED
from tallylight.domain.budget import Budget
from tallylight.domain.columns import COLUMNS, FIGURES, Detail
from tallylight.domain.effect import Score, score
from tallylight.domain.notices import Notice
from tallylight.domain.pages import Row, Rows
from tallylight.domain.report import Needs, Notable, Report, ReportQuestion, UnitCosts, basis_of
from tallylight.domain.settings import Settings
from tallylight.domain.summary import Filter, Summary, SummaryRow, Totals, typical, without_titles
from tallylight.ledger.advice_log import read_if_any
from tallylight.ledger.budgets import course_of
from tallylight.ledger.charges import billing, charges, utc_days
from tallylight.ledger.conditions import conditions
from tallylight.ledger.days import QUARTER_MS, day_of, start_of
from tallylight.ledger.periods import changes_of, period_before
from tallylight.ledger.queries import Queries
from tallylight.ledger.request_pages import Place
from tallylight.ledger.request_rows import request_rows
from tallylight.ledger.stacks import stack_of
from tallylight.ledger.untold import untold_by, without_requests

_NOTABLE = 5
#: Fewer sessions have no usual cost.
_TYPICAL_SESSIONS = 5
_DEAR = 3.0
_COST = [column.name for column in FIGURES].index("cost_usd")


class Maker(msgspec.Struct, frozen=True, kw_only=True):
    """Who makes a summary, where and when."""

    made_ms: int
    timezone: str
    host: str
    version: str
    rule_labels: Mapping[str, str] = {}


def report_of(
    connection: sqlite3.Connection,
    question: ReportQuestion,
    settings: Settings,
    maker: Maker,
    needs: Needs = Needs.SUMMARY,
) -> Report:
    """What a period came to. The rows and charges are read from `connection` while they are taken."""
    queries = Queries(connection, settings.week_starts_on)
    before = _before(question, day_of(maker.made_ms))
    report = Report(
        question=question,
        made_ms=maker.made_ms,
        timezone=maker.timezone,
        host=maker.host,
        version=maker.version,
        price_table=_price_table(connection),
        before_since=before[0],
        before_until=before[1],
        basis=basis_of(settings.plan_fee_picousd),
        plan_fee_picousd=settings.plan_fee_picousd,
        names=queries.known.project_names(),
        columns=COLUMNS[question.detail],
    )
    if needs is Needs.CHARGES:
        days = utc_days(question)
        return replace(
            report,
            charges=charges(connection, days, report.names, maker.host),
            billing=billing(connection, days),
        )
    if needs is Needs.ROWS and question.detail is Detail.REQUEST:
        rows, count = _requests(connection, question, maker.host)
        return replace(report, rows=rows, row_count=count)
    return _with_summary(report, connection, queries, settings, maker)


def _with_summary(
    report: Report, connection: sqlite3.Connection, queries: Queries, settings: Settings, maker: Maker
) -> Report:
    question = report.question
    wanted = _within(question.filter, question.since, question.until)
    earlier = _within(question.filter, report.before_since, report.before_until)

    def titled(found: Summary) -> Summary:
        return found if settings.keep_titles else without_titles(found)

    def others(by: str) -> Summary:
        return groups if by == question.by else titled(queries.groups(by, wanted))

    groups = titled(queries.summary(question.by, wanted))
    sessions, days, models, projects = (others(by) for by in ("session", "day", "model", "project"))
    compared = titled(queries.groups(question.by, earlier))
    split = groups if question.by in ("project", "tag", "branch") else models
    split = replace(split, not_recorded=groups.not_recorded)
    rows, count, keys = _rows(connection, queries, question, groups, sessions, maker.host)
    return replace(
        report,
        totals=groups.totals,
        before=compared.totals,
        typical_day_picousd=_typical_day(days.rows),
        days=days.rows,
        stack=stack_of(
            queries, split.by, question.since, question.until, question.filter, split, maker.made_ms
        ),
        stack_by=split.by,
        projects=projects.rows,
        models=models.rows,
        classes=groups.classes,
        changes=changes_of(compared, groups),
        notable=_notable(connection, sessions, wanted, maker),
        budgets=[
            course_of(connection, budget, maker.made_ms, settings.week_starts_on).status
            for budget in settings.budgets
            if _lies_within(budget, question.filter)
        ],
        units=_units(connection, wanted, sessions, groups.totals),
        advice=_advice(connection, wanted),
        unpriced=groups.unpriced,
        not_itemised_picousd=groups.not_itemised_picousd,
        not_recorded=groups.not_recorded,
        untold_sessions=groups.untold_sessions,
        charged=groups.charged,
        provisional=groups.provisional,
        rows=rows,
        row_keys=keys,
        row_count=count,
    )


def _advice(connection: sqlite3.Connection, wanted: Filter) -> Score:
    """What was shown in the period, and what came of what was taken in it; of a project or a session, its own. Other
    parts of a period have no advice of their own."""
    if replace(wanted, since_ms=None, until_ms=None, project="", session_id="") != Filter():
        return Score()
    given = read_if_any(connection, wanted.since_ms or 0, wanted.until_ms or 1 << 62)
    return score(
        [
            one
            for one in given
            if wanted.admits_project(one.advice.project) and wanted.session_id in ("", one.advice.session_id)
        ]
    )


def _lies_within(budget: Budget, wanted: Filter) -> bool:
    """Whether all that a budget counts is asked for: others would name what the filter leaves out."""
    if wanted == Filter():
        return True
    if wanted.project and not (budget.project and wanted.admits_project(budget.project)):
        return False
    asked = {
        name: value for name, value in budget.scope.items() if name != "project" and getattr(wanted, name)
    }
    return (
        replace(Filter(project=wanted.project), **asked) == wanted
    )  # no budget is limited to a machine, an account, a subagent or a skill


def _within(wanted: Filter, since: date, until: date) -> Filter:
    return replace(wanted, since_ms=start_of(since), until_ms=start_of(until))


def _before(question: ReportQuestion, today: date) -> tuple[date, date]:
    """The period before; of one that is not over yet only as many days as have passed: none of the future."""
    since = period_before(question.since, question.until)
    passed = max(0, (min(question.until, today + timedelta(days=1)) - question.since).days)
    is_over = question.until <= today + timedelta(days=1)
    return since, question.since if is_over else min(question.since, since + timedelta(days=passed))


def _typical_day(days: Sequence[SummaryRow]) -> int | None:
    spent = [row.totals.cost_picousd for row in days if row.totals.cost_picousd]
    return typical(spent) if spent else None


def _price_table(connection: sqlite3.Connection) -> str:
    """Of the price data that priced the newest request."""
    row = connection.execute(
        """SELECT priced_with FROM request WHERE cost_picousd IS NOT NULL AND priced_with <> ?
           ORDER BY time_ms DESC LIMIT 1""",
        (REPORTED,),
    ).fetchone()
    return str(row[0]) if row else ""


# -- rows


def _rows(
    connection: sqlite3.Connection,
    queries: Queries,
    question: ReportQuestion,
    groups: Summary,
    sessions: Summary,
    host: str,
) -> tuple[Iterable[Row], int, Sequence[str]]:
    """The rows, how many there are, and of groups their keys."""
    if question.detail is Detail.REQUEST:
        return *_requests(connection, question, host), ()
    if question.detail is Detail.SESSION:
        return (_session(row, host) for row in sessions.rows), len(sessions.rows), ()
    wanted = _within(question.filter, question.since, question.until)
    if question.detail is Detail.SUMMARY:
        untold = untold_by(connection, queries, question.by, wanted)
        found = [*groups.rows, *without_requests(groups, untold)]
        rows = ((*_group(question.by, row), len(untold.get(row.key, ()))) for row in found)
        return rows, len(found), [row.key for row in found]
    by_day = _by_day(queries, question, wanted, groups)
    return (row for _, row in by_day), len(by_day), [key for key, _ in by_day]


def _requests(connection: sqlite3.Connection, question: ReportQuestion, host: str) -> tuple[Rows, int]:
    wanted = _within(question.filter, question.since, question.until)
    place = Place(host=host, price_table=_price_table(connection))
    return request_rows(connection, wanted, place)


def _group(by: str, row: SummaryRow) -> Row:
    figures = list(_figures(row.totals))
    if row.is_untold:
        figures[_COST] = None
    return (row.label, row.key if by == "project" else "", *figures)


def _by_day(
    queries: Queries, question: ReportQuestion, wanted: Filter, groups: Summary
) -> list[tuple[str, Row]]:
    """Each with its group's key."""
    if question.by in ("day", "week", "month"):  # a day is no finer group than itself
        days = queries.summary("day", wanted).rows
        return [("", (row.key, "", "", *_figures(row.totals))) for row in days]
    labels = {row.key: row.label for row in groups.rows}
    sums: dict[tuple[date, str], Totals] = {}
    for quarter, key, totals in queries.quarters(question.by, wanted):
        at = (day_of(quarter), key)
        sums[at] = sums.get(at, Totals()) + totals
    path = (lambda key: key) if question.by == "project" else (lambda _: "")
    return [
        (key, (day.isoformat(), labels.get(key, key), path(key), *_figures(totals)))
        for (day, key), totals in sorted(sums.items(), key=lambda item: (item[0][0], -item[1].cost_picousd))
    ]


def _session(row: SummaryRow, host: str) -> Row:
    return (
        row.session_id,
        row.title,
        row.source,
        row.project,
        row.branch,
        ", ".join(row.models),
        row.host or host,
        row.first_ms,
        row.last_ms,
        *_figures(row.totals),
        row.not_itemised_picousd,
    )


def _figures(totals: Totals) -> Row:
    return (
        totals.requests,
        totals.input,
        totals.cache_read,
        totals.cache_write_5m,
        totals.cache_write_1h,
        totals.output,
        totals.web_searches,
        None if totals.unpriced and totals.unpriced == totals.requests else totals.cost_picousd,
        totals.unpriced,
        totals.at_least,
    )


# -- what stands out


def _notable(
    connection: sqlite3.Connection, sessions: Summary, wanted: Filter, maker: Maker
) -> list[Notable]:
    """The dearest sessions that were spoken about or cost a multiple of the usual, dearest first."""
    spoken = _spoken(connection, wanted, maker.rule_labels)
    costs = [row.totals.cost_picousd for row in sessions.rows if row.totals.cost_picousd]
    usual = typical(costs) if len(costs) >= _TYPICAL_SESSIONS else 0
    found = []
    for row in sorted(sessions.rows, key=lambda row: -row.totals.cost_picousd):
        times = row.totals.cost_picousd / usual if usual else 0.0
        rules = spoken.get(row.session_id, ())
        if rules or times >= _DEAR:
            found.append(Notable(session=row, times_typical=round(times, 1), rules=rules))
    return found[:_NOTABLE]


def _spoken(
    connection: sqlite3.Connection, wanted: Filter, labels: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """Labels of the rules that spoke about each session in the period."""
    rows = connection.execute(
        "SELECT data FROM notice WHERE first_ms >= ? AND first_ms < ? ORDER BY first_ms",
        (wanted.since_ms or 0, wanted.until_ms or 1 << 62),
    )
    found: dict[str, dict[str, None]] = {}
    for (data,) in rows:
        with suppress(msgspec.MsgspecError):  # an older Tallylight wrote it otherwise
            finding = msgspec.json.decode(data, type=Notice).finding
            if finding.session_id:
                found.setdefault(finding.session_id, {})[labels.get(finding.rule, finding.rule)] = None
    return {session: tuple(rules) for session, rules in found.items()}


def _units(connection: sqlite3.Connection, wanted: Filter, sessions: Summary, totals: Totals) -> UnitCosts:
    known = {row.session_id for row in sessions.rows}
    prompts = connection.execute(
        "SELECT session_id FROM mark WHERE kind = 'prompt' AND NOT is_copy AND time_ms >= ? AND time_ms < ?",
        (wanted.since_ms or 0, wanted.until_ms or 1 << 62),
    )
    active = {day_of(at) for at in _moments(connection, wanted)}
    return UnitCosts(
        active_days=len(active),
        sessions=sum(1 for row in sessions.rows if row.totals.requests),
        prompts=sum(1 for (session,) in prompts if session in known),
        picousd=totals.cost_picousd,
    )


def _moments(connection: sqlite3.Connection, wanted: Filter) -> Iterator[int]:
    where, values = conditions(wanted)
    for (quarter,) in connection.execute(
        f"SELECT DISTINCT time_ms / {QUARTER_MS} FROM usage_event WHERE {where}", values
    ):
        yield quarter * QUARTER_MS
