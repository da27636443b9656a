"""The header of a FOCUS file: which version it is of, where its columns stand, and what is odd about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from tallylight.domain.cloud_bill import Deviation
from tallylight.exports.focus_columns import VERSIONS, columns_of

#: The columns of "Cost and Usage", by the version that brought them.
_NEW_IN = {
    "1.0": """AvailabilityZone BilledCost BillingAccountId BillingAccountName BillingCurrency BillingPeriodEnd
        BillingPeriodStart ChargeCategory ChargeClass ChargeDescription ChargeFrequency ChargePeriodEnd
        ChargePeriodStart CommitmentDiscountCategory CommitmentDiscountId CommitmentDiscountName
        CommitmentDiscountStatus CommitmentDiscountType ConsumedQuantity ConsumedUnit ContractedCost
        ContractedUnitPrice EffectiveCost InvoiceIssuerName ListCost ListUnitPrice PricingCategory PricingQuantity
        PricingUnit ProviderName PublisherName RegionId RegionName ResourceId ResourceName ResourceType
        ServiceCategory ServiceName SkuId SkuPriceId SubAccountId SubAccountName Tags""",
    "1.1": """CapacityReservationId CapacityReservationStatus CommitmentDiscountQuantity CommitmentDiscountUnit
        ServiceSubcategory SkuMeter SkuPriceDetails""",
    "1.2": """BillingAccountType InvoiceId PricingCurrency PricingCurrencyContractedUnitPrice
        PricingCurrencyEffectiveCost PricingCurrencyListUnitPrice SubAccountType""",
    "1.3": """AllocatedMethodDetails AllocatedMethodId AllocatedResourceId AllocatedResourceName AllocatedTags
        ContractApplied HostProviderName ServiceProviderName""",
    "1.4": "CommitmentProgramEligibilityDetails InvoiceDetailId",
}
KNOWN = frozenset(name for names in _NEW_IN.values() for name in names.split())
_BY_LOWER = {name.lower(): name for name in KNOWN}
_MANDATORY = """BilledCost BillingAccountId BillingAccountName BillingCurrency BillingPeriodEnd BillingPeriodStart
    ChargeCategory ChargeClass ChargeDescription ChargePeriodEnd ChargePeriodStart ContractedCost EffectiveCost
    InvoiceIssuerName ListCost PricingQuantity PricingUnit ServiceCategory ServiceName"""
_SELLERS = ("ProviderName", "PublisherName")
_SELLERS_SINCE_1_3 = ("ServiceProviderName", "HostProviderName")
#: Without these nothing can be said of a row.
_NEEDED = ("ChargePeriodStart", "BilledCost", "ServiceName")
#: A table with some of these means to be FOCUS.
_TELLING = """BilledCost EffectiveCost ListCost ContractedCost BillingCurrency BillingPeriodStart ChargePeriodStart
    ChargePeriodEnd ChargeCategory ServiceName ServiceCategory BillingAccountId"""
_ENOUGH = 3
#: Of which other dataset a column is.
_OTHER_DATASETS = {
    "InvoiceIssueStatus": "Invoice Detail",
    "BillingPeriodStatus": "Billing Period",
    "ContractCommitmentId": "Contract Commitment",
}
#: Names of the drafts that version 1.0 gave up.
_DRAFT = frozenset({"AmortizedCost", "ChargeType", "UsageQuantity", "UsageUnit", "BilledCurrency"})
#: All of them stand only in what Tallylight exports.
_OURS = frozenset(column.name for version in VERSIONS for column in columns_of(version) if column.is_own)


class Layout(msgspec.Struct, frozen=True):
    """Where each column stands."""

    version: str
    places: Mapping[str, int]
    width: int
    deviations: Sequence[Deviation] = ()


def layout_of(names: Sequence[str]) -> Layout | None:
    """None for a table of something else. Raises ValueError with the end of a sentence for FOCUS that is refused."""
    names = [name.strip() for name in names]
    places, spelled = _places(names)
    dataset = next((said for name, said in _OTHER_DATASETS.items() if name in places), "")
    if dataset and "ChargePeriodStart" not in places:
        raise ValueError(f"holds the FOCUS dataset {dataset}: export Cost and Usage instead")
    if sum(name in places for name in _TELLING.split()) < _ENOUGH:
        return None
    if places.keys() >= _OURS:
        raise ValueError(
            "was exported by Tallylight: its rows are this ledger’s own figures, and no provider’s bill"
        )
    if _DRAFT & places.keys() and "ContractedCost" not in places:
        raise ValueError("is of a draft of FOCUS (0.5 or 1.0-preview): export version 1.0 or later")
    if missing := [name for name in _NEEDED if name not in places]:
        raise ValueError(f"is a FOCUS file without {' and '.join(missing)}: it cannot be read")
    version = version_of(places)
    return Layout(version, places, len(names), [*_of_header(names, version, places), *spelled])


def _places(names: Sequence[str]) -> tuple[dict[str, int], list[Deviation]]:
    """By the specification's spelling, the exact one before others; of those that are there twice the first."""
    places: dict[str, int] = {}
    for at, name in enumerate(names):
        places.setdefault(name, at)
    spelled = []
    for at, name in enumerate(names):
        known = _BY_LOWER.get(name.lower(), name)
        if known != name and known not in places:
            places[known] = at
            spelled.append(Deviation(kind="column spelled", about=name))
    return places, spelled


def version_of(names: Mapping[str, int]) -> str:
    """By the columns that a version brought, "" where nothing shows it: no row says it."""

    def has(*wanted: str) -> bool:
        return any(name in names for name in wanted)

    if has("InvoiceDetailId", "CommitmentProgramEligibilityDetails") and not has("ProviderName"):
        return "1.4"
    if has(*_NEW_IN["1.3"].split()):
        return "1.3" if has(*_SELLERS) else "1.4"
    if has("InvoiceId", "PricingCurrency", "BillingAccountType"):
        return "1.2"
    if has("SkuMeter", "ServiceSubcategory", "SkuPriceDetails"):
        return "1.1"
    return "1.0" if has("ContractedCost") and has("ServiceCategory") else ""


def mandatory(version: str) -> list[str]:
    """The columns that each row must have."""
    sellers = {"1.3": (*_SELLERS, *_SELLERS_SINCE_1_3), "1.4": _SELLERS_SINCE_1_3}.get(version, _SELLERS)
    return [*_MANDATORY.split(), *sellers]


def _of_header(names: Sequence[str], version: str, places: Mapping[str, int]) -> Iterator[Deviation]:
    if not version:
        yield Deviation(kind="version")
    for name in mandatory(version):
        if name not in places:
            yield Deviation(kind="column missing", about=name)
    for name, count in Counter(names).items():
        if count > 1:
            yield Deviation(kind="column twice", about=name[:60], count=count - 1)
        if name.lower() not in _BY_LOWER and not name.startswith("x_"):
            yield Deviation(kind="column unknown", about=name[:60])
    if own := sum(name.startswith("x_") for name in set(names)):
        yield Deviation(kind="own columns", count=own)
