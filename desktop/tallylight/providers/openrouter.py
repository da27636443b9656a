"""OpenRouter: what was used and paid on days that are over, the credit that is left, and a key's own limit.

Amounts are dollars.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tallylight.domain import money
from tallylight.domain.billing import Span
from tallylight.domain.feed import Plan, PlanGauge, Trouble
from tallylight.domain.reported import DAY_MS, Bucket, Figure, Holds
from tallylight.domain.secret import Secret
from tallylight.domain.stated import count, dollars
from tallylight.net.request import Answer, Request
from tallylight.providers.base import Balance, Page, Provider, Report, changed, content, get, listing, text

_WHO = "OpenRouter"


def _ask_activity(key: Secret, span: Span, page: str, base: str) -> Request:
    """All days that it still has: those that it forgets are the ledger's then."""
    return get(f"{base}/api/v1/activity", (), key)


def _read_activity(answer: Answer, span: Span, now: datetime) -> Page | Trouble:
    found = listing(answer, _WHO, now)
    if isinstance(found, Trouble):
        return found
    _body, rows = found
    days: dict[int, list[Figure]] = {}
    rejected = 0
    for row in rows:
        day, figure = _day_ms(row.get("date")), _figure(row)
        if day is None or figure is None:
            rejected += 1
        else:
            days.setdefault(day, []).append(figure)
    return Page([Bucket(Span(day, day + DAY_MS), found) for day, found in days.items()], rejected=rejected)


def _figure(row: Mapping[str, Any]) -> Figure | None:
    """Tokens from the cache are not told apart here. What an own key pays upstream is no charge of OpenRouter's."""
    amount = dollars(row.get("usage") or 0)
    prompt, output, requests = (
        count(row.get(name)) for name in ("prompt_tokens", "completion_tokens", "requests")
    )
    if amount is None or prompt is None or output is None or requests is None:
        return None
    return Figure(
        model=text(row.get("model")),
        place=text(row.get("workspace_id")),
        tier=text(row.get("provider_name")),
        item=text(row.get("endpoint_id")),
        input=prompt,
        output=output,
        requests=requests,
        amount_picousd=amount,
    )


def _ask_key(key: Secret, base: str, now: datetime) -> Request:
    return get(f"{base}/api/v1/key", (), key)


def _read_key(answer: Answer, now: datetime) -> Plan | Trouble:
    """What any key tells of itself: its limit and, of one for requests, what it used, as nothing else is open to it."""
    body = content(answer, dict[str, Any], _WHO, now)
    if isinstance(body, Trouble):
        return body
    data = body.get("data")
    if not isinstance(data, Mapping):
        return changed(_WHO)
    used, limit, left = (
        dollars(data.get(name) or 0) for name in ("usage_monthly", "limit", "limit_remaining")
    )
    if used is None or limit is None or left is None:
        return changed(_WHO)
    says = (
        []
        if _is_management(data)
        else [f"a key for requests, which tells its own use alone: {money.show(used)} this month"]
    )
    if limit:
        says.append(f"{money.show(left)} of its limit of {money.show(limit)} left")
    if expires := text(data.get("expires_at"))[:10]:
        says.append(f"it expires on {expires}")
    gauges = (PlanGauge(name="Limit of this key", percent=(limit - left) / limit * 100),) if limit > 0 else ()
    return Plan(gauges=gauges, says=", ".join(says), on_demand_limit_picousd=0)


def _is_management(data: Mapping[str, Any]) -> bool:
    """Also by its older name."""
    return data.get("is_management_key") is True or data.get("is_provisioning_key") is True


def _ask_credits(key: Secret, base: str, now: datetime) -> Request:
    return get(f"{base}/api/v1/credits", (), key)


def _read_credits(answer: Answer, now: datetime) -> Plan | Trouble:
    body = content(answer, dict[str, Any], _WHO, now)
    if isinstance(body, Trouble):
        return body
    data = body.get("data")
    data = data if isinstance(data, Mapping) else {}
    bought, used = dollars(data.get("total_credits")), dollars(data.get("total_usage"))
    if bought is None or used is None:
        return changed(_WHO)
    return Plan(says=f"{money.show(bought - used)} of credit left", on_demand_limit_picousd=0)


def _day_ms(value: object) -> int | None:
    try:
        day = datetime.fromisoformat(text(value)[:10]).replace(tzinfo=UTC)
    except ValueError:
        return None
    return round(day.timestamp() * 1000)


PROVIDER = Provider(
    name="openrouter",
    who=_WHO,
    base="https://openrouter.ai",
    key_starts=("sk-or-",),
    wrong_key="this is no key of OpenRouter’s (those begin with sk-or-)",
    refusals={
        401: "OpenRouter does not know this key: it was mistyped, removed, or has expired",
        403: "this key may not read activity: it takes a management key, not one for requests",
    },
    reports=(
        Report(
            name="activity",
            holds=Holds.BOTH,
            ask=_ask_activity,
            read=_read_activity,
            most_days=30,
            history_days=30,
            settles_days=30,
            is_of_past_days=True,
            is_extra=True,
        ),
    ),
    balances=(
        Balance(ask=_ask_key, read=_read_key),
        Balance(ask=_ask_credits, read=_read_credits, is_extra=True),
    ),
    wait_s=3600,
)
