"""A day that costs a multiple of the typical day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from statistics import median

from tallylight.domain import format as form
from tallylight.domain.finding import Finding, Severity, say
from tallylight.domain.money import PICO, show
from tallylight.rules.base import Evidence, Limits, Rule, doublings

#: A median of fewer active days is no habit.
_LEAST_ACTIVE = 5
#: A large day is no news for so many days after another, unless it is so many times as large.
_QUIET_DAYS = 7
_LARGER = 2
#: What the last active days, so many of them, mostly came to is not large any more.
_RECENT = 5


def check(evidence: Evidence, limits: Limits) -> Iterator[Finding]:
    """Silent with fewer than five active days in the four weeks before, and on a day that is known in part only; and
    while days as large as this one have become usual, or just were."""
    today, typical = evidence.today, evidence.typical_day_picousd
    tomorrow = today + timedelta(days=1)
    spent: Counter[tuple[str, str]] = Counter()
    for part in evidence.between(today, tomorrow):
        spent[part.project, part.model] += part.picousd
    total = spent.total()
    is_known = evidence.active_days(today - timedelta(days=28), today) >= _LEAST_ACTIVE
    if not typical or not is_known or not evidence.is_recorded(today, tomorrow):
        return
    step = doublings(total, limits["times"] * typical)
    if (
        step is None
        or total - typical < limits["dollars"] * PICO
        or total < _usual(evidence, typical, limits)
    ):
        return
    yield _finding(evidence, typical, f"{limits['times'] * step:g}", spent)


def _usual(evidence: Evidence, typical: int, limits: Limits) -> float:
    """What today must come to for being news, by the days just before it."""
    before: Counter[date] = Counter()
    for part in evidence.between(evidence.today - timedelta(days=28), evidence.today):
        before[part.day] += part.picousd
    active = [spent for _, spent in sorted(before.items()) if spent]
    large = [
        spent
        for day, spent in before.items()
        if (evidence.today - day).days <= _QUIET_DAYS and spent >= limits["times"] * typical
    ]
    return max(limits["times"] * median(active[-_RECENT:]), _LARGER * max(large, default=0))


def _finding(evidence: Evidence, typical: int, times: str, spent: Counter[tuple[str, str]]) -> Finding:
    """`spent` is today's spend by project and model."""
    today, total = evidence.today, spent.total()
    (project, model), most = spent.most_common(1)[0]
    return Finding(
        key=f"big_day:{times}:{today.isoformat()}",
        rule="big_day",
        subject="big_day",
        severity=Severity.WARNING,
        title=say("{times}× your typical day", times=times),
        text=say(
            "{spent} so far; your typical day is {typical}. Most of it: {project} with {model}, {most}.",
            spent=show(total),
            typical=show(typical),
            project=evidence.project_name(project),
            model=form.short_model(model),
            most=show(most),
        ),
        project=project,
        since=today.isoformat(),
        until=(today + timedelta(days=1)).isoformat(),
        picousd=total,
    )


RULE = Rule(
    name="big_day",
    label="Day over the typical day",
    limits={"times": 2, "dollars": 1},
    limit_labels={"times": "Times the typical day", "dollars": "More than the typical day by at least ($)"},
    check=check,
)
