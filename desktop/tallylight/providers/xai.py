"""xAI's Management API: what a team spent on each day and what its prepaid credit has left. Experimental.

Balances are cents as text with the sign turned round: what is left is negative. Spending is dollars as a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from tallylight.domain import money
from tallylight.domain.billing import Span
from tallylight.domain.feed import FeedState, Plan, Trouble
from tallylight.domain.reported import DAY_MS, Bucket, Figure, Holds
from tallylight.domain.secret import Secret
from tallylight.domain.stated import cents, dollars
from tallylight.net.request import Answer, Request
from tallylight.providers.base import (
    Balance,
    Page,
    Provider,
    Report,
    changed,
    content,
    get,
    listed,
    post,
    text,
)

_WHO = "xAI"


def _ask_owner(key: Secret, base: str) -> Request:
    return get(f"{base}/auth/management-keys/validation", (), key)


def _read_owner(answer: Answer, now: datetime) -> str | Trouble:
    """The team that a key is made for. One that is made for an organization names none."""
    body = content(answer, dict[str, Any], _WHO, now)
    if isinstance(body, Trouble):
        return body
    is_teams = body.get("scope") == "SCOPE_TEAM"
    team = text(body.get("teamId")) or (text(body.get("scopeId")) if is_teams else "")
    return team or Trouble(
        FeedState.REFUSED, "this management key is no team’s: make one for the team that pays"
    )


def _ask_usage(key: Secret, span: Span, page: str, base: str) -> Request:
    asked = {
        "analyticsRequest": {
            "timeRange": {
                "startTime": _moment(span.since_ms),
                "endTime": _moment(span.until_ms),
                "timezone": "Etc/GMT",
            },
            "timeUnit": "TIME_UNIT_DAY",
            "values": [{"name": "usd", "aggregation": "AGGREGATION_SUM"}],
            "groupBy": ["description"],
            "filters": [],
        }
    }
    return post(f"{base}/usage", msgspec.json.encode(asked), key)


def _read_usage(answer: Answer, span: Span, now: datetime) -> Page | Trouble:
    body = content(answer, dict[str, Any], _WHO, now)
    if isinstance(body, Trouble):
        return body
    series = listed(body.get("timeSeries"))
    if series is None:
        return changed(_WHO)
    if body.get("limitReached") is True:
        return Trouble(
            FeedState.CHANGED, "xAI left out a part of the usage: there is more than it answers at once"
        )
    days: dict[int, list[Figure]] = {}
    rejected = 0
    for day, figure in (found for one in series for found in _figures(one)):
        if day is None or figure is None:
            rejected += 1
        elif figure.amount_picousd:
            days.setdefault(day, []).append(figure)
    buckets = [Bucket(Span(day, day + DAY_MS), figures) for day, figures in days.items()]
    return Page(buckets, rejected=rejected)


def _figures(series: Mapping[str, Any]) -> Iterator[tuple[int | None, Figure | None]]:
    """Of one thing that is charged for, day by day; None for what is no day or no amount."""
    group = series.get("group")
    item = " · ".join(map(text, group)) if isinstance(group, list) else ""
    for point in listed(series.get("dataPoints")) or []:
        values = point.get("values")
        amount = dollars(values[0]) if isinstance(values, list) and values else None
        figure = None if amount is None else Figure(item=item, amount_picousd=amount)
        yield _day_ms(point.get("timestamp")), figure


def _ask_balance(key: Secret, base: str, now: datetime) -> Request:
    return get(f"{base}/prepaid/balance", (), key)


def _read_balance(answer: Answer, now: datetime) -> Plan | Trouble:
    body = content(answer, dict[str, Any], _WHO, now)
    if isinstance(body, Trouble):
        return body
    total = body.get("total")
    owed = cents(total.get("val")) if isinstance(total, Mapping) else None
    if owed is None:
        return changed(_WHO)
    return Plan(says=f"{money.show(-owed)} of prepaid credit left", on_demand_limit_picousd=0)


def _moment(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _day_ms(value: object) -> int | None:
    try:
        at = datetime.fromisoformat(text(value))
        ms = round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
    return ms // DAY_MS * DAY_MS


PROVIDER = Provider(
    name="xai",
    who=_WHO,
    base="https://management-api.x.ai",
    refusals={
        401: "xAI does not know this management key: it was mistyped, removed, has expired, or is a key for requests",
        403: "this key may not read billing: it takes a management key with the right to read it",
        404: "xAI has no billing for this key’s team",
    },
    place="/v1/billing/teams/{}",
    ask_owner=_ask_owner,
    read_owner=_read_owner,
    reports=(Report(name="usage", holds=Holds.MONEY, ask=_ask_usage, read=_read_usage, settles_days=3),),
    balances=(Balance(ask=_ask_balance, read=_read_balance, is_extra=True),),
    wait_s=3600,
)
