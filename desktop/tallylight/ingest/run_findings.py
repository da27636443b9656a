"""What became of scheduled exports, as findings: told once for each run, by the same rules as all others."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from tallylight.config.paths import shown
from tallylight.domain.finding import SCHEDULED, Finding, Severity, say
from tallylight.domain.schedule import Schedule, ScheduledRun

#: News for so long; a run that is older, made while nobody watched, is told no more.
_NEWS_MS = 12 * 3_600_000


def findings_of_runs(
    schedules: Iterable[Schedule], runs: Sequence[ScheduledRun], now_ms: int
) -> list[Finding]:
    """Of each schedule that there still is, its last run: while it is news, or as long as it failed."""
    known = {schedule.id for schedule in schedules}
    last = {run.schedule_id: run for run in runs if run.schedule_id in known}
    return [_finding(run) for run in last.values() if run.problem or now_ms - run.at_ms < _NEWS_MS]


def _finding(run: ScheduledRun) -> Finding:
    subject = f"{SCHEDULED}:{run.schedule_id}"
    if run.problem:
        return Finding(
            key=f"{subject}:{run.day}:failed",
            rule=SCHEDULED,
            subject=subject,
            severity=Severity.WARNING,
            title=say("A scheduled summary could not be written"),
            text=say(
                "{problem}. It is tried again after an hour.",
                problem=run.problem[:1].upper() + run.problem[1:],
            ),
        )
    folder, name = os.path.split(run.path)
    return Finding(
        key=f"{subject}:{run.day}",
        rule=SCHEDULED,
        subject=subject,
        severity=Severity.NOTE,
        title=say("The summary of {period} is in {folder}", period=run.period, folder=shown(folder)),
        text=say("{file} was written.", file=name),
        path=run.path,
    )
