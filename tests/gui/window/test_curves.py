from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from tallylight.domain.session import SessionDetail, SessionMark, Turn
from tallylight.gui import ticks
from tallylight.gui.curves import curves_of, scale_of_bars
from tallylight.gui.period import Period, period_around, slot_span_ms, slot_title, title

DOLLAR = 10**12
Turns = Callable[..., Turn]
Details = Callable[..., SessionDetail]


def test_the_running_total_holds_all_that_was_spent(a_turn: Turns, a_detail: Details) -> None:
    turns = [
        a_turn(1, is_inherited=True, cost_picousd=9 * DOLLAR),
        a_turn(2, cost_picousd=DOLLAR),
        a_turn(3, key="a", agent_id="a1", is_on_path=False, cost_picousd=2 * DOLLAR),
        a_turn(4, key="r", is_on_path=False, cost_picousd=4 * DOLLAR),
        a_turn(5, cost_picousd=None),
    ]
    points = curves_of(a_detail(turns)).points
    assert [point.number for point in points] == [1, 2, 5]
    assert [point.own_usd for point in points] == [0.0, 1.0, 0.0]
    assert [point.beside_usd for point in points] == [0.0, 6.0, 0.0]
    assert points[-1].total_usd == 7.0
    assert [point.is_priced for point in points] == [True, True, False]


def test_a_gauge_is_drawn_without_a_cost_until_somebody_counts_one(a_turn: Turns, a_detail: Details) -> None:
    gauge = {"kind": "gauge", "cost_picousd": None, "cache_read": 0, "cache_write_5m": 0, "input": 0}
    points = [a_turn(n, context=10_000 * n, **gauge) for n in (1, 2, 3)]
    curves = curves_of(a_detail(points))
    assert (curves.are_gauged, curves.has_costs) == (True, False)
    counted = a_turn(
        9, kind="provisional", is_on_path=False, time_ms=points[1].time_ms + 1, cost_picousd=DOLLAR
    )
    curves = curves_of(a_detail([*points, counted]))
    assert [point.own_usd for point in curves.points] == [0.0, 1.0, 0.0]
    assert curves.has_costs and curves.points[-1].total_usd == 1.0
    assert [point.is_priced for point in curves.points] == [False, True, False]


def test_a_compaction_breaks_the_line_before_the_next_turn(a_turn: Turns, a_detail: Details) -> None:
    turns = [a_turn(n) for n in (1, 2, 3)]
    mark = SessionMark("compaction", turns[2].time_ms - 1, "auto", 130_000, 31_000)
    curves = curves_of(a_detail(turns, [mark, SessionMark("prompt", turns[0].time_ms)]))
    assert curves.breaks == {2}
    assert [(found.at, found.before, found.after) for found in curves.marks] == [(2, 130_000, 31_000)]


def test_a_session_without_turns_has_no_curve(a_detail: Details) -> None:
    assert not curves_of(a_detail(0, [SessionMark("compaction", 1)])).points


def test_bars_are_scaled_to_be_seen_beside_the_total(a_turn: Turns, a_detail: Details) -> None:
    alike = [a_turn(n, cost_picousd=DOLLAR) for n in range(1, 42)]
    assert scale_of_bars(curves_of(a_detail(alike)).points) == 20
    assert scale_of_bars(curves_of(a_detail(alike[:1])).points) == 1
    assert scale_of_bars(()) == 1


def test_ticks_are_round_and_few() -> None:
    assert ticks.counts(0, 40, 5) == [0, 10, 20, 30, 40]
    assert ticks.counts(0, 2, 9) == [0, 1, 2]
    assert ticks.evenly(0, 6, 3) == [0, 2, 4, 6]
    assert ticks.evenly(1, 1, 3) == []
    assert [ticks.dollars(value, 0.5) for value in (0.5, 1)] == ["$0.5", "$1.0"]
    assert ticks.dollars(2, 2) == "$2"
    assert ticks.nearest([0.0, 1.0, 4.0], 2.6) == 2
    assert ticks.nearest([0.0, 1.0, 4.0], -9) == 0
    assert ticks.nearest([0.0, 1.0, 4.0], 99) == 2
    quarter = 15 * 60
    assert ticks.times(NOON + 60, NOON + 3600, 4) == [NOON + step * quarter for step in (1, 2, 3, 4)]


NOON = 1_795_176_000.0


@pytest.mark.parametrize(
    ("starts_on", "since"), [(0, date(2026, 11, 16)), (6, date(2026, 11, 15)), (5, date(2026, 11, 14))]
)
def test_a_week_starts_where_the_user_starts_it(starts_on: int, since: date) -> None:
    week = period_around("week", date(2026, 11, 20), starts_on)
    assert week.since == since
    assert week.previous.until == since
    assert week.next.previous == week


def test_months_follow_the_calendar() -> None:
    march = period_around("month", date(2028, 3, 31))
    assert march.previous == Period("month", date(2028, 2, 1), date(2028, 3, 1))
    assert title(march.previous) == "February 2028"
    assert period_around("month", date(2026, 12, 5)).next.since == date(2027, 1, 1)


def test_a_range_steps_by_its_own_length() -> None:
    days = Period("range", date(2026, 11, 3), date(2026, 11, 13))
    assert days.previous == Period("range", date(2026, 10, 24), date(2026, 11, 3))
    assert title(days) == "3 – 12 Nov 2026"


def test_a_slot_is_a_day_or_an_hour() -> None:
    since_ms, until_ms = slot_span_ms("2026-11-20")
    assert until_ms - since_ms == 24 * 3_600_000
    since_ms, until_ms = slot_span_ms("2026-11-20T13")
    assert until_ms - since_ms == 3_600_000
    assert slot_title("2026-11-20T13") == "20 Nov, 13:00"
