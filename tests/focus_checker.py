"""What FOCUS 1.2 asks of a Cost and Usage file, as far as our rows can break it: finds what the official validator
misses too. Rules of 1.4 are the same but for the columns that say who sells."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

Row = dict[str, str | None]
_SHARED = {
    "BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart",
    "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargePeriodEnd", "ChargePeriodStart", "ContractedCost",
    "EffectiveCost", "InvoiceIssuerName", "ListCost", "PricingQuantity", "PricingUnit", "ServiceCategory",
    "ServiceName",
}  # fmt: skip
MANDATORY = {
    "1.2": {*_SHARED, "ProviderName", "PublisherName"},
    "1.4": {*_SHARED, "ServiceProviderName", "HostProviderName"},
}
_FOREIGN = {
    "1.2": {"ServiceProviderName", "HostProviderName", "InvoiceDetailId"},
    "1.4": {"ProviderName", "PublisherName"},
}
_MAY_BE_NULL = {"BillingAccountName", "ChargeClass", "ChargeDescription", "PricingQuantity", "PricingUnit"}
_PRICES = (
    "ListUnitPrice", "ContractedUnitPrice", "PricingCurrencyListUnitPrice", "PricingCurrencyContractedUnitPrice",
)  # fmt: skip
_DECIMALS = (
    "BilledCost", "ListCost", "ContractedCost", "EffectiveCost", "ConsumedQuantity", "PricingQuantity",
    "PricingCurrencyEffectiveCost", *_PRICES,
)  # fmt: skip
_TIMES = ("BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd")
_DECIMAL = re.compile(r"-?\d+\.\d+")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_UNIT = re.compile(r"(?:[1-9]\d* )?[A-Z][A-Za-z]+(?:-Hours|/(?:[1-9]\d* )?[A-Z][a-z]+)?")
_ALLOWED = {
    "BillingCurrency": {"USD"},
    "ChargeCategory": {"Usage", "Purchase", "Tax", "Credit", "Adjustment"},
    "ChargeClass": {None, "Correction"},
    "ChargeFrequency": {"One-Time", "Recurring", "Usage-Based"},
    "PricingCategory": {"Standard", "Dynamic", "Committed", "Other"},
    "PricingCurrency": {"USD"},
    "ServiceCategory": {"AI and Machine Learning"},
    "ServiceSubcategory": {
        "AI Platforms", "Bots", "Generative AI", "Machine Learning", "Natural Language Processing",
        "Other (AI and Machine Learning)",
    },
}  # fmt: skip
_NEAR = Decimal("1e-9")


def rows_of(data: bytes) -> tuple[list[str], list[Row]]:
    """The header, and rows in which an empty field is null."""
    header, *lines = csv.reader(io.StringIO(data.decode(), newline=""))
    return header, [dict(zip(header, (word or None for word in line), strict=True)) for line in lines]


def problems(header: list[str], rows: list[Row], version: str = "1.2") -> list[str]:
    """Everything that is wrong, each once in words."""
    found = [*_of_header(header, version), *_of_skus(rows)]
    for number, row in enumerate(rows, 1):
        for check in (_of_types, _of_periods, _of_nulls, _of_values, _of_arithmetic, _of_json):
            found += [f"row {number}: {problem}" for problem in check(row)]
    return found


def _of_header(header: list[str], version: str) -> Iterator[str]:
    if missing := MANDATORY[version] - set(header):
        yield f"mandatory columns are missing: {sorted(missing)}"
    if foreign := _FOREIGN[version] & set(header):
        yield f"columns of another version: {sorted(foreign)}"
    if len(set(header)) != len(header):
        yield "a column is there twice"
    if header != sorted(header, key=lambda name: (name.startswith("x_"), name)):
        yield "columns are not in order, or own ones are not last"


def _of_types(row: Row) -> Iterator[str]:
    for name in _DECIMALS:
        if (value := row[name]) is not None and not _DECIMAL.fullmatch(value):
            yield f"{name} is no decimal: {value}"
    for name in _TIMES:
        if not _TIME.fullmatch(row[name] or ""):
            yield f"{name} is no moment: {row[name]}"
    for name in ("PricingUnit", "ConsumedUnit"):
        if (value := row[name]) is not None and not _UNIT.fullmatch(value):
            yield f"{name} is no unit: {value}"


def _of_periods(row: Row) -> Iterator[str]:
    first, end, start, until = (
        row[name] or "" for name in ("BillingPeriodStart", "BillingPeriodEnd", *_TIMES[2:])
    )
    if not first < end or not start < until:
        yield "a period ends before it begins"
    if not (first <= start and until <= end):
        yield "the charge is outside its billing period"


def _of_nulls(row: Row) -> Iterator[str]:
    is_sold = row["ChargeCategory"] in ("Usage", "Purchase") and row["ChargeClass"] is None
    is_usage = row["ChargeCategory"] == "Usage" and row["ChargeClass"] is None
    for name in MANDATORY["1.2"] & row.keys() - _MAY_BE_NULL:
        if row[name] is None:
            yield f"{name} is null"
    sold = ("SkuId", "SkuPriceId", "SkuMeter", "PricingQuantity", "PricingUnit", "PricingCategory", *_PRICES)
    for name in sold:
        if is_sold and row[name] is None:
            yield f"{name} is null"
    for name in ("ConsumedQuantity", "ConsumedUnit"):
        if (row[name] is None) == is_usage:
            yield f"{name} is {row[name]} on a row of {row['ChargeCategory']}"
    for name, other in (("SubAccountName", "SubAccountId"), ("BillingAccountType", "BillingAccountId")):
        if (row[name] is None) != (row[other] is None):
            yield f"{name} is {row[name]} beside {row[other]}"
    if row["SkuPriceDetails"] is not None and row["SkuPriceId"] is None:
        yield "SkuPriceDetails without a SkuPriceId"
    if row["CommitmentDiscountStatus"] is not None:
        yield "CommitmentDiscountStatus without a commitment"


def _of_values(row: Row) -> Iterator[str]:
    for name, allowed in _ALLOWED.items():
        if row[name] not in allowed:
            yield f"{name} is {row[name]}"
    if row["ChargeCategory"] == "Purchase" and row["ChargeFrequency"] == "Usage-Based":
        yield "a purchase by usage"
    if row["x_CostBasis"] == "local-log-estimate" and row["BilledCost"] != "0.0":
        yield "an estimate claims an invoice"


def _of_arithmetic(row: Row) -> Iterator[str]:
    amount = {name: Decimal(row[name] or 0) for name in _DECIMALS}
    for cost, price in (("ListCost", "ListUnitPrice"), ("ContractedCost", "ContractedUnitPrice")):
        if abs(amount[price] * amount["PricingQuantity"] - amount[cost]) > _NEAR:
            yield f"{price} × quantity is not {cost}: {amount}"
        if amount[price] < 0:
            yield f"{price} is negative"
    if row["ChargeCategory"] == "Purchase" and amount["EffectiveCost"]:
        yield "a purchase has an effective cost: what it covers carries that"
    if row["ChargeCategory"] == "Usage" and row["PricingUnit"] != "Months":
        first = (row["PricingUnit"] or "").split(" ")[0]
        per = Decimal(first) if first.isdecimal() else Decimal(1)
        if amount["PricingQuantity"] * per != amount["ConsumedQuantity"]:
            yield "the priced quantity is not the consumed one"


def _of_json(row: Row) -> Iterator[str]:
    for name in ("Tags", "SkuPriceDetails"):
        if row[name] is None:
            continue
        made: dict[str, Any] = json.loads(row[name] or "")
        if any(isinstance(value, dict | list) for value in made.values()):
            yield f"{name} is not flat"
        if name == "SkuPriceDetails" and not all(key.startswith("x_") for key in made):
            yield f"{name} has keys that FOCUS does not know"


def _of_skus(rows: list[Row]) -> Iterator[str]:
    parents: dict[str | None, tuple[str | None, str | None]] = {}
    for row in rows:
        sku = (row["SkuId"], row["ListUnitPrice"])
        if parents.setdefault(row["SkuPriceId"], sku) != sku:
            yield f"{row['SkuPriceId']} is of {sku} and of {parents[row['SkuPriceId']]}"
