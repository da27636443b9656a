"""A project or a model that costs a multiple of what it did in the week before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from tallylight.domain import format as form
from tallylight.domain.finding import Finding, Sentence, Severity, say
from tallylight.domain.money import PICO, show
from tallylight.rules.base import DaySlice, Evidence, Limits, Rule

#: Days that must have passed: before, one morning's work against a share of last week's day decides.
_LEAST_DAYS = 2
#: Active days that the same part of the week before must have: a holiday is no measure.
_LEAST_ACTIVE = 2
_WEEK = timedelta(days=7)


def check(evidence: Evidence, limits: Limits) -> Iterator[Finding]:
    """Silent in the first two days of a week, after a week of holidays, and about what is new this week."""
    start, today = evidence.week_start, evidence.today
    tomorrow = today + timedelta(days=1)
    if (today - start).days < _LEAST_DAYS or not evidence.is_recorded(start - _WEEK, tomorrow):
        return
    if evidence.active_days(start - _WEEK, today - _WEEK + timedelta(days=1)) < _LEAST_ACTIVE:
        return
    now, before = evidence.between(start, tomorrow), evidence.between(start - _WEEK, tomorrow - _WEEK)
    weeks = _Weeks(evidence, limits, now, before)
    risen = weeks.risen("project")
    yield from (weeks.finding("project", path) for path in risen)
    # What a project explains is not told again by its model.
    rest = _Weeks(
        evidence,
        limits,
        [part for part in now if part.project not in risen],
        [part for part in before if part.project not in risen],
    )
    yield from (rest.finding("model", model) for model in rest.risen("model"))


class _Weeks:
    """This week so far beside the same part of the week before, which takes today's weekday by the share of today."""

    def __init__(
        self, evidence: Evidence, limits: Limits, now: list[DaySlice], before: list[DaySlice]
    ) -> None:
        self._evidence, self._limits = evidence, limits
        self._now: dict[str, Counter[str]] = {"project": Counter(), "model": Counter()}
        self._before: dict[str, Counter[str]] = {"project": Counter(), "model": Counter()}
        for part in now:
            self._now["project"][part.project] += part.picousd
            self._now["model"][part.model] += part.picousd
        for part in before:
            is_same_day = part.day == evidence.today - _WEEK
            picousd = round(part.picousd * evidence.share_of_today) if is_same_day else part.picousd
            self._before["project"][part.project] += picousd
            self._before["model"][part.model] += picousd

    def risen(self, kind: str) -> list[str]:
        """Those that rose by the limits, dearest rise first; not where the work only moved between them."""
        times, floor = self._limits["times"], self._limits["dollars"] * PICO
        now, before = self._now[kind], self._before[kind]
        in_all = now.total() - before.total()
        rises = {name: spent - before[name] for name, spent in now.items()}
        return sorted(
            (
                name
                for name, rise in rises.items()
                if before[name] >= PICO
                and now[name] >= times * before[name]
                and rise >= floor
                and in_all * 2 >= rise > 0
            ),
            key=lambda name: (-rises[name], name),
        )

    def finding(self, kind: str, name: str) -> Finding:
        now, before = self._now[kind][name], self._before[kind][name]
        start = self._evidence.week_start
        return Finding(
            key=f"week_change:{kind}:{name}:{start.isoformat()}",
            rule="week_change",
            subject=f"week_change:{kind}:{name}",
            severity=Severity.NOTE,
            title=self._title(kind, name, f"{now / before:.1f}"),
            text=say(
                "{now} so far this week; {before} by this time last week.", now=show(now), before=show(before)
            ),
            project=name if kind == "project" else "",
            since=start.isoformat(),
            until=(start + _WEEK).isoformat(),
            picousd=now - before,
        )

    def _title(self, kind: str, name: str, times: str) -> Sentence:
        called = self._evidence.project_name(name) if kind == "project" else form.short_model(name)
        return say("{name} costs {times}× last week", name=called, times=times)


RULE = Rule(
    name="week_change",
    label="Project or model over the week before",
    limits={"times": 2, "dollars": 5},
    limit_labels={"times": "Times the week before", "dollars": "More than the week before by at least ($)"},
    check=check,
)
