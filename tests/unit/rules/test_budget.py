"""A budget speaks of the highest share reached, once per amount and period, and of a forecast that goes over."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rule_factories import PROJECT, TODAY, a_slice, an_evidence, dollars, found, the_finding
from tallylight.domain.budget import Budget, BudgetStatus, Period, Span, Unit, per_day_left, span_of
from tallylight.domain.finding import Finding, Severity
from tallylight.domain.forecast import Forecast
from tallylight.rules.budget import RULE

NOVEMBER = Span(date(2026, 11, 1), date(2026, 12, 1))


def a_budget(**given: Any) -> Budget:
    return Budget(**({"id": "b-1", "amount": dollars(300)} | given))


def a_forecast(expected: int) -> Forecast:
    return Forecast(expected, expected * 9 // 10, expected * 11 // 10, 40)


def a_status(
    spent: int, budget: Budget | None = None, forecast: int | None = None, **given: Any
) -> BudgetStatus:
    budget = budget or a_budget()
    span = span_of(budget, TODAY)
    return BudgetStatus(
        budget=budget,
        spent=spent,
        span=span,
        forecast=None if forecast is None else a_forecast(forecast),
        per_day_left=per_day_left(budget, spent, span, TODAY) if span else None,
        **given,
    )


def the_one(status: BudgetStatus) -> Finding:
    return the_finding(RULE, an_evidence(a_slice(), budgets=[status]))


def findings(status: BudgetStatus) -> list[Finding]:
    return found(RULE, an_evidence(a_slice(), budgets=[status]))


@pytest.mark.parametrize("unit", list(Unit))
def test_what_sessions_do_not_tell_makes_a_notice_say_at_least(unit: Unit) -> None:
    finding = the_one(a_status(240, a_budget(amount=300, unit=unit), untold=2))
    assert str(finding.text).startswith("≥ " if unit is Unit.TOKENS else ">$0"), finding.text


def test_the_highest_share_reached_is_one_finding_in_plain_words() -> None:
    used, ahead = findings(a_status(dollars(240), forecast=dollars(331)))
    assert str(used.title) == "80 % of November's budget used"
    assert str(used.text) == (
        "$240 of $300 with 11 days left. At this pace the month ends near $331; $5 a day keeps it on budget."
    )
    assert used.severity is Severity.WARNING
    assert (used.since, used.until, used.budget_id) == ("2026-11-01", "2026-12-01", "b-1")
    assert str(ahead.title) == "November is heading over budget"
    assert str(ahead.text) == (
        "The month ends near $331 of $300, between $297 and $364; $5 a day keeps it on budget."
    )
    assert used.subject == ahead.subject


def test_what_is_left_for_a_day_is_no_advice_when_it_is_next_to_nothing() -> None:
    used, ahead = findings(a_status(dollars(299.97), forecast=dollars(331)))
    assert str(used.text) == "$299 of $300 with 11 days left. At this pace the month ends near $331."
    assert "a day" not in str(ahead.text)


def test_a_forecast_waits_for_the_days_first_request() -> None:
    status = a_status(dollars(100), forecast=dollars(400))
    assert found(RULE, an_evidence(a_slice(), budgets=[status]))
    assert not found(RULE, an_evidence(a_slice(1), budgets=[status]))


def test_over_the_amount_the_title_says_how_far_and_the_key_stays() -> None:
    full, over = (the_one(a_status(dollars(spent))) for spent in (300, 375.9))
    assert str(full.title) == "100 % of November's budget used"
    assert str(over.title) == "125 % of November's budget used"
    assert full.key == over.key


@pytest.mark.parametrize(("spent", "count"), [(149.99, 0), (150, 1), (239.99, 1), (240, 1), (400, 1)])
def test_below_the_first_threshold_it_is_silent(spent: float, count: int) -> None:
    assert len(findings(a_status(dollars(spent)))) == count


@pytest.mark.parametrize(("forecast", "speaks"), [(300, False), (301, True), (None, False)])
def test_a_forecast_speaks_when_it_passes_the_amount(forecast: float | None, speaks: bool) -> None:
    status = a_status(dollars(100), forecast=None if forecast is None else dollars(forecast))
    assert bool(findings(status)) is speaks


def test_a_forecast_is_silent_where_it_may_not_or_need_not_speak() -> None:
    assert not findings(a_status(dollars(100), a_budget(tells_forecast=False), forecast=dollars(400)))
    over = the_one(a_status(dollars(310), forecast=dollars(400)))
    assert str(over.title) == "103 % of November's budget used"
    assert str(over.text) == "$310 of $300 with 11 days left."
    assert over.severity is Severity.ALERT


def test_another_amount_or_period_is_told_anew() -> None:
    keys = {
        the_one(a_status(dollars(300), a_budget(amount=dollars(300)))).key,
        the_one(a_status(dollars(300), a_budget(amount=dollars(250)))).key,
        the_one(a_status(dollars(300), a_budget(period=Period.WEEK))).key,
        the_one(a_status(dollars(300), a_budget(thresholds=(90,)))).key,
    }
    assert len(keys) == 4


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ({"period": Period.WEEK}, "100 % of this week's budget used"),
        ({"period": Period.DAY}, "100 % of today's budget used"),
        ({"starts_on": 15}, "100 % of this month's budget used"),
        ({"project": PROJECT}, "payments-api: 100 % of November's budget used"),
        ({"project": PROJECT, "model": "claude-opus-4-8", "period": Period.WEEK},
         "payments-api, Opus 4.8: 100 % of this week's budget used"),
        ({"source": "claude-code", "period": Period.DAY}, "Claude Code: 100 % of today's budget used"),
    ],
)  # fmt: skip
def test_the_title_names_scope_and_period(fields: dict[str, Any], title: str) -> None:
    assert str(the_one(a_status(dollars(300), a_budget(**fields))).title) == title


def test_budgets_of_one_scope_and_period_are_told_apart_by_their_amounts() -> None:
    statuses = [
        a_status(dollars(200), forecast=dollars(310)),
        a_status(dollars(200), a_budget(id="b-2", amount=dollars(400))),
        a_status(10_000_000, a_budget(id="b-3", amount=20_000_000, unit=Unit.TOKENS)),
        a_status(dollars(200), a_budget(id="b-4", amount=dollars(400), project=PROJECT)),
        a_status(dollars(200), a_budget(id="b-5", amount=dollars(400), period=Period.WEEK)),
    ]
    assert [str(one.title) for one in found(RULE, an_evidence(a_slice(), budgets=statuses))] == [
        "50 % of November's $300 used",
        "November is heading over $300",
        "50 % of November's $400 used",
        "50 % of November's 20.0M tokens used",
        "payments-api: 50 % of November's budget used",
        "50 % of this week's budget used",
    ]


def test_one_budget_of_several_sessions_needs_no_amount() -> None:
    budget = a_budget(amount=dollars(5), period=Period.SESSION)
    both = [a_status(dollars(4), budget, session_id=name, label="docs") for name in ("a", "b")]
    titles = {str(one.title) for one in found(RULE, an_evidence(a_slice(), budgets=both))}
    assert titles == {"docs: 80 % of the session's budget used"}


def test_a_session_has_its_own_budget() -> None:
    budget = a_budget(amount=dollars(5), period=Period.SESSION)
    one, other = (the_one(a_status(dollars(4), budget, session_id=name, label="docs")) for name in ("a", "b"))
    assert str(one.title) == "docs: 80 % of the session's budget used"
    assert str(one.text) == "$4 of $5."
    assert one.key != other.key
    assert one.subject != other.subject, "one does not replace the other on screen"
    assert one.session_id == "a"


def test_tokens_are_written_as_tokens_and_unpriced_requests_as_a_floor() -> None:
    budget = a_budget(amount=40_000_000, unit=Unit.TOKENS, period=Period.DAY)
    tokens = the_one(a_status(20_000_000, budget, unpriced=2))
    assert str(tokens.text) == "20.0M of 40.0M tokens."
    assert tokens.picousd == 0
    assert str(the_one(a_status(dollars(150), unpriced=2)).text).startswith("≥ $150 of $300")


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (0, "$150 of $300 on the last day."),
        (1, "$150 of $300 with one day left."),
        (2, "$150 of $300 with 2 days left."),
    ],
)
def test_the_end_of_a_period_is_said_as_people_say_it(left: int, words: str) -> None:
    today = NOVEMBER.end - timedelta(days=left + 1)
    evidence = an_evidence(budgets=[a_status(dollars(150))], today=today)
    assert str(the_finding(RULE, evidence).text) == words


@given(
    amount=st.integers(1, 10**15),
    spent=st.integers(0, 10**16),
    more=st.integers(0, 10**16),
    thresholds=st.lists(st.integers(1, 300), min_size=1, max_size=5),
)
def test_more_spend_never_takes_a_threshold_back(
    amount: int, spent: int, more: int, thresholds: list[int]
) -> None:
    budget = a_budget(amount=amount, thresholds=tuple(thresholds), tells_forecast=False)

    def reached(sum_: int) -> int:
        told = findings(a_status(sum_, budget))
        return int(told[0].key.split(":")[2]) if told else 0

    assert reached(spent) <= reached(spent + more)
    assert len(findings(a_status(spent, budget))) <= 1
