"""Cursor's Admin API for teams: documented, with a key of the team's, totalled hourly."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime
from typing import Any

import msgspec

from tallylight.domain.billing import Span
from tallylight.domain.digest import hex_digest
from tallylight.domain.feed import FeedState, Trouble
from tallylight.domain.secret import Secret
from tallylight.net.request import Answer, Request
from tallylight.providers.base import changed, content
from tallylight.providers.cursor_events import Page, page_of

NAME = "cursor-team"
BASE = "https://api.cursor.com"
HOSTS = frozenset({"api.cursor.com"})
PAGE_SIZE = 1000
_WHO = "Cursor’s Admin API"


def account_of(email: str) -> str:
    """A code for a member of the team."""
    return f"{NAME}-{hex_digest(email.strip().lower(), 4)}"


def ask_events(key: Secret, email: str, span: Span, page: int, base: str = BASE) -> Request:
    """One member's events: those of the others are none of this machine's business."""
    body = {
        "startDate": span.since_ms,
        "endDate": span.until_ms,
        "email": email,
        "page": page,
        "pageSize": PAGE_SIZE,
    }
    return Request(
        url=f"{base}/teams/filtered-usage-events",
        headers={"content-type": "application/json"},
        authorization=Secret("Basic " + b64encode(f"{key.reveal()}:".encode()).decode()),
        body=msgspec.json.encode(body),
    )


def read_events(answer: Answer, now: datetime) -> Page | Trouble:
    body = content(answer, dict[str, Any], _WHO, now)
    if not isinstance(body, Trouble):
        return page_of(body, "usageEvents") or changed(_WHO)
    if body.state is not FeedState.REFUSED:
        return body
    says = {
        401: "Cursor’s Admin API does not know this key: make one under Settings, Advanced, Admin API Keys",
        403: "this key may not read usage: it takes an Admin API key of the team’s, not a user’s own",
    }
    return Trouble(FeedState.REFUSED, says.get(answer.status, body.says))
