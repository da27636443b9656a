"""What rules share: parts of the evidence, names, steps of doubling."""

from __future__ import annotations

import pytest

from rule_factories import PROJECT, a_session, a_slice, ago, an_evidence, days
from tallylight.domain.session import session_name
from tallylight.rules.base import doublings


def test_weeks_begin_on_the_users_first_day() -> None:
    assert an_evidence().week_start == ago(3)
    assert an_evidence(week_starts_on=6).week_start == ago(4)
    assert an_evidence(week_starts_on=3).week_start == ago(0)


def test_spans_end_before_their_end() -> None:
    evidence = an_evidence(
        *days(5, 0), a_slice(3, requests=0, project="/p"), not_recorded=frozenset({ago(2)})
    )
    assert len(evidence.between(ago(5), ago(2))) == 4
    assert evidence.active_days(ago(5), ago(2)) == 3
    assert evidence.is_recorded(ago(5), ago(2))
    assert not evidence.is_recorded(ago(5), ago(1))


def test_names_are_those_that_people_know() -> None:
    assert an_evidence().project_name(PROJECT) == "payments-api"
    assert an_evidence().project_name("/elsewhere") == "/elsewhere"
    assert session_name(a_session(project="", title="Fix\nit").view) == "Fix it"
    assert session_name(a_session(project="", session_id="0123456789").view) == "01234567"


@pytest.mark.parametrize(
    ("value", "threshold", "steps"),
    [(9.9, 10, None), (10, 10, 1), (19.9, 10, 1), (20, 10, 2), (90, 10, 8), (5, 0, None), (5, 5e-324, 2**40)],
)
def test_doublings(value: float, threshold: float, steps: int | None) -> None:
    assert doublings(value, threshold) == steps
