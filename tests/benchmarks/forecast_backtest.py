"""How good the forecast is: back-tested at mid-month on generated histories, beside plain linear pacing."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from statistics import median

import msgspec
from verdict import Row

from tallylight.domain.forecast import forecast

_FIRST = date(2026, 6, 1)
_MONTH, _MIDDLE, _END = date(2026, 11, 1), date(2026, 11, 16), date(2026, 12, 1)
#: Four of five ends should lie in the range.
_FEWEST, _MOST = 0.65, 0.95


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """Median relative errors at mid-month over all histories, and the share of ends in the stated range."""

    ours: float
    linear: float
    covered: float
    histories: int


class _Habits(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody works: chance of an active day, spread of its amount, change per week, chance of an idle week."""

    workday: float
    weekend: float
    spread: float
    drift: float = 1.0
    idle_week: float = 0.0


_PEOPLE = (
    _Habits(workday=0.97, weekend=0.05, spread=0.5),
    _Habits(workday=0.9, weekend=0.1, spread=0.9, idle_week=0.06),
    _Habits(workday=0.6, weekend=0.6, spread=0.8),
    _Habits(workday=0.2, weekend=0.9, spread=0.7),
    _Habits(workday=0.95, weekend=0.2, spread=0.6, drift=1.05),
    _Habits(workday=0.95, weekend=0.0, spread=1.2, idle_week=0.03),
)


def score(histories: int, seed: int = 1) -> Score:
    """Back-test on so many generated histories."""
    ours, linear, covered = [], [], 0
    chance = random.Random(seed)
    for at in range(histories):
        days = dict(_history(_PEOPLE[at % len(_PEOPLE)], chance))
        spent = sum(amount for day, amount in days.items() if _MONTH <= day < _MIDDLE)
        end = sum(amount for day, amount in days.items() if day >= _MONTH)
        made = forecast(
            {day: amount for day, amount in days.items() if day < _MIDDLE}, spent, _MIDDLE, _END, 0.0
        )
        if made is None or not end:
            continue
        ours.append(abs(made.expected - end) / end)
        elapsed = (_MIDDLE - _MONTH).days / (_END - _MONTH).days
        linear.append(abs(spent / elapsed - end) / end)
        covered += made.low <= end <= made.high
    return Score(ours=median(ours), linear=median(linear), covered=covered / len(ours), histories=len(ours))


def _history(habits: _Habits, chance: random.Random) -> Iterator[tuple[date, int]]:
    """(day, pico-USD) from half a year before the month to its end."""
    usual = chance.uniform(2, 40)
    for week in range((_END - _FIRST).days // 7 + 1):
        is_idle = chance.random() < habits.idle_week
        usual *= habits.drift
        for n in range(7):
            day = _FIRST + timedelta(days=7 * week + n)
            active = habits.weekend if day.weekday() >= 5 else habits.workday
            if day < _END and not is_idle and chance.random() < active:
                yield day, round(usual * chance.lognormvariate(0, habits.spread) * 10**12)


def measure(histories: int = 1200) -> list[Row]:
    """Two rows: the error, and what the stated range is worth."""
    found = score(histories)
    return [
        Row(
            "forecast at mid-month, median error",
            f"< {found.linear:.1%} (linear)",
            f"{found.ours:.1%}",
            found.ours < found.linear,
            f"{found.histories} histories",
        ),
        Row(
            "month ends in the forecast's range",
            f"80 % ({_FEWEST:.0%}–{_MOST:.0%})",
            f"{found.covered:.0%}",
            _FEWEST <= found.covered <= _MOST,
        ),
    ]


def is_good(found: Score) -> bool:
    return found.ours < found.linear and _FEWEST <= found.covered <= _MOST
