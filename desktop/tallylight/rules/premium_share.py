"""A larger part of the spend goes to the dearest models than the week before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import msgspec

from tallylight.domain import format as form
from tallylight.domain.finding import Finding, Sentence, Severity, say
from tallylight.domain.money import PICO, show_round
from tallylight.rules.base import DaySlice, Evidence, Limits, Rule

#: A model whose output costs at least this share of the dearest one's in use is premium.
_PREMIUM = 0.7
#: Active days that both weeks must have: the mix of one day is no habit.
_LEAST_BEFORE, _LEAST_NOW = 3, 2
#: Spend in either week below which a share says nothing.
_FLOOR = 5 * PICO
#: The part of last week's spend that this week must have reached: a Monday's mix is not a week's.
_LEAST_PART = 0.4
#: A mix is unusual when it is so beside last week and beside so many weeks: work differs from week to week.
_WEEKS = 4
_WEEK = timedelta(days=7)


class _Mix(msgspec.Struct, frozen=True):
    """A week's spend and priced requests, of premium models and of all."""

    premium_picousd: int
    picousd: int
    premium_requests: int
    requests: int

    @property
    def share(self) -> float:
        return self.premium_picousd / self.picousd if self.picousd else 0.0


def check(evidence: Evidence, limits: Limits) -> Iterator[Finding]:
    """Silent with fewer than three active days last week or two this week, or less than $5 in either.

    And until this week has come to two fifths of last week's spend.
    """
    start, end = evidence.week_start, evidence.today + timedelta(days=1)
    if not _is_known(evidence, start, end):
        return
    now, before = evidence.between(start, end), evidence.between(start - _WEEK, start)
    premium = _premium([*now, *before], evidence)
    this, last = _mix(now, premium), _mix(before, premium)
    usual = max(last.share, _mix(evidence.between(start - _WEEKS * _WEEK, start), premium).share)
    is_small = min(this.picousd, last.picousd) < _FLOOR or this.picousd < _LEAST_PART * last.picousd
    if is_small or this.share - usual < limits["points"] / 100:
        return
    names = {form.short_model(part.model) for part in now if part.model in premium and part.picousd}
    if (more := _more(this, last)) >= limits["dollars"] * PICO:
        yield _finding(start, _text(names, last, this, more), more)


def _is_known(evidence: Evidence, start: date, end: date) -> bool:
    return (
        evidence.is_recorded(start - _WEEK, end)
        and evidence.active_days(start - _WEEK, start) >= _LEAST_BEFORE
        and evidence.active_days(start, end) >= _LEAST_NOW
    )


def _premium(parts: Sequence[DaySlice], evidence: Evidence) -> set[str]:
    rates = {part.model: evidence.output_rates.get(part.model, 0) for part in parts if part.requests}
    dearest = max(rates.values(), default=0)
    return {model for model, rate in rates.items() if rate and rate >= _PREMIUM * dearest}


def _mix(parts: Sequence[DaySlice], premium: set[str]) -> _Mix:
    dear = [part for part in parts if part.model in premium]
    return _Mix(
        sum(part.picousd for part in dear),
        sum(part.picousd for part in parts),
        sum(part.requests - part.unpriced for part in dear),
        sum(part.requests - part.unpriced for part in parts),
    )


def _more(this: _Mix, last: _Mix) -> int:
    """What this week costs more than its requests would have with last week's mix.

    Each kind of request at what it costs on average: this week where there is one, else last week.
    """
    rest_now, rest_before = this.requests - this.premium_requests, last.requests - last.premium_requests
    if not this.premium_requests or not last.requests or not (rest_now or rest_before):
        return 0
    premium = this.premium_picousd / this.premium_requests
    week = this if rest_now else last
    rest = (week.picousd - week.premium_picousd) / (week.requests - week.premium_requests)
    usual = last.premium_requests / last.requests
    return round(this.picousd - this.requests * (usual * premium + (1 - usual) * rest))


def _finding(start: date, text: Sentence, more: int) -> Finding:
    return Finding(
        key=f"premium_share:{start.isoformat()}",
        rule="premium_share",
        subject="premium_share",
        severity=Severity.WARNING,
        title=say("More premium model than last week"),
        text=text,
        since=start.isoformat(),
        until=(start + _WEEK).isoformat(),
        picousd=more,
    )


def _text(names: set[str], last: _Mix, this: _Mix, more: int) -> Sentence:
    return say(
        "{models} share of spend {before} → {now}. With last week's mix this week would cost about {more} less.",
        models=", ".join(sorted(names)),
        before=form.percent(last.share),
        now=form.percent(this.share),
        more=show_round(more),
    )


RULE = Rule(
    name="premium_share",
    label="More premium model than last week",
    limits={"points": 20, "dollars": 2},
    limit_labels={
        "points": "Rise of the share of spend (percentage points)",
        "dollars": "Dearer than with last week's mix by at least ($)",
    },
    check=check,
)
