"""Agents take more turns for each message than they used to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import msgspec

from tallylight.domain.finding import Finding, Severity, say
from tallylight.domain.money import PICO, show
from tallylight.rules.base import Evidence, Limits, Rule

_WEEK = timedelta(days=7)
_WEEKS = 4
#: Active days of the weeks before, and messages in either time, below which an average says nothing.
_LEAST_ACTIVE = 5
_LEAST_PROMPTS = 20


class _Work(msgspec.Struct, frozen=True):
    """Human prompts, the turns they caused and what all of it cost."""

    prompts: int
    turns: int
    picousd: int

    @property
    def turns_per_prompt(self) -> float:
        return self.turns / self.prompts if self.prompts else 0.0


def check(evidence: Evidence, limits: Limits) -> Iterator[Finding]:
    """This week against the four before and against the last.

    Silent with fewer than five active days in the four weeks before, or fewer than 20 messages in either time.
    """
    start, tomorrow = evidence.week_start, evidence.today + timedelta(days=1)
    first = start - _WEEKS * _WEEK
    is_short = evidence.active_days(first, start) < _LEAST_ACTIVE
    if is_short or not evidence.is_recorded(evidence.today, tomorrow):
        return
    now, before = _work(evidence, start, tomorrow), _work(evidence, first, start)
    last = _work(evidence, start - _WEEK, start)
    if min(now.prompts, before.prompts) < _LEAST_PROMPTS:
        return
    # Against the higher of both: what rose last week was told then.
    usual = before.turns_per_prompt
    if last.prompts >= _LEAST_PROMPTS:
        usual = max(usual, last.turns_per_prompt)
    if not usual or not now.turns or now.turns_per_prompt < limits["times"] * usual:
        return
    more = round(now.picousd * (1 - usual / now.turns_per_prompt))
    if more >= limits["dollars"] * PICO:
        yield _finding(start, now, usual, more)


def _work(evidence: Evidence, first: date, end: date) -> _Work:
    # A day without a known message is one of runs that nobody spoke to: another rule's.
    prompts = {day: count for day, count in evidence.prompts.items() if first <= day < end and count}
    parts = [part for part in evidence.between(first, end) if part.day in prompts]
    return _Work(
        sum(prompts.values()), sum(part.turns for part in parts), sum(part.picousd for part in parts)
    )


def _finding(start: date, now: _Work, usual: float, more: int) -> Finding:
    return Finding(
        key=f"turns_per_prompt:{start.isoformat()}",
        rule="turns_per_prompt",
        subject="turns_per_prompt",
        severity=Severity.NOTE,
        title=say("More turns for each message"),
        text=say(
            "{now} turns for each of your messages this week, {usual} before. About {more} of the week's spend.",
            now=f"{now.turns_per_prompt:.1f}",
            usual=f"{usual:.1f}",
            more=show(more),
        ),
        since=start.isoformat(),
        until=(start + _WEEK).isoformat(),
        picousd=more,
    )


RULE = Rule(
    name="turns_per_prompt",
    label="More turns for each message",
    limits={"times": 1.5, "dollars": 1},
    limit_labels={
        "times": "Times the turns for each message",
        "dollars": "Share of the week's spend, at least ($)",
    },
    check=check,
)
