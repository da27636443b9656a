"""A month of a company's cloud bill taken in by the shell's command: how long, and with how much memory."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from statistics import median

from places import scratch_home, tell
from verdict import Row, below, spread
from whole_process import environment, run, tallylight

_MEGABYTES = 1000
#: How much more memory ten times the rows may take.
_FLAT_MB = 20
#: One row in so many is AI.
_ONE_IN = 20
_ROW = {
    "BilledCost": "0.0123456789", "BillingAccountId": "111122223333", "BillingCurrency": "USD",
    "BillingPeriodEnd": "2026-12-01T00:00:00Z", "BillingPeriodStart": "2026-11-01T00:00:00Z", "ChargeCategory": "Usage",
    "ChargeDescription": "$0.0960 per hour of Linux", "ConsumedQuantity": "1.0", "ConsumedUnit": "Hours",
    "ContractedCost": "0.0123456789", "EffectiveCost": "0.0123456789", "ListCost": "0.0123456789",
    "ProviderName": "AWS",
    "PublisherName": "Amazon Web Services, Inc.", "RegionId": "us-east-1", "ServiceCategory": "Compute",
    "ServiceName": "Amazon Elastic Compute Cloud", "SkuMeter": "USE1-BoxUsage:m7i.large", "InvoiceId": "",
    "Tags": '{"team":"orchard","stack":"a stack with quite a long name, as they have"}',
}  # fmt: skip
_AI = {
    "ServiceName": "Amazon Bedrock", "SkuMeter": "USE1-Nova2.0Lite-input-tokens", "ConsumedUnit": "1000 Tokens",
    "ServiceCategory": "AI and Machine Learning",
}  # fmt: skip


def measure(times: int) -> list[Row]:
    with scratch_home() as home:
        tell(f"making a bill of {_MEGABYTES} MB")
        rows, whole = _made(home / "whole.csv", _MEGABYTES)
        _, tenth = _made(home / "tenth.csv", _MEGABYTES // 10)
        surroundings = environment(home)
        few = run(tallylight("import", str(tenth)), surroundings)
        many = [run(tallylight("import", str(whole)), surroundings) for _ in range(times)]
    took, peak = [each.wall_s for each in many], max(each.peak_mb for each in many)
    return [
        Row("a bill of a gigabyte", "", spread(took, "s"), None, f"{rows / median(took):,.0f} rows a second"),
        below("… memory beyond that of a tenth", _FLAT_MB, peak - few.peak_mb, "MB", f"{peak:.0f} MB in all"),
    ]


def _made(path: Path, megabytes: int) -> tuple[int, Path]:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [*_ROW, "ChargePeriodStart", "ResourceId"])
    block = 4000
    for at in range(block):
        hour = f"2026-11-{1 + at % 30:02}T{at % 24:02}:00:00Z"
        kind = _AI if at % _ONE_IN == 0 else {}
        writer.writerow(_ROW | kind | {"ChargePeriodStart": hour, "ResourceId": f"i-{at:017x}"})
    data = text.getvalue().encode()
    blocks = megabytes * 10**6 // len(data)
    with path.open("wb") as file:
        file.write((",".join(writer.fieldnames) + "\r\n").encode())
        for _ in range(blocks):
            file.write(data)
    return blocks * block, path
