"""Every rule there is, and what they find together."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

from tallylight.domain.finding import Finding, Severity
from tallylight.rules import (
    beyond_transcripts,
    big_day,
    budget,
    cache_share,
    cold_cache,
    context_bloat,
    heavy_start,
    large_session,
    model_change,
    month_pace,
    plan_limit,
    premium_share,
    retry_loop,
    turns_per_prompt,
    unattended,
    week_change,
)
from tallylight.rules.base import Evidence, Rule

RULES: tuple[Rule, ...] = (
    budget.RULE,
    month_pace.RULE,
    plan_limit.RULE,
    unattended.RULE,
    retry_loop.RULE,
    context_bloat.RULE,
    large_session.RULE,
    cold_cache.RULE,
    heavy_start.RULE,
    model_change.RULE,
    premium_share.RULE,
    big_day.RULE,
    week_change.RULE,
    cache_share.RULE,
    turns_per_prompt.RULE,
    beyond_transcripts.RULE,
)
_RANKS = {Severity.ALERT: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def findings_of(evidence: Evidence, limits: Mapping[str, Mapping[str, float]]) -> list[Finding]:
    """What holds now, the gravest and dearest first. `limits` are the user's own, by rule and name."""
    found = [
        finding
        for rule in RULES
        for finding in rule.check(evidence, _laid_over(rule, limits.get(rule.name, {})))
    ]
    return sorted(found, key=lambda finding: (_RANKS[finding.severity], -finding.picousd, finding.key))


def _laid_over(rule: Rule, own: Mapping[str, float]) -> dict[str, float]:
    """The rule's limits as the user set them, but for what no rule knows any more and what is no amount."""
    known = {name: value for name, value in own.items() if name in rule.limits and 0 <= value < inf}
    return {**rule.limits, **known}
