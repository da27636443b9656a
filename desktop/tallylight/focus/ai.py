"""Which rows are AI: one table of patterns, in order, over the columns that say what a row is for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from tallylight.domain.cloud_bill import AiKind

#: What a row says it is, by meter and by words; clouds put it into different ones.
SKU = ("SkuMeter", "x_SkuMeterName", "x_UsageType", "x_Operation", "ChargeDescription", "SkuId")
SELLERS = ("PublisherName", "ServiceProviderName", "HostProviderName", "ProviderName")
_RESOURCE = ("ResourceType", "x_ResourceType", "x_SkuMeterCategory", "x_SkuMeterSubcategory", "x_ServiceCode")
_DETAILS = ("SkuPriceDetails", "x_SkuDetails")


class AiRule(NamedTuple):
    """A row is AI of this kind when one of the columns has the pattern, in any case."""

    kind: AiKind
    columns: tuple[str, ...]
    pattern: str


_MAKERS = (
    r"^(anthropic|openai|mistral( ai)?|cohere|ai21|stability ai|deepseek|perplexity|xai|together( ai|computer)?|"
    r"fireworks( ai)?|openrouter|hugging ?face|replicate|groq|cerebras|sambanova|writer|twelvelabs|luma|moonshot|"
    r"black forest labs|elevenlabs|voyage ai)\b"
)
_GPU_CLOUDS = (
    r"^(coreweave|lambda( labs)?|runpod|vast\.ai|paperspace|nebius|crusoe|voltage park|fluidstack)\b"
)
#: As Amazon spells an instance type: a family that has accelerators, a point, a size.
AWS_ACCELERATED = (
    r"(?<![a-z0-9])(?:p[2-9]\w{0,3}|g[3-9]\w{0,2}|gr6f?|trn\d\w?|inf\d|dl\d\w?|vt1)"
    r"\.(?:\d*x?large|metal|medium)[\w-]*"
)
#: Azure's sizes with GPUs (NC, ND, NV, NG), and Google's machine families and accelerators.
AZURE_ACCELERATED = (
    r"\bN[CDGV]\d*\w*(?:[ _-](?:v\d|A10|A100|H100|H200|T4|MI300X|GB\d+)\b)+|\bStandard_N[CDGV]\w+"
)
_GOOGLE_ACCELERATED = r"\b(?:a2|a3|a4|g2|g4)(?:-\w+)? (?:instance|machine)|\btpu|cloud tpu"

RULES = (
    AiRule(
        AiKind.MODEL,
        ("ServiceName",),
        r"\bbedrock\b|azure openai|foundry models|azure ai (foundry|inference)|vertex ai|gemini api|"
        r"generative language api|\bclaude\b|github models|amazon (nova|titan)\b",
    ),
    AiRule(
        AiKind.PLATFORM,
        ("ServiceName",),
        r"sagemaker|cognitive services|foundry tools|azure (ai|machine learning|ml)\b|cloud ai\b|ai platform|"
        r"dialogflow|document ai|amazon (q|kendra|lex|polly|rekognition|comprehend|textract|transcribe|translate)\b|"
        r"databricks model serving|snowflake cortex",
    ),
    AiRule(AiKind.PLATFORM, _RESOURCE, r"cognitiveservices|machinelearningservices|\bbedrock\b|sagemaker"),
    AiRule(AiKind.MODEL, SELLERS, _MAKERS),
    AiRule(AiKind.GPU, SELLERS, _GPU_CLOUDS),
    # Third parties' models on marketplaces are named by nothing but their meters.
    AiRule(
        AiKind.MODEL,
        SKU,
        r"(?<![a-z])(in|inp|input|out|outp|output|prompt|completion|cached?)(?![a-z])[-_ \w]{0,24}tokens?(?![a-z])",
    ),
    AiRule(AiKind.GPU, SKU, rf"{AWS_ACCELERATED}|{AZURE_ACCELERATED}|{_GOOGLE_ACCELERATED}"),
    AiRule(AiKind.GPU, SKU, r"\bgpus?\b|\bnvidia\b|\b(a100|h100|h200|b200|gb200|l40s|mi300x)\b"),
    AiRule(AiKind.GPU, _DETAILS, r'"(?:x_)?gpucount"\s*:\s*"?[1-9]'),
    AiRule(AiKind.PLATFORM, ("ServiceCategory",), r"^ai and machine learning$"),
)
#: All columns that any rule looks at.
COLUMNS = tuple(dict.fromkeys(column for rule in RULES for column in rule.columns))
_COMPILED = [(rule.kind, rule.columns, re.compile(rule.pattern, re.IGNORECASE)) for rule in RULES]


def kind_of(row: Mapping[str, str]) -> AiKind | None:
    """What kind of AI a row is for, by the first rule that fits; None for everything else."""
    for kind, columns, pattern in _COMPILED:
        if any((text := row.get(column, "")) and pattern.search(text) for column in columns):
            return kind
    return None


#: Names that providers were given in versions, exports and products, and what each is called here.
_PROVIDERS = (
    (r"^(aws|amazon)\b", "AWS"),
    (r"^(microsoft|azure)\b", "Microsoft Azure"),
    (r"^(google|gcp)\b", "Google Cloud"),
)


def provider_called(name: str) -> str:
    """One name for a provider, however a file spells it: a newer export has to find the older one's bill."""
    name = " ".join(name.split())
    return next((called for pattern, called in _PROVIDERS if re.search(pattern, name, re.IGNORECASE)), name)
