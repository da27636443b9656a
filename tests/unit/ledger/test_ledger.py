"""The ledger merges statements in any order and any portions, prices them, and forgets nothing."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from factories import (
    NOW_MS,
    RATES,
    Json,
    a_card,
    a_ledger,
    an_event,
    contents,
    row,
)
from tallylight.domain.tag import Tag
from tallylight.domain.usage import Mark, Rejected, SessionFact, UsageEvent
from tallylight.ledger.batch import Batch, LogPosition
from tallylight.ledger.connection import SCHEMA_VERSION, LedgerIsNewer, open_for_reading
from tallylight.ledger.ledger import Ledger

COUNT = st.integers(0, 3)
SESSION = st.sampled_from(["s-1", "s-2", "s-3"])
HOUR_MS = 3_600_000


@st.composite
def statements(draw: st.DrawFn) -> UsageEvent:
    """One file's statement of a request: a file has one session, and all its copies name one owner or none."""
    session = draw(SESSION)
    names_owner = draw(st.booleans())
    return an_event(
        key=draw(st.sampled_from(["msg_1", "msg_2", "msg_3"])),
        session_id="s-1" if names_owner else session,
        file_session_id=session,
        is_copy=names_owner and session != "s-1",
        file_started_ms={"s-1": 5, "s-2": 6, "s-3": 5}[session],
        stated_ms=NOW_MS + draw(COUNT),
        time_ms=NOW_MS + draw(COUNT),
        output=draw(COUNT),
        cache_read=draw(COUNT),
        is_final=draw(st.booleans()),
        is_sidechain=draw(st.booleans()),
        tools=draw(st.sampled_from([(), ("Bash",), ("Read",)])),
    )


@st.composite
def weak_statements(draw: st.DrawFn) -> UsageEvent:
    at = NOW_MS + draw(st.integers(0, 5)) * HOUR_MS * 2 // 3
    return an_event(
        key=draw(st.sampled_from(["chat-1", "chat-2", "*?["])),
        has_strong_key=False,
        model=draw(st.sampled_from(["claude-opus-5-5", "other"])),
        input=draw(st.sampled_from([10, 20])),
        output=draw(COUNT),
        time_ms=at,
        stated_ms=at,
    )


MARKS = st.builds(
    lambda key, session, started, copy, value: Mark(
        key=key, source="claude-code", session_id=session, time_ms=NOW_MS, kind="prompt", value=started + value,
        is_copy=copy, file_started_ms=started,
    ),
    st.sampled_from(["u-1", "u-2"]), SESSION, COUNT, st.booleans(), st.just(0),
)  # fmt: skip
FACTS = st.builds(
    lambda session, value, order: SessionFact(
        source="claude-code", session_id=session, name="title:ai-title", value=value, order=order
    ),
    SESSION, st.sampled_from(["a", "b"]), COUNT,
)  # fmt: skip
Item = UsageEvent | Mark | SessionFact


def a_batch(items: list[Item]) -> Batch:
    return Batch(
        events=[item for item in items if isinstance(item, UsageEvent)],
        marks=[item for item in items if isinstance(item, Mark)],
        facts=[item for item in items if isinstance(item, SessionFact)],
    )


@given(st.lists(st.one_of(statements(), weak_statements(), MARKS, FACTS), min_size=1, max_size=12), st.data())
def test_any_order_any_portions_and_any_repetition_make_the_same_ledger(
    items: list[Item], data: st.DataObject
) -> None:
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        with a_ledger(Path(one)) as ledger:
            ledger.write(a_batch(items))
            expected = contents(ledger)
        with a_ledger(Path(other)) as ledger:
            rest = data.draw(st.permutations(items)) + data.draw(st.lists(st.sampled_from(items), max_size=4))
            while rest:
                size = data.draw(st.integers(1, len(rest)))
                ledger.write(a_batch(rest[:size]))
                rest = rest[size:]
            assert contents(ledger) == expected


