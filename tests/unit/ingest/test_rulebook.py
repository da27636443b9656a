"""What holds for every rule, whatever the evidence; and that one thing is told once."""

from __future__ import annotations

import pkgutil
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rule_factories import NOW_MS, OPUS, OUTPUT_RATES, PROJECT, SONNET, TODAY, a_session, a_turn, an_evidence
from tallylight import rules
from tallylight.domain.budget import Budget, BudgetStatus, Period, Unit, span_of
from tallylight.domain.finding import Severity
from tallylight.domain.forecast import Forecast
from tallylight.domain.notices import Moment, Notice, Quiet, decide
from tallylight.domain.session import Activity, SessionDetail, SessionMark, SessionView, Turn
from tallylight.ingest.rulebook import RULES, findings_of
from tallylight.rules.base import DaySlice, Evidence, PlanLimit, Rule

#: Drawn from few figures, so that the limits of rules are met and missed often.
MONEY = st.sampled_from([10**n * part for n in (9, 11, 12, 13, 14) for part in (0, 1, 2, 6)])
TOKENS = st.sampled_from([0, 1000, 20_000, 45_000, 150_000, 900_000, 4_000_000])
COUNTS = st.sampled_from([0, 1, 5, 12, 40, 150])
MODELS = st.sampled_from([OPUS, SONNET, "", "of {another} kind"])
PROJECTS = st.sampled_from([PROJECT, "/p/{odd} %s", ""])
DAYS = st.integers(0, 70).map(lambda n: TODAY - timedelta(days=n))
TIMES = st.integers(NOW_MS - 8 * 3_600_000, NOW_MS)
LABELS = st.sampled_from(["", "Bash", "{0}"])
FORECASTS = st.none() | st.builds(Forecast, MONEY, MONEY, MONEY, st.integers(14, 70))

SLICES = st.builds(
    DaySlice, day=DAYS, project=PROJECTS, model=MODELS, picousd=MONEY, requests=COUNTS,
    unpriced=st.sampled_from([0, 0, 0, 1, 12]), turns=COUNTS, prompt=TOKENS, cache_read=TOKENS,
)  # fmt: skip
TURNS = st.builds(
    Turn, key=st.just("k"), number=st.integers(0, 99), time_ms=TIMES, model=MODELS, context=TOKENS, input=TOKENS,
    cache_read=TOKENS, cache_write_5m=TOKENS, cache_write_1h=TOKENS, output=TOKENS, cost_picousd=st.none() | MONEY,
    costs=st.just(()) | st.tuples(*[MONEY] * 6), agent_id=LABELS,
    is_on_path=st.sampled_from([True, True, False]), is_inherited=st.sampled_from([False, False, True]),
    pause_ms=st.integers(0, 10**8),
)  # fmt: skip
MARKS = st.builds(
    SessionMark, st.sampled_from(["prompt", "compaction", "failure", "rebuild", "model"]), TIMES, LABELS,
    COUNTS,
)  # fmt: skip
VIEWS = st.builds(
    SessionView, session_id=st.sampled_from(["s-1", "s-2", "s-3"]), source=st.just("claude-code"), project=LABELS,
    project_path=PROJECTS, title=LABELS, model=MODELS, activity=st.sampled_from(Activity), last_ms=TIMES,
    cost_picousd=MONEY, turns=COUNTS, context=TOKENS, turns_since_prompt=COUNTS,
    last_prompt_ms=st.just(0) | TIMES, spent_since_prompt_picousd=MONEY,
)  # fmt: skip


def a_week(block: tuple[int, DaySlice]) -> list[DaySlice]:
    """The same slice on seven days in a row: what rules compare is weeks, and single days seldom make one."""
    return [replace(block[1], day=TODAY - timedelta(days=7 * block[0] + n)) for n in range(7)]


def a_run(blocks: list[tuple[int, Turn]]) -> list[Turn]:
    """Each turn so many times, all of them a minute apart and the last one now."""
    turns = [turn for count, turn in blocks for _ in range(count)]
    return [replace(turn, time_ms=NOW_MS - 60_000 * n) for n, turn in enumerate(reversed(turns))][::-1]


HISTORIES = st.lists(
    st.tuples(st.integers(0, 5), SLICES).map(a_week) | SLICES.map(lambda part: [part]), max_size=16
).map(lambda weeks: sorted(chain(*weeks), key=lambda part: part.day))
RUNS = st.lists(st.tuples(st.integers(1, 8), TURNS), max_size=6).map(a_run)
SESSIONS = st.builds(
    SessionDetail, view=VIEWS, marks=st.lists(MARKS, max_size=8), turns=RUNS,
)  # fmt: skip
BUDGETS = st.builds(
    Budget, id=st.sampled_from(["a", "b", "c"]), amount=MONEY, unit=st.sampled_from(Unit),
    period=st.sampled_from(Period), project=PROJECTS, model=MODELS, starts_on=st.integers(1, 31),
)  # fmt: skip


@st.composite
def statuses(draw: st.DrawFn) -> BudgetStatus:
    budget = draw(BUDGETS)
    return BudgetStatus(
        budget=budget,
        spent=draw(MONEY),
        unpriced=draw(st.integers(0, 3)),
        span=span_of(budget, TODAY),
        forecast=draw(FORECASTS),
        per_day_left=draw(st.none() | MONEY),
        session_id=draw(LABELS),
        label=draw(LABELS),
    )


