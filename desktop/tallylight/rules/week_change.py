"""A project or a model that costs a multiple of what it did in the week before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from math import ceil

from tallylight.domain import format as form
from tallylight.domain.finding import Finding, Sentence, Severity, say
from tallylight.domain.money import PICO, show
from tallylight.rules.base import Evidence, Limits, Rule

#: Days that must have passed: before, one morning's work against a share of last week's day decides.
_LEAST_DAYS = 2
#: Active days that the same part of the week before must have: a holiday is no measure.
_LEAST_ACTIVE = 2
#: The week before is compared, and the mean of so many: back to normal after a slow week is no change.
_WEEKS = 4
_WEEK = timedelta(days=7)


def check(evidence: Evidence, limits: Limits) -> Iterator[Finding]:
    """Silent in the first two days of a week, after a week of holidays, and about what is new this week."""
    start, today = evidence.week_start, evidence.today
    tomorrow = today + timedelta(days=1)
    if not evidence.has_begun or (today - start).days < _LEAST_DAYS:
        return
    if not evidence.is_recorded(start - _WEEK, tomorrow):
        return
    if evidence.active_days(start - _WEEK, today - _WEEK + timedelta(days=1)) < _LEAST_ACTIVE:
        return
    by_project = _Weeks(evidence, limits, "project", frozenset())
    risen = by_project.risen()
    yield from (by_project.finding(path) for path in risen)
    # What a project explains is not told again by its model.
    by_model = _Weeks(evidence, limits, "model", frozenset(risen))
    yield from (by_model.finding(model) for model in by_model.risen())


class _Weeks:
    """This week so far beside the same part of weeks before, which take today's weekday by the share of today.

    `kind` is what spend is summed by, "project" or "model"; projects in `without` are left out.
    """

    def __init__(self, evidence: Evidence, limits: Limits, kind: str, without: frozenset[str]) -> None:
        self._evidence, self._limits, self._kind, self._without = evidence, limits, kind, without
        # By the hour that has begun, so that the figure told does not change while nothing happens.
        self._share = ceil(evidence.share_of_today * 24) / 24
        self._now, self._before = self._so_far(0), self._so_far(1)
        earliest = min((part.day for part in evidence.days), default=evidence.today)
        weeks = [n for n in range(1, _WEEKS + 1) if evidence.week_start - n * _WEEK >= earliest] or [1]
        self._usual: Counter[str] = sum((self._so_far(n) for n in weeks), Counter())
        self._weeks = len(weeks)

    def _so_far(self, weeks_ago: int) -> Counter[str]:
        first, day = (at - weeks_ago * _WEEK for at in (self._evidence.week_start, self._evidence.today))
        spent: Counter[str] = Counter()
        for part in self._evidence.between(first, day + timedelta(days=1)):
            if part.project not in self._without:
                share = self._share if weeks_ago and part.day == day else 1
                spent[getattr(part, self._kind)] += round(part.picousd * share)
        return spent

    def risen(self) -> list[str]:
        """Those that rose by the limits, dearest rise first; not where the work only moved between them."""
        in_all = self._now.total() - self._before.total()
        rises = {name: spent - self._before[name] for name, spent in self._now.items()}
        names = [name for name, rise in rises.items() if in_all * 2 >= rise > 0 and self._has_risen(name)]
        return sorted(names, key=lambda name: (-rises[name], name))

    def _has_risen(self, name: str) -> bool:
        now, before = self._now[name], self._before[name]
        usual = max(before, self._usual[name] / self._weeks)
        is_large = now - before >= self._limits["dollars"] * PICO
        return before >= PICO and now >= self._limits["times"] * usual and is_large

    def finding(self, name: str) -> Finding:
        now, before = self._now[name], self._before[name]
        kind, start = self._kind, self._evidence.week_start
        return Finding(
            key=f"week_change:{kind}:{name}:{start.isoformat()}",
            rule="week_change",
            subject=f"week_change:{kind}:{name}",
            severity=Severity.NOTE,
            title=self._title(name, f"{now / before:.1f}"),
            text=say(
                "{now} so far this week; {before} by this time last week.", now=show(now), before=show(before)
            ),
            project=name if kind == "project" else "",
            since=start.isoformat(),
            until=(start + _WEEK).isoformat(),
            picousd=now - before,
        )

    def _title(self, name: str, times: str) -> Sentence:
        called = self._evidence.project_name(name) if self._kind == "project" else form.short_model(name)
        return say("{name} costs {times}× last week", name=called, times=times)


RULE = Rule(
    name="week_change",
    label="Project or model over the week before",
    limits={"times": 2, "dollars": 5},
    limit_labels={"times": "Times the week before", "dollars": "More than the week before by at least ($)"},
    check=check,
)
