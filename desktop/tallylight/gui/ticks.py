"""Where the marks of an axis go and what they say."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, datetime
from math import ceil, floor, log10

from tallylight.domain import format as form

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_SPANS = (_MINUTE, 2 * _MINUTE, 5 * _MINUTE, 10 * _MINUTE, 15 * _MINUTE, 30 * _MINUTE, _HOUR, 2 * _HOUR,
          3 * _HOUR, 6 * _HOUR, 12 * _HOUR, _DAY, 2 * _DAY, 7 * _DAY, 14 * _DAY, 28 * _DAY)  # fmt: skip


def counts(low: float, high: float, most: int) -> list[float]:
    """Whole numbers in even steps from 0 on: 0, 10, 20 …"""
    step = max(1, round(_round_up((high - low) / max(1, most))))
    first = ceil(max(0.0, low) / step) * step
    return [float(at) for at in range(first, floor(high) + 1, step)]


def evenly(low: float, high: float, most: int) -> list[float]:
    """Round numbers in even steps: 0, 2.5, 5 …"""
    if high <= low:
        return []
    step = _round_up((high - low) / max(1, most))
    return [at * step for at in range(ceil(low / step), floor(high / step + 1e-9) + 1)]


def _round_up(size: float) -> float:
    unit = 10.0 ** floor(log10(max(size, 1e-12)))
    return next(factor * unit for factor in (1, 2, 5, 10) if factor * unit >= size * 0.999)


def times(low: float, high: float, most: int) -> list[float]:
    """Full minutes, hours or days of the user's clock, in seconds since the epoch."""
    span = next((span for span in _SPANS if (high - low) / span <= most), _SPANS[-1])
    offset = datetime.fromtimestamp(low, tz=UTC).astimezone().utcoffset()
    shift = offset.total_seconds() if offset else 0.0
    first = ceil((low + shift) / span) * span - shift
    return [first + step * span for step in range(int((high - first) // span) + 1)] if first <= high else []


def clock(value: float, within_a_day: bool) -> str:
    local = datetime.fromtimestamp(value, tz=UTC).astimezone()
    return f"{local:%H:%M}" if within_a_day else f"{local:%d.%m. %H:%M}"


def tokens(value: float, _spacing: float = 0) -> str:
    return form.tokens(round(value)).replace(".0", "")


def dollars(value: float, spacing: float) -> str:
    """With as many decimals as the steps need."""
    decimals = 0 if spacing >= 1 or spacing <= 0 else min(6, ceil(-log10(spacing) - 1e-9))
    return f"${value:,.{decimals}f}"


def nearest(values: Sequence[float], wanted: float) -> int:
    """The index of the value that is closest; `values` ascend and are not empty."""
    at = bisect_left(values, wanted)
    if at == 0:
        return 0
    if at == len(values):
        return at - 1
    return at if values[at] - wanted < wanted - values[at - 1] else at - 1
