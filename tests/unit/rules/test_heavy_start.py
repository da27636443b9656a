"""A session that is large before the first word has been typed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from rule_factories import PROJECT, a_mark, a_session, a_turn, an_evidence, dollars, found, the_finding
from tallylight.domain.session import SessionDetail, SessionMark, Turn
from tallylight.rules.heavy_start import RULE


def first(context: int = 52_000, price: float = 0.33, **given: Any) -> Turn:
    costs = (0, dollars(1), 0, dollars(price), 0, dollars(1))
    return a_turn(-10, price + 2, **({"context": context, "cache_read": 0, "costs": costs} | given))


def started(turn: Turn, *marks: SessionMark, more: int = 0, **view: Any) -> SessionDetail:
    """After a prompt of a line, `more` turns follow, each of twice the start's size, for $0.04 of cache reads."""
    later = [a_turn(-9 + n / 10, 0.04, context=104_000, cache_read=104_000) for n in range(more)]
    if not any(mark.kind == "prompt" for mark in marks):
        marks = (a_mark("prompt", -10, value=120), *marks)
    return a_session([turn, *later], *marks, **view)


def test_it_is_told_with_what_it_has_cost() -> None:
    finding = the_finding(RULE, an_evidence(sessions=[started(first(), more=10)]))
    assert str(finding.title) == "payments-api starts with 52k tokens"
    assert str(finding.text).endswith(
        "$0.53 for it in this session so far."
    )  # $0.33, and half of ten times $0.04
    assert finding.key == f"heavy_start:{PROJECT}:2026-11"


def test_a_project_is_told_once_a_month_by_its_dearest_session() -> None:
    sessions = [started(first(), session_id="a"), started(first(price=0.4), session_id="b")]
    assert the_finding(RULE, an_evidence(sessions=sessions)).session_id == "b"
    december = an_evidence(sessions=sessions, today=date(2026, 12, 1))
    assert the_finding(RULE, december).key.endswith("2026-12")


def test_turns_after_a_compaction_no_longer_pay_for_the_start() -> None:
    assert not found(
        RULE, an_evidence(sessions=[started(first(price=0.2), a_mark("compaction", -9.5), more=10)])
    )
    assert found(RULE, an_evidence(sessions=[started(first(price=0.2), more=10)]))


def test_what_was_pasted_is_the_users_own() -> None:
    pasted = a_mark("prompt", -10, value=60_000 * 4)
    assert not found(RULE, an_evidence(sessions=[started(first(context=90_000), pasted)]))
    finding = the_finding(RULE, an_evidence(sessions=[started(first(context=130_000, price=0.65), pasted)]))
    assert str(finding.title) == "payments-api starts with 50k tokens"
    assert finding.picousd == dollars(0.25)


@pytest.mark.parametrize("unknown", [a_mark("prompt", -10), a_mark("failure", -10)])
def test_where_the_prompt_is_not_known_only_what_others_cached_counts(unknown: SessionMark) -> None:
    def session(read: int) -> SessionDetail:
        return a_session([first(cache_read=read)], unknown)

    assert not found(RULE, an_evidence(sessions=[session(39_999)]))
    assert the_finding(RULE, an_evidence(sessions=[session(45_000)])).title.values[1] == ("tokens", "45k")


@pytest.mark.parametrize(
    "near",
    [
        started(first(context=39_999)),
        started(first(price=0.24)),
        started(first(is_inherited=True)),
        started(first(), a_mark("compaction", -11)),
        started(first(costs=())),
        a_session(),
    ],
)
def test_near_ones_are_silent(near: SessionDetail) -> None:
    assert not found(RULE, an_evidence(sessions=[near]))
