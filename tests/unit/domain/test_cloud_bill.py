"""What a bill's charges come to, and when two bills are the same."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallylight.domain.cloud_bill import (
    AiKind,
    Amounts,
    BillId,
    CloudBill,
    Deviation,
    Item,
    decimal_text,
    merged,
    show,
    show_all,
    sums,
)

NOVEMBER = BillId("AWS", "1", date(2026, 11, 1), date(2026, 12, 1))
decimals = st.decimals(-(10**20), 10**20, places=17)


def a_bill(*billed: str, **given: Any) -> CloudBill:
    charges = {
        Item(day=date(2026, 11, 1 + at), kind=AiKind.MODEL, service="s"): Amounts(billed=Decimal(amount))
        for at, amount in enumerate(billed)
    }
    return CloudBill(**({"id": NOVEMBER, "rows": 9, "charges": charges} | given))


def test_the_same_charges_are_the_same_bill_whatever_states_them() -> None:
    one = a_bill("1.50", "2")
    other = a_bill("1.5", "2.000", rows=7, files=["b.parquet"], version="1.4")
    backwards = a_bill(charges=dict(reversed(one.charges.items())))
    assert one.fingerprint == other.fingerprint == backwards.fingerprint
    assert one.fingerprint not in (
        a_bill("2", "1.5").fingerprint,
        a_bill("1.5").fingerprint,
        a_bill().fingerprint,
    )
    assert one.ai_rows == 2


@given(st.lists(decimals, min_size=1), st.randoms(use_true_random=False))
def test_sums_are_exact_in_any_order(costs: list[Decimal], random: Any) -> None:
    def whole() -> Decimal:
        first, *rest = (Amounts(billed=cost) for cost in costs)
        for each in rest:
            first += each
        return first.billed

    before = whole()
    random.shuffle(costs)
    assert whole() == before
    assert Fraction(before) == sum(map(Fraction, costs))


@given(decimals)
def test_an_amount_is_written_so_that_it_reads_back(value: Decimal) -> None:
    text = decimal_text(value)
    assert Decimal(text) == value
    assert "E" not in text
    assert not ("." in text and text.endswith(("0", ".")))


@pytest.mark.parametrize(
    ("value", "text"), [("-0.00", "0"), ("1E+3", "1000"), ("1e-9", "0.000000001"), ("10", "10")]
)
def test_amounts_have_one_spelling(value: str, text: str) -> None:
    assert decimal_text(Decimal(value)) == text


def test_currencies_stand_beside_each_other_and_dollars_first() -> None:
    made = sums([("EUR", Decimal("0.5")), ("USD", Decimal(2)), ("EUR", Decimal(1)), ("USD", Decimal(-3))])
    assert list(made.items()) == [("USD", -1), ("EUR", Decimal("1.5"))]
    assert show_all(made) == "-$1.00 + 1.50 EUR"
    assert (show_all({}), show(Decimal(1234567), "JPY")) == ("$0.00", "1,234,567.00 JPY")


def test_a_deviation_of_several_files_is_told_once() -> None:
    one = Deviation(kind="null", about="ListCost", count=2, first_line=9)
    other = Deviation(kind="null", about="ListCost", count=3, first_line=4)
    (told,) = merged([one, other])
    assert (told.count, told.first_line, told.words) == (5, 4, "leaves ListCost empty")
    assert len(merged([one, Deviation(kind="null", about="ChargeClass")])) == 2
    assert Deviation(kind="of a newer Tallylight").words == "of a newer Tallylight"
