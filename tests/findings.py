"""Findings and notices for tests: `a_notice("b1:80", told_ms=…)`."""

from __future__ import annotations

from typing import Any

from tallylight.domain.finding import Finding, Severity, say
from tallylight.domain.notices import Notice

#: 2026-11-20T13:40:00Z
NOW_MS = 1_795_182_000_000


def a_finding(key: str = "budget:b1:80", **changes: Any) -> Finding:
    fields: dict[str, Any] = {
        "key": key,
        "rule": "budgets",
        "subject": key.rpartition(":")[0],
        "severity": Severity.WARNING,
        "title": say("{share} of {name}’s budget used", share="80 %", name="November"),
        "text": say("{spent} of {amount} with {left} left", spent="$240.10", amount="$300", left="11 days"),
        "budget_id": "b1",
        "picousd": 240 * 10**12,
    }
    return Finding(**(fields | changes))


def a_notice(key: str = "budget:b1:80", finding: dict[str, Any] | None = None, **changes: Any) -> Notice:
    """Told a second after NOW_MS, and still true. `telling` and what was shown follow from `told_ms` unless given."""
    fields: dict[str, Any] = {"first_ms": NOW_MS, "told_ms": NOW_MS + 1000}
    fields |= changes
    fields.setdefault("telling", max(0, fields["told_ms"] - NOW_MS))
    fields.setdefault("shown_steady_ms", fields["telling"])
    return Notice(finding=a_finding(key, **(finding or {})), **fields)
