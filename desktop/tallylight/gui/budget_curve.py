"""The figures behind a budget's chart: days along the bottom, dollars or tokens upwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from tallylight.domain.budget import BudgetCourse, Unit
from tallylight.domain.money import PICO

Point = tuple[float, float]
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a threshold was reached. `is_told`: a notice did say so."""

    x: float
    y: float
    share: int
    is_told: bool


@dataclass(frozen=True, slots=True)
class Curve:
    """One period. `band` is (x, low, high) from now to the end, empty where there is no forecast."""

    days: int
    spent: Sequence[Point]
    amount: float
    expected: float | None
    band: Sequence[tuple[float, float, float]]
    marks: Sequence[Mark]

    @property
    def top(self) -> float:
        highest = max([self.amount, *(y for _, y in self.spent), *(high for _, _, high in self.band)])
        return max(highest * 1.13, 1e-6)


def curve_of(course: BudgetCourse, at_ms: int) -> Curve | None:
    """None for a session's budget, which has no days."""
    status, span = course.status, course.status.span
    if span is None:
        return None
    scale = PICO if status.budget.unit is Unit.USD else 1
    spent = _spent(course, at_ms, scale)
    found = status.forecast
    now_x, now_y = spent[-1]
    band = [(now_x, now_y, now_y), (float(span.days), found.low / scale, found.high / scale)] if found else []
    return Curve(
        days=span.days,
        spent=spent,
        amount=status.budget.amount / scale,
        expected=found.expected / scale if found else None,
        band=band,
        marks=_marks(course, spent, scale),
    )


def _spent(course: BudgetCourse, at_ms: int, scale: int) -> list[Point]:
    """The running total at the end of each day, of today at the present moment."""
    span = course.status.span
    points, total = [(0.0, 0.0)], 0
    for day, amount in course.days:
        total += amount
        at = (day - span.first).days if span is not None else 0
        points.append((at + 1.0, total / scale))
    now = _now(course, at_ms)
    if len(points) > 1 and points[-2][0] < now < points[-1][0]:
        points[-1] = (now, points[-1][1])
    return points


def _now(course: BudgetCourse, at_ms: int) -> float:
    """The moment in days since the period began."""
    span = course.status.span
    local = datetime.fromtimestamp(at_ms / 1000, tz=UTC).astimezone()
    whole = (local.date() - span.first).days if span is not None else 0
    return whole + (local.hour * 3600 + local.minute * 60 + local.second) / _DAY_S


def _marks(course: BudgetCourse, spent: Sequence[Point], scale: int) -> list[Mark]:
    """On the curve where it reaches each threshold."""
    amount = course.status.budget.amount / scale
    told = {share for share, _ in course.status.passed}
    marks = []
    for share in sorted({share for share, _ in course.told}):
        level = amount * share / 100
        for (x0, y0), (x1, y1) in pairwise(spent):
            if y0 < level <= y1:
                x = x0 + (x1 - x0) * (level - y0) / (y1 - y0)
                marks.append(Mark(x, level, share, share in told))
                break
    return marks


def day_at(course: BudgetCourse, x: float) -> int:
    """The index of the day under `x` among those that have figures; -1 for none."""
    return min(max(0, int(x)), len(course.days) - 1)


def pace_at(course: BudgetCourse, index: int) -> int:
    """What an even spend would have come to by the end of that day."""
    span, budget = course.status.span, course.status.budget
    if span is None:
        return 0
    ended = (course.days[index][0] + timedelta(days=1) - span.first).days
    return round(budget.amount * ended / span.days)
