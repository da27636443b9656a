"""Composed exports as each cloud writes them, with the oddities that each really has."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

Row = dict[str, str]

_COMMON: Row = {
    "BilledCost": "1.0", "EffectiveCost": "1.0", "ListCost": "1.0", "ContractedCost": "1.0",
    "BillingAccountId": "111122223333", "BillingAccountName": "Jo Example", "BillingCurrency": "USD",
    "BillingPeriodStart": "2026-11-01T00:00:00Z", "BillingPeriodEnd": "2026-12-01T00:00:00Z",
    "ChargePeriodStart": "2026-11-20T00:00:00Z", "ChargePeriodEnd": "2026-11-21T00:00:00Z",
    "ChargeCategory": "Usage", "ChargeClass": "", "ChargeDescription": "", "ChargeFrequency": "Usage-Based",
    "PricingQuantity": "1.0", "PricingUnit": "Units", "ServiceName": "", "InvoiceIssuerName": "",
    "ConsumedQuantity": "1.0", "ConsumedUnit": "Units", "RegionId": "", "SkuId": "", "SkuPriceId": "",
    "SubAccountId": "", "ServiceCategory": "", "Tags": "",
}  # fmt: skip


def aws(**given: str) -> Row:
    """FOCUS 1.2 with AWS columns: Amazon's own model, its usage type as meter and description."""
    meter = given.get("SkuMeter", "USE1-Nova2.0Lite-input-tokens")
    return _COMMON | {
        "ProviderName": "AWS", "PublisherName": "Amazon Web Services, Inc.", "InvoiceIssuerName": "AWS",
        "InvoiceId": "", "SkuMeter": meter, "SkuPriceDetails": "", "ChargeDescription": meter,
        "ServiceName": "Amazon Bedrock", "ServiceCategory": "AI and Machine Learning", "RegionId": "us-east-1",
        "SubAccountId": "444455556666", "PricingUnit": "1000 Tokens", "ConsumedUnit": "1000 Tokens",
        "Tags": '{"owner":"jo@example.org"}', "x_Discounts": "", "x_Operation": "", "x_ServiceCode": "AmazonBedrock",
    } | given  # fmt: skip


def claude_on_bedrock(**given: str) -> Row:
    """From the marketplace: the service is the model's name, the quantity of a scale that nobody states."""
    return aws(
        **{
            "ServiceName": "Claude Opus 5.5 (Amazon Bedrock Edition)", "PublisherName": "Anthropic",
            "SkuMeter": "USW2-MP:USW2_output_tokens_standard-Units", "PricingUnit": "Units", "ConsumedUnit": "Units",
            "ServiceCategory": "AI and Machine Learning", "x_ServiceCode": "AWSMarketplace", "RegionId": "us-west-2",
        }
        | given
    )  # fmt: skip


def ec2(**given: str) -> Row:
    """A machine without a GPU, which is no AI."""
    return aws(
        **{
            "ServiceName": "Amazon Elastic Compute Cloud", "ServiceCategory": "Compute", "PricingUnit": "Hours",
            "SkuMeter": "USE1-BoxUsage:m7i.large", "ConsumedUnit": "Hours", "x_ServiceCode": "AmazonEC2",
        }
        | given
    )  # fmt: skip


def azure(**given: str) -> Row:
    """FOCUS 1.0: times without seconds, a meter's name in an x_ column, a pricing block of 1,000."""
    return _COMMON | {
        "ProviderName": "Microsoft", "PublisherName": "Microsoft", "InvoiceIssuerName": "Microsoft",
        "BillingAccountId": "/providers/Microsoft.Billing/billingAccounts/77",
        "BillingPeriodStart": "2026-11-01T00:00Z", "BillingPeriodEnd": "2026-12-01T00:00Z",
        "ChargePeriodStart": "2026-11-20T00:00Z", "ChargePeriodEnd": "2026-11-21T00:00Z",
        "ServiceName": "Azure OpenAI", "ServiceCategory": "AI and Machine Learning", "ConsumedUnit": "Units",
        "ConsumedQuantity": "840000", "PricingQuantity": "840", "PricingUnit": "1K", "RegionId": "swedencentral",
        "ResourceType": "Cognitive Services", "x_PricingBlockSize": "1000", "x_SkuMeterId": "77-a",
        "x_SkuMeterName": "gpt 4o 1120 Inp glbl Tokens", "x_ResourceType": "microsoft.cognitiveservices/accounts",
    } | given  # fmt: skip