def test_reading_twice_adds_nothing(tmp_path: Path) -> None:
    with a_ledger(tmp_path) as ledger:
        assert ledger.write(Batch(events=[an_event()])).new == 1
        again = ledger.write(Batch(events=[an_event()]))
        assert again.new == 0 and not again.sessions


def test_late_growth_is_priced_and_dated_at_the_first(tmp_path: Path) -> None:
    with a_ledger(tmp_path) as ledger:
        ledger.write(Batch(events=[an_event(output=3)]))
        assert row(ledger, "msg_1")["cost_picousd"] == 3 * RATES.output
        grown = an_event(output=512, time_ms=NOW_MS + 9000, stated_ms=NOW_MS + 9000)
        assert ledger.write(Batch(events=[grown])).sessions == {"s-1"}
        now = row(ledger, "msg_1")
        assert (now["output"], now["time_ms"]) == (512, NOW_MS)
        assert now["cost_picousd"] == now["cost_output"] == 512 * RATES.output


def test_every_component_of_the_price_is_kept(tmp_path: Path) -> None:
    event = an_event(
        input=2,
        output=3,
        cache_read=5,
        cache_write=18,
        cache_write_5m_stated=7,
        cache_write_1h=11,
        web_searches=1,
    )
    with a_ledger(tmp_path) as ledger:
        ledger.write(Batch(events=[event]))
        now = row(ledger, "msg_1")
    parts = [
        now[f"cost_{n}"]
        for n in ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h", "web_search")
    ]
    assert parts == [10, 75, 5, 42, 110, 1000]
    assert now["cost_picousd"] == sum(parts)


# -- forks


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (1, 0, 2)])
def test_a_fork_of_a_fork_costs_its_first_session_only(tmp_path: Path, order: tuple[int, ...]) -> None:
    made = [
        an_event(session_id="parent", file_started_ms=10),
        an_event(session_id="fork", is_copy=True, file_started_ms=20),
        an_event(session_id="forked fork", is_copy=True, file_started_ms=30),
    ]
    with a_ledger(tmp_path) as ledger:
        for at in order:
            ledger.write(Batch(events=[made[at]]))
        found = contents(ledger)
    assert [e[2] for e in found["events"]] == ["parent"]
    assert found["inherited"] == [("fork", "msg_1"), ("forked fork", "msg_1")]


def test_the_owner_changes_hands_when_the_original_is_read_late(tmp_path: Path) -> None:
    with a_ledger(tmp_path) as ledger:
        ledger.write(Batch(events=[an_event(session_id="fork", is_copy=True)]))
        written = ledger.write(Batch(events=[an_event(session_id="parent")]))
        assert written.new == 0 and written.sessions == {"fork", "parent"}


# -- ids that gateways make up


def weak(**given: object) -> UsageEvent:
    return an_event(**({"key": "chat-1", "has_strong_key": False, "input": 10} | given))


@pytest.mark.parametrize(
    ("second", "rows"),
    [
        (weak(output=99), 1),
        (weak(time_ms=NOW_MS + 60_000, input=90), 1),
        (weak(time_ms=NOW_MS + 9 * HOUR_MS), 1),
        (weak(time_ms=NOW_MS + 9 * HOUR_MS, input=90), 2),
        (weak(model="other"), 2),
    ],
    ids=["grown", "soon", "same size", "other size and late", "other model"],
)
@pytest.mark.parametrize("is_reversed", [False, True])
def test_made_up_ids_are_one_response_or_two(
    tmp_path: Path, second: UsageEvent, rows: int, is_reversed: bool
) -> None:
    with a_ledger(tmp_path) as ledger:
        written = [
            ledger.write(Batch(events=[e])).new
            for e in ([second, weak()] if is_reversed else [weak(), second])
        ]
        assert sum(written) == len(contents(ledger)["events"]) == rows


def test_a_made_up_id_may_hold_any_character(tmp_path: Path) -> None:
    with a_ledger(tmp_path) as ledger:
        for key in ("a*", "ab", "a[b]", "a?", "a%", "a"):
            ledger.write(Batch(events=[weak(key=key), weak(key=key, model="other")]))
        assert len(contents(ledger)["events"]) == 12


