"""The columns of FOCUS exports: names, types, and what differs between versions of the specification."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Type(StrEnum):
    """As the specification names them; the last three are of columns of our own."""

    TEXT = "String"
    TIME = "Date/Time"
    DECIMAL = "Decimal"
    JSON = "JSON"
    COUNT = "Integer"
    FLAG = "Boolean"


class FocusColumn(msgspec.Struct, frozen=True):
    name: str
    type: Type
    #: Digits behind the point.
    scale: int = 0

    @property
    def is_own(self) -> bool:
        return self.name.startswith("x_")


_PRICE_SCALE = 16
_SCALE = 12
_TEXTS = """BillingAccountId BillingAccountName BillingAccountType BillingCurrency ChargeCategory ChargeClass
    ChargeDescription ChargeFrequency CommitmentDiscountStatus ConsumedUnit InvoiceId InvoiceIssuerName PricingCategory
    PricingCurrency PricingUnit ServiceCategory ServiceName ServiceSubcategory SkuId SkuMeter SkuPriceId SubAccountId
    SubAccountName SubAccountType x_CostBasis x_Host x_ModelId x_PriceTableVersion x_SourceTool"""
_TIMES = "BillingPeriodEnd BillingPeriodStart ChargePeriodEnd ChargePeriodStart"
_AMOUNTS = """BilledCost ConsumedQuantity ContractedCost EffectiveCost ListCost PricingCurrencyEffectiveCost
    PricingQuantity"""
_PRICES = (
    """ContractedUnitPrice ListUnitPrice PricingCurrencyContractedUnitPrice PricingCurrencyListUnitPrice"""
)
#: By version: who sells, and what else only that version has.
_TEXTS_OF = {
    "1.2": "ProviderName PublisherName",
    "1.4": "HostProviderName InvoiceDetailId ServiceProviderName",
}
VERSIONS = tuple(_TEXTS_OF)


def columns_of(version: str) -> list[FocusColumn]:
    """Alphabetically, those of our own last."""
    columns = [
        *(FocusColumn(name, Type.TEXT) for name in f"{_TEXTS} {_TEXTS_OF[version]}".split()),
        *(FocusColumn(name, Type.TIME) for name in _TIMES.split()),
        *(FocusColumn(name, Type.DECIMAL, _SCALE) for name in _AMOUNTS.split()),
        *(FocusColumn(name, Type.DECIMAL, _PRICE_SCALE) for name in _PRICES.split()),
        *(FocusColumn(name, Type.JSON) for name in ("SkuPriceDetails", "Tags")),
        FocusColumn("x_Provisional", Type.FLAG),
        FocusColumn("x_RequestCount", Type.COUNT),
    ]
    return sorted(columns, key=lambda column: (column.is_own, column.name))
