"""Which rows are AI, cloud by cloud, and which are not."""

from __future__ import annotations

from typing import Any

import pytest

from focus_bills import aws, azure, claude_on_bedrock, ec2, google, marketplace
from tallylight.domain.cloud_bill import AiKind
from tallylight.focus import ai
from tallylight.focus.ai import RULES, AiRule, kind_of, provider_called
from tallylight.focus.models import model_of, token_class

#: The category that clouds give to what is AI says too much to tell one rule from another.
NO_CATEGORY: dict[str, Any] = {"ServiceCategory": ""}


MODELS = [
        aws(**NO_CATEGORY),
        claude_on_bedrock(**NO_CATEGORY),
        aws(ServiceName="AWS Marketplace", PublisherName="Cohere", SkuMeter="u", x_ServiceCode="", **NO_CATEGORY),
        aws(ServiceName="Third party", SkuMeter="USW2-MP:USW2_input_tokens-Units", x_ServiceCode="", **NO_CATEGORY),
        azure(**NO_CATEGORY),
        azure(ServiceName="Foundry Models", **NO_CATEGORY),
        azure(ServiceName="Other", ResourceType="", x_ResourceType="", **NO_CATEGORY),
        google(),
        google(ServiceName="Gemini API"),
        marketplace(ServiceName="API", SkuMeter="Requests", **NO_CATEGORY),
]  # fmt: skip


@pytest.mark.parametrize("row", MODELS, ids=lambda row: row["ServiceName"][:30])
def test_models_are_found(row: dict[str, str]) -> None:
    assert kind_of(row) is AiKind.MODEL


PLATFORMS = [
        aws(ServiceName="Amazon SageMaker", SkuMeter="USE1-Notebk:ml.t3.medium", x_ServiceCode="", **NO_CATEGORY),
        azure(ServiceName="Cognitive Services", x_SkuMeterName="S1 Speech To Text", **NO_CATEGORY),
        azure(ServiceName="Azure Machine Learning", x_SkuMeterName="D2", **NO_CATEGORY),
        azure(ServiceName="Other", x_SkuMeterName="S0", ResourceType="", **NO_CATEGORY),
        google(ServiceName="Something new", ChargeDescription="") | {"ServiceCategory": "AI and machine learning"},
]  # fmt: skip


@pytest.mark.parametrize("row", PLATFORMS, ids=lambda row: row["ServiceName"][:30])
def test_platforms_are_found(row: dict[str, str]) -> None:
    assert kind_of(row) is AiKind.PLATFORM


MACHINES = [
        (ec2(SkuMeter="USE1-BoxUsage:p5.48xlarge"), "p5.48xlarge"),
        (ec2(SkuMeter="SpotUsage:g6e.xlarge"), "g6e.xlarge"),
        (ec2(SkuMeter="EUC1-BoxUsage:trn1n.32xlarge"), "trn1n.32xlarge"),
        (ec2(SkuPriceDetails='{"GpuCount":8,"InstanceType":"m99.metal"}', SkuMeter=""), "m99.metal"),
        (azure(ServiceName="Virtual Machines", x_SkuMeterName="NC24ads A100 v4", **NO_CATEGORY), "NC24ads A100 v4"),
        (azure(ServiceName="Virtual Machines", x_SkuMeterName="ND96isr H100 v5 L", **NO_CATEGORY), "ND96isr H100 v5"),
        (google(ServiceName="Compute Engine", ChargeDescription="Nvidia L4 GPU running in Americas"), ""),
        (google(ServiceName="Compute Engine", ChargeDescription="A3 Instance Core running"), ""),
        (google(ServiceName="Cloud TPU", ChargeDescription="TPU v5e chip hours"), ""),
        (marketplace(ServiceProviderName="CoreWeave", SkuMeter="HGX node", ServiceName="Nodes", **NO_CATEGORY), ""),
]  # fmt: skip
for machine, _ in MACHINES:
    machine |= {
        name: "" for name in ("ResourceType", "x_ResourceType", "HostProviderName") if name in machine
    }


@pytest.mark.parametrize(("row", "machine"), MACHINES, ids=lambda value: str(value)[-40:])
def test_machines_with_gpus_are_found_by_what_they_are(row: dict[str, str], machine: str) -> None:
    assert kind_of(row) is AiKind.GPU
    assert model_of(row, AiKind.GPU) == machine