# -- prices


def test_a_model_without_a_price_is_unpriced_and_not_free(tmp_path: Path) -> None:
    with a_ledger(tmp_path) as ledger:
        ledger.write(Batch(events=[an_event(model="unheard-of")]))
        assert row(ledger, "msg_1")["cost_picousd"] is None
        assert ledger.models() == ["unheard-of"]
        ledger.add_prices(["unheard-of"], [a_card("unheard-of")], "later")
        assert row(ledger, "msg_1")["cost_picousd"] == 10 * RATES.output


def test_the_past_changes_its_price_only_when_asked(tmp_path: Path) -> None:
    dearer = a_card(tiers=(replace(a_card().tiers[0], rates=replace(RATES, output=1000)),))
    with a_ledger(tmp_path) as ledger:
        ledger.write(Batch(events=[an_event()]))
        ledger.add_prices(["claude-opus-5-5"], [dearer], "new prices")
        ledger.write(Batch(events=[an_event()]))
        assert row(ledger, "msg_1")["cost_picousd"] == 10 * RATES.output
        assert ledger.reprice() == 1
        assert row(ledger, "msg_1")["cost_picousd"] == 10_000
        assert ledger.reprice() == 0


def test_prices_looked_up_once_are_there_after_a_restart(tmp_path: Path) -> None:
    with a_ledger(tmp_path) as ledger:
        ledger.add_prices(["m", "unheard-of"], [a_card("m")], "f")
    with Ledger(tmp_path / "ledger.sqlite", str) as ledger:
        assert ledger.load_prices("f") == {"m", "unheard-of"}
        assert ledger.prices.models == {"m"}
        assert ledger.load_prices("other") == set()


# -- files, facts, rejections


def a_position(path: str = "a.jsonl", **given: Any) -> LogPosition:
    fields: Json = {"path": path, "source": "claude-code", "root": "/r", "offset": 9, "state": "{}"}
    return LogPosition(**(fields | given))


def test_positions_are_there_after_a_restart(tmp_path: Path) -> None:
    with a_ledger(tmp_path) as ledger:
        ledger.write(Batch(positions={"a.jsonl": a_position(head_hash=b"\x00\xff")}))
        ledger.mark_gone(["a.jsonl"])
    with a_ledger(tmp_path) as ledger:
        assert ledger.position("a.jsonl") == a_position(head_hash=b"\x00\xff", is_gone=True)


def test_a_batch_that_fails_leaves_nothing_of_itself(tmp_path: Path) -> None:
    with a_ledger(tmp_path) as ledger:
        ledger.write(Batch(events=[an_event()]))
        before = contents(ledger)
        poisoned = an_event(key="msg_2", cwd="/elsewhere", output=2**70)
        with pytest.raises(OverflowError):
            ledger.write(Batch(events=[an_event(key="msg_3"), poisoned], positions={"a.jsonl": a_position()}))
        assert contents(ledger) == before
        assert not ledger.stamps()
        ledger.write(Batch(events=[an_event(key="msg_2", cwd="/elsewhere")]))
        assert row(ledger, "msg_2")["project"] == "/elsewhere"


def test_rejections_add_up_until_the_file_is_read_again(tmp_path: Path) -> None:
    with a_ledger(tmp_path) as ledger:
        for _ in range(2):
            ledger.write(Batch(rejected=[("a.jsonl", Rejected("claude-code", "not JSON", 2))]))
        ask = ledger._connection.execute
        assert ask("SELECT path, count FROM rejection").fetchall() == [("a.jsonl", 4)]
        ledger.write(
            Batch(restarted=["a.jsonl"], rejected=[("a.jsonl", Rejected("claude-code", "not JSON", 1))])
        )
        assert ask("SELECT path, count FROM rejection").fetchall() == [("a.jsonl", 1)]


