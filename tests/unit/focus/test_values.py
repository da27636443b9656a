"""Cells as files write them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallylight.exports.focus_rows import shown
from tallylight.focus.values import amount, is_word_for_nothing, moment

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "is_plain"),
    [
        ("2026-11-20T12:00:00Z", True),
        ("2026-11-20T12:00Z", False),
        ("2026-11-20 12:00:00 UTC", False),
        ("2026-11-20 12:00:00.000000+00:00", False),
        ("2026-11-20T13:00:00+01:00", False),
        ("2026-11-20T12:00:00", False),
    ],
)
def test_a_time_is_read_in_all_its_forms(text: str, is_plain: bool) -> None:
    assert moment(text) == (NOON, is_plain)


@pytest.mark.parametrize("text", ["", "yesterday", "11/20/2026", "2026-13-01", "0001-01-01T00:00:00+14:00"])
def test_what_is_no_time_is_none(text: str) -> None:
    assert moment(text) == (None, False)


@pytest.mark.parametrize(
    ("text", "mark", "value", "is_plain"),
    [
        ("1.50", ".", "1.5", True),
        ("-3.5E-7", ".", "-0.00000035", True),
        ("1e-07", ".", "0.0000001", True),
        ("1,234.5", ".", "1234.5", False),
        ("$1.50", ".", "1.5", False),
        (" 1.5 ", ".", "1.5", False),
        ("7,11", ".", "7.11", False),
        ("0,234", ".", "0.234", False),
        ("1234,567", ".", "1234.567", False),
        ("1,234,567", ",", "1234567", False),
        ("1.234.567", ".", "1234567", False),
        ("1,234", ".", "1234", False),
        ("+1,234", ".", "1234", False),
        ("1,234", ",", "1.234", False),
        ("1.234", ",", "1234", False),
        ("1.234,5", ".", "1234.5", False),
        ("2,5E-1", ".", "0.25", False),
        ("0,5", ",", "0.5", False),
        ("1.5", ",", "1.5", True),
        ("1'234.50", ".", "1234.5", False),
        ("(2.00)", ".", "-2", False),
        ("($1,234.50)", ".", "-1234.5", False),
        ("3.00-", ".", "-3", False),
        ("\N{MINUS SIGN}1.00", ".", "-1", False),
    ],
)
def test_a_number_is_read_in_all_its_forms(text: str, mark: str, value: str, is_plain: bool) -> None:
    assert amount(text, mark) == (Decimal(value), is_plain)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "many",
        "NaN",
        "Infinity",
        "1E+400",
        "1e-400",
        "1.2.3",
        "9" * 30,
        "1,23,4",
        "12,34,567.0",
        "(-2)",
        "1.234,5.6",
    ],
)
def test_what_is_no_amount_is_none(text: str) -> None:
    assert amount(text)[0] is None


@given(st.decimals(-(10**9), 10**9, places=12, allow_nan=False))
def test_what_our_writer_writes_reads_back(value: Decimal) -> None:
    assert amount(shown(value)) == (value, True)


@given(st.text())
def test_no_text_is_too_odd(text: str) -> None:
    amount(text)
    moment(text)


def test_words_for_nothing_are_no_names() -> None:
    assert all(map(is_word_for_nothing, ("NULL", "N/A", " none ", "Not Applicable")))
    assert not any(map(is_word_for_nothing, ("", "0", "Nullable GmbH")))
