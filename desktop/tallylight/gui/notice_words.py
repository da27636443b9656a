"""What a notice says and what can be done about it, in the user's language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from tallylight.domain import format as form
from tallylight.domain.direction import runs_leftwards
from tallylight.domain.finding import SCHEDULED, Finding, Sentence
from tallylight.domain.notices import Notice
from tallylight.gui import wording
from tallylight.gui.sentences import isolated, led, one_line, shortened

translate = QCoreApplication.translate
_WEEK = timedelta(days=6)
#: More of a name says nothing where there is little room.
_LONGEST = 22


def said(sentence: Sentence, longest: int = 1 << 10) -> str:
    """A rule's sentence, translated first and filled in then; values are shortened to `longest` characters."""
    template = translate("Finding", sentence.template)
    values = {name: _written(text, longest) for name, text in sentence.values}
    try:
        return led(template.format(**values))
    except (KeyError, IndexError, ValueError):  # a translation may have lost or invented a place
        return led(sentence.template.format(**values))


def headline(sentence: Sentence) -> str:
    """The same where room is short: a long name gives way, so that what is said of it can be read."""
    return said(sentence, _LONGEST)


def _written(text: str, longest: int) -> str:
    """A figure or a name on its line. What is written from right to left would move its neighbours about."""
    text = shortened(one_line(text), longest)
    return isolated(text) if runs_leftwards(text) else text


def actions(finding: Finding | None) -> tuple[tuple[str, str], ...]:
    """What a notice offers, as (what is answered, what the button says); None: several notices in one.

    The first opens the place that `finding` is about.
    """
    hour = ("snoozed:1h", translate("Notices", "Snooze 1 h"))
    today = ("snoozed:today", translate("Notices", "Snooze today"))
    dismiss = ("dismissed", translate("Notices", "Dismiss"))
    if finding is None:
        return ("opened", translate("Notices", "Show notices")), hour
    if finding.session_id:
        mute = ("muted", translate("Notices", "Not this session"))
        return ("opened", translate("Notices", "Show session")), hour, mute
    if finding.budget_id:
        period = ("snoozed:period", translate("Notices", "Not this period"))
        return ("opened", translate("Notices", "Open budgets")), today, period
    if finding.path:
        return ("opened", translate("Notices", "Show in folder")), dismiss
    if finding.rule == SCHEDULED:
        return ("opened", translate("Notices", "Open schedules")), today, dismiss
    if finding.since:
        return ("opened", translate("Notices", "Show these days")), today, dismiss
    return ("opened", translate("Notices", "Show notices")), today, dismiss


def by_session(notices: Iterable[Notice]) -> dict[str, tuple[str, str]]:
    """Title and text of the newest notice that is open about each session; the newest come first."""
    found: dict[str, tuple[str, str]] = {}
    for notice in notices:
        finding = notice.latest
        if finding.session_id and notice.holds and not notice.done:
            title = said(finding.title)
            ended = title if title.endswith((".", "!", "?", "…")) else f"{title}."
            found.setdefault(finding.session_id, (ended, said(finding.text)))
    return found


def snoozed_budgets(notices: Iterable[Notice]) -> dict[str, str]:
    """By id of the budget, that its newest notice was snoozed."""
    newest: dict[str, Notice] = {}
    for notice in notices:
        if notice.finding.budget_id:
            newest.setdefault(notice.finding.budget_id, notice)
    return {id_: done(notice) for id_, notice in newest.items() if notice.done.startswith("snoozed")}


def when(notice: Notice, now_ms: int) -> str:
    """The time today, the weekday within a week, else the day."""
    time_ms = notice.told_ms or notice.first_ms
    today, day = wording.day_of(now_ms), wording.day_of(time_ms)
    if day == today:
        return form.clock(time_ms)
    if timedelta(0) < today - day <= _WEEK:
        return QLocale().toString(QDate(day.year, day.month, day.day), "ddd")
    return wording.day(day)


def now(notice: Notice) -> str:
    """What it became since it was told, "" for nothing else."""
    if notice.grown is None:
        return ""
    title, text = said(notice.grown.title), said(notice.grown.text)
    return f"{title}. {text}" if notice.grown.title != notice.finding.title else text


def done(notice: Notice) -> str:
    """What became of a notice: what the user did, else whether it still holds."""
    did, _, how = notice.done.partition(":")
    if did == "snoozed":
        return {
            "1h": translate("Notices", "snoozed for 1 h"),
            "today": translate("Notices", "snoozed today"),
            "period": translate("Notices", "snoozed this period"),
        }.get(how, translate("Notices", "snoozed"))
    words = {
        "opened": translate("Notices", "opened"),
        "muted": translate("Notices", "session muted"),
        "dismissed": translate("Notices", "dismissed"),
    }
    if did in words:
        return words[did]
    if not notice.holds:
        return translate("Notices", "over")
    return translate("Notices", "open") if notice.told_ms else translate("Notices", "not told")
