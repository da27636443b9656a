"""Money is exact: what goes in comes out, to the pico-dollar."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallylight.domain import money

AMOUNTS = st.integers(min_value=-(2**62), max_value=2**62)


@given(AMOUNTS)
def test_the_string_reads_back_as_the_same_amount(picousd: int) -> None:
    text = money.to_string(picousd)
    assert money.from_dollars(text) == picousd
    assert "e" not in text.lower()


@given(AMOUNTS, AMOUNTS)
def test_the_string_of_a_sum_is_the_sum_of_the_strings(a: int, b: int) -> None:
    assert Decimal(money.to_string(a)) + Decimal(money.to_string(b)) == Decimal(money.to_string(a + b))


@pytest.mark.parametrize(
    ("picousd", "text"),
    [(0, "0.00"), (1, "0.000000000001"), (10**12, "1.00"), (1_500_000_000_000, "1.5"), (-(10**12), "-1.00")],
)
def test_strings_are_plain_decimals(picousd: int, text: str) -> None:
    assert Decimal(money.to_string(picousd)) == Decimal(text)


def test_a_float_is_read_as_it_is_written() -> None:
    assert money.from_dollars(0.1) == 10**11
    assert money.from_dollars(4.8123) == 4_812_300_000_000


@pytest.mark.parametrize(
    ("picousd", "shown"),
    [
        (0, "$0.00"),
        (10**11, "$0.10"),
        (1_234_567_890_000_000, "$1,234.57"),
        (-2 * 10**12, "-$2.00"),
        (3_400_000_000, "$0.0034"),
        (-3_400_000_000, "-$0.0034"),
        (1, "<$0.0001"),
    ],
)
def test_people_see_cents_and_less_only_below_ten(picousd: int, shown: str) -> None:
    assert money.show(picousd) == shown


@pytest.mark.parametrize(
    ("picousd", "shown"),
    [
        (240_100_000_000_000, "$240"),
        (299_990_000_000_000, "$299"),
        (1_234_560_000_000_000, "$1,234"),
        (60 * money.PICO, "$60"),
        (61_200_000_000_000, "$61.20"),
        (0, "$0.00"),
    ],
)
def test_running_text_has_no_cents_that_do_not_matter(picousd: int, shown: str) -> None:
    assert money.show_round(picousd) == shown
