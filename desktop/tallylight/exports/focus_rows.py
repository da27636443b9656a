"""Charges as rows of FOCUS: estimates from local logs, which claim no invoice, and a plan's fee where there is one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import msgspec

from tallylight.domain import money
from tallylight.domain.billing import BILLED, REPORTED
from tallylight.domain.digest import hex_digest
from tallylight.domain.report import REQUEST, FocusCharge, Report
from tallylight.exports.base import clean

#: One row by column; what is left out is null. Texts, decimals, moments, flags, and objects for JSON columns.
FocusRow = dict[str, object]
#: The source and the folder of its files.
_Account = tuple[str, str]
_PLAN_ACCOUNT: _Account = ("claude-code", "")
_ZERO = Decimal(0)
_MILLION = 10**6
#: Half of the billionth of a dollar by which price × quantity may differ from the cost, in pico-dollars.
_TOLERANCE = 500
_NAMES = {
    "anthropic": "Anthropic",
    "openai": "OpenAI",
    "google": "Google",
    "aws": "AWS",
    "azure": "Microsoft",
}
_UNKNOWN = "Unknown provider"
_SERVICES = {"anthropic": "Claude API"}
#: Speeds, tiers and regions that no price differs by.
_USUAL = ("", "standard", "not_available", "global")
_PLAN = "claude-plan"
_PLAN_SERVICE = "Claude plan"


class Meter(msgspec.Struct, frozen=True):
    """How a token class is sold."""

    sku: str
    name: str
    direction: str = "Input"
    cache: str = ""
    unit: str = "Tokens"
    #: So many of the unit have one price.
    per: int = _MILLION


_METERS = {
    "input": Meter("input", "Input Tokens", cache="Uncached"),
    "output": Meter("output", "Output Tokens", "Output"),
    "cache_read": Meter("cache-read", "Cache Read Input Tokens", cache="Read"),
    "cache_write_5m": Meter("cache-write-5m", "Cache Write Input Tokens (5 minutes)", cache="Write"),
    "cache_write_1h": Meter("cache-write-1h", "Cache Write Input Tokens (1 hour)", cache="Write"),
    "web_search": Meter("web-search", "Web Search Requests", "", unit="Requests", per=1000),
    REQUEST: Meter("request", "Requests", "", unit="Requests", per=1),
}


def focus_rows(report: Report) -> Iterator[FocusRow]:
    """What the plan costs first, then usage, oldest first."""
    made = datetime.fromtimestamp(report.made_ms / 1000, UTC).date()
    for row in _fees(report, made):
        yield row | _seller("anthropic")
    shares = _Shares(report)
    for charge in report.charges:
        yield _usage(charge, shares, made) | _seller(_seller_of(charge))


def unit_price(picousd: int, count: int, per: int) -> Decimal:
    """Dollars for `per` of what cost so much: the list rate where that gives the cost, else the quotient.

    A surcharge makes rates of hundredths of a pico-dollar, of which each request's cost is rounded.
    """
    hundredths = (200 * picousd + count) // (2 * count)
    if abs(hundredths * count - 100 * picousd) <= 100 * _TOLERANCE:
        return Decimal(hundredths).scaleb(-14) * per
    return (Decimal(picousd) / count * per).scaleb(-12).quantize(Decimal("1e-16"))


def shown(number: Decimal) -> str:
    """Always with a point: readers take a column of whole numbers for integers."""
    text = f"{number:f}"
    return f"{text}.0" if "." not in text else text.rstrip("0") + "0" * text.rstrip("0").endswith(".")


def _parts(fee: int, used: Mapping[_Account, int]) -> dict[_Account, int]:
    """A month's fee by billing account, as its use is worth at list price; without use the first has it all."""
    whole = sum(used.values())
    if not whole:
        return {min(used, default=_PLAN_ACCOUNT): fee}
    parts, before = {}, 0
    for account, value in sorted(used.items()):
        if value:
            parts[account] = fee * (before + value) // whole - fee * before // whole
        before += value
    return parts


