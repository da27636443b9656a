"""Cursor's own interface, as the signed-in user's application asks it. Undocumented: every answer is looked at twice.

The token is Cursor's. It is read anew for each poll, never renewed here and never kept.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from tallylight.domain.billing import Span
from tallylight.domain.digest import hex_digest
from tallylight.domain.feed import FeedState, Plan, PlanGauge, Trouble
from tallylight.domain.money import from_cents, show
from tallylight.domain.secret import Secret
from tallylight.domain.stated import whole
from tallylight.net.request import Answer, Request
from tallylight.providers.base import changed, content
from tallylight.providers.cursor_events import Page, page_of

NAME = "cursor"
BASE = "https://api2.cursor.sh"
HOSTS = frozenset({"api2.cursor.sh"})
PAGE_SIZE = 500
_WHO = "Cursor"
_SERVICE = "aiserver.v1.DashboardService"
#: A token that runs out while it is used looks like one that was taken back.
_MARGIN_S = 60
_NO_LIMIT = 2_147_483_647
#: A plan's pools by what people call them, and where their shares stand; and how limits of others begin.
_POOLS = {"Cursor Models": "autoPercentUsed", "Other Models": "apiPercentUsed"}
_SHARED = {"Team’s pool": "pooled", "Overall limit": "overall"}


class Account(msgspec.Struct, frozen=True):
    """Whose figures these are: a code for the user, and what a listing of their own events needs."""

    code: str
    user_id: int
    team_id: int


class _Me(msgspec.Struct, rename="camel"):
    user_id: int | str
    team_id: int | str | None = None


def token_problem(token: Secret, now: datetime) -> Trouble | None:
    """Why a token cannot be used now."""
    parts = token.reveal().split(".")
    try:
        claims = msgspec.json.decode(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (IndexError, ValueError, binascii.Error, RecursionError, msgspec.DecodeError):
        claims = None
    expires = whole(claims.get("exp")) if isinstance(claims, Mapping) else None
    if expires is None:
        return Trouble(FeedState.CHANGED, "Cursor keeps its sign-in otherwise than Tallylight knows")
    if expires <= now.timestamp() + _MARGIN_S:
        return Trouble(FeedState.SIGNED_OUT, "Cursor’s sign-in has expired: open Cursor to renew it")
    return None


def ask_me(token: Secret, base: str = BASE) -> Request:
    return _request("GetMe", {}, token, base)


def ask_events(token: Secret, account: Account, span: Span, page: int, base: str = BASE) -> Request:
    body: dict[str, object] = {
        "startDate": str(span.since_ms),
        "endDate": str(span.until_ms),
        "page": page,
        "pageSize": PAGE_SIZE,
    }
    if account.team_id:  # of a team, the user's own
        body |= {"teamId": account.team_id, "userId": account.user_id}
    return _request("GetFilteredUsageEvents", body, token, base)


def ask_plan(token: Secret, base: str = BASE) -> Request:
    return _request("GetCurrentPeriodUsage", {}, token, base)


def _request(method: str, body: Mapping[str, object], token: Secret, base: str) -> Request:
    return Request(
        url=f"{base}/{_SERVICE}/{method}",
        headers={"content-type": "application/json", "connect-protocol-version": "1"},
        authorization=Secret(f"Bearer {token.reveal()}"),
        body=msgspec.json.encode(body),
    )


def read_me(answer: Answer, now: datetime) -> Account | Trouble:
    me = content(answer, _Me, _WHO, now)
    if isinstance(me, Trouble):
        return _signed_out(me)
    user_id, team_id = whole(me.user_id), whole(me.team_id or 0)
    if not user_id or team_id is None:
        return changed(_WHO)
    return Account(f"{NAME}-{hex_digest(str(user_id), 4)}", user_id, team_id)


def read_events(answer: Answer, now: datetime) -> Page | Trouble:
    body = content(answer, dict[str, Any], _WHO, now)
    if isinstance(body, Trouble):
        return _signed_out(body)
    return page_of(body, "usageEventsDisplay") or changed(_WHO)


def read_plan(answer: Answer, now: datetime) -> Plan | Trouble:
    """The two pools, or what a team's plan has instead, and what was spent beyond them. The totals that Cursor adds
    contradict each other: left out."""
    body = content(answer, dict[str, Any], _WHO, now)
    if isinstance(body, Trouble):
        return _signed_out(body)
    usage, limits = body.get("planUsage"), body.get("spendLimitUsage")
    usage, limits = (part if isinstance(part, Mapping) else {} for part in (usage, limits))
    gauges = _pools(usage) or _limits(limits)
    limit = whole(limits.get("individualLimit", 0)) or 0
    return Plan(
        gauges=gauges,
        on_demand_picousd=from_cents(whole(limits.get("individualUsed", 0)) or 0),
        on_demand_limit_picousd=None if limit >= _NO_LIMIT else from_cents(limit),
        cycle_end_ms=_moment(body.get("billingCycleEnd")),
        says="" if gauges else _stated(usage),
    )


def _pools(usage: Mapping[str, Any]) -> tuple[PlanGauge, ...]:
    """Nothing of a plan that states neither: an answer leaves out a zero, so of two that are missing nothing is
    known, while one that is there says that the other is untouched."""
    if not any(field in usage for field in _POOLS.values()):
        return ()
    return tuple(
        PlanGauge(name=name, percent=percent)
        for name, field in _POOLS.items()
        if (percent := _percent(usage.get(field, 0))) is not None
    )


def _limits(limits: Mapping[str, Any]) -> tuple[PlanGauge, ...]:
    """What plans of teams and enterprises have in place of pools: a limit that all share, and one over everything."""
    gauges = []
    for name, field in _SHARED.items():
        limit, used, left = (whole(limits.get(field + part, 0)) for part in ("Limit", "Used", "Remaining"))
        if limit and 0 < limit < _NO_LIMIT and left is not None:
            gauges.append(PlanGauge(name=name, percent=100 * (used or max(0, limit - left)) / limit))
    return tuple(gauges)


def _stated(usage: Mapping[str, Any]) -> str:
    """In place of a bar."""
    limit, spent = whole(usage.get("limit", 0)) or 0, whole(usage.get("includedSpend", 0)) or 0
    if 0 < limit < _NO_LIMIT:
        return f"{show(from_cents(spent))} of {show(from_cents(limit))} included are used; Cursor states no pools"
    return "Cursor does not state how much of this plan is used"


def _percent(value: object) -> float | None:
    try:
        percent = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return percent if 0 <= percent < 1e6 else None


def _moment(value: object) -> int:
    """ms since the epoch, from ms as a number or text, or an RFC 3339 time; 0 for what is neither."""
    if (ms := whole(value)) is not None:
        return ms
    try:
        return round(datetime.fromisoformat(str(value)).timestamp() * 1000)
    except (ValueError, OverflowError):
        return 0


def _signed_out(trouble: Trouble) -> Trouble:
    """A token that looks good and is refused was signed out elsewhere."""
    if trouble.state is FeedState.REFUSED:
        return Trouble(
            FeedState.SIGNED_OUT, "Cursor no longer accepts its own sign-in: open Cursor to renew it"
        )
    return trouble
