"""Hugging Face tells what its Inference Providers cost in the month so far, and no days. Experimental: undocumented.

Amounts are nano-dollars.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tallylight.domain import money
from tallylight.domain.feed import Plan, PlanGauge, Trouble
from tallylight.domain.secret import Secret
from tallylight.domain.stated import nano_dollars
from tallylight.net.request import Answer, Request
from tallylight.providers.base import Balance, Provider, changed, content, get

_WHO = "Hugging Face"


def _ask(key: Secret, base: str, now: datetime) -> Request:
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    query = [("startDate", round(month.timestamp())), ("endDate", round(now.timestamp()))]
    return get(f"{base}/api/settings/billing/usage-v2", query, key)


def _read(answer: Answer, now: datetime) -> Plan | Trouble:
    """What is included comes off what was used, as on the page for people; it may stand one level deeper."""
    body = content(answer, dict[str, Any], _WHO, now)
    if isinstance(body, Trouble):
        return body
    usage = body.get("usage")
    inference = (usage if isinstance(usage, Mapping) else body).get("inferenceProviders")
    if not isinstance(inference, Mapping):
        return changed(_WHO)
    used, included, limit = (
        nano_dollars(inference.get(name) or 0) for name in ("usedNanoUsd", "includedNanoUsd", "limitNanoUsd")
    )
    if used is None or included is None or limit is None:
        return changed(_WHO)
    charged = max(0, used - included)
    gauges = (PlanGauge(name="Limit", percent=charged / limit * 100),) if limit > 0 else ()
    says = f"{money.show(charged)} charged this month"
    if included:
        says += f", beyond {money.show(min(used, included))} of included credit"
    return Plan(gauges=gauges, says=says, on_demand_limit_picousd=0)


PROVIDER = Provider(
    name="huggingface",
    who=_WHO,
    base="https://huggingface.co",
    key_starts=("hf_",),
    wrong_key="this is no token of Hugging Face’s (those begin with hf_)",
    refusals={
        401: "Hugging Face does not know this token: it was mistyped, removed, or has expired",
        403: "this token may not read billing: a fine-grained one needs the permission to read it",
    },
    balances=(Balance(ask=_ask, read=_read),),
    wait_s=3600,
)
