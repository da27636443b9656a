"""Words of exports: periods, groupings, names, and what leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale

from tallylight.domain import format as form
from tallylight.domain.columns import Detail, Private, Treatment
from tallylight.domain.order import FILTERS, Order
from tallylight.domain.schedule import Rhythm, Schedule, ScheduledRun

translate = QCoreApplication.translate
#: Periods that move with the day, as far as a schedule can use them.
MOVING = (
    "last-week",
    "last-month",
    "last-billing-month",
    "last-7-days",
    "last-30-days",
    "this-month",
    "this-year",
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A format that can be chosen. `missing` is the command that adds what it needs, "" for nothing."""

    name: str
    label: str
    suffix: str
    is_text: bool = True
    is_rows_only: bool = False
    #: The format in which it is previewed, "" for its own.
    shown_as: str = ""
    missing: str = ""


def periods() -> dict[str, str]:
    """Presets as they are offered; "" stands for days of the user's own."""
    return {
        "today": translate("Export", "Today"),
        "yesterday": translate("Export", "Yesterday"),
        "this-week": translate("Export", "This week"),
        "last-week": translate("Export", "Last week"),
        "this-month": translate("Export", "This month"),
        "last-month": translate("Export", "Last month"),
        "billing-month": translate("Export", "Billing month"),
        "last-billing-month": translate("Export", "Last billing month"),
        "last-7-days": translate("Export", "Last 7 days"),
        "last-30-days": translate("Export", "Last 30 days"),
        "this-year": translate("Export", "This year"),
        "all": translate("Export", "Everything"),
        "": translate("Export", "These days"),
    }


def groups() -> dict[str, str]:
    return {
        "project": translate("Export", "by project"),
        "model": translate("Export", "by model"),
        "tag": translate("Export", "by tag"),
        "branch": translate("Export", "by branch"),
        "session": translate("Export", "by session"),
        "agent": translate("Export", "by agent"),
        "subagent_type": translate("Export", "by subagent type"),
        "skill": translate("Export", "by skill"),
        "mcp_server": translate("Export", "by MCP server"),
        "account": translate("Export", "by account"),
        "host": translate("Export", "by machine"),
        "day": translate("Export", "by day"),
        "week": translate("Export", "by week"),
        "month": translate("Export", "by month"),
    }


def details() -> dict[str, str]:
    return {
        Detail.SUMMARY: translate("Export", "one row each"),
        Detail.DAY: translate("Export", "each day"),
        Detail.SESSION: translate("Export", "each session"),
        Detail.REQUEST: translate("Export", "each request"),
    }


def anything() -> dict[str, str]:
    """What a part of the filter says when it filters nothing."""
    return {
        "source": translate("Export", "All agents"),
        "project": translate("Export", "All projects"),
        "tag": translate("Export", "All tags"),
        "branch": translate("Export", "All branches"),
        "model": translate("Export", "All models"),
        "session_id": translate("Export", "All sessions"),
        "subagent_type": translate("Export", "All subagents"),
        "skill": translate("Export", "All skills"),
        "mcp_server": translate("Export", "All MCP servers"),
        "account": translate("Export", "All accounts"),
    }


def kinds() -> dict[Private, str]:
    return {
        Private.PATH: translate("Export", "Projects and paths"),
        Private.TITLE: translate("Export", "Session titles"),
        Private.BRANCH: translate("Export", "Branches"),
        Private.SESSION: translate("Export", "Session ids"),
        Private.MACHINE: translate("Export", "Machine names"),
    }


def treatments() -> dict[str, str]:
    return {
        Treatment.KEEP: translate("Export", "keep"),
        Treatment.SHORTEN: translate("Export", "shorten"),
        Treatment.HASH: translate("Export", "hash: one code per name"),
    }


def leaving(order: Order, offer: Offer) -> str:
    """ "Projects and paths, branches leave as they are."."""
    names = [kinds()[kind] for kind in order.names_in_clear(is_rows_only=offer.is_rows_only)]
    if not names:
        return translate("Export", "No project, title, branch, session or machine is named.")
    listed = ", ".join([names[0], *(name[:1].lower() + name[1:] for name in names[1:])])
    return translate("Export", "{} leave as they are.").format(listed)


def rows(count: int) -> str:
    if not count:
        return translate("Export", "No rows")
    if count == 1:
        return translate("Export", "1 row")
    return translate("Export", "{} rows").format(form.exact(count))


def every(day: str) -> str:
    return translate("Export", "every {}").format(day)


def every_month() -> str:
    return translate("Export", "on the 1st of each month")


def rhythm(schedule: Schedule) -> str:
    """ "Every Monday at 09:00"."""
    if schedule.rhythm is Rhythm.MONTH:
        return translate("Export", "On the 1st of each month at {}").format(schedule.at)
    day = QLocale().standaloneDayName(schedule.weekday % 7 + 1)
    return translate("Export", "Every {} at {}").format(day, schedule.at)


def summary(schedule: Schedule, offers: Sequence[Offer]) -> str:
    """ "Last week by project, as CSV table, in ~/Reports · only shop · all names hashed"."""
    order = schedule.order
    label = next((offer.label for offer in offers if offer.name == order.format), order.format)
    period = periods().get(order.range, order.range)
    said = translate("Export", "{} {}, as {}, in {}").format(
        period, groups().get(order.by, order.by), label, schedule.folder
    )
    narrowed = narrowing(order)
    return f"{said} · {narrowed}" if narrowed else said


def narrowing(order: Order) -> str:
    """ "only shop, claude-opus-4-8 · projects and paths hashed, session titles shortened"."""
    only = [_last_part(value) for name in FILTERS if (value := getattr(order, name))]
    done = {
        Treatment.SHORTEN: translate("Export", "{} shortened"),
        Treatment.HASH: translate("Export", "{} hashed"),
    }
    treated = [
        done[how].format(text[:1].lower() + text[1:])
        for kind, text in kinds().items()
        if (how := order.treatment(kind)) in done
    ]
    if len(treated) == len(Private) and len(set(order.redact.values())) == 1:
        treated = [done[next(iter(order.redact.values()))].format(translate("Export", "all names"))]
    said = [translate("Export", "only {}").format(", ".join(only))] if only else []
    return " · ".join([*said, *([", ".join(treated)] if treated else [])])


def _last_part(name: str) -> str:
    """Of a folder the last part says enough."""
    return name.replace("\\", "/").rstrip("/").rpartition("/")[2] or name


def standing(due_ms: int, run: ScheduledRun | None) -> str:
    """When it comes next and how it went last."""
    next_time = translate("Export", "Next {}").format(moment(due_ms))
    if run is None:
        return translate("Export", "{} · not run yet").format(next_time)
    if run.problem:
        return translate("Export", "{} · failed {}: {}").format(next_time, moment(run.at_ms), run.problem)
    return translate("Export", "{} · last written {}").format(next_time, moment(run.at_ms))


def moment(time_ms: int) -> str:
    return QLocale().toString(QDateTime.fromMSecsSinceEpoch(time_ms), "ddd d MMM, HH:mm")
