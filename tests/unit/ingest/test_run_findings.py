"""What became of scheduled exports is told once for each run."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from tallylight.domain.finding import Severity
from tallylight.domain.order import Order
from tallylight.domain.schedule import Schedule, ScheduledRun
from tallylight.ingest.run_findings import findings_of_runs

NOW_MS = 1_795_182_000_000
SCHEDULE = Schedule(id="s1", order=Order(format="csv"), folder="~/Reports")
HOUR_MS = 3_600_000


def a_run(**given: Any) -> ScheduledRun:
    fields = {
        "schedule_id": "s1",
        "day": date(2026, 11, 16),
        "at_ms": NOW_MS,
        "path": str(Path.home() / "Reports" / "tallylight-2026-11-09_2026-11-15.csv"),
        "period": "9–15 November 2026",
    }
    return ScheduledRun(**(fields | given))


def test_it_says_where_the_summary_is() -> None:
    (finding,) = findings_of_runs([SCHEDULE], [a_run()], NOW_MS + 1)
    assert str(finding.title) == "The summary of 9–15 November 2026 is in ~/Reports"
    assert str(finding.text) == "tallylight-2026-11-09_2026-11-15.csv was written."
    assert finding.path == a_run().path
    assert finding.severity is Severity.NOTE


def test_a_failure_is_told_in_its_own_words() -> None:
    (finding,) = findings_of_runs(
        [SCHEDULE], [a_run(path="", problem="there is no folder ~/Reports")], NOW_MS
    )
    assert str(finding.text) == "There is no folder ~/Reports. It is tried again after an hour."
    assert finding.severity is Severity.WARNING
    assert not finding.path


def test_trying_again_in_vain_is_not_told_again() -> None:
    first = findings_of_runs([SCHEDULE], [a_run(problem="no room")], NOW_MS)
    second = findings_of_runs(
        [SCHEDULE], [a_run(problem="no room", at_ms=NOW_MS + HOUR_MS)], NOW_MS + HOUR_MS
    )
    assert [f.key for f in first] == [f.key for f in second]


def test_success_after_a_failure_takes_its_place() -> None:
    failed = findings_of_runs([SCHEDULE], [a_run(problem="no room")], NOW_MS)
    done = findings_of_runs([SCHEDULE], [a_run()], NOW_MS)
    assert failed[0].subject == done[0].subject
    assert failed[0].key != done[0].key


def test_old_news_and_schedules_that_are_gone_are_not_told() -> None:
    assert findings_of_runs([SCHEDULE], [a_run()], NOW_MS + 13 * HOUR_MS) == []
    assert findings_of_runs([], [a_run()], NOW_MS) == []


def test_only_the_last_run_of_each_counts() -> None:
    runs = [a_run(), a_run(day=date(2026, 11, 23))]
    assert [finding.key for finding in findings_of_runs([SCHEDULE], runs, NOW_MS)] == [
        "scheduled_export:s1:2026-11-23"
    ]
