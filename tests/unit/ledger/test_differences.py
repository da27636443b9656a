"""What the clients' own totals hold beyond the rows: once for a lineage of forks, and also without a row."""

from __future__ import annotations

from pathlib import Path

import pytest

from factories import a_ledger, an_event
from tallylight.domain.money import PICO
from tallylight.domain.summary import Filter
from tallylight.domain.usage import SessionFact
from tallylight.ledger.batch import Batch
from tallylight.ledger.connection import open_for_reading
from tallylight.ledger.differences import differences
from tallylight.ledger.queries import Queries

CENT = PICO // 100


def a_total(session: str, dollars: float, at_ms: int = 1_790_000_000_000) -> SessionFact:
    value = f'{{"total_usd":{dollars},"has_unknown":false,"models":{{}}}}'
    return SessionFact(
        source="claude-code", session_id=session, name="cost_state:1", value=value, order=at_ms << 21
    )


def a_parent(session: str, parent: str) -> SessionFact:
    return SessionFact(source="claude-code", session_id=session, name="parent", value=parent, order=1)


def found(tmp_path: Path, facts: list[SessionFact], **copied: str) -> dict[str, int]:
    """`copied` names sessions that hold the first session's one request (which costs nothing here)."""
    with a_ledger(tmp_path, models=()) as ledger:
        events = [an_event(key="msg_1", session_id="a", file_session_id="a")]
        events += [
            an_event(key="msg_1", session_id=owner, file_session_id=session, is_copy=True)
            for session, owner in copied.items()
        ]
        ledger.write(Batch(events=events, facts=facts))
    connection = open_for_reading(tmp_path / "ledger.sqlite")
    try:
        return differences(connection)
    finally:
        connection.close()


def test_a_fork_of_a_fork_is_charged_with_its_own_part_alone(tmp_path: Path) -> None:
    facts = [a_total("a", 1.0), a_total("b", 1.1), a_total("c", 1.11), a_parent("b", "a"), a_parent("c", "b")]
    assert found(tmp_path, facts) == {"a": 100 * CENT, "b": 10 * CENT, "c": CENT}


def test_a_session_between_that_states_nothing_is_passed_over(tmp_path: Path) -> None:
    facts = [a_total("a", 1.0), a_total("c", 1.11), a_parent("b", "a"), a_parent("c", "b")]
    assert found(tmp_path, facts) == {"a": 100 * CENT, "c": 11 * CENT}


def test_a_copied_request_names_the_parent_where_no_line_does(tmp_path: Path) -> None:
    assert found(tmp_path, [a_total("a", 1.0), a_total("b", 1.5)], b="b") == {"a": 100 * CENT, "b": 50 * CENT}


def test_sessions_that_name_each_other_end(tmp_path: Path) -> None:
    facts = [a_total("a", 1.0), a_parent("a", "b"), a_parent("b", "a")]
    assert found(tmp_path, facts) == {"a": 100 * CENT}


@pytest.mark.parametrize("by", ["day", "session", "project"])
def test_a_total_without_an_answered_line_is_not_lost(tmp_path: Path, by: str) -> None:
    with a_ledger(tmp_path) as ledger:
        ledger.write(Batch(facts=[a_total("silent", 5.0, at_ms=1_790_000_000_000)]))
    connection = open_for_reading(tmp_path / "ledger.sqlite")
    try:
        queries = Queries(connection)
        whole = queries.summary(by, Filter())
        before = queries.summary(by, Filter(until_ms=1_790_000_000_000))
    finally:
        connection.close()
    assert (whole.not_itemised_picousd, before.not_itemised_picousd) == (500 * CENT, 0)
    assert [row.session_id for row in whole.rows] == (["silent"] if by == "session" else [])
