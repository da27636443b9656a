"""Sentences that the window's pages share."""

from __future__ import annotations

from datetime import UTC, datetime
from datetime import date as Date  # noqa: N812 a parameter is called date

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from tallylight.domain import format as form
from tallylight.domain import money
from tallylight.domain.session import Activity, NextTurn, SessionView, Subagent
from tallylight.domain.summary import SummaryRow, Totals

translate = QCoreApplication.translate

_SOURCES = {
    "claude-code": "Claude Code",
    "claude-desktop": "Claude Desktop",
    "cursor": "Cursor",
    "shared": "Shared folder",
}


def counted(count: int, one: str, many: str) -> str:
    """ "1 turn", "41 turns": English has two forms, and both are whole sentences to a translator."""
    return (one if count == 1 else many).replace("{}", form.exact(count))


def turns(count: int) -> str:
    return counted(count, translate("Wording", "{} turn"), translate("Wording", "{} turns"))


def readings(count: int) -> str:
    """Of a gauge, which is read more or less often than once in a turn."""
    return counted(count, translate("Wording", "{} reading"), translate("Wording", "{} readings"))


def requests(count: int) -> str:
    return counted(count, translate("Wording", "{} request"), translate("Wording", "{} requests"))


def sessions(count: int) -> str:
    return counted(count, translate("Wording", "{} session"), translate("Wording", "{} sessions"))


def subagents(count: int) -> str:
    return counted(count, translate("Wording", "{} subagent"), translate("Wording", "{} subagents"))


def source_name(source: str) -> str:
    """A source as its makers write it."""
    return _SOURCES.get(source, source)


def fare(picousd: int, *, requests: int = 1, unpriced: int = 0, at_least: int = 0) -> str:
    """An amount; a floor is marked, and what has no price at all is not free."""
    if unpriced and unpriced >= requests:
        return translate("Wording", "no price")
    return form.at_least(money.show(picousd), unpriced or at_least)


def totals_fare(totals: Totals) -> str:
    return fare(
        totals.cost_picousd,
        requests=totals.requests,
        unpriced=totals.unpriced,
        at_least=totals.at_least,
    )


def session_fare(view: SessionView) -> str:
    if view.has_no_tokens:
        return unknown()
    return fare(
        view.cost_picousd,
        requests=view.requests,
        unpriced=view.unpriced,
        at_least=view.at_least or view.untold,
    )


def row_fare(row: SummaryRow) -> str:
    return unknown() if row.is_untold else totals_fare(row.totals)


def agent_fare(agent: Subagent) -> str:
    """What a subagent cost; "–" for one whose requests nobody counted."""
    if not agent.requests:
        return "–"
    return fare(agent.cost_picousd, requests=agent.requests, unpriced=agent.unpriced)


def unknown() -> str:
    """What stands for an amount where an agent tells no tokens."""
    return translate("Wording", "unknown")


def next_turn(estimate: NextTurn | None, now_ms: int) -> str:
    """What to expect, and until when."""
    if estimate is None:
        return ""
    warm, cold = money.show(estimate.warm_picousd), money.show(estimate.cold_picousd)
    if estimate.warm_picousd == estimate.cold_picousd:
        return translate("Wording", "next turn ≈ {}").format(warm)
    if now_ms >= estimate.expires_ms:
        return translate("Wording", "next turn ≈ {}: the cache has expired").format(cold)
    if estimate.is_assumed:
        return translate("Wording", "next turn ≈ {} now, ≈ {} without the cache").format(warm, cold)
    return translate("Wording", "next turn ≈ {} now, ≈ {} after {}").format(
        warm, cold, form.clock(estimate.expires_ms)
    )


def activity(view: SessionView, now_ms: int) -> str:
    """What the agent is doing."""
    if view.activity is Activity.WAITING and view.waiting_for:
        return translate("Wording", "waits for you: {}").format(view.waiting_for)
    words = {
        Activity.BUSY: translate("Wording", "working"),
        Activity.WAITING: translate("Wording", "waits for you"),
        Activity.IDLE: translate("Wording", "idle"),
    }
    return words.get(view.activity) or ago(view.last_ms, now_ms)


def ago(time_ms: int, now_ms: int) -> str:
    """How long back, in one unit; "–" for never."""
    if not time_ms:
        return "–"
    seconds = (now_ms - time_ms) // 1000
    if seconds < 60:
        return translate("Wording", "just now")
    if seconds < 3600:
        return translate("Wording", "{} min ago").format(seconds // 60)
    if seconds < 86_400:
        return translate("Wording", "{} h ago").format(seconds // 3600)
    days = seconds // 86_400
    return counted(days, translate("Wording", "{} day ago"), translate("Wording", "{} days ago"))


def moment(time_ms: int) -> str:
    """Day and time where the user is."""
    return f"{day(day_of(time_ms))}, {form.clock(time_ms)}"


def day_of(time_ms: int) -> Date:
    """The day it was where the user is."""
    return datetime.fromtimestamp(time_ms / 1000, tz=UTC).astimezone().date()


def day(date: Date) -> str:
    """A day as the user's language abbreviates it, without the year: 22 Oct."""
    return QLocale().toString(QDate(date.year, date.month, date.day), "d MMM")


def tokens(size: str) -> str:
    return translate("Wording", "{} tokens").format(size)


def against(change: str, before: str) -> str:
    return translate("Wording", "{} on {}").format(change, before)


def nothing_before(before: str) -> str:
    return translate("Wording", "nothing in {}").format(before)


def unpriced_before(before: str) -> str:
    return translate("Wording", "no price in {}").format(before)
