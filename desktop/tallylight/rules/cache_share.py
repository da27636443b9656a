"""Less of what is sent comes from the cache than it used to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from tallylight.domain import format as form
from tallylight.domain.finding import Finding, Severity, say
from tallylight.domain.money import PICO
from tallylight.rules.base import DaySlice, Evidence, Limits, Rule

_WEEK = timedelta(days=7)
_WEEKS = 4
#: Active days of the weeks before, and tokens of this week, below which a share says nothing.
_LEAST_ACTIVE = 5
_LEAST_TOKENS = 1_000_000


def check(evidence: Evidence, limits: Limits) -> Iterator[Finding]:
    """Model by model, as models differ; this week against the four before and against the last.

    Silent where a model was used on fewer than five days of the four weeks before, and below a million tokens.
    """
    start, tomorrow = evidence.week_start, evidence.today + timedelta(days=1)
    if not evidence.is_recorded(evidence.today, tomorrow):
        return
    now = _by_model(evidence.between(start, tomorrow))
    before = _by_model(evidence.between(start - _WEEKS * _WEEK, start))
    for model, parts in now.items():
        earlier = before.get(model, [])
        if len({part.day for part in earlier if part.requests}) < _LEAST_ACTIVE:
            continue
        last = [part for part in earlier if part.day >= start - _WEEK]
        # Against the lower of both: what fell last week was told then.
        usual = min(_share(parts) for parts in (earlier, last or earlier))
        is_large = sum(part.prompt for part in parts) >= _LEAST_TOKENS
        spent = sum(part.picousd for part in parts)
        if is_large and spent >= limits["dollars"] * PICO and usual - _share(parts) >= limits["points"] / 100:
            yield _finding(evidence, model, usual, parts)


def _by_model(parts: Sequence[DaySlice]) -> dict[str, list[DaySlice]]:
    models: dict[str, list[DaySlice]] = {}
    for part in parts:
        if part.prompt:
            models.setdefault(part.model, []).append(part)
    return models


def _share(parts: Sequence[DaySlice]) -> float:
    return sum(part.cache_read for part in parts) / sum(part.prompt for part in parts)


def _finding(evidence: Evidence, model: str, usual: float, parts: Sequence[DaySlice]) -> Finding:
    start = evidence.week_start
    return Finding(
        key=f"cache_share:{model}:{start.isoformat()}",
        rule="cache_share",
        subject=f"cache_share:{model}",
        severity=Severity.NOTE,
        title=say("Less from the cache with {model}", model=form.short_model(model)),
        text=say(
            "{now} of what was sent this week came from the cache, {usual} before. The rest costs more.",
            now=form.percent(_share(parts)),
            usual=form.percent(usual),
        ),
        since=start.isoformat(),
        until=(start + _WEEK).isoformat(),
    )


RULE = Rule(
    name="cache_share",
    label="Less from the cache",
    limits={"points": 10, "dollars": 1},
    limit_labels={
        "points": "Fall of the share (percentage points)",
        "dollars": "Spent with the model this week, at least ($)",
    },
    check=check,
)
