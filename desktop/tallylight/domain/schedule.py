"""Exports that are written by themselves: when one is due, and what became of it. Pure: the clock is handed in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

import msgspec

from tallylight.domain.order import Order

#: After a failure, until it is tried again.
RETRY_MS = 3_600_000


class Rhythm(StrEnum):
    """Each week on a weekday, or each month on its first day, when the month before is over."""

    WEEK = "week"
    MONTH = "month"


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """One export that comes again. Its period is seen from the day on which it is due."""

    id: str
    order: Order
    folder: str
    rhythm: Rhythm = Rhythm.WEEK
    #: 0 Monday … 6 Sunday, for a weekly one.
    weekday: int = 0
    #: Local time of day.
    at: str = "09:00"
    #: Whether a file that this schedule wrote is replaced by one of the same name; else the new one gets a number.
    replaces: bool = False
    #: When it was made or changed: what would have been due before is not made up for.
    since_ms: int = 0


class ScheduledRun(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a schedule on the day on which it was due."""

    schedule_id: str
    day: date
    at_ms: int
    #: What was written; and what went wrong, "" for nothing.
    path: str = ""
    problem: str = ""
    #: What it covers, for people: "16–22 November 2026".
    period: str = ""

    @property
    def is_done(self) -> bool:
        return not self.problem


def due(schedule: Schedule, done: Collection[date], now_ms: int, zone: tzinfo | None = None) -> date | None:
    """The day whose moment has come and that is not among `done`; None when there is nothing to do.

    Only the last such moment counts: whoever was away for a month gets one export, for the period before that
    moment. Days and not moments are remembered, since a clock that is put back or a journey to the west brings the
    same morning twice. `zone` is the local one when None.
    """
    day = next(
        day for day in _days_back(schedule, _local_day(now_ms, zone)) if _reached(schedule, day, now_ms, zone)
    )
    return None if day in done or moment(schedule, day, zone) < schedule.since_ms else day


def next_ms(schedule: Schedule, now_ms: int, zone: tzinfo | None = None) -> int:
    """The next moment after `now_ms` at which it will be due."""
    day = _local_day(now_ms, zone)
    while not _is_day_of(schedule, day) or _reached(schedule, day, now_ms, zone):
        day += timedelta(days=1)
    return moment(schedule, day, zone)


def moment(schedule: Schedule, day: date, zone: tzinfo | None = None) -> int:
    """ms since the epoch: the first of two equal times, and the time after the gap for one that does not exist."""
    local = datetime.combine(day, time_of(schedule.at), zone)
    return round(local.timestamp() * 1000)


def attempt(
    schedule: Schedule, runs: Iterable[ScheduledRun], now_ms: int, zone: tzinfo | None = None
) -> date | None:
    """The day to export for now: what is due, unless it failed less than an hour ago."""
    own = [run for run in runs if run.schedule_id == schedule.id]
    day = due(schedule, {run.day for run in own if run.is_done}, now_ms, zone)
    has_just_failed = any(run.day == day and 0 <= now_ms - run.at_ms < RETRY_MS for run in own)
    return None if has_just_failed else day


def wake_ms(
    schedules: Iterable[Schedule], runs: Collection[ScheduledRun], now_ms: int, zone: tzinfo | None = None
) -> int | None:
    """When to look again: now where something is to be done, after an hour where it failed; None without any."""
    return min((_wake(schedule, runs, now_ms, zone) for schedule in schedules), default=None)


def _wake(schedule: Schedule, runs: Collection[ScheduledRun], now_ms: int, zone: tzinfo | None) -> int:
    if attempt(schedule, runs, now_ms, zone) is not None:
        return now_ms
    retries = (
        run.at_ms + RETRY_MS
        for run in runs
        if run.schedule_id == schedule.id and not run.is_done and now_ms - run.at_ms < RETRY_MS
    )
    return min((next_ms(schedule, now_ms, zone), *retries))


def time_of(text: str) -> time:
    """ "09:00" as a time; nine in the morning for what is none."""
    try:
        return time.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return time(9)


def _local_day(now_ms: int, zone: tzinfo | None) -> date:
    return datetime.fromtimestamp(now_ms / 1000, zone).date()


def _is_day_of(schedule: Schedule, day: date) -> bool:
    return day.day == 1 if schedule.rhythm is Rhythm.MONTH else day.weekday() == schedule.weekday % 7


def _days_back(schedule: Schedule, day: date) -> Iterator[date]:
    while True:
        if _is_day_of(schedule, day):
            yield day
        day -= timedelta(days=1)


def _reached(schedule: Schedule, day: date, now_ms: int, zone: tzinfo | None) -> bool:
    return moment(schedule, day, zone) <= now_ms
