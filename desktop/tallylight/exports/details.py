"""Rows beyond the summary, in as many columns as a page holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from tallylight.domain import format as form
from tallylight.domain import money
from tallylight.domain.columns import Detail, Kind
from tallylight.domain.pages import Row
from tallylight.domain.report import Report
from tallylight.exports.days import local
from tallylight.exports.parts import Details, Head, Sentence, name


class Pick(msgspec.Struct, frozen=True):
    """A column for people: what the named columns of a report come to, the first that says something for text."""

    title: str
    kind: Kind
    names: tuple[str, ...]
    shape: Callable[[str], str] = str


def _models(text: str) -> str:
    return ", ".join(form.short_model(model) for model in text.split(", "))


def _session(ident: str) -> str:
    """A UUID by its first part, which tells the sessions of a life apart."""
    return ident[:8] if len(ident) == _UUID else ident


def _count(title: str, *names: str) -> Pick:
    return Pick(title, Kind.COUNT, names)


#: Letters of one.
_UUID = 36
_COST = Pick("Cost", Kind.MONEY, ("cost_usd",))
_TOKENS = (
    _count("Input", "input_tokens"),
    _count("Cache read", "cache_read_tokens"),
    _count("Cache write", "cache_write_5m_tokens", "cache_write_1h_tokens"),
    _count("Output", "output_tokens"),
)
_GROUP = Pick("", Kind.TEXT, ("group",))  # named by what the report is split by
PICKS: dict[Detail, tuple[Pick, ...]] = {
    Detail.SUMMARY: (_GROUP, _count("Requests", "requests"), *_TOKENS, _COST),
    Detail.DAY: (
        Pick("Day", Kind.DAY, ("day",)), _GROUP, _count("Requests", "requests"), *_TOKENS, _COST,
    ),
    Detail.SESSION: (
        Pick("Last request", Kind.TIME, ("last_at",)),
        Pick("Session", Kind.TEXT, ("title", "session"), _session),
        Pick("Project", Kind.TEXT, ("project",)),
        Pick("Branch", Kind.TEXT, ("branch",)),
        Pick("Models", Kind.TEXT, ("models",), _models),
        _count("Requests", "requests"),
        _count("Tokens", "input_tokens", "cache_read_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens",
               "output_tokens"),
        _COST,
    ),
    Detail.REQUEST: (
        Pick("Time", Kind.TIME, ("at",)),
        Pick("Project", Kind.TEXT, ("project",)),
        Pick("Session", Kind.TEXT, ("session",), _session),
        Pick("Model", Kind.TEXT, ("model",), form.short_model),
        *_TOKENS,
        _COST,
    ),
}  # fmt: skip
_TITLES = {
    Detail.DAY: "Day by day",
    Detail.SESSION: "Every session",
    Detail.REQUEST: "Every request",
}
_ALIGNED = (Kind.COUNT, Kind.MONEY)
_FIXED = (Kind.DAY, Kind.TIME)
#: Of what a row's cost is a floor.
_FLOORS = ("unpriced_requests", "at_least_requests")


def picks_of(report: Report) -> list[Pick]:
    """The columns for a report; a group that is the day, or that was never asked for, is left out."""
    by = report.question.by.replace("_", " ").capitalize()
    is_day_twice = report.question.detail is Detail.DAY and by in ("Day", "Week", "Month")
    found = PICKS[report.question.detail]
    return [
        msgspec.structs.replace(pick, title=pick.title or by)
        for pick in found
        if not (is_day_twice and pick is _GROUP)
    ]


def details_of(report: Report) -> Details | None:
    """What was asked for beyond the summary: finer rows, or a grouping that it does not have."""
    question = report.question
    if question.detail is Detail.SUMMARY and question.by in ("project", "model"):
        return None
    picks = picks_of(report)
    return Details(
        title=_TITLES.get(question.detail, f"By {question.by.replace('_', ' ')}"),
        heads=[
            Head(pick.title, is_figure=pick.kind in _ALIGNED, is_fixed=pick.kind in _FIXED) for pick in picks
        ],
        rows=_shown(report, picks),
    )


def _shown(report: Report, picks: list[Pick]) -> Iterator[Sentence]:
    for values, is_floor in picked(report, picks):
        yield tuple(_cell(pick, value, is_floor) for pick, value in zip(picks, values, strict=True))


def picked(report: Report, picks: list[Pick]) -> Iterator[tuple[Row, bool]]:
    """Each row's values for these columns, and whether its cost is a floor."""
    place = {column.name: at for at, column in enumerate(report.columns)}
    columns = [(pick.kind, [place[column] for column in pick.names]) for pick in picks]
    floors = [place[column] for column in _FLOORS if column in place]
    for row in report.rows:
        values = tuple(
            row[at[0]] if len(at) == 1 else _together(kind, [row[one] for one in at]) for kind, at in columns
        )
        yield values, any(row[at] for at in floors)


def _together(kind: Kind, values: list[str | int | bool | None]) -> str | int:
    if kind is Kind.COUNT:
        return sum(int(value or 0) for value in values)
    return next((str(value) for value in values if value), "")


def _cell(pick: Pick, value: str | int | bool | None, is_floor: bool) -> str:
    kind = pick.kind
    if kind is Kind.TEXT:
        return name(pick.shape(str(value or "")))
    if value is None:
        return "no price"
    if kind is Kind.MONEY:
        return form.at_least(money.show(int(value)), is_floor)
    if kind is Kind.TIME:
        return f"{local(int(value)):%Y-%m-%d %H:%M}"
    return form.exact(int(value)) if kind is Kind.COUNT else str(value)