class _Shares:
    """A plan's fee month by month, shared out by list value so that in no account a pico-dollar is lost."""

    def __init__(self, report: Report) -> None:
        self.fee = report.plan_fee_picousd
        self._months = report.billing.months
        self._parts = {month: _parts(self.fee, used) for month, used in self._months.items()}
        self._used: dict[tuple[date, _Account], int] = {}

    def of(self, charge: FocusCharge) -> int:
        month, account = charge.day.replace(day=1), (charge.source, charge.account)
        used = self._used.get((month, account), 0)
        self._used[month, account] = used + charge.picousd
        whole = self._months.get(month, {}).get(account, 0)
        fee = self._parts.get(month, {}).get(account, 0)
        return fee * (used + charge.picousd) // whole - fee * used // whole if whole else 0


def _usage(charge: FocusCharge, shares: _Shares, made: date) -> FocusRow:
    meter = _METERS[charge.token_class]
    price = unit_price(charge.picousd, charge.count, meter.per)
    cost, sku = money.to_decimal(charge.picousd), _sku(charge, meter)
    billed, is_share = money.to_decimal(charge.billed_picousd), shares.fee and charge.token_class != REQUEST
    effective = billed or cost
    if is_share:
        effective = billed + money.to_decimal(shares.of(charge))
    seller = _seller_of(charge)
    service = _PLAN_SERVICE if shares.fee else _SERVICES.get(seller, f"{_name(seller)} API")
    told, basis = _told(charge)
    tags = {"project": clean(charge.project), "host": clean(charge.host)}
    return (
        _frame(charge.day, charge.day, charge.day + timedelta(days=1), made)
        | _account(charge.source, charge.account)
        | _priced(cost, price, effective)
        | {
            "BilledCost": billed,
            "ChargeCategory": "Usage",
            "ChargeDescription": f"{clean(charge.model)}: {meter.name}, {told}",
            "ChargeFrequency": "Usage-Based",
            "ConsumedQuantity": Decimal(charge.count),
            "ConsumedUnit": meter.unit,
            "PricingQuantity": Decimal(charge.count) / meter.per,
            "PricingUnit": f"{meter.per} {meter.unit}",
            "ServiceName": service,
            "SkuId": sku,
            "SkuMeter": meter.name,
            "SkuPriceDetails": _details(charge, meter),
            "SkuPriceId": f"{sku}@{shown(price)}",
            "Tags": {name: value for name, value in tags.items() if value},
            "x_CostBasis": "subscription-share" if is_share and not billed else basis,
            "x_Host": clean(charge.host),
            "x_ModelId": clean(charge.model),
            "x_PriceTableVersion": charge.price_table,
            "x_RequestCount": charge.requests,
            "x_SourceTool": charge.source,
        }
    )


def _told(charge: FocusCharge) -> tuple[str, str]:
    """On what the figures rest, in words and as the basis."""
    bill = _name(_seller_of(charge))
    if charge.billed_picousd:
        return f"charged by {bill}", "provider-reported"
    if charge.price_table == REPORTED:
        return f"list price as {bill} states it", "provider-reported"
    if charge.is_on_bill:
        return f"list price of the use that {bill} states", "provider-usage-estimate"
    return "list price estimated from local logs", "local-log-estimate"


def _seller_of(charge: FocusCharge) -> str:
    """Who sends the invoice: one whose bill states the use sells the models of others."""
    return charge.source if charge.source == BILLED else charge.provider


def _sku(charge: FocusCharge, meter: Meter) -> str:
    variants = [charge.speed, charge.tier, charge.geo]
    unusual = [clean(name) for name in variants if name not in _USUAL]
    return "-".join([clean(charge.model), meter.sku, *unusual])


def _details(charge: FocusCharge, meter: Meter) -> FocusRow:
    details = {
        "x_ModelId": clean(charge.model),
        "x_ModelDeveloper": _name(charge.provider) if charge.provider else "",
        "x_TokenDirection": meter.direction,
        "x_TokenCacheAction": meter.cache,
        "x_ServiceTier": clean(charge.tier),
        "x_Speed": clean(charge.speed),
        "x_InferenceGeo": "" if charge.geo in _USUAL else clean(charge.geo),
    }
    return {name: value for name, value in details.items() if value}