def test_a_project_is_looked_up_once_and_stays(tmp_path: Path) -> None:
    asked: list[str] = []

    def project_of(cwd: str) -> str:
        asked.append(cwd)
        return f"project of {cwd}"

    for _ in range(2):
        with Ledger(tmp_path / "ledger.sqlite", project_of) as ledger:
            ledger.write(
                Batch(events=[an_event(key=f"msg_{len(asked)}", cwd="/a"), an_event(key="msg_x", cwd="/a")])
            )
            assert row(ledger, "msg_x")["project"] == "project of /a"
    assert asked == ["/a"]


def test_a_project_that_moves_bears_its_new_name(tmp_path: Path) -> None:
    tags = (Tag(name="whole", project="/src"), Tag(name="part", project="/src/*"))
    with a_ledger(tmp_path) as ledger:
        assert not ledger.use_tags(tags)
        ledger.write(Batch(events=[an_event(cwd="/src/tree", host="other")]))
        named = ledger._connection.execute
        assert named("SELECT project, tag FROM thread").fetchall() == [("/src/tree", "part")]
        ledger.write(Batch(directories=[("other", "/src/tree", "/src")]))
        assert named("SELECT project, tag FROM thread").fetchall() == [("/src", "whole")]
        assert ledger.use_tags(()) and not ledger.use_tags(())
        assert named("SELECT tag FROM thread").fetchall() == [("",)]


# -- the file itself


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    with a_ledger(tmp_path / "new" / "folder") as ledger:
        ledger.write(Batch(events=[an_event()]))
        folder = tmp_path / "new" / "folder"
        for path in (folder, *folder.iterdir()):
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_a_ledger_is_made_from_nothing_and_opened_again(tmp_path: Path) -> None:
    for _ in range(2):
        with a_ledger(tmp_path) as ledger:
            assert ledger._connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
            assert ledger._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_newer_ledger_is_not_written(tmp_path: Path) -> None:
    with a_ledger(tmp_path) as ledger:
        ledger.write(Batch(events=[an_event()]))
        ledger._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    before = (tmp_path / "ledger.sqlite").read_bytes()
    with pytest.raises(LedgerIsNewer, match="newer"):
        a_ledger(tmp_path)
    assert (tmp_path / "ledger.sqlite").read_bytes() == before
    reader = open_for_reading(tmp_path / "ledger.sqlite")
    assert reader.execute("SELECT count(*) FROM usage_event").fetchone() == (1,)
    reader.close()


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    a_ledger(tmp_path).close()
    reader = open_for_reading(tmp_path / "ledger.sqlite")
    with pytest.raises(sqlite3.OperationalError):
        reader.execute("DELETE FROM mark")
    reader.close()


def test_a_file_that_is_no_ledger_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"something else entirely" * 100)
    with pytest.raises(sqlite3.DatabaseError):
        a_ledger(tmp_path)
    assert (tmp_path / "ledger.sqlite").read_bytes().startswith(b"something else")


def test_without_titles_no_agent_has_a_description_either(tmp_path: Path) -> None:
    def described(agent: str) -> SessionFact:
        value = '{"type":"Explore","description":"look for secrets","parent":""}'
        return SessionFact(source="claude-code", session_id="s", name=f"agent:{agent}", value=value, order=1)

    with a_ledger(tmp_path) as ledger:
        ledger.write(Batch(facts=[described("before")]))
        ledger.forget_titles()
        ledger.write(Batch(facts=[described("after")]))
        kept = ledger._connection.execute("SELECT value FROM session_fact").fetchall()
    assert len(kept) == 2
    assert all("secrets" not in value and "Explore" in value for (value,) in kept)


def test_a_ledger_of_the_first_schema_is_brought_up_to_date(tmp_path: Path) -> None:
    from sqlite_utils import Database

    from tallylight.ledger.migrations import migrations

    path = tmp_path / "ledger.sqlite"
    first = Database(path)
    migrations.apply(first, stop_before="m002_notices")
    first.execute("PRAGMA user_version = 1")
    first.close()
    with a_ledger(tmp_path) as ledger:
        ledger.write(Batch(events=[an_event()]))
        assert ledger.notices() == {}
        assert ledger._connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
