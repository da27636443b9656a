"""The header of a FOCUS file: its version by marker columns, what is missing, and what is refused."""

from __future__ import annotations

import pytest

from focus_bills import aws, azure, columns_of, google, marketplace
from tallylight.exports.focus_columns import VERSIONS
from tallylight.exports.focus_columns import columns_of as exported_columns
from tallylight.focus.columns import KNOWN, Layout, layout_of, mandatory

BARE = ["ChargePeriodStart", "BilledCost", "ServiceName"]


def laid_out(*names: str) -> Layout:
    layout = layout_of(names)
    assert layout is not None
    return layout


def found(layout: Layout) -> set[tuple[str, str]]:
    return {(each.kind, each.about) for each in layout.deviations}


def test_all_columns_of_all_versions_are_known() -> None:
    assert len(KNOWN) == 67  # the 65 of 1.4, and two that it removed


@pytest.mark.parametrize(
    ("row", "version"),
    [(azure(), "1.0"), (aws(), "1.2"), (google(), "1.2"), (marketplace(), "1.4")],
    ids=["azure", "aws", "google", "marketplace"],
)
def test_clouds_files_show_their_version(row: dict[str, str], version: str) -> None:
    assert laid_out(*columns_of([row])).version == version


@pytest.mark.parametrize(
    ("names", "version"),
    [
        (["ContractedCost", "ServiceCategory"], "1.0"),
        (["SkuMeter", "ServiceCategory"], "1.1"),
        (["InvoiceId", "SkuMeter"], "1.2"),
        (["ServiceProviderName", "ProviderName", "InvoiceId"], "1.3"),
        (["AllocatedTags", "PublisherName"], "1.3"),
        (["ServiceProviderName", "InvoiceId"], "1.4"),
        (["InvoiceDetailId"], "1.4"),
        (["InvoiceDetailId", "ProviderName"], ""),
        (["ListCost"], ""),
    ],
)
def test_marker_columns_tell_the_version(names: list[str], version: str) -> None:
    assert laid_out(*BARE, *names).version == version


def test_a_file_without_a_marker_is_read_and_says_so() -> None:
    assert ("version", "") in found(laid_out(*BARE))


def test_each_missing_mandatory_column_is_listed() -> None:
    assert found(laid_out(*mandatory("1.2"), "InvoiceId")) == set()
    names = [name for name in mandatory("1.4") if name != "PricingUnit"]
    assert found(laid_out(*names, "InvoiceDetailId")) == {("column missing", "PricingUnit")}


def test_columns_that_are_odd_are_listed_and_read() -> None:
    layout = laid_out(
        *mandatory("1.2")[1:], "billedcost", " InvoiceId ", "InvoiceId", "Team", "x_One", "x_Two"
    )
    assert found(layout) == {
        ("column spelled", "billedcost"), ("column twice", "InvoiceId"), ("column unknown", "Team"),
        ("own columns", ""),
    }  # fmt: skip
    assert layout.places["BilledCost"] == len(mandatory("1.2")) - 1
    assert layout.places["InvoiceId"] == layout.places["BilledCost"] + 1
    (own,) = [each.count for each in layout.deviations if each.kind == "own columns"]
    assert own == 2


def test_the_exact_spelling_goes_before_another() -> None:
    assert laid_out("billedcost", *BARE).places["BilledCost"] == 2


@pytest.mark.parametrize("names", [[], ["Date", "Model"], ["ServiceName", "BilledCost", "Team"]])
def test_another_table_is_none(names: list[str]) -> None:
    assert layout_of(names) is None


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["BilledCost", "ListCost", "ServiceName", "BillingCurrency"], "without ChargePeriodStart"),
        (["ChargePeriodStart", "ListCost", "BillingCurrency"], "without BilledCost and ServiceName"),
        (["InvoiceIssueStatus", "BilledCost"], "Invoice Detail"),
        (["BillingPeriodStatus", "BillingPeriodStart"], "Billing Period"),
        (["ContractCommitmentId", "BillingCurrency"], "Contract Commitment"),
        ([*BARE, "AmortizedCost"], "draft"),
    ],
)
def test_focus_that_cannot_be_taken_says_why(names: list[str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        layout_of(names)


@pytest.mark.parametrize("version", VERSIONS)
def test_our_own_exports_are_no_bills(version: str) -> None:
    with pytest.raises(ValueError, match="exported by Tallylight"):
        layout_of([column.name for column in exported_columns(version)])
