"""Bars that stand on the ground, reach as high as they cost, and leave nothing out."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report_factories import DOLLAR
from tallylight.domain.summary import Stack
from tallylight.exports import bars
from tallylight.exports.bars import Bars, bars_of


def drawn(values: list[list[int]], **given: object) -> Bars:
    first = date(2026, 1, 1)
    slots = [(first + timedelta(days=n)).isoformat() for n in range(len(values[0]))]
    keys = [f"s{n}" for n in range(len(values))]
    return bars_of(Stack(**({"slots": slots, "series": keys, "labels": keys, "values": values} | given)))  # type: ignore[arg-type]


amounts = st.lists(st.integers(0, 10**16), min_size=2, max_size=40)


@given(amounts, amounts)
def test_heights_are_costs_and_everything_is_on_the_sheet(one: list[int], other: list[int]) -> None:
    size = min(len(one), len(other))
    values = [one[:size], other[:size]]
    if not any(map(any, values)):
        values[0][0] = 1
    found = drawn(values)
    assert found.lines[-1].at == pytest.approx(bars.TOP)
    sums = [sum(column) for column in zip(*values, strict=True)]
    tops = [min((box.y for box in bar.boxes), default=bars.HEIGHT - bars.BOTTOM) for bar in found.bars]
    assert min(tops) >= bars.TOP - 0.01
    order = sorted(range(size), key=sums.__getitem__)
    assert all(tops[a] >= tops[b] - bars._GAP for a, b in pairwise(order))
    for bar in found.bars:
        for box in bar.boxes:
            assert box.x >= bars.LEFT and box.x + box.width <= bars.WIDTH - bars.RIGHT + 0.01
            assert box.height > 0 and box.y + box.height <= bars.HEIGHT - bars.BOTTOM + 0.01


@pytest.mark.parametrize(
    ("top", "labels"),
    [
        (7 * DOLLAR, ["$0", "$2", "$4", "$6", "$8"]),
        (DOLLAR, ["$0.0", "$0.5", "$1.0"]),
        (DOLLAR // 50, ["$0.000", "$0.005", "$0.010", "$0.015", "$0.020"]),
        (4_000 * DOLLAR, ["$0", "$1,000", "$2,000", "$3,000", "$4,000"]),
    ],
)
def test_lines_are_round(top: int, labels: list[str]) -> None:
    assert [line.text for line in drawn([[top]]).lines] == labels


def test_a_year_is_drawn_by_month() -> None:
    found = drawn([[DOLLAR] * 365], unpriced=["2026-02-03"], typical_day_picousd=DOLLAR)
    assert (found.title, len(found.bars), found.typical) == ("Spend per month", 12, None)
    assert [bar.told for bar in found.bars[:2]] == ["January 2026: $31.00", "February 2026: ≥ $28.00"]


def test_a_day_is_drawn_by_hour() -> None:
    stack = Stack(
        slots=("2026-11-03T09", "2026-11-03T10"), series=("a",), labels=("a",), values=((1, DOLLAR),)
    )
    found = bars_of(stack)
    assert found.title == "Spend per hour"
    assert found.bars[1].told == "10:00: $1.00"


def test_the_rest_is_grey() -> None:
    found = drawn([[1], [1]], series=["a", ""], labels=["a", "the rest"])
    assert list(found.legend) == [("a", 0), ("the rest", None)]
