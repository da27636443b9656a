"""Each unit is converted in one place: a figure that is off by a hundred fails here."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallylight.domain.stated import cents, count, dollars, nano_dollars, number

USD = 10**12


@pytest.mark.parametrize(
    ("convert", "stated", "picousd"),
    [
        (cents, "123.45", 1_234_500_000_000),  # $1.2345, as Anthropic's cost report spells it
        (cents, 883, 8_830_000_000_000),  # $8.83, as Claude Code's report does
        (cents, Decimal("229.6925"), 2_296_925_000_000),
        (dollars, Decimal("0.63"), 630_000_000_000),
        (dollars, "0.63", 630_000_000_000),
        (dollars, 3, 3 * USD),
        (dollars, "1.2E-5", 12_000_000),
        (dollars, "0.12345678901234567890", 123_456_789_012),
        (nano_dollars, 2_500_000_000, 5 * USD // 2),  # $2.50, as Hugging Face spells it
        (nano_dollars, "1", 1000),
    ],
)  # fmt: skip
def test_an_amount_is_worth_what_its_unit_says(convert: object, stated: object, picousd: int) -> None:
    assert convert(stated) == picousd  # type: ignore[operator]


@pytest.mark.parametrize("convert", [cents, dollars, nano_dollars, number])
@pytest.mark.parametrize("stated", [None, True, "", "12 USD", "NaN", "Infinity", "1e99", [], {}])
def test_what_is_no_amount_is_none(convert: object, stated: object) -> None:
    assert convert(stated) is None  # type: ignore[operator]


@pytest.mark.parametrize(("stated", "counted"), [(None, 0), (5, 5), ("17", 17), (Decimal("3.0"), 3)])
def test_a_count_may_be_text_or_nothing(stated: object, counted: int) -> None:
    assert count(stated) == counted


@pytest.mark.parametrize("stated", [-1, "x", Decimal("1.5"), True, 10**13])
def test_what_is_no_count_is_none(stated: object) -> None:
    assert count(stated) is None


@pytest.mark.parametrize("stated", ["9300000", "-9300000"])
def test_an_amount_that_the_ledger_could_not_hold_is_none(stated: str) -> None:
    assert dollars(stated) is None
    assert cents(stated) is not None


@given(st.integers(0, 10**6))
def test_a_hundred_cents_are_a_dollar(amount: int) -> None:
    assert cents(amount * 100) == dollars(amount) == nano_dollars(amount * 10**9) == amount * USD
