"""What a period will come to: the user's own weekdays, carried on to its end, with a range that says how sure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from math import sqrt

import msgspec

#: Below these the answer is "too early to say".
_LEAST_DAYS, _LEAST_ACTIVE = 14, 5
#: After so many days a past day counts half.
_HALF_LIFE_DAYS = 28
#: How strongly a weekday seen few times is drawn to the mean of all days, in days.
_SHRINKAGE = 1.0
#: A single day counts as at most so many times the mean of the active days: one outlier is no habit.
_CAP = 4.0
#: Standard deviations that hold four fifths of a normal spread.
_EIGHTY = 1.28


class Forecast(msgspec.Struct, frozen=True):
    """What a period ends at: expected, and the range that four of five such periods end in. Unit: the amounts'."""

    expected: int
    low: int
    high: int
    #: Days of history it rests on.
    days: int


def forecast(
    history: Mapping[date, int], spent: int, today: date, end: date, share_of_today: float
) -> Forecast | None:
    """The end of the period that ends before `end`, of which `spent` is known; None: too early to say.

    `history` is what each day before `today` came to; days without an entry between the first and yesterday were
    idle. A day that was never recorded should be left out by starting the history after it.
    """
    known = {day: amount for day, amount in history.items() if day < today}
    active = [amount for amount in known.values() if amount > 0]
    if len(active) < _LEAST_ACTIVE or (today - min(known)).days < _LEAST_DAYS:
        return None
    habit = _Habit(known, today)
    remaining = habit.expected(today) * (1 - share_of_today)
    days = [today + timedelta(days=n) for n in range(1, (end - today).days)]
    remaining += sum(habit.expected(day) for day in days)
    ahead = len(days) + 1 - share_of_today
    # The days vary, and so does the habit they were drawn from: the second term is how little of it is known.
    spread = _EIGHTY * habit.deviation * sqrt(ahead + ahead**2 / habit.weight)
    return Forecast(
        expected=spent + round(remaining),
        low=spent + round(max(0.0, remaining - spread)),
        high=spent + round(remaining + spread),
        days=habit.days,
    )


class _Habit:
    """What each weekday usually comes to, recent weeks counting more."""

    def __init__(self, known: Mapping[date, int], today: date) -> None:
        first = min(known)
        self.days = (today - first).days
        active = [amount for amount in known.values() if amount > 0]
        cap = _CAP * sum(active) / len(active)
        days = [first + timedelta(days=n) for n in range(self.days)]
        series = [(day, min(cap, float(known.get(day, 0)))) for day in days]
        weights: list[float] = [0.5 ** ((today - day).days / _HALF_LIFE_DAYS) for day, _ in series]
        self.weight = sum(weights)
        overall = sum(w * x for w, (_, x) in zip(weights, series, strict=True)) / self.weight
        sums, counts = [_SHRINKAGE * overall] * 7, [_SHRINKAGE] * 7
        for w, (day, x) in zip(weights, series, strict=True):
            sums[day.weekday()] += w * x
            counts[day.weekday()] += w
        self._usual = [s / c for s, c in zip(sums, counts, strict=True)]
        # The wild days too: they are no habit, but they do happen.
        squares = (
            w * (known.get(day, 0) - self.expected(day)) ** 2
            for w, (day, _) in zip(weights, series, strict=True)
        )
        # Seven means were fitted to so few days that their residuals are too small.
        self.deviation = sqrt(sum(squares) / self.weight * (1 + 7 / self.weight))

    def expected(self, day: date) -> float:
        return self._usual[day.weekday()]