@pytest.mark.parametrize(
    "row",
    [
        ec2(),
        ec2(SkuMeter="USE1-BoxUsage:t3.large"),
        ec2(ServiceName="Amazon Cognito", SkuMeter="USE1-M2M-TokenRequests"),
        ec2(ServiceName="AWS Secrets Manager", SkuMeter="tokens issued"),
        ec2(ServiceName="Amazon S3", SkuMeter="USE1-DataTransfer-Out-Bytes"),
        azure(ServiceName="Storage", x_SkuMeterName="P10 LRS Disk", ResourceType="", x_ResourceType="", **NO_CATEGORY),
        google(ServiceName="BigQuery", ChargeDescription="Analysis"),
        ec2(SkuPriceDetails='{"GpuCount":0}'),
    ],
    ids=lambda row: f"{row['ServiceName']} {row.get('SkuMeter', '')}",
)  # fmt: skip
def test_everything_else_is_not(row: dict[str, str]) -> None:
    assert kind_of(row) is None


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.pattern[:30])
def test_each_rule_decides_something(rule: AiRule, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [*MODELS, *PLATFORMS, *(row for row, _ in MACHINES)]
    before = [kind_of(row) for row in rows]
    rest = [compiled for compiled, each in zip(ai._COMPILED, RULES, strict=True) if each is not rule]
    monkeypatch.setattr(ai, "_COMPILED", rest)
    assert [kind_of(row) for row in rows] != before


@pytest.mark.parametrize(
    ("row", "model", "kind_of_tokens"),
    [
        (aws(), "Nova2.0Lite", "input"),
        (aws(SkuMeter="USE1-Nova2.0Lite-cache-read-input-token-count"), "Nova2.0Lite", "cache_read"),
        (aws(SkuMeter="USE1-Nova2.0Lite-cache-write-input-token-count"), "Nova2.0Lite", "cache_write"),
        (aws(SkuMeter="EU-Nova2.0Lite-output-tokens-batch"), "EU-Nova2.0Lite", "output"),
        (claude_on_bedrock(), "Claude Opus 5.5", "output"),
        (azure(), "gpt 4o 1120", "input"),
        (azure(x_SkuMeterName="gpt 4o 1120 cached Inp glbl Tokens"), "gpt 4o 1120", "cache_read"),
        (azure(x_SkuMeterName="gpt 4o 1120 Outp glbl Tokens"), "gpt 4o 1120", "output"),
        (azure(x_SkuMeterName="5.5 ShortCo inp Gl 1M Tokens"), "5.5 ShortCo", "input"),
        (google(), "Gemini 3 Flash", "input"),
        (google(ChargeDescription="Gemini 3 Flash Text Output - Predictions"), "Gemini 3 Flash", "output"),
        (google(ChargeDescription="Gemini 3 Flash Input Caching"), "Gemini 3 Flash", "cache_read"),
        (google(ChargeDescription="Gemini 3 Flash Caching Storage"), "", ""),
        (marketplace(), "claude-opus-5-5", "cache_read"),
        (marketplace(SkuPriceDetails="not JSON"), "", "cache_read"),
        (marketplace(SkuPriceDetails='{"TokenDirection":"Output","ModelId":"m"}'), "m", "output"),
        (
            marketplace(SkuPriceDetails='{"x_TokenDirection":"Input","x_TokenCacheAction":"Write"}'),
            "",
            "cache_write",
        ),
        (
            marketplace(SkuPriceDetails='{"TokenDirection":"Input","TokenCacheAction":"Uncached"}'),
            "",
            "input",
        ),
        (google(ChargeDescription="Jo's private prompt"), "", "input"),
    ],
)
def test_model_and_class_are_read_from_meters(row: dict[str, str], model: str, kind_of_tokens: str) -> None:
    assert (model_of(row, AiKind.MODEL), token_class(row, AiKind.MODEL)) == (
        model, kind_of_tokens
    )  # fmt: skip


def test_what_is_no_model_has_tokens_only_where_its_meter_says_so() -> None:
    row = azure(x_SkuMeterName="Standard Data Transfer Out")
    assert token_class(row, AiKind.PLATFORM) == ""
    assert token_class(azure(), AiKind.PLATFORM) == "input"
    assert token_class(azure(), AiKind.GPU) == ""


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("AWS", "AWS"),
        ("Amazon Web Services, Inc.", "AWS"),
        ("Microsoft", "Microsoft Azure"),
        ("Google Cloud", "Google Cloud"),
        ("Google Cloud  Platform", "Google Cloud"),
        ("Example  AI", "Example AI"),
    ],
)
def test_a_provider_has_one_name(name: str, called: str) -> None:
    assert provider_called(name) == called
