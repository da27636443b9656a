"""Which model, which class of tokens and how many of them a row is for: read from meters, never guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from tallylight.domain.cloud_bill import AiKind
from tallylight.focus.ai import AWS_ACCELERATED, AZURE_ACCELERATED, SKU

#: In this order: a cached input is no input.
_CLASSES = (
    ("", r"cach\w*[-_ ]storage|token[-_ ]?hours?"),
    ("cache_write", r"cached?[-_ ]?writ|writ\w*[-_ ]cache|cache[-_ ]creation"),
    ("cache_read", r"cached?[-_ ]?read|(?<![a-z])cach(ed|d)(?![a-z])|cchd|input caching"),
    ("output", r"(?<![a-z])(output|outp|outpt|out|completion)(?![a-z])"),
    ("input", r"(?<![a-z])(input|inp|inpt|prompt)(?![a-z])"),
)
_CLASS_PATTERNS = [(name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _CLASSES]
_TOKENS = re.compile(r"(?<![a-z])tokens?(?![a-z])", re.IGNORECASE)
#: A scale that a unit states: `1000 Tokens`, `1M tokens`; in front of the noun alone it is one.
_UNIT = re.compile(r"^\s*(?:per )?(\d*)\s*([KM]?)\s*tokens?\s*$", re.IGNORECASE)
_SCALES = {"": 1, "K": 1000, "M": 10**6}
_INSTANCES = re.compile(rf"({AWS_ACCELERATED}|{AZURE_ACCELERATED})", re.IGNORECASE)
_EDITION = re.compile(r"^(.+?)\s*\(Amazon Bedrock(?: Edition)?\)", re.IGNORECASE)
#: A region in front of a meter (`USE1-`, `USW2-MP:USW2_`), and what a model's name ends before.
_BEFORE = re.compile(r"^(?:[A-Z]{2,4}\d-)?(?:MP:)?(?:[A-Z]{2,4}\d[_-])?")
_AFTER = re.compile(
    r"[-_ ]*(?<![a-z])(cache|cached|cchd|cd|input|inp|inpt|output|outp|outpt|out|prompt|completion)(?![a-z])",
    re.IGNORECASE,
)
_MODALITY = re.compile(r"[-_ ]+(text|image|audio|video|batch|flex|priority)$", re.IGNORECASE)
#: Descriptions are free text: of these only what begins like a model is kept.
_FAMILIES = re.compile(
    r"^(claude|gemini|gemma|gpt|llama|mistral|mixtral|nova|titan|command|jamba|deepseek|qwen|grok|imagen|veo|phi)\b",
    re.IGNORECASE,
)
#: Of the draft of 1.5, and with x_ before.
_CLASS_KEYS = ("TokenDirection", "TokenCacheAction")
_MODEL_KEYS = ("ModelId", "x_ModelId", "ModelVersion", "ModelName")


def token_class(row: Mapping[str, str], kind: AiKind) -> str:
    """As details state it, else as meters spell it; "" where a meter counts no tokens: a platform's may count bytes
    that go out."""
    if kind is AiKind.GPU or (kind is AiKind.PLATFORM and not _is_of_tokens(row)):
        return ""
    stated = _details(row.get("SkuPriceDetails", ""))
    direction, cache = (str(stated.get(key) or stated.get(f"x_{key}")).lower() for key in _CLASS_KEYS)
    if direction in ("input", "output"):
        return f"cache_{cache}" if direction == "input" and cache in ("read", "write") else direction
    for column in SKU:
        text = row.get(column, "")
        for name, pattern in _CLASS_PATTERNS:
            if pattern.search(text):
                return name
    return ""


def model_of(row: Mapping[str, str], kind: AiKind) -> str:
    """As the bill words it: an id where it states one, a model's name, a machine's type; else ""."""
    stated = _details(row.get("SkuPriceDetails", ""))
    if kind is not AiKind.GPU:
        named = next((str(stated[key]) for key in _MODEL_KEYS if stated.get(key)), "")
        return named or _by_service(row) or _by_meter(row) or _instance(row, stated)
    return _instance(row, stated)


def _details(text: str) -> Mapping[str, Any]:
    try:
        found = msgspec.json.decode(text) if text else {}
    except (msgspec.DecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _by_service(row: Mapping[str, str]) -> str:
    found = _EDITION.match(row.get("ServiceName", ""))
    return found[1] if found else ""


def _by_meter(row: Mapping[str, str]) -> str:
    """What stands before the class of tokens."""
    for column in SKU:
        text = _BEFORE.sub("", row.get(column, "").strip())
        after = _AFTER.search(text)
        if column == "ChargeDescription" and not _FAMILIES.match(text):
            continue
        if after and (named := _MODALITY.sub("", text[: after.start()]).strip(" -_")):
            return named[:80]
    return ""


def _instance(row: Mapping[str, str], stated: Mapping[str, Any]) -> str:
    named = stated.get("InstanceType") or stated.get("x_InstanceType")
    if named:
        return str(named)[:80]
    for column in SKU:
        if found := _INSTANCES.search(row.get(column, "")):
            return found[1]
    return ""


def tokens_of(
    row: Mapping[str, str], consumed: Decimal | None, priced: Decimal | None, block: Decimal | None
) -> Decimal | None:
    """How many, where the bill states the scale: by a unit, or a pricing block (Azure's units are of 1,000 or a
    million, and no name says which). None: its quantity may be of thousands or of millions."""
    for quantity, unit in ((consumed, "ConsumedUnit"), (priced, "PricingUnit")):
        scale = _scale(row.get(unit, ""))
        if quantity is not None and scale:
            return quantity * scale
    return priced * block if priced is not None and block and _is_of_tokens(row) else None


def _is_of_tokens(row: Mapping[str, str]) -> bool:
    return any(_TOKENS.search(row.get(column, "")) for column in SKU)


def _scale(unit: str) -> int:
    found = _UNIT.match(unit)
    return int(found[1] or 1) * _SCALES[found[2].upper()] if found else 0