def google(**given: str) -> Row:
    """The native export: hourly, without a third of the mandatory columns."""
    without = ("ServiceCategory", "Tags", "BillingAccountName", "InvoiceIssuerName", "ChargeFrequency")
    made = _COMMON | {
        "ProviderName": "Google Cloud", "PublisherName": "Google Cloud", "BillingAccountId": "0A1B2C-3D4E5F-6A7B8C",
        "ChargePeriodStart": "2026-11-20T03:00:00Z", "ChargePeriodEnd": "2026-11-20T04:00:00Z",
        "ServiceName": "Vertex AI", "ChargeDescription": "Gemini 3 Flash Text Input - Predictions",
        "SkuId": "1A2B-3C4D-5E6F", "ConsumedUnit": "count", "PricingUnit": "count", "InvoiceId": "",
        "SubAccountId": "orchard-prod", "x_ExportTime": "2026-11-21T01:02:03Z", "x_CostType": "regular",
        "x_Credits": "[]",
    } | given  # fmt: skip
    return {name: value for name, value in made.items() if name not in without}


def marketplace(**given: str) -> Row:
    """FOCUS 1.4 of a company that sells models itself, with credits for money."""
    without = ("ProviderName", "PublisherName")
    made = _COMMON | {
        "ServiceProviderName": "Anthropic", "HostProviderName": "Anthropic", "InvoiceIssuerName": "Anthropic",
        "InvoiceDetailId": "", "InvoiceId": "in-7", "ServiceName": "Claude API",
        "ServiceCategory": "AI and Machine Learning", "SkuMeter": "Cache Read Input Tokens",
        "SkuPriceDetails": '{"x_ModelId":"claude-opus-5-5","x_TokenCacheAction":"Read"}', "ConsumedUnit": "Tokens",
        "ConsumedQuantity": "2000000.0", "PricingQuantity": "2.0", "PricingUnit": "1000000 Tokens",
    } | given  # fmt: skip
    return {name: value for name, value in made.items() if name not in without}


def columns_of(rows: Iterable[Mapping[str, str]]) -> list[str]:
    """FOCUS columns first, alphabetically."""
    names = dict.fromkeys(name for row in rows for name in row)
    return sorted(names, key=lambda name: (name.startswith("x_"), name))


def as_csv(rows: Sequence[Mapping[str, str]], columns: Sequence[str] = (), between: str = ",") -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns or columns_of(rows), delimiter=between, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def a_bill(path: Path, *rows: Mapping[str, str]) -> Path:
    """A CSV file of these rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(as_csv(rows))
    return path


def as_parquet(rows: Sequence[Mapping[str, str]], path: Path) -> Path:
    """As AWS writes it: times in ms, costs as doubles, objects as maps; what is empty is null."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    def column(name: str) -> pa.Array:
        texts = [row.get(name) or None for row in rows]
        if name.endswith(("PeriodStart", "PeriodEnd")):
            times = [datetime.fromisoformat(text) if text else None for text in texts]
            return pa.array(times, pa.timestamp("ms", tz="UTC"))
        if name.endswith(("Cost", "Quantity")):
            return pa.array([float(text) if text else None for text in texts], pa.float64())
        if name in ("Tags", "SkuPriceDetails"):
            pairs = [list(json.loads(text).items()) if text else None for text in texts]
            return pa.array(pairs, pa.map_(pa.string(), pa.string()))
        return pa.array(texts, pa.string())

    names = columns_of(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table([column(name) for name in names], names), path)
    return path
