"""Cursor's usage events, as both of its interfaces spell them: whole numbers as text, zeros left out, no ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from tallylight.domain.billing import Coverage, Statement, coverage_of
from tallylight.domain.money import from_cents
from tallylight.domain.stated import whole

#: More than any request can hold; what is larger is no count.
_MOST_TOKENS = 10**12
_MOST_CENTS = Decimal(10**9)
#: The year 2000 and the year 2100: a time in seconds or microseconds lies outside.
_EARLIEST_MS, _LATEST_MS = 946_684_800_000, 4_102_444_800_000


class Page(msgspec.Struct, frozen=True):
    """One page of a listing. `rows` are those that the page had, understood or not."""

    statements: Sequence[Statement]
    rows: int
    total: int
    rejected: int = 0


def page_of(body: Mapping[str, Any], name: str) -> Page | None:
    """The events under `name`; None when the answer looks otherwise. An empty answer is an empty list."""
    rows = body.get(name, [])
    total = whole(body.get("totalUsageEventsCount", 0))
    if not isinstance(rows, list) or total is None or (body and name not in body and total):
        return None
    if body and name not in body and "totalUsageEventsCount" not in body and "pagination" not in body:
        return None
    statements = [statement for row in rows if (statement := statement_of(row)) is not None]
    if rows and not statements:
        return None
    return Page(statements, len(rows), total, len(rows) - len(statements))


def statement_of(row: Any) -> Statement | None:  # noqa: ANN401 - whatever the answer holds
    """One event; None where it has no time or model, or counts that are none."""
    if not isinstance(row, Mapping):
        return None
    time_ms, model = whole(row.get("timestamp")), row.get("model")
    usage = row.get("tokenUsage")
    counts = _counts(usage)
    if time_ms is None or not _EARLIEST_MS <= time_ms < _LATEST_MS or counts is None:
        return None
    if not isinstance(model, str) or not model:
        return None
    kind, conversation = row.get("kind", ""), row.get("conversationId", "")
    coverage = coverage_of(str(kind))
    if coverage is Coverage.UNKNOWN and row.get("usageBasedCosts") == "-":
        coverage = Coverage.NOT_CHARGED
    return Statement(
        time_ms=time_ms,
        model=_routed(row) or model,
        **counts,
        has_tokens=isinstance(usage, Mapping),
        conversation=conversation if isinstance(conversation, str) else "",
        coverage=coverage,
        # Nothing and 0 both say that the bill does not tell: on plans amounts were 0 for whole months.
        value_picousd=_money(usage.get("totalCents") if isinstance(usage, Mapping) else None),
        charged_picousd=_money(row.get("chargedCents")),
        fee_picousd=max(0, _money(row.get("cursorTokenFee"))),
    )


def _counts(usage: object) -> dict[str, int] | None:
    names = {
        "input": "inputTokens",
        "output": "outputTokens",
        "cache_read": "cacheReadTokens",
        "cache_write": "cacheWriteTokens",
    }
    if not isinstance(usage, Mapping):
        return dict.fromkeys(names, 0) if usage is None else None
    counts: dict[str, int] = {}
    for ours, theirs in names.items():
        count = whole(usage.get(theirs, 0))
        if count is None or not 0 <= count < _MOST_TOKENS:
            return None
        counts[ours] = count
    return counts


def _money(cents: object) -> int:
    """pico-USD, -1 where the event says nothing or 0."""
    if isinstance(cents, bool) or not isinstance(cents, int | Decimal | str):
        return -1
    try:
        amount = Decimal(cents)
    except InvalidOperation:
        return -1
    return from_cents(amount) if amount.is_finite() and 0 < amount < _MOST_CENTS else -1


def _routed(row: Mapping[str, Any]) -> str:
    """The model that a router chose, where the event has details of it."""
    details = row.get("details")
    for part in details.values() if isinstance(details, Mapping) else ():
        routed = part.get("routedModel") if isinstance(part, Mapping) else None
        if isinstance(routed, str) and routed:
            return routed
    return ""
