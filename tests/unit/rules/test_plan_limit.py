"""A plan's limits are told as the client states them, until they start anew."""

from __future__ import annotations

import pytest

from rule_factories import MINUTE_MS, NOW_MS, an_evidence, found, the_finding
from tallylight.domain.finding import Finding, Severity
from tallylight.domain.format import clock
from tallylight.rules.base import PlanLimit
from tallylight.rules.plan_limit import RULE

SOON = NOW_MS + 90 * MINUTE_MS


def told(used: float, resets_ms: int = SOON, name: str = "five_hour") -> list[Finding]:
    return found(RULE, an_evidence(plan_limits=[PlanLimit(name, used, resets_ms)]))


def test_a_limit_is_told_with_the_time_it_starts_anew() -> None:
    (finding,) = told(82.4)
    assert str(finding.title) == "80 % of the 5-hour limit used"
    assert str(finding.text) == f"82 % used. It starts anew at {clock(SOON)}."


def test_a_weekly_limit_names_the_day() -> None:
    (finding,) = told(96, NOW_MS + 3 * 1440 * MINUTE_MS, "seven_day")
    assert str(finding.title) == "95 % of the weekly limit used"
    assert "on Sunday at" in str(finding.text)
    assert finding.severity is Severity.ALERT


def test_a_limit_of_another_name_keeps_it() -> None:
    (finding,) = told(80, name="opus_week")
    assert str(finding.title) == "80 % of the plan's limit opus_week used"


def test_the_next_period_is_told_anew() -> None:
    assert told(85)[0].key != told(85, SOON + 300 * MINUTE_MS)[0].key
    assert told(85)[0].key == told(90)[0].key != told(95)[0].key


@pytest.mark.parametrize("moved_s", [-200, -1, 1, 200])
def test_a_reset_that_is_stated_a_little_otherwise_is_the_same(moved_s: int) -> None:
    on_the_hour = round(SOON / 3_600_000) * 3_600_000
    assert told(85, on_the_hour)[0].key == told(85, on_the_hour + moved_s * 1000)[0].key


@pytest.mark.parametrize(("used", "resets_ms"), [(79.9, SOON), (0, SOON), (99, NOW_MS), (99, NOW_MS - 1)])
def test_near_ones_are_silent(used: float, resets_ms: int) -> None:
    assert not told(used, resets_ms)


def test_the_user_may_choose_other_shares() -> None:
    evidence = an_evidence(plan_limits=[PlanLimit("five_hour", 61, SOON)])
    assert str(the_finding(RULE, evidence, first=60).title) == "60 % of the 5-hour limit used"
