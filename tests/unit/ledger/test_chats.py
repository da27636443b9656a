"""Chats and their gauges in the ledger: what is known of one is never forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories import NOW_MS, a_ledger, an_event
from tallylight.domain.chat import Chat, Gauge, merged
from tallylight.domain.snapshot import Snapshot
from tallylight.domain.summary import Filter
from tallylight.domain.usage import Mark
from tallylight.ingest.live_sessions import LiveSessions
from tallylight.ingest.running_sums import RunningSums
from tallylight.ledger.batch import Batch
from tallylight.ledger.known import Known
from tallylight.ledger.ledger import Ledger
from tallylight.ledger.queries import Queries
from tallylight.ledger.sessions import Sessions


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with a_ledger(tmp_path) as made:
        yield made


def a_chat(session: str = "one", **given: Any) -> Chat:
    fields = {
        "source": "cursor",
        "session_id": session,
        "created_ms": NOW_MS - 9,
        "moved_ms": NOW_MS,
        "seen_ms": NOW_MS,
    }
    return Chat(**(fields | given))


def a_gauge(used: int, at: int = NOW_MS, **given: Any) -> Gauge:
    return Gauge(
        **({"source": "cursor", "session_id": "one", "time_ms": at, "used": used, "size": 200} | given)
    )


def gauges(ledger: Ledger) -> list[tuple[int, int]]:
    return ledger._connection.execute("SELECT time_ms, used FROM gauge ORDER BY 1").fetchall()


CHATS = st.builds(
    a_chat,
    cwd=st.sampled_from(["", "/a", "/b"]),
    model=st.sampled_from(["", "m"]),
    created_ms=st.sampled_from([0, 5, 9]),
    moved_ms=st.integers(0, 3),
    seen_ms=st.integers(0, 3),
    old_input=st.integers(0, 3),
)


@given(CHATS, CHATS)
def test_what_was_known_stays_known(before: Chat, now: Chat) -> None:
    both = merged(before, now)
    assert merged(both, now) == both
    assert both.moved_ms >= max(before.moved_ms, now.moved_ms)
    assert bool(both.cwd) is bool(before.cwd or now.cwd)
    assert both.created_ms == min(filter(None, (before.created_ms, now.created_ms)), default=0)


def test_a_word_about_a_chat_that_nobody_saw_makes_none(ledger: Ledger) -> None:
    ledger.write(Batch(chats=[Chat(source="cursor", session_id="one", wrote="m")]))
    assert ledger._connection.execute("SELECT count(*) FROM chat").fetchone() == (0,)


def test_a_figure_read_off_again_is_no_point(ledger: Ledger) -> None:
    for seen in (NOW_MS, NOW_MS + 5):
        ledger.write(Batch(gauges=[a_gauge(20, seen_ms=seen)]))
    assert gauges(ledger) == [(NOW_MS, 20)]


def test_a_gauge_that_moved_without_a_new_date_moved_when_it_was_seen(ledger: Ledger) -> None:
    ledger.write(Batch(gauges=[a_gauge(20, seen_ms=NOW_MS)]))
    ledger.write(Batch(gauges=[a_gauge(30, seen_ms=NOW_MS + 7)]))
    assert gauges(ledger) == [(NOW_MS, 20), (NOW_MS + 7, 30)]


def test_points_of_the_past_find_their_place(ledger: Ledger) -> None:
    ledger.write(
        Batch(gauges=[a_gauge(30, seen_ms=NOW_MS), a_gauge(10, NOW_MS - 50), a_gauge(10, NOW_MS - 50)])
    )
    assert gauges(ledger) == [(NOW_MS - 50, 10), (NOW_MS, 30)]


def test_a_point_with_a_time_of_its_own_stays_there_however_late_it_comes(ledger: Ledger) -> None:
    ledger.write(Batch(gauges=[a_gauge(20, seen_ms=NOW_MS)]))
    ledger.write(Batch(gauges=[a_gauge(180, NOW_MS - 60), a_gauge(180, NOW_MS - 50)]))
    assert gauges(ledger) == [(NOW_MS - 60, 180), (NOW_MS, 20)]


def test_requests_of_a_chat_are_readings_of_its_context_unless_they_cannot_be(ledger: Ledger) -> None:
    fields = {"source": "cursor", "session_id": "one", "file_session_id": "one"}
    events = [
        an_event(key="hook", time_ms=NOW_MS, kind="provisional", context=150, **fields),
        an_event(key="sum-of-several", time_ms=NOW_MS + 1, context=900, **fields),
    ]
    ledger.write(Batch(chats=[a_chat()], gauges=[a_gauge(20, NOW_MS - 9)], events=events))
    detail = Sessions(ledger._connection, lambda *_: None, lambda _: None).detail("one", NOW_MS + 5)
    assert detail is not None
    assert [turn.key for turn in detail.turns if turn.is_sent] == ["hook"]
    assert detail.view.context == 150


def test_one_summary_is_one_compaction(ledger: Ledger) -> None:
    for used, summary in ((90, ""), (20, "s"), (60, "s"), (50, "s")):
        ledger.write(Batch(gauges=[a_gauge(used, seen_ms=NOW_MS + used, summary=summary)]))
    marks = ledger._connection.execute("SELECT kind, value, other FROM mark").fetchall()
    assert marks == [("compaction", 90, 20)]


def compactions(ledger: Ledger) -> list[tuple[int, str, int, int]]:
    return ledger._connection.execute("SELECT time_ms, label, value, other FROM mark").fetchall()


def test_a_summary_from_before_we_looked_is_no_compaction_of_now(ledger: Ledger) -> None:
    ledger.write(Batch(gauges=[a_gauge(90, NOW_MS - 9), a_gauge(20, seen_ms=NOW_MS, summary="old")]))
    assert compactions(ledger) == []


def test_a_summary_that_comes_a_write_after_the_fall_marks_the_fall(ledger: Ledger) -> None:
    for at, used, summary in ((1, 90, ""), (2, 20, ""), (3, 20, "s")):
        ledger.write(Batch(gauges=[a_gauge(used, NOW_MS + at, seen_ms=NOW_MS + at, summary=summary)]))
    assert compactions(ledger) == [(NOW_MS + 2, "", 90, 20)]


@pytest.mark.parametrize("is_late", [False, True])
def test_a_compaction_that_was_announced_is_marked_once_whenever_that_is_read(
    ledger: Ledger, is_late: bool
) -> None:
    seen = [
        a_gauge(used, NOW_MS + at, seen_ms=NOW_MS + at, summary=summary)
        for at, used, summary in ((0, 70, ""), (20, 30, "s"))
    ]
    announced = a_gauge(90, NOW_MS + 10, compacts="auto")
    for gauge in [*seen, announced] if is_late else [seen[0], announced, seen[1]]:
        ledger.write(Batch(gauges=[gauge]))
    assert compactions(ledger) == [(NOW_MS + 10, "auto", 90, 0)]


def test_today_and_history_count_the_same_sessions_that_tell_no_tokens(ledger: Ledger) -> None:
    prompts = [
        Mark(key=str(n), source="cursor", session_id="one", time_ms=NOW_MS + n, kind="prompt")
        for n in range(3)
    ]
    ledger.write(Batch(chats=[a_chat(), a_chat("two"), a_chat("sub", parent="two")], marks=prompts))
    queries = Queries(ledger._connection)

    def counted() -> tuple[int, int]:
        today = RunningSums(queries, NOW_MS).renew(Snapshot(), NOW_MS, is_first=True)[0].today_untold
        return today, queries.summary("day", Filter()).untold_sessions

    assert counted() == (2, 2)
    ledger.write(Batch(events=[an_event(key="k", source="cursor", session_id="one", file_session_id="one")]))
    assert counted() == (1, 1)


def test_a_month_lacks_what_sessions_of_its_earlier_days_do_not_tell(ledger: Ledger) -> None:
    ledger.write(Batch(chats=[a_chat(moved_ms=NOW_MS - 86_400_000)]))
    sums = RunningSums(Queries(ledger._connection), NOW_MS)
    made, _ = sums.renew(Snapshot(), NOW_MS, is_first=True)
    assert (made.today_untold, made.month_is_at_least) == (0, True)


def test_what_others_sent_out_is_no_recent_session(ledger: Ledger) -> None:
    ledger.write(Batch(chats=[a_chat(), a_chat("two", parent="one")]))
    assert Known(ledger._connection).recent_sessions(0, 1 << 60) == ["one"]
    assert Known(ledger._connection).last_moved("one") == NOW_MS


def test_a_subagent_of_nobody_known_is_a_session_that_says_so(ledger: Ledger) -> None:
    stray = "0b6f1a52-9c1e-4f6e-8d57-2f1f0c6a7e11"
    ledger.write(Batch(chats=[a_chat(stray, kind="subagent")]))
    assert Known(ledger._connection).recent_sessions(0, 1 << 60) == [stray]
    live = LiveSessions(
        Sessions(ledger._connection, lambda *_: None, lambda _: None), Known(ledger._connection), True
    )
    live.find(NOW_MS)
    live.renew(NOW_MS)
    assert [view.chat is not None and view.chat.is_stray for view in live.views] == [True]
    queries = Queries(ledger._connection)
    (row,) = queries.with_chats(queries.summary("session", Filter()), Filter()).rows
    assert row.label == "0b6f1a52 (subagent)"
    ledger.write(Batch(chats=[a_chat(stray, kind="subagent", parent="one", seen_ms=NOW_MS + 1)]))
    live.note_written([stray], NOW_MS)
    live.renew(NOW_MS)
    assert live.views == []
