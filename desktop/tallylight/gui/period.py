"""The stretch of days that History shows."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 parameters are called date
from datetime import timedelta

from PySide6.QtCore import QCoreApplication, QDate, QDateTime, QLocale, QTime

translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class Period:
    """Local days from `since` up to and without `until`; `kind` is day, week, month or range."""

    kind: str
    since: Date
    until: Date

    @property
    def previous(self) -> Period:
        if self.kind in ("day", "week", "month"):
            return period_around(self.kind, self.since - timedelta(days=1), self.since.weekday())
        return Period("range", self.since - (self.until - self.since), self.since)

    @property
    def next(self) -> Period:
        if self.kind in ("day", "week", "month"):
            return period_around(self.kind, self.until, self.since.weekday())
        return Period("range", self.until, self.until + (self.until - self.since))

    def holds(self, date: Date) -> bool:
        return self.since <= date < self.until


def period_around(kind: str, date: Date, week_starts_on: int = 0) -> Period:
    """The day, week or month that `date` is in; weeks start on 0 Monday … 6 Sunday."""
    if kind == "week":
        since = date - timedelta(days=(date.weekday() - week_starts_on) % 7)
        return Period(kind, since, since + timedelta(days=7))
    if kind == "month":
        since = date.replace(day=1)
        return Period(kind, since, since + timedelta(days=calendar.monthrange(since.year, since.month)[1]))
    return Period("day", date, date + timedelta(days=1))


def title(period: Period) -> str:
    """What to call it: October 2026; 19–25 Oct 2026; Thursday, 22 October 2026."""
    locale = QLocale()
    first, last = _qt(period.since), _qt(period.until - timedelta(days=1))
    if period.kind == "month":
        return f"{locale.standaloneMonthName(first.month())} {first.year()}"
    if period.kind == "day":
        return locale.toString(first, "dddd, d MMMM yyyy")
    shape = "d" if (first.year(), first.month()) == (last.year(), last.month()) else "d MMM"
    shape = shape if first.year() == last.year() else "d MMM yyyy"
    return f"{locale.toString(first, shape)} – {locale.toString(last, 'd MMM yyyy')}"


def name_of_previous(period: Period) -> str:
    """The period before, as it stands in a comparison."""
    before = period.previous
    if period.kind == "month":
        return QLocale().standaloneMonthName(before.since.month)
    return {
        "day": translate("Period", "the day before"),
        "week": translate("Period", "the week before"),
    }.get(period.kind, translate("Period", "the same days before"))


def heads(period: Period) -> tuple[str, str]:
    """The period before and this one, as short as the heads of columns have to be."""
    if period.kind != "month":
        return translate("Period", "Before"), translate("Period", "Now")
    locale = QLocale()
    before, now = (locale.standaloneMonthName(p.since.month) for p in (period.previous, period))
    return before.capitalize(), now.capitalize()


def slot_title(slot: str) -> str:
    """A slot of the bars, for people: a day, or an hour of one."""
    if "T" in slot:
        day, hour = slot.split("T")
        return f"{QLocale().toString(_qt(Date.fromisoformat(day)), 'd MMM')}, {hour[:2]}:00"
    return QLocale().toString(_qt(Date.fromisoformat(slot)), "ddd, d MMM")


def slot_mark(slot: str) -> str:
    """The same, as short as an axis needs it."""
    if "T" in slot:
        return f"{slot.split('T')[1][:2]}:00"
    return QLocale().toString(_qt(Date.fromisoformat(slot)), "d MMM")


def slot_span_ms(slot: str) -> tuple[int, int]:
    """When a slot begins and ends on the user's clock: a day may have 23 or 25 hours."""
    if "T" in slot:
        day, hour = slot.split("T")
        start = QDateTime(_qt(Date.fromisoformat(day)), QTime(int(hour[:2]), 0))
        return start.toMSecsSinceEpoch(), start.addSecs(3600).toMSecsSinceEpoch()
    date = Date.fromisoformat(slot)
    return day_start_ms(date), day_start_ms(date + timedelta(days=1))


def day_start_ms(date: Date) -> int:
    """The first moment of a local day."""
    return _qt(date).startOfDay().toMSecsSinceEpoch()


def _qt(date: Date) -> QDate:
    return QDate(date.year, date.month, date.day)
