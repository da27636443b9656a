"""The silent upgrade: a project's work goes to another model, and each request costs a multiple."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import takewhile

import msgspec

from tallylight.domain import format as form
from tallylight.domain.finding import Finding, Severity, say
from tallylight.domain.money import PICO, show
from tallylight.rules.base import DaySlice, Evidence, Limits, Rule

#: How long a change is news, and how much before it is compared.
_NEWS = timedelta(days=3)
_BEFORE = timedelta(days=14)
#: Active days and turns that the time before must have.
_LEAST_DAYS, _LEAST_BEFORE = 3, 20
#: A model that did more than this part of the turns before is no change.
_KNOWN = 0.2


class _Change(msgspec.Struct, frozen=True, kw_only=True):
    since: date
    old: str
    new: str
    #: pico-USD per request.
    old_price: float
    new_price: float
    requests: int
    turns: int


def check(evidence: Evidence, limits: Limits) -> Iterator[Finding]:
    """Silent on a project with fewer than three active days or 20 turns in the two weeks before the change."""
    projects: dict[str, list[DaySlice]] = {}
    for part in evidence.days:
        if part.project and part.turns and part.requests > part.unpriced:
            projects.setdefault(part.project, []).append(part)
    for project, parts in projects.items():
        change = _change(parts, evidence)
        if change is None or change.turns < limits["turns"]:
            continue
        more = round((change.new_price - change.old_price) * change.requests)
        is_dearer = change.new_price >= limits["times"] * change.old_price
        if is_dearer and more >= limits["dollars"] * PICO:
            yield _finding(evidence, project, change, more)


def _change(parts: Sequence[DaySlice], evidence: Evidence) -> _Change | None:
    """The change that is news: the days up to the newest on which one model did most of the turns.

    Turns, because subagents run on models of their own choice, and many requests of theirs are no change.
    """
    days = sorted({part.day for part in parts if part.day <= evidence.today})
    if not days:
        return None
    chiefs = {day: _chief([part for part in parts if part.day == day]) for day in days}
    new = chiefs[days[-1]]
    since = list(takewhile(lambda day: chiefs[day] == new, reversed(days)))[-1]
    before = [part for part in parts if since - _BEFORE <= part.day < since]
    is_short = len({part.day for part in before}) < _LEAST_DAYS
    is_known = evidence.is_recorded(since - _BEFORE, evidence.today + timedelta(days=1))
    if since <= evidence.today - _NEWS or is_short or not is_known:
        return None
    old, counts = _chief(before), _turns(before)
    if counts.total() < _LEAST_BEFORE or counts[new] > _KNOWN * counts.total():
        return None
    after = [part for part in parts if part.day >= since and part.model == new]
    return _Change(
        since=since,
        old=old,
        new=new,
        old_price=_price([part for part in before if part.model == old]),
        new_price=_price(after),
        requests=_priced(after),
        turns=_turns(after)[new],
    )


def _turns(parts: Sequence[DaySlice]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for part in parts:
        counts[part.model] += part.turns
    return counts


def _chief(parts: Sequence[DaySlice]) -> str:
    """The model with most of the turns; of two alike the first by name."""
    counts = _turns(parts)
    return min(counts, key=lambda model: (-counts[model], model))


def _priced(parts: Sequence[DaySlice]) -> int:
    return sum(part.requests - part.unpriced for part in parts)


def _price(parts: Sequence[DaySlice]) -> float:
    return sum(part.picousd for part in parts) / _priced(parts)


def _finding(evidence: Evidence, project: str, change: _Change, more: int) -> Finding:
    name = evidence.project_name(project)
    new, old = form.short_model(change.new), form.short_model(change.old)
    return Finding(
        key=f"model_change:{project}:{change.old}:{change.new}:{change.since.isoformat()}",
        rule="model_change",
        subject=f"model_change:{project}",
        severity=Severity.WARNING,
        title=say("{project} now runs on {model}", project=name, model=new),
        text=say(
            "Since {day} most turns go to {new} instead of {old}: {new_price} a request, {old_price} before. "
            "{more} more so far.",
            day=f"{change.since:%A}",
            new=new,
            old=old,
            new_price=show(round(change.new_price)),
            old_price=show(round(change.old_price)),
            more=show(more),
        ),
        project=project,
        since=change.since.isoformat(),
        until=(evidence.today + timedelta(days=1)).isoformat(),
        picousd=more,
    )


RULE = Rule(
    name="model_change",
    label="Other model, dearer requests",
    limits={"times": 2, "turns": 10, "dollars": 0.5},
    limit_labels={
        "times": "Times the price per request",
        "turns": "Turns on the other model",
        "dollars": "Dearer by at least ($)",
    },
    check=check,
)
