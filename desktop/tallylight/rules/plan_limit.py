"""Limits of a subscription, as the client's status line states them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from tallylight.domain import format as form
from tallylight.domain.finding import Finding, Severity, say
from tallylight.rules.base import Evidence, Limits, PlanLimit, Rule

_TITLES = {
    "five_hour": "{percent} of the 5-hour limit used",
    "seven_day": "{percent} of the weekly limit used",
}
_TITLE = "{percent} of the plan's limit {name} used"
#: From this share on too little is left to plan with.
_ALERT_PERCENT = 95
_DAY_MS = 86_400_000
#: The same reset is stated a little earlier or later at times.
_ROUND_MS = 600_000


def check(evidence: Evidence, limits: Limits) -> Iterator[Finding]:
    """Needs no history; a statement whose period is over says nothing about the next one."""
    for limit in evidence.plan_limits:
        thresholds = (limits["first"], limits["second"])
        passed = [percent for percent in thresholds if 0 < percent <= limit.used_percent]
        if passed and limit.resets_ms > evidence.now_ms:
            yield _finding(limit, max(passed), evidence.now_ms)


def _finding(limit: PlanLimit, threshold: float, now_ms: int) -> Finding:
    percent, time = f"{threshold:g} %", form.clock(limit.resets_ms)
    name = {} if limit.name in _TITLES else {"name": limit.name}
    used = form.percent(limit.used_percent / 100)
    text = say("{used} used. It starts anew at {time}.", used=used, time=time)
    if limit.resets_ms - now_ms >= _DAY_MS:
        day = f"{datetime.fromtimestamp(limit.resets_ms / 1000, tz=UTC).astimezone():%A}"
        text = say("{used} used. It starts anew on {day} at {time}.", used=used, day=day, time=time)
    return Finding(
        key=f"plan_limit:{limit.name}:{threshold:g}:{round(limit.resets_ms / _ROUND_MS) * _ROUND_MS}",
        rule="plan_limit",
        subject=f"plan_limit:{limit.name}",
        severity=Severity.ALERT if threshold >= _ALERT_PERCENT else Severity.WARNING,
        title=say(_TITLES.get(limit.name, _TITLE), percent=percent, **name),
        text=text,
    )


RULE = Rule(
    name="plan_limit",
    label="Limits of your plan",
    limits={"first": 80, "second": 95},
    limit_labels={"first": "First share of a limit (%)", "second": "Second share of a limit (%)"},
    check=check,
)
