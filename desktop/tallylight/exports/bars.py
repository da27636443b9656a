"""Stacked bars as rectangles and marks on a sheet of `WIDTH` × `HEIGHT`, for whoever draws them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import ceil, log10

import msgspec

from tallylight.domain import format as form
from tallylight.domain import money
from tallylight.domain.summary import Stack

WIDTH, HEIGHT = 1000.0, 250.0
LEFT, RIGHT, TOP, BOTTOM = 56.0, 4.0, 14.0, 26.0
#: More days than this are summed by month.
_MOST_DAYS = 100
_LINES = 4
_MARKS = 8
#: Of a slot's width, and no wider than this.
_BAR, _WIDEST = 0.78, 64.0
_GAP = 1.0


class Box(msgspec.Struct, frozen=True):
    """A part of a bar. `series` counts in the stack's, None is grey."""

    x: float
    y: float
    width: float
    height: float
    series: int | None


class Bar(msgspec.Struct, frozen=True):
    """One slot: where it is, its boxes from the ground up, and what they say."""

    x: float
    width: float
    told: str
    boxes: Sequence[Box]
    #: Whether the client was used although nothing was recorded: no zero.
    is_missing: bool = False


class Mark(msgspec.Struct, frozen=True):
    """A label of an axis, and where."""

    at: float
    text: str


class Bars(msgspec.Struct, frozen=True, kw_only=True):
    """A drawing: bars, lines with their amounts, slots with their names, the typical day."""

    title: str
    told: str
    bars: Sequence[Bar]
    lines: Sequence[Mark]
    marks: Sequence[Mark]
    typical: Mark | None
    #: (label, series) of each colour.
    legend: Sequence[tuple[str, int | None]]


class _Slot(msgspec.Struct, frozen=True):
    name: str
    mark: str
    values: Sequence[int]
    is_floor: bool
    is_missing: bool


def bars_of(stack: Stack) -> Bars:
    """The drawing of a stack that holds some cost."""
    slots = _slots(stack)
    per = "hour" if "T" in stack.slots[0] else "day" if len(stack.slots) <= _MOST_DAYS else "month"
    typical = stack.typical_day_picousd if per == "day" else None
    usual = form.at_least(money.show(typical or 0), bool(stack.unpriced or stack.at_least))
    sums = [sum(slot.values) for slot in slots]
    top = max(*sums, typical or 0, 1)
    step = _step(top / _LINES)
    top = step * ceil(top / step)
    scale = (HEIGHT - TOP - BOTTOM) / top
    series = [None if not key else at for at, key in enumerate(stack.series)]
    wide = (WIDTH - LEFT - RIGHT) / len(slots)
    ground = HEIGHT - BOTTOM
    every = ceil(len(slots) / _MARKS)
    most = max(range(len(slots)), key=sums.__getitem__)
    return Bars(
        title=f"Spend per {per}",
        told=f"{money.show(sum(sums))} in all; most: {_told(stack, slots[most])}",
        bars=[_bar(stack, slot, LEFT + wide * at, wide, scale, series) for at, slot in enumerate(slots)],
        lines=[Mark(ground - amount * scale, _dollars(amount, step)) for amount in range(0, top + 1, step)],
        marks=[Mark(LEFT + wide * (at + 0.5), slot.mark) for at, slot in enumerate(slots) if at % every == 0],
        typical=Mark(ground - typical * scale, f"typical day {usual}") if typical else None,
        legend=list(zip(stack.labels, series, strict=True)),
    )


def _slots(stack: Stack) -> list[_Slot]:
    """The slots to draw: those of the stack, or its months."""
    keys = list(stack.slots)
    floors, missing = {*stack.unpriced, *stack.at_least}, set(stack.not_recorded)
    if len(keys) <= _MOST_DAYS:
        return [
            _Slot(*_names(key), [v[at] for v in stack.values], key in floors, key in missing)
            for at, key in enumerate(keys)
        ]
    months = dict.fromkeys(key[:7] for key in keys)
    sums = {month: [0] * len(stack.values) for month in months}
    for at, key in enumerate(keys):
        for series, values in enumerate(stack.values):
            sums[key[:7]][series] += values[at]
    is_floor = {key[:7] for key in floors}
    return [_Slot(*_names(month), sums[month], month in is_floor, False) for month in months]


def _names(key: str) -> tuple[str, str]:
    """What a slot is called, in full and on the axis."""
    if "T" in key:
        return f"{key[11:13]}:00", f"{key[11:13]}:00"
    day = date.fromisoformat(key if len(key) > 7 else f"{key}-01")
    return (f"{day:%B %Y}", f"{day:%b}") if len(key) == 7 else (f"{day.day} {day:%B}", f"{day.day} {day:%b}")


def _bar(
    stack: Stack, slot: _Slot, left: float, wide: float, scale: float, series: Sequence[int | None]
) -> Bar:
    boxes: list[Box] = []
    bar = min(wide * _BAR, _WIDEST)
    y = HEIGHT - BOTTOM
    for value, of in zip(slot.values, series, strict=True):
        if value:
            tall = value * scale
            y -= tall
            gap = _GAP if tall > 3 * _GAP else 0.0
            boxes.append(Box(left + (wide - bar) / 2, y + gap, bar, tall - gap, of))
    return Bar(left, wide, _told(stack, slot), boxes, slot.is_missing)


def _told(stack: Stack, slot: _Slot) -> str:
    """ "12 October: $9.10 (shop $6.10, docs $3.00)"."""
    if slot.is_missing:
        return f"{slot.name}: not recorded"
    parts = [f"{label} {money.show(v)}" for label, v in zip(stack.labels, slot.values, strict=True) if v]
    whole = form.at_least(money.show(sum(slot.values)), slot.is_floor)
    return f"{slot.name}: {whole}" + (f" ({', '.join(parts)})" if len(parts) > 1 else "")


def _step(least: float) -> int:
    """The next of 1, 2, 5, 10 …"""
    unit: int = 10 ** int(log10(max(least, 1)))
    return next(factor * unit for factor in (1, 2, 5, 10) if factor * unit >= least)


def _dollars(amount: int, step: int) -> str:
    """With as many decimals as the steps need."""
    decimals = 0 if step >= money.PICO else min(6, ceil(12 - log10(step) - 1e-9))
    return f"${money.to_decimal(amount):,.{decimals}f}"
