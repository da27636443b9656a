"""The figures behind a budget's chart: days along the bottom, dollars or tokens upwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from PySide6.QtCore import QCoreApplication

from tallylight.domain import format as form
from tallylight.domain.budget import BudgetCourse, Period, Unit
from tallylight.domain.money import PICO
from tallylight.gui import budget_words, wording
from tallylight.gui.budget_words import NEAR
from tallylight.gui.day_course import DAYS

translate = QCoreApplication.translate

Point = tuple[float, float]
_DAY_S = 86_400
#: How much of the width a few words take.
_WORDS = 0.25


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a threshold was passed; whether that was told, nobody knows who set it just now."""

    x: float
    y: float
    share: int


@dataclass(frozen=True, slots=True)
class Curve:
    """One period from `first` on. `band` is (x, low, high) from now to the end, empty where there is no forecast.

    A day's budget has `bars` instead of a curve: each day by itself, as (x of the middle, amount).
    """

    first: date
    days: int
    spent: Sequence[Point]
    amount: float
    expected: float | None
    band: Sequence[tuple[float, float, float]]
    marks: Sequence[Mark]
    bars: Sequence[Point] = ()

    @property
    def top(self) -> float:
        highest = max(
            [self.amount, *(y for _, y in (*self.spent, *self.bars)), *(high for _, _, high in self.band)]
        )
        return max(highest * 1.13, 1e-6)

    @property
    def has_room_at_start(self) -> bool:
        """Whether words on the amount's line are crossed by nothing where the period begins."""
        high = self.amount * NEAR
        points = [*self.bars, *((mark.x, mark.y) for mark in self.marks), *self.spent]
        is_high = [x < self.days * _WORDS for x, y in points if y >= high]
        return not any(is_high) or all(is_high)


def curve_of(course: BudgetCourse, at_ms: int) -> Curve | None:
    """None for a session's budget, which has no days."""
    status, span = course.status, course.status.span
    if span is None:
        return None
    scale = PICO if status.budget.unit is Unit.USD else 1
    if status.budget.period is Period.DAY:
        return _side_by_side(course, span.first, scale)
    spent = _spent(course, at_ms, scale)
    found = status.forecast
    now_x, now_y = spent[-1]
    band = [(now_x, now_y, now_y), (float(span.days), found.low / scale, found.high / scale)] if found else []
    return Curve(
        first=span.first,
        days=span.days,
        spent=spent,
        amount=status.budget.amount / scale,
        expected=found.expected / scale if found else None,
        band=band,
        marks=_marks(course, spent, scale),
    )


def _side_by_side(course: BudgetCourse, today: date, scale: int) -> Curve:
    first = today - timedelta(days=DAYS - 1)
    bars = [((day - first).days + 0.5, amount / scale) for day, amount in course.days if day >= first]
    amount = course.status.budget.amount / scale
    return Curve(first=first, days=DAYS, spent=(), amount=amount, expected=None, band=(), marks=(), bars=bars)


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
    marks = []
    for share in sorted({share for share, _ in course.told}):
        level = amount * share / 100
        for (x0, y0), (x1, y1) in pairwise(spent):
            if y0 < level <= y1:
                x = x0 + (x1 - x0) * (level - y0) / (y1 - y0)
                marks.append(Mark(x, level, share))
                break
    return marks


def named(marks: Sequence[Mark], width: float, height: float) -> list[Mark]:
    """The marks whose names, of this size in the units of the chart, do not run into each other; the last reached
    is the first to have one."""
    found: list[Mark] = []
    for mark in reversed(marks):
        if all(abs(mark.x - other.x) >= width or abs(mark.y - other.y) >= height for other in found):
            found.append(mark)
    return found[::-1]


def day_at(curve: Curve, course: BudgetCourse, x: float) -> int:
    """The index in `days` of the day under `x`, or of the nearest that has figures; -1 for none."""
    wanted = curve.first + timedelta(days=int(max(0.0, x)))
    return max(
        (at for at, (day, _) in enumerate(course.days) if day <= wanted), default=min(0, len(course.days) - 1)
    )


def middle_of(curve: Curve, course: BudgetCourse, index: int) -> float:
    """Where the line stands that marks a chosen day: on its bar, else where its running total is reached."""
    at = (course.days[index][0] - curve.first).days
    if curve.bars:
        return at + 0.5
    return min(at + 1.0, curve.spent[-1][0])


def words_of_day(course: BudgetCourse, index: int) -> str:
    """ "20 Nov: $12.84, $213.90 so far; even pace $200"; of a day's budget, its share."""
    budget = course.status.budget
    day, amount = course.days[index]
    spent = budget_words.amount(amount, budget.unit)
    if budget.period is Period.DAY:
        share = form.percent(amount / max(1, budget.amount))
        return translate("BudgetChart", "{}: {}, {} of the budget").format(wording.day(day), spent, share)
    total = budget_words.amount(sum(a for _, a in course.days[: index + 1]), budget.unit)
    pace = budget_words.amount(_pace_at(course, day), budget.unit)
    text = translate("BudgetChart", "{}: {}, {} so far; even pace {}")
    return text.format(wording.day(day), spent, total, pace)


def _pace_at(course: BudgetCourse, day: date) -> int:
    """What an even spend would have come to by the end of that day."""
    span, budget = course.status.span, course.status.budget
    if span is None:
        return 0
    return round(budget.amount * ((day - span.first).days + 1) / span.days)


def colour_of(amount: float, limit: float) -> str:
    """A day against its budget, as a colour of the palette."""
    if amount >= limit:
        return "over"
    return "near" if amount >= limit * NEAR else "accent"
