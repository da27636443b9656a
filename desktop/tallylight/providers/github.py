"""GitHub's bill for Copilot, a person's own or an organization's: AI credits, and before them premium requests.

Amounts are dollars, before and after what the plan includes. No tokens are told. Each day is asked for alone: a longer
answer names no days.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from tallylight.domain.billing import Span
from tallylight.domain.feed import Trouble
from tallylight.domain.reported import Bucket, Figure, Holds
from tallylight.domain.secret import Secret
from tallylight.domain.stated import dollars, number
from tallylight.net.request import Answer, Request
from tallylight.providers.base import Page, Provider, Report, changed, content, get, listed, text

_WHO = "GitHub"
_HEADERS = {"accept": "application/vnd.github+json", "x-github-api-version": "2026-03-10"}
#: Since when Copilot is billed in AI credits. Either report knows its own time only.
_CREDITS_SINCE = datetime(2026, 6, 1, tzinfo=UTC)


def _ask_owner(key: Secret, base: str) -> Request:
    return get(f"{base}/user", (), key, _HEADERS)


def _read_owner(answer: Answer, now: datetime) -> str | Trouble:
    body = content(answer, dict[str, Any], _WHO, now)
    if isinstance(body, Trouble):
        return body
    return text(body.get("login")) or changed(_WHO)


def _ask(key: Secret, span: Span, page: str, base: str) -> Request:
    day = datetime.fromtimestamp(span.since_ms / 1000, UTC)
    report = "ai_credit" if day >= _CREDITS_SINCE else "premium_request"
    query = [("year", day.year), ("month", day.month), ("day", day.day)]
    return get(f"{base}/{report}/usage", query, key, _HEADERS)


def _read(answer: Answer, span: Span, now: datetime) -> Page | Trouble:
    body = content(answer, dict[str, Any], _WHO, now)
    if isinstance(body, Trouble):
        return body
    rows = listed(body.get("usageItems"))
    if rows is None:
        return changed(_WHO)
    figures = [figure for row in rows if (figure := _figure(row)) is not None]
    return Page([Bucket(span, figures)], rejected=len(rows) - len(figures))


def _figure(row: Mapping[str, Any]) -> Figure | None:
    charged, gross = dollars(row.get("netAmount")), dollars(row.get("grossAmount"))
    quantity = number(row.get("grossQuantity"))
    if charged is None or gross is None or quantity is None:
        return None
    return Figure(
        model=text(row.get("model")),
        place=text(row.get("product")),
        tier=text(row.get("sku")),
        item=text(row.get("unitType")),
        quantity=float(quantity),
        amount_picousd=charged,
        list_picousd=gross,
    )


_BILLING = Report(
    name="copilot",
    holds=Holds.MONEY,
    ask=_ask,
    read=_read,
    most_days=1,
    history_days=365,
    settles_days=33,  # a month may change until the third of the next
)
_UNKNOWN = "GitHub does not know this token: it was mistyped, revoked, or has expired"
PROVIDER = Provider(
    name="github",
    who=_WHO,
    base="https://api.github.com",
    key_starts=("github_pat_", "ghp_"),
    wrong_key="this is no personal access token of GitHub’s (those begin with github_pat_)",
    refusals={
        401: _UNKNOWN,
        403: "this token may not read your bill: it lacks the user permission “Plan”, read",
        404: "GitHub has no Copilot bill of yours for this token: it lacks the user permission “Plan”, read, or an "
        "organization pays for your seat, and the bill is on its account",
    },
    place="/users/{}/settings/billing",
    ask_owner=_ask_owner,
    read_owner=_read_owner,
    reports=(_BILLING,),
    wait_s=3600,
)
ORGANIZATION = replace(
    PROVIDER,
    name="github-org",
    refusals={
        401: _UNKNOWN,
        403: "this token may not read the organization’s bill: it lacks the organization permission "
        "“Administration”, read",
        404: "GitHub has no bill of such an organization for this token: the name is another, or the token lacks the "
        "organization permission “Administration”, read",
    },
    place="/organizations/{}/settings/billing",
    ask_owner=None,
    read_owner=None,
)