EVIDENCE = st.builds(
    Evidence, now_ms=st.just(NOW_MS), today=st.just(TODAY), share_of_today=st.floats(0, 1),
    week_starts_on=st.integers(0, 6), days=HISTORIES,
    prompts=COUNTS.map(lambda count: {TODAY - timedelta(days=n): count + n for n in range(40)}),
    beyond_transcripts=st.dictionaries(DAYS, MONEY, max_size=20),
    not_recorded=st.just(frozenset()) | st.frozensets(DAYS, max_size=2),
    sessions=st.lists(SESSIONS, max_size=3, unique_by=lambda detail: detail.view.session_id),
    projects=st.just({PROJECT: "payments-api"}),
    budgets=st.lists(statuses(), max_size=3, unique_by=lambda s: s.budget.id),
    typical_day_picousd=st.none() | MONEY, typical_month_picousd=st.none() | MONEY, month_picousd=MONEY,
    month_forecast=FORECASTS, output_rates=st.just(OUTPUT_RATES),
    plan_limits=st.lists(
        st.builds(PlanLimit, st.sampled_from(["five_hour", "seven_day", "{x}"]), st.floats(0, 200),
                  st.integers(NOW_MS - 10**9, NOW_MS + 10**9)), max_size=3, unique_by=lambda limit: limit.name),
)  # fmt: skip
EMPTY = Evidence(now_ms=NOW_MS, today=TODAY, share_of_today=0.5)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_is_labelled_and_silent_about_nothing(rule: Rule) -> None:
    assert rule.label
    assert set(rule.limits) == set(rule.limit_labels)
    assert all(rule.limit_labels.values())
    assert not list(rule.check(EMPTY, rule.limits))


def test_names_are_unique() -> None:
    assert len({rule.name for rule in RULES}) == len({rule.label for rule in RULES}) == len(RULES)


@given(evidence=EVIDENCE)
def test_whatever_the_evidence_findings_are_whole(evidence: Evidence) -> None:
    findings = findings_of(evidence, {})
    assert len({finding.key for finding in findings}) == len(findings)
    assert {finding.rule for finding in findings} <= {rule.name for rule in RULES}
    for finding in findings:
        assert finding.key.startswith(f"{finding.rule}:")
        for sentence in (finding.title, finding.text):
            assert set(sentence.values) == set(dict(sentence.values).items()), "a value is named twice"
            assert str(sentence)
            assert all(f"{{{name}}}" in sentence.template for name, _ in sentence.values), sentence


@given(evidence=EVIDENCE)
def test_the_same_evidence_gives_the_same_findings(evidence: Evidence) -> None:
    assert findings_of(evidence, {}) == findings_of(evidence, {})


@given(evidence=EVIDENCE, value=st.floats() | st.sampled_from([0.0, 0.001, -1.0]))
def test_no_limit_a_user_may_set_breaks_a_rule(evidence: Evidence, value: float) -> None:
    findings_of(evidence, {rule.name: dict.fromkeys(rule.limits, value) for rule in RULES})


def test_the_gravest_and_dearest_come_first() -> None:
    limits = [PlanLimit("five_hour", 99, NOW_MS + 1), PlanLimit("seven_day", 85, NOW_MS + 1)]
    sessions = [
        a_session([a_turn(0, cost)], session_id=name)
        for name, cost in (("s-1", 11), ("s-2", 15), ("s-3", 12))
    ]
    findings = findings_of(an_evidence(plan_limits=limits, sessions=sessions), {})
    assert [f.severity for f in findings] == [Severity.ALERT] + 4 * [Severity.WARNING]
    assert [f.session_id for f in findings] == ["", "s-2", "s-3", "s-1", ""]


def test_the_users_limits_lie_over_the_defaults_and_unknown_names_are_ignored() -> None:
    evidence = an_evidence(sessions=[a_session([a_turn(0, 4.12)])])
    assert not findings_of(evidence, {})
    (finding,) = findings_of(evidence, {"large_session": {"dollars": 4, "gone": 1}, "no_such_rule": {"x": 1}})
    assert str(finding.title) == "payments-api passed $4"
    assert not findings_of(evidence, {"large_session": {"dollars": float("nan")}})


@given(
    costs=st.lists(st.sampled_from([0.1, 0.5, 3.0, 9.0]), min_size=1, max_size=30),
    restarts=st.sets(st.integers(0, 29)),
)
def test_however_a_session_grows_each_key_is_told_once(costs: list[float], restarts: set[int]) -> None:
    known: dict[str, Notice] = {}
    told: list[str] = []
    for n, _ in enumerate(costs):
        # A minute and more apart, so that nothing waits; a restart evaluates the same evidence again.
        for at in (n, n) if n in restarts else (n,):
            now_ms = NOW_MS + at * 70_000
            session = a_session([a_turn(i, cost) for i, cost in enumerate(costs[: n + 1])])
            evidence = an_evidence(sessions=[session], now_ms=now_ms)
            before = {key for key, notice in known.items() if notice.told_ms}
            changes = decide(known, findings_of(evidence, {}), Quiet(), Moment(now_ms, now_ms, time(12)))
            known |= {notice.finding.key: notice for notice in changes}
            told += [key for key, notice in known.items() if notice.told_ms and key not in before]
    assert len(told) == len(set(told))


def test_moments_are_the_days_that_the_factories_say() -> None:
    assert datetime.fromtimestamp(NOW_MS / 1000, tz=UTC).date() == TODAY == date(2026, 11, 19)


def test_every_module_of_rules_is_in_the_book() -> None:
    modules = {module.name for module in pkgutil.iter_modules(rules.__path__)} - {"base"}
    assert modules == {rule.name for rule in RULES}
