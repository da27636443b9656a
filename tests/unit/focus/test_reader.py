"""Rows into bills: costs as delivered, deviations listed, nothing private kept."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from focus_bills import Row, as_csv, aws, azure, claude_on_bedrock, columns_of, ec2, google, marketplace
from tallylight.domain.cloud_bill import Amounts, BillId, Item
from tallylight.exports.focus_rows import shown
from tallylight.focus.columns import layout_of
from tallylight.focus.reader import Reader

NOVEMBER = BillId("AWS", "111122223333", date(2026, 11, 1), date(2026, 12, 1))


def read(rows: Sequence[Row], columns: Sequence[str] = (), *, mark: str = ".") -> Reader:
    names, *lines = csv.reader(io.StringIO(as_csv(rows, columns).decode()))
    layout = layout_of(names)
    assert layout is not None
    reader = Reader(layout, mark=mark)
    reader.take_all(enumerate(lines, 2))
    return reader


def charges(reader: Reader) -> dict[Item, Amounts]:
    return {item: sums for bill in reader.bills.values() for item, sums in bill.charges.items()}


def the_charge(row: Row) -> tuple[Item, Amounts]:
    ((item, amounts),) = charges(read([row])).items()
    return item, amounts


def odd(reader: Reader) -> dict[tuple[str, str], tuple[int, int]]:
    """What deviates in rows, with count and first line."""
    found = {(each.kind, each.about): (each.count, each.first_line) for each in reader.deviations}
    of_header = ("own columns", "column missing")
    return {key: told for key, told in found.items() if key[0] not in of_header}


def test_what_is_no_ai_is_counted_and_not_kept() -> None:
    reader = read([ec2(), aws(), ec2(BilledCost="much")])
    assert (reader.rows, reader.ai_rows, reader.rejected) == (3, 1, 0)
    assert list(reader.bills) == [NOVEMBER]
    assert reader.bills[NOVEMBER].rows == 3


def test_a_charge_says_what_it_is_for() -> None:
    item, amounts = the_charge(claude_on_bedrock(BilledCost="12.5", EffectiveCost="11", ListCost="14"))
    assert (item.day, item.service) == (date(2026, 11, 20), "Claude Opus 5.5 (Amazon Bedrock Edition)")
    assert (item.publisher, item.model, item.token_class) == ("Anthropic", "Claude Opus 5.5", "output")
    assert (item.sub_account, item.region, item.category) == ("444455556666", "us-west-2", "Usage")
    assert [amounts.billed, amounts.effective, amounts.listed] == [Decimal("12.5"), Decimal(11), Decimal(14)]


@pytest.mark.parametrize(
    ("row", "tokens"),
    [
        (aws(ConsumedQuantity="1.5"), 1500),
        (marketplace(), 2_000_000),
        (azure(), 840_000),
        (azure(x_PricingBlockSize="1000000", PricingQuantity="0.84"), 840_000),
        (azure(ConsumedUnit="1M tokens", ConsumedQuantity="2"), 2_000_000),
        (claude_on_bedrock(), None),
        (azure(x_PricingBlockSize=""), None),
        (azure(x_SkuMeterName="Provisioned throughput"), None),
        (google(), None),
        (marketplace(ConsumedUnit="Token-Hours", PricingUnit="Token-Hours"), None),
        (marketplace(ChargeCategory="Credit"), None),
    ],
)
def test_tokens_are_counted_only_where_a_scale_is_stated(row: Row, tokens: int | None) -> None:
    assert the_charge(row)[1].tokens == tokens


def test_hours_of_a_day_are_one_charge() -> None:
    hours = [google(ChargePeriodStart=f"2026-11-20T{hour:02}:00:00Z", BilledCost="0.1") for hour in range(24)]
    ((_, amounts),) = charges(read(hours)).items()
    assert (amounts.rows, amounts.billed) == (24, Decimal("2.4"))


def test_what_a_part_does_not_state_the_whole_does_not() -> None:
    ((_, amounts),) = charges(read([aws(), aws(EffectiveCost="")])).items()
    assert (amounts.billed, amounts.effective) == (Decimal(2), None)


def test_commitments_count_once_in_each_cost() -> None:
    bought = aws(ChargeCategory="Purchase", BilledCost="100", EffectiveCost="0")
    used = [aws(BilledCost="0", EffectiveCost="50") for _ in range(2)]
    made = charges(read([bought, *used]))
    assert sum(each.billed for each in made.values()) == 100
    assert sum(each.effective or 0 for each in made.values()) == 100
    assert odd(read([bought | {"EffectiveCost": "100"}])) == {("purchase", ""): (1, 2)}


def test_credits_and_corrections_stay_what_they_are() -> None:
    credit = aws(ChargeCategory="Credit", BilledCost="-5", ConsumedQuantity="", ConsumedUnit="")
    again = aws(ChargeClass="Correction", BilledCost="-1", ChargePeriodStart="2026-10-31T00:00:00Z")
    reader = read([credit, again])
    assert {(item.category, item.is_correction): sums.billed for item, sums in charges(reader).items()} == {
        ("Credit", False): -5, ("Usage", True): -1,
    }  # fmt: skip
    assert list(reader.bills) == [NOVEMBER]
    assert odd(reader) == {}


def test_other_currencies_are_kept_apart() -> None:
    reader = read([azure(), azure(BillingCurrency="EUR"), azure(BillingCurrency="usd")])
    assert sorted((item.currency, sums.billed) for item, sums in charges(reader).items()) == [
        ("EUR", 1),
        ("USD", 2),
    ]
    assert odd(reader) | {("currency", "EUR"): (1, 3), ("value", "BillingCurrency"): (1, 4)} == odd(reader)


def test_periods_and_accounts_are_bills_of_their_own() -> None:
    october = {"BillingPeriodStart": "2026-10-01T00:00:00Z", "BillingPeriodEnd": "2026-11-01T00:00:00Z"}
    reader = read([aws(), aws(BillingAccountId="9"), aws(**october), aws(ProviderName="Amazon Web Services")])
    assert {(bill.account, bill.since.month) for bill in reader.bills} == {
        ("111122223333", 11), ("9", 11), ("111122223333", 10),
    }  # fmt: skip


def test_a_row_without_a_period_belongs_to_its_month() -> None:
    (bill,) = read([google(BillingPeriodStart="", BillingAccountId="NULL", ProviderName="")]).bills
    assert bill == BillId("Google Cloud", "unnamed", date(2026, 11, 1), date(2026, 12, 1))
    (bill,) = read([google(PublisherName="", ProviderName="n/a")]).bills
    assert bill.provider == "Unknown provider"


def test_versions_name_the_seller_otherwise() -> None:
    old = [aws(ProviderName="Anthropic", PublisherName="Anthropic", BillingAccountId="7")]
    new = [marketplace(BillingAccountId="7")]
    assert list(read(old).bills) == list(read(new).bills)


def test_rows_that_cannot_be_read_are_left_out_and_said() -> None:
    reader = read([aws(), aws(ChargePeriodStart="soon"), aws(BilledCost=""), ec2(ChargePeriodStart="")])
    assert (reader.rows, reader.ai_rows, reader.rejected) == (4, 1, 2)
    assert reader.first_rejected == (3, "ChargePeriodStart")
    assert odd(reader) == {
        ("row not read", "ChargePeriodStart"): (2, 3),
        ("row not read", "BilledCost"): (1, 4),
    }


def test_each_oddity_is_listed_with_its_count_and_first_line() -> None:
    reader = read(
        [
            aws(),
            aws(ListCost="1,000.0", ChargeCategory="Consumption"),
            aws(EffectiveCost="NULL", ChargePeriodStart="2026-12-24T00:00:00Z"),
            aws(ChargePeriodStart="2026-11-20", BillingCurrency=""),
            aws(ListCost="2,000.0"),
        ]
    )
    assert odd(reader) == {
        ("number", "ListCost"): (2, 3), ("value", "ChargeCategory"): (1, 3),
        ("null as word", "EffectiveCost"): (1, 4), ("null", "EffectiveCost"): (1, 4), ("outside period", ""): (1, 4),
        ("time", "ChargePeriodStart"): (1, 5), ("null", "BillingCurrency"): (1, 5),
    }  # fmt: skip


def test_rows_of_another_length_are_read_as_far_as_they_go() -> None:
    layout = layout_of(["ChargePeriodStart", "BilledCost", "ServiceName", "ListCost"])
    assert layout is not None
    reader = Reader(layout)
    bedrock = ["2026-11-20T00:00:00Z", "1", "Amazon Bedrock"]
    reader.take_all([(2, bedrock), (3, [*bedrock, "1", "2"]), (4, []), (5, ["", "", ""])])
    assert (reader.rows, reader.ai_rows) == (2, 2)
    assert [(each.count, each.first_line) for each in reader.deviations if each.kind == "row length"] == [
        (2, 2)
    ]


def test_a_comma_is_a_point_where_the_file_has_it_so() -> None:
    ((_, amounts),) = charges(read([aws(BilledCost="1.234")], mark=",")).items()
    assert amounts.billed == Decimal(1234)


@pytest.mark.parametrize(
    "columns", [(), tuple(name for name in columns_of([aws()]) if name != "BillingCurrency")]
)
def test_what_has_no_currency_stands_under_a_head_of_its_own(columns: tuple[str, ...]) -> None:
    ((item, _),) = charges(read([aws(BillingCurrency="")], columns)).items()
    assert item.currency == "no currency"


def test_nothing_private_is_kept() -> None:
    secrets = {
        "Tags": '{"owner":"SECRET"}', "ResourceId": "arn:SECRET", "ResourceName": "SECRET", "SubAccountName": "SECRET",
        "BillingAccountName": "SECRET", "ChargeDescription": "for SECRET’s prompt", "x_Project": "SECRET",
    }  # fmt: skip
    for row in (aws(**secrets), azure(**secrets), google(**secrets), claude_on_bedrock(**secrets)):
        reader = read([row])
        held = [*map(msgspec.structs.asdict, charges(reader)), *map(msgspec.structs.asdict, reader.bills)]
        assert held
        assert "SECRET" not in repr(held)


def test_values_of_files_do_not_pile_up_as_deviations() -> None:
    reader = read([azure(BillingCurrency=f"C{n}") for n in range(999)])
    assert len(reader.deviations) < 300


amounts = st.decimals(-(10**6), 10**6, places=12).map(shown)
made_rows = st.lists(
    st.builds(
        lambda make, cost, quantity, day: make(
            BilledCost=cost, EffectiveCost=cost, ConsumedQuantity=quantity,
            ChargePeriodStart=f"2026-11-{day:02}T00:00:00Z",
        ),
        st.sampled_from([aws, claude_on_bedrock, ec2]), amounts, amounts, st.integers(1, 30),
    ),
    min_size=1, max_size=12,
)  # fmt: skip


@given(
    made_rows,
    st.randoms(use_true_random=False),
    st.lists(st.sampled_from(["x_A", "Team", "x_b"]), unique=True),
)
def test_neither_the_order_of_columns_and_rows_nor_more_columns_matter(
    rows: list[Row], random: object, more: list[str]
) -> None:
    columns = [*columns_of(rows), *more]
    shuffled = list(rows)
    random.shuffle(columns)  # type: ignore[attr-defined]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert charges(read(shuffled, columns)) == charges(read(rows))


@given(made_rows)
def test_no_cost_is_lost(rows: list[Row]) -> None:
    wanted = sum(Decimal(row["BilledCost"]) for row in rows if row["ServiceCategory"].startswith("AI"))
    assert sum((sums.billed for sums in charges(read(rows)).values()), Decimal(0)) == wanted


@given(st.lists(st.lists(st.text(max_size=30), max_size=8), max_size=8))
def test_no_row_is_too_odd(cells: list[list[str]]) -> None:
    layout = layout_of(
        ["ChargePeriodStart", "BilledCost", "ServiceName", "BillingPeriodStart", "SkuPriceDetails"]
    )
    assert layout is not None
    bedrock: Iterable[list[str]] = (["2026-11-20T00:00:00Z", "1", "Amazon Bedrock", *row] for row in cells)
    reader = Reader(layout)
    reader.take_all(enumerate([*cells, *bedrock], 2))
    assert reader.ai_rows + reader.rejected <= reader.rows
