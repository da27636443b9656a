"""Imported bills in the ledger: replaced as a whole, in any order, and never a part of requests."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factories import a_ledger, an_event, contents
from tallylight.domain.cloud_bill import (
    AiKind,
    Amounts,
    BillId,
    BillState,
    CloudBill,
    Deviation,
    Item,
    show_all,
)
from tallylight.ledger.batch import Batch
from tallylight.ledger.cloud_bills import Charged, charged_between, imported
from tallylight.ledger.ledger import Ledger

NOW_MS = 1_795_182_000_000
DAY = date(2026, 11, 20)
FAR = (date(2000, 1, 1), date(2100, 1, 1))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with a_ledger(tmp_path) as made:
        yield made


def an_item(**given: Any) -> Item:
    return Item(**({"day": DAY, "kind": AiKind.MODEL, "service": "Amazon Bedrock"} | given))


def a_bill(*billed: str, month: int = 11, account: str = "1", **given: Any) -> CloudBill:
    charges = {
        an_item(model=f"m-{at}"): Amounts(billed=Decimal(amount), tokens=Decimal(5))
        for at, amount in enumerate(billed)
    }
    id_ = BillId("AWS", account, date(2026, month, 1), date(2026, month + 1, 1))
    return CloudBill(
        **({"id": id_, "rows": 99, "charges": charges, "files": ["a.csv"], "version": "1.2"} | given)
    )


def charged(ledger: Ledger) -> list[Charged]:
    return list(charged_between(ledger._connection, *FAR))


def billed(ledger: Ledger) -> list[Decimal]:
    return [each.amounts.billed for each in charged(ledger)]


def test_a_bill_reads_back_as_it_was_written(ledger: Ledger) -> None:
    item = an_item(
        publisher="Anthropic", model="Claude Opus 5.5", sku="MP:out", token_class="output", sub_account="4",  # noqa: S106
        region="us-west-2", category="Credit", is_correction=True, unit="Units", currency="EUR",
    )  # fmt: skip
    amounts = Amounts(
        rows=7, quantity=Decimal("1.5"), tokens=None, billed=Decimal("0.1"), effective=Decimal("-0.000000000000001"),
        listed=None, contracted=Decimal("12345678901234567890.5"),
    )  # fmt: skip
    told = [Deviation(kind="null", about="ListCost", count=3, first_line=9)]
    assert ledger.write_cloud_bills([a_bill(charges={item: amounts}, deviations=told)], NOW_MS) == [
        BillState.ADDED
    ]
    assert charged(ledger) == [Charged("AWS", item, amounts)]
    (kept,) = imported(ledger._connection)
    assert (kept.id, kept.version, kept.files, kept.rows, kept.ai_rows) == (
        a_bill().id,
        "1.2",
        ["a.csv"],
        99,
        7,
    )
    assert (kept.imported_ms, kept.services, kept.deviations) == (NOW_MS, ["Amazon Bedrock"], told)
    assert (show_all(kept.billed), show_all(kept.effective)) == ("0.10 EUR", "-0.00 EUR")


def test_an_effective_cost_that_is_not_stated_of_all_is_not_summed(ledger: Ledger) -> None:
    stated = Amounts(billed=Decimal(1), effective=Decimal(1))
    for month, charges in (
        (10, {an_item(): stated}),
        (11, {an_item(): stated, an_item(model="m"): Amounts()}),
    ):
        ledger.write_cloud_bills([a_bill(month=month, charges=charges)], NOW_MS)
    assert [bill.effective for bill in imported(ledger._connection)] == [{}, {"USD": 1}]


def test_the_same_bill_twice_adds_nothing(ledger: Ledger) -> None:
    ledger.write_cloud_bills([a_bill("1", "2")], NOW_MS)
    again = a_bill("1.000", "2E0", files=["b.parquet"], version="1.4")
    assert ledger.write_cloud_bills([again], NOW_MS + 1) == [BillState.KNOWN]
    assert billed(ledger) == [1, 2]
    assert [bill.imported_ms for bill in imported(ledger._connection)] == [NOW_MS]


def test_a_corrected_bill_takes_its_place_as_a_whole_and_keeps_its_number(ledger: Ledger) -> None:
    ledger.write_cloud_bills([a_bill("1", "2", "3"), a_bill("9", month=10), a_bill("8", account="2")], NOW_MS)
    number = {bill.id: bill.number for bill in imported(ledger._connection)}[a_bill().id]
    assert ledger.write_cloud_bills([a_bill("4")], NOW_MS + 1) == [BillState.REPLACED]
    assert sorted(billed(ledger)) == [4, 8, 9]
    (bill,) = [bill for bill in imported(ledger._connection) if bill.id == a_bill().id]
    assert (bill.number, bill.imported_ms) == (number, NOW_MS + 1)


def test_a_bill_without_ai_is_not_kept_unless_it_corrects_one(ledger: Ledger) -> None:
    assert ledger.write_cloud_bills([a_bill()], NOW_MS) == [BillState.EMPTY]
    assert imported(ledger._connection) == []
    ledger.write_cloud_bills([a_bill("1")], NOW_MS)
    assert ledger.write_cloud_bills([a_bill()], NOW_MS) == [BillState.REPLACED]
    assert billed(ledger) == []


bills = st.builds(
    lambda month, account, amounts: a_bill(*amounts, month=month, account=account),
    st.sampled_from([10, 11]), st.sampled_from(["1", "2"]),
    st.lists(st.sampled_from(["1", "2"]), min_size=1, max_size=3),
)  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(st.lists(bills, max_size=6), st.randoms(use_true_random=False))
def test_of_each_bill_the_last_holds_whatever_came_between(of: list[CloudBill], random: Any) -> None:
    with tempfile.TemporaryDirectory() as folder, a_ledger(Path(folder)) as ledger:
        for bill in of:
            ledger.write_cloud_bills([bill], NOW_MS)
        last = list({bill.id: bill for bill in of}.values())
        wanted = sorted(f"{item}{sums}" for bill in last for item, sums in bill.charges.items())
        assert sorted(f"{each.item}{each.amounts}" for each in charged(ledger)) == wanted
        random.shuffle(last)
        assert set(ledger.write_cloud_bills(last, NOW_MS)) <= {BillState.KNOWN}


def test_a_bill_can_be_taken_out(ledger: Ledger) -> None:
    ledger.write_cloud_bills([a_bill("1"), a_bill("2", month=10)], NOW_MS)
    first, _ = imported(ledger._connection)
    assert ledger.remove_cloud_bill(first.number)
    assert not ledger.remove_cloud_bill(first.number)
    assert billed(ledger) == [2]
    assert ledger.write_cloud_bills([a_bill("1")], NOW_MS) == [BillState.ADDED]


def test_none_is_a_request(ledger: Ledger) -> None:
    ledger.write(Batch(events=[an_event()]))
    before = contents(ledger)
    ledger.write_cloud_bills([a_bill("1000000")], NOW_MS)
    assert contents(ledger) == before


def test_of_several_bills_all_or_none_are_written(ledger: Ledger) -> None:
    ledger.write_cloud_bills([a_bill("1")], NOW_MS)
    broken = a_bill(month=10, charges={an_item(): None})
    with pytest.raises(TypeError):
        ledger.write_cloud_bills([a_bill("2"), broken], NOW_MS)
    assert billed(ledger) == [1]


def test_a_ledger_from_before_has_none(ledger: Ledger) -> None:
    for table in ("cloud_charge", "cloud_bill"):
        ledger._connection.execute(f"DROP TABLE {table}")
    assert imported(ledger._connection) == []
    assert list(charged_between(ledger._connection, *FAR)) == []
