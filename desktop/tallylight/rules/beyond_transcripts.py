"""What clients account for beyond their transcripts grows: spend that no request explains."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from tallylight.domain import format as form
from tallylight.domain.finding import Finding, Severity, say
from tallylight.domain.money import PICO, show
from tallylight.rules.base import Evidence, Limits, Rule

_WEEK = timedelta(days=7)
_WEEKS = 4
#: Active days that the four weeks before must have.
_LEAST_ACTIVE = 5


def check(evidence: Evidence, limits: Limits) -> Iterator[Finding]:
    """This week so far against a whole usual week, the mean of the four before, and against the last.

    Silent with fewer than five active days in those, and while one of the days is not recorded.
    """
    start, tomorrow = evidence.week_start, evidence.today + timedelta(days=1)
    first = start - _WEEKS * _WEEK
    is_short = evidence.active_days(first, start) < _LEAST_ACTIVE
    if is_short or not evidence.is_recorded(first, tomorrow):
        return
    beyond = evidence.beyond_transcripts
    now = sum(amount for day, amount in beyond.items() if start <= day < tomorrow)
    last = sum(amount for day, amount in beyond.items() if start - _WEEK <= day < start)
    earliest = min((part.day for part in evidence.days if part.day >= first), default=start)
    weeks = max(1.0, (start - earliest).days / 7)
    usual = max(last, round(sum(amount for day, amount in beyond.items() if first <= day < start) / weeks))
    spent = sum(part.picousd for part in evidence.between(start, tomorrow))
    is_large = now - usual >= limits["dollars"] * PICO and now * 100 >= limits["percent"] * (spent + now)
    if now and is_large and now >= limits["times"] * usual:
        yield _finding(start, now, usual, now / (spent + now))


def _finding(start: date, now: int, usual: int, share: float) -> Finding:
    return Finding(
        key=f"beyond_transcripts:{start.isoformat()}",
        rule="beyond_transcripts",
        subject="beyond_transcripts",
        severity=Severity.NOTE,
        title=say("More cost that the logs do not show"),
        text=say(
            "{now} this week ({share} of the spend) is in the clients' own totals but in no request; "
            "{usual} in the weeks before.",
            now=show(now),
            share=form.percent(share),
            usual=show(usual),
        ),
        since=start.isoformat(),
        until=(start + _WEEK).isoformat(),
        picousd=now,
    )


RULE = Rule(
    name="beyond_transcripts",
    label="Cost that transcripts miss",
    limits={"times": 2, "percent": 5, "dollars": 1},
    limit_labels={
        "times": "Times a usual week",
        "percent": "Share of the week's spend (%)",
        "dollars": "More than a usual week by at least ($)",
    },
    check=check,
)