def _fees(report: Report, made: date) -> Iterator[FocusRow]:
    """Of each month that begins in the period: what the plan costs, and a month without use as such.

    The month in which recording began counts too when all of it is there.
    """
    question, billing = report.question, report.billing
    for at, (month, used) in enumerate(billing.months.items()):
        is_first = at == 0 and billing.has_first_month
        begins_here = is_first or question.since <= month < question.until
        if not (report.plan_fee_picousd and begins_here and month <= made and billing.is_whole):
            continue
        for account, part in _parts(report.plan_fee_picousd, used).items():
            yield from _fee(month, account, money.to_decimal(part), made, is_used=any(used.values()))


def _fee(month: date, account: _Account, fee: Decimal, made: date, *, is_used: bool) -> Iterator[FocusRow]:
    sku = {"SkuId": _PLAN, "SkuMeter": "Subscription", "SkuPriceId": f"{_PLAN}-monthly@{shown(fee)}"}
    shared = _frame(month, month, _next(month), made) | _account(*account) | sku
    shared |= {"PricingUnit": "Months", "ServiceName": _PLAN_SERVICE, "x_SourceTool": account[0]}
    yield (
        shared
        | _priced(fee, fee, _ZERO)
        | {
            "BilledCost": fee,
            "ChargeCategory": "Purchase",
            "ChargeDescription": "The plan's fee, as stated in the settings",
            "ChargeFrequency": "Recurring",
            "PricingQuantity": Decimal(1),
            "x_CostBasis": "subscription-fee",
        }
    )
    if not is_used:
        yield (
            shared
            | _priced(_ZERO, fee, fee)
            | {
                "BilledCost": _ZERO,
                "ChargeCategory": "Usage",
                "ChargeDescription": "Unused plan share: no use was recorded in this month",
                "ChargeFrequency": "Usage-Based",
                "ConsumedQuantity": _ZERO,
                "ConsumedUnit": "Months",
                "PricingQuantity": _ZERO,
                "x_CostBasis": "subscription-unused",
            }
        )


def _priced(cost: Decimal, price: Decimal, effective: Decimal) -> FocusRow:
    return {
        "ContractedCost": cost,
        "ContractedUnitPrice": price,
        "EffectiveCost": effective,
        "ListCost": cost,
        "ListUnitPrice": price,
        "PricingCategory": "Standard",
        "PricingCurrency": "USD",
        "PricingCurrencyContractedUnitPrice": price,
        "PricingCurrencyEffectiveCost": effective,
        "PricingCurrencyListUnitPrice": price,
    }


def _frame(day: date, start: date, end: date, made: date) -> FocusRow:
    """When, and in which month's account. The month that is not over may still change."""
    month = day.replace(day=1)
    return {
        "BillingCurrency": "USD",
        "BillingPeriodStart": month,
        "BillingPeriodEnd": _next(month),
        "ChargePeriodStart": start,
        "ChargePeriodEnd": end,
        "InvoiceId": f"local-estimate-{month:%Y-%m}",
        "ServiceCategory": "AI and Machine Learning",
        "ServiceSubcategory": "Generative AI",
        "x_Provisional": made < _next(month),
    }


def _account(source: str, account: str) -> FocusRow:
    """Which of the client's configuration folders, without saying where it lies."""
    folder = clean(account.replace("\\", "/").rstrip("/").rpartition("/")[2])
    return {
        "BillingAccountId": f"{source}-{hex_digest(account, 4)}" if account else source,
        "BillingAccountName": f"{source} {folder}" if folder else source,
        "BillingAccountType": "Individual",
    }


def _seller(provider: str) -> FocusRow:
    """Under the names of every version; a version's columns are what is written."""
    columns = (
        "InvoiceIssuerName",
        "ProviderName",
        "PublisherName",
        "ServiceProviderName",
        "HostProviderName",
    )
    return dict.fromkeys(columns, _name(provider))


def _name(provider: str) -> str:
    return _NAMES.get(provider, clean(provider).title()) or _UNKNOWN


def _next(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)
