"""When a scheduled export is due: once for each moment, whatever the clock does."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallylight.domain.order import Order
from tallylight.domain.schedule import (
    RETRY_MS,
    Rhythm,
    Schedule,
    ScheduledRun,
    attempt,
    due,
    moment,
    next_ms,
    wake_ms,
)

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = 3_600_000
#: A Monday.
MONDAY = date(2026, 11, 23)
ZONES = st.sampled_from(
    [
        ZoneInfo(name)
        for name in ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe")
    ]
)
MOMENTS = st.integers(1_600_000_000_000, 1_900_000_000_000)


def a_schedule(**given: Any) -> Schedule:
    return Schedule(
        **({"id": "s1", "order": Order(format="csv", range="last-week"), "folder": "/reports"} | given)
    )


SCHEDULES = st.builds(
    a_schedule,
    rhythm=st.sampled_from(Rhythm),
    weekday=st.integers(0, 6),
    at=st.times().map(lambda at: f"{at:%H:%M}"),
)


def ms(text: str, zone: tzinfo = BERLIN) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1000)


def a_run(**given: Any) -> ScheduledRun:
    return ScheduledRun(**({"schedule_id": "s1", "day": MONDAY, "at_ms": ms("2026-11-23T09:01")} | given))


def test_a_weekly_one_is_due_from_its_moment_on() -> None:
    schedule = a_schedule()
    assert due(schedule, {MONDAY - timedelta(days=7)}, ms("2026-11-23T08:59"), BERLIN) is None
    assert due(schedule, set(), ms("2026-11-23T09:00"), BERLIN) == MONDAY


def test_a_monthly_one_is_due_on_the_first() -> None:
    schedule = a_schedule(rhythm=Rhythm.MONTH)
    assert due(schedule, set(), ms("2026-11-01T09:00"), BERLIN) == date(2026, 11, 1)
    assert due(schedule, set(), ms("2026-12-01T08:00"), BERLIN) == date(2026, 11, 1)
    assert next_ms(schedule, ms("2026-12-15T08:00"), BERLIN) == ms("2027-01-01T09:00")


def test_whoever_was_away_gets_one_for_the_last_moment() -> None:
    later = ms("2026-12-16T20:00")  # a Wednesday, three Mondays on
    assert due(a_schedule(), {MONDAY}, later, BERLIN) == date(2026, 12, 14)
    assert due(a_schedule(), {MONDAY, date(2026, 12, 14)}, later, BERLIN) is None


def test_what_was_due_before_it_was_made_is_not_made_up_for() -> None:
    schedule = a_schedule(since_ms=ms("2026-11-23T09:30"))
    assert due(schedule, set(), ms("2026-11-23T10:00"), BERLIN) is None
    assert due(schedule, set(), ms("2026-11-30T09:00"), BERLIN) == date(2026, 11, 30)


def test_a_journey_to_the_west_brings_no_second_monday() -> None:
    new_york = ZoneInfo("America/New_York")
    assert due(a_schedule(), set(), ms("2026-11-23T09:00"), BERLIN) == MONDAY
    assert due(a_schedule(), {MONDAY}, ms("2026-11-23T09:00", new_york), new_york) is None


@pytest.mark.parametrize(
    ("day", "before", "after"),
    [
        (date(2026, 3, 29), "2026-03-29T00:59+00:00", "2026-03-29T01:30+00:00"),  # 2:30 does not exist
        (date(2026, 10, 25), "2026-10-25T00:29+00:00", "2026-10-25T00:30+00:00"),  # and here it is twice
    ],
)
def test_a_time_that_the_change_of_clocks_skips_or_repeats_comes_once(
    day: date, before: str, after: str
) -> None:
    schedule = a_schedule(weekday=6, at="02:30")

    def at(text: str) -> int:
        return round(datetime.fromisoformat(text).timestamp() * 1000)

    assert due(schedule, {day - timedelta(days=7)}, at(before), BERLIN) is None
    assert due(schedule, {day - timedelta(days=7)}, at(after), BERLIN) == day
    assert due(schedule, {day}, at(after) + HOUR, BERLIN) is None


@given(SCHEDULES, MOMENTS, ZONES)
def test_the_next_moment_is_due_when_it_comes_and_not_before(
    schedule: Schedule, now: int, zone: tzinfo
) -> None:
    last = due(schedule, set(), now, zone)
    assert last is not None
    then = next_ms(schedule, now, zone)
    assert moment(schedule, last, zone) <= now < then
    assert due(schedule, {last}, then - 1, zone) is None
    day = due(schedule, {last}, then, zone)
    assert day is not None
    assert day > last
    assert moment(schedule, day, zone) == then


@given(SCHEDULES, st.lists(MOMENTS, min_size=1, max_size=40), ZONES)
def test_however_the_clock_jumps_no_day_is_done_twice(
    schedule: Schedule, looks: list[int], zone: tzinfo
) -> None:
    done: list[date] = []
    for now in looks:
        day = due(schedule, done, now, zone)
        if day is not None:
            done.append(day)
    assert len(done) == len(set(done))


@given(SCHEDULES, MOMENTS, st.integers(1, 60), ZONES)
def test_who_looks_often_misses_no_day(schedule: Schedule, start: int, hours: int, zone: tzinfo) -> None:
    weeks = 10
    done = {due(schedule, set(), start, zone)} - {None}
    found = []
    for now in range(start, start + weeks * 7 * 24 * HOUR, hours * HOUR):
        day = due(schedule, done | set(found), now, zone)  # type: ignore[arg-type]
        found += [day] if day else []
    steps = {(b - a).days for a, b in pairwise(found)}
    assert steps <= ({7} if schedule.rhythm is Rhythm.WEEK else {28, 29, 30, 31})
    assert len(found) >= (weeks - 1 if schedule.rhythm is Rhythm.WEEK else 1)


def test_a_failure_waits_an_hour() -> None:
    failed_ms = ms("2026-11-23T09:01")
    runs = [a_run(problem="the folder is gone")]
    assert attempt(a_schedule(), runs, failed_ms + RETRY_MS - 1, BERLIN) is None
    assert attempt(a_schedule(), runs, failed_ms + RETRY_MS, BERLIN) == MONDAY
    assert wake_ms([a_schedule()], runs, failed_ms + 5, BERLIN) == failed_ms + RETRY_MS


def test_a_failure_with_a_clock_that_was_ahead_is_tried_again() -> None:
    runs = [a_run(problem="the folder is gone", at_ms=ms("2031-01-01T00:00"))]
    assert attempt(a_schedule(), runs, ms("2026-11-23T10:00"), BERLIN) == MONDAY


def test_other_schedules_runs_are_not_its_own() -> None:
    runs = [a_run(schedule_id="s2")]
    assert attempt(a_schedule(), runs, ms("2026-11-23T10:00"), BERLIN) == MONDAY


def test_when_to_look_again() -> None:
    now = ms("2026-11-23T10:00")
    assert wake_ms([], [], now, BERLIN) is None
    assert wake_ms([a_schedule()], [], now, BERLIN) == now
    assert wake_ms([a_schedule(), a_schedule(weekday=2)], [a_run()], ms("2026-11-25T10:00"), BERLIN) == ms(
        "2026-11-25T10:00"
    )
    assert wake_ms([a_schedule()], [a_run()], now, BERLIN) == ms("2026-11-30T09:00")


def test_a_time_that_is_none_is_nine_in_the_morning() -> None:
    assert moment(a_schedule(at="soon"), MONDAY, BERLIN) == ms("2026-11-23T09:00")
