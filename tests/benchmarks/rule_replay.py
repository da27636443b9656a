"""Replays made-up histories and prints what rules found in time, and what they said for nothing.

python tests/benchmarks/rule_replay.py [--seeds 1,2,3] [--step MINUTES]

Each history has ninety days: two clean thirds, and a third with a case planted for every rule. It is looked at in
every minute in which something happened and at every full hour; `--step` thins the minutes of the clean part. A
case must be found within one minute of log time, and clean weeks may have at most one notice each on average. What
is told in the last third and is no planted case follows from one mostly (a dear day after a dear session); it is
counted and has no bar. Ends with 1 when a bar is missed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from datetime import UTC, datetime

from msgspec.structs import replace
from rule_evidence import Gatherer
from rule_history import API, DAYS, HOUR_MS, MINUTE_MS, History, day_ms, made
from rule_truth import Case, cases
from verdict import Row, table

from tallylight.domain.budget import Budget
from tallylight.domain.money import PICO
from tallylight.domain.notices import Moment, Notice, Quiet, decide
from tallylight.ingest.rulebook import RULES, findings_of

#: The clean part ends with this day.
CLEAN = 60
WEEKS = CLEAN / 7


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--seeds", default="1,2,3", help="a history each (%(default)s)")
    given.add_argument(
        "--step", type=int, default=1, help="minutes between looks in the clean part (%(default)s)"
    )
    options = given.parse_args()
    rows = [row for seed in options.seeds.split(",") for row in _rows(int(seed), options.step)]
    print(table(rows))
    return int(any(row.holds is False for row in rows))


def _rows(seed: int, step: int) -> list[Row]:
    history = made(seed)
    budget = Budget(id="api", amount=35 * PICO, project=API)
    gatherer = Gatherer(history, [budget])
    planted = cases(gatherer, budget)
    assert {case.rule for case in planted} == {rule.name for rule in RULES}, "a rule without a case"
    started, looks = time.process_time(), _looks(history, step)
    told = replayed(gatherer, looks)
    spent_ms = (time.process_time() - started) * 1000 / len(looks)
    return [
        _found(seed, planted, told),
        _false(seed, planted, told),
        Row(f"history {seed}: CPU per look", "", f"{spent_ms:.2f} ms", None, f"{len(looks):,} looks"),
    ]


def _looks(history: History, step: int) -> list[int]:
    """Full hours, and the ends of the minutes in which something happened."""
    events = {turn.time_ms for work in history.works for turn in work.turns}
    events |= {mark.time_ms for work in history.works for mark in work.marks}
    events |= {ms for ms, _ in history.limits}
    minutes = {-(-ms // MINUTE_MS) for ms in events}
    clean = day_ms(CLEAN) // MINUTE_MS
    looks = {minute * MINUTE_MS for minute in minutes if minute >= clean or minute % step == 0}
    return sorted(looks | set(range(day_ms(0), day_ms(DAYS), HOUR_MS)))


def replayed(gatherer: Gatherer, looks: list[int]) -> list[Notice]:
    """Every notice that was told, with the first look that found it. Ended ones are kept: they must not tell again."""
    known: dict[str, Notice] = {}
    for now_ms in looks:
        evidence = gatherer.at(now_ms)
        if now_ms < day_ms(62):  # the budget was set for November
            evidence = replace(evidence, budgets=())
        clock = datetime.fromtimestamp(now_ms / 1000, UTC).time()
        moment = Moment(now_ms, now_ms, clock)
        for notice in decide(known, findings_of(evidence, {}), Quiet(), moment):
            known[notice.finding.key] = notice
    return [notice for notice in known.values() if notice.told_ms]


def _found(seed: int, planted: list[Case], told: list[Notice]) -> Row:
    delays = {(case.rule, case.part): _delay_ms(case, told) for case in planted}
    missed = [
        f"{rule} {part}: {_words(delay)}" for (rule, part), delay in delays.items() if not _is_in_time(delay)
    ]
    longest = max((delay for delay in delays.values() if delay is not None), default=0)
    count = len(planted) - len(missed)
    note = "; ".join(missed) or f"longest {longest / 1000:.0f} s"
    return Row(
        f"history {seed}: planted cases found in 1 min", "all", f"{count} of {len(planted)}", not missed, note
    )


def _delay_ms(case: Case, told: list[Notice]) -> int | None:
    times = [n.first_ms for n in told if n.finding.rule == case.rule and case.part in n.finding.key]
    return min((ms - case.moment_ms for ms in times), key=abs, default=None) if case.moment_ms else None


def _is_in_time(delay_ms: int | None) -> bool:
    return delay_ms is not None and 0 <= delay_ms <= MINUTE_MS


def _words(delay_ms: int | None) -> str:
    return "never" if delay_ms is None else f"{delay_ms / 1000:+.0f} s"


def _false(seed: int, planted: list[Case], told: list[Notice]) -> Row:
    clean = [notice.finding.rule for notice in told if notice.told_ms < day_ms(CLEAN)]
    late = [
        notice.finding.rule
        for notice in told
        if notice.told_ms >= day_ms(CLEAN)
        and not any(case.rule == notice.finding.rule and case.part in notice.finding.key for case in planted)
    ]
    note = f"{_counted(clean) or 'none'}. Last third, besides the planted ones: {_counted(late) or 'none'}"
    rate = len(clean) / WEEKS
    return Row(f"history {seed}: false notices per clean week", "≤ 1", f"{rate:.2f}", rate <= 1, note)


def _counted(names: list[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in Counter(names).most_common())


if __name__ == "__main__":
    sys.exit(main())
