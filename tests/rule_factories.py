"""Made-up evidence for rules. Money is given in dollars, as people would say it; a week's days by their weekday."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tallylight.domain.finding import Finding
from tallylight.domain.money import PICO
from tallylight.domain.session import Activity, SessionDetail, SessionMark, SessionView, Turn
from tallylight.rules.base import DaySlice, Evidence, Rule

#: A Thursday, at noon.
TODAY = date(2026, 11, 19)
NOW_MS = round(datetime(2026, 11, 19, 12, tzinfo=UTC).timestamp() * 1000)
MINUTE_MS = 60_000
OPUS, SONNET, HAIKU = "claude-opus-4-8", "claude-sonnet-5-5", "claude-haiku-4-5"
#: pico-USD for an output token.
OUTPUT_RATES = {OPUS: 25_000_000, SONNET: 15_000_000, HAIKU: 5_000_000}
PROJECT = "/home/user/payments-api"


def dollars(amount: float) -> int:
    return round(amount * PICO)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def a_slice(days_ago: int = 0, spent: float = 10, **given: Any) -> DaySlice:
    """`spent` dollars with a hundred requests, nine tenths of what they sent from the cache."""
    fields: dict[str, Any] = {
        "day": ago(days_ago),
        "project": PROJECT,
        "model": SONNET,
        "picousd": dollars(spent),
        "requests": 100,
        "turns": 80,
        "prompt": 2_000_000,
        "cache_read": 1_800_000,
    }
    return DaySlice(**(fields | given))


def days(first: int, last: int, spent: float = 10, **given: Any) -> list[DaySlice]:
    """A slice for each day from `first` days ago to `last` days ago."""
    return [a_slice(n, spent, **given) for n in range(first, last - 1, -1)]


def an_evidence(*parts: DaySlice, **given: Any) -> Evidence:
    fields: dict[str, Any] = {
        "now_ms": NOW_MS,
        "today": TODAY,
        "share_of_today": 0.5,
        "days": sorted(parts, key=lambda part: part.day),
        "projects": {PROJECT: "payments-api"},
        "output_rates": OUTPUT_RATES,
    }
    return Evidence(**(fields | given))


def a_turn(minutes: float, cost: float | None = 0.02, **given: Any) -> Turn:
    """A main-thread request so many minutes from noon, 30k of context from the cache; `cost` is its dollars."""
    context = given.pop("context", 30_000)
    fields: dict[str, Any] = {
        "key": f"msg_{minutes}",
        "number": 1,
        "time_ms": NOW_MS + round(minutes * MINUTE_MS),
        "model": OPUS,
        "context": context,
        "input": 0,
        "cache_read": max(0, context - 1000),
        "cache_write_5m": min(1000, context),
        "cache_write_1h": 0,
        "output": 200,
        "cost_picousd": None if cost is None else dollars(cost),
        "costs": () if cost is None else (0, 0, dollars(cost), 0, 0, 0),
    }
    return Turn(**(fields | given))


def a_mark(kind: str, minutes: float, label: str = "", value: int = 0) -> SessionMark:
    return SessionMark(kind, NOW_MS + round(minutes * MINUTE_MS), label, value)


def a_session(turns: Sequence[Turn] = (), *marks: SessionMark, **given: Any) -> SessionDetail:
    """A busy session; what its view says follows from turns and marks unless given."""
    own = [turn for turn in turns if not turn.is_inherited]
    prompts = [mark.time_ms for mark in marks if mark.kind == "prompt"]
    since = [turn for turn in own if prompts and turn.time_ms >= prompts[-1]]
    fields: dict[str, Any] = {
        "session_id": "s-1",
        "source": "claude-code",
        "project": "payments-api",
        "project_path": PROJECT,
        "model": own[-1].model if own else OPUS,
        "activity": Activity.BUSY,
        "started_ms": own[0].time_ms if own else 0,
        "last_ms": own[-1].time_ms if own else 0,
        "cost_picousd": sum(turn.cost_picousd or 0 for turn in own),
        "turns": len(own),
        "context": turns[-1].context if turns else 0,
        "turns_since_prompt": len(since),
        "last_prompt_ms": prompts[-1] if prompts else 0,
        "spent_since_prompt_picousd": sum(turn.cost_picousd or 0 for turn in since),
    }
    return SessionDetail(view=SessionView(**(fields | given)), turns=turns, marks=marks)


def found(rule: Rule, evidence: Evidence, **limits: float) -> list[Finding]:
    """What the rule says, with its own limits but for those named."""
    return list(rule.check(evidence, {**rule.limits, **limits}))


def the_finding(rule: Rule, evidence: Evidence, **limits: float) -> Finding:
    findings = found(rule, evidence, **limits)
    assert len(findings) == 1, findings
    return findings[0]
