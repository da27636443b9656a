"""Ledgers of several machines made into one: every request once, in whatever order they meet."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from factories import NOW_MS, a_card, an_event, contents
from tallylight.domain.chat import Chat, Gauge
from tallylight.domain.pricing import PriceList
from tallylight.domain.summary import Filter
from tallylight.domain.usage import Mark, SessionFact, UsageEvent
from tallylight.ingest.merging import OfMachine, name_machine, take_in
from tallylight.ledger.batch import Batch
from tallylight.ledger.known import Known
from tallylight.ledger.ledger import Ledger
from tallylight.ledger.other import OtherLedger, ledger_in
from tallylight.ledger.queries import Queries

_numbers = count()
HOUR = 3_600_000


def a_machine(folder: Path, name: str, *events: UsageEvent, **batch: Any) -> Path:
    """The ledger of one machine with these requests; closed, so that nothing of it is in a write-ahead log."""
    folder.mkdir(parents=True, exist_ok=True)
    with opened(folder, name) as ledger:
        ledger.write(Batch(events=list(events), **batch))
    return folder / "ledger.sqlite"


def opened(folder: Path, name: str) -> Ledger:
    """Projects are the first part of a directory on `name`, so that they differ from those looked up elsewhere."""
    folder.mkdir(parents=True, exist_ok=True)
    ledger = Ledger(folder / "ledger.sqlite", lambda cwd: f"{name}:{cwd.split('/')[0]}")
    ledger.note_machine(lambda: name)
    ledger.use_prices(PriceList([a_card()]), "test")
    return ledger


def merged(ledger: Ledger, path: Path, host: str = "") -> dict[str, OfMachine]:
    copies = path.parent / f"copy-{next(_numbers)}"
    copies.mkdir()
    with closing(OtherLedger(path, copies)) as other:
        name_machine(other, host, ledger.machine)
        return take_in(ledger, other, lambda _models, _can_wait: None)


def held(ledger: Ledger) -> dict[str, list[tuple[Any, ...]]]:
    ask = ledger._connection.execute
    days = ask("SELECT day, max(messages) FROM active_day GROUP BY day ORDER BY day").fetchall()
    return contents(ledger) | {"days": days}


def by_machine(ledger: Ledger) -> dict[str, tuple[int, int, int]]:
    """Requests, tokens and cost by the machines' own names."""
    rows = Queries(ledger._connection).summary("host", Filter()).rows
    return {
        row.key or ledger.machine: (row.totals.requests, row.totals.tokens, row.totals.cost_picousd)
        for row in rows
    }


# -- what comes over


def test_another_machines_requests_keep_its_name_and_its_projects(tmp_path: Path) -> None:
    path = a_machine(tmp_path / "b", "b", an_event(key="m1", cwd="shop/api"))
    with opened(tmp_path / "a", "a") as ledger:
        assert merged(ledger, path) == {"b": OfMachine(1, 1)}
        rows = ledger._connection.execute("SELECT key, host, project, cost_picousd FROM usage_event")
        assert rows.fetchall() == [("m1", "b", "b:shop", 250)]


def test_what_both_know_is_counted_once(tmp_path: Path) -> None:
    both = an_event(key="m1", output=10)
    path = a_machine(tmp_path / "b", "b", both, an_event(key="m2", output=5))
    with opened(tmp_path / "a", "a") as ledger:
        ledger.write(Batch(events=[both]))
        assert merged(ledger, path) == {"b": OfMachine(2, 1)}
        assert Queries(ledger._connection).totals(Filter()).output == 15
        assert merged(ledger, path) == {"b": OfMachine(2, 0)}


def test_marks_facts_days_and_inheritance_come_along(tmp_path: Path) -> None:
    mark = Mark(key="k", source="claude-code", session_id="s-9", time_ms=NOW_MS, kind="prompt")
    fact = SessionFact(source="claude-code", session_id="s-9", name="title:ai", value="Plans", order=1)
    copy = an_event(key="m1", session_id="s-9", file_session_id="s-fork")
    path = a_machine(tmp_path / "b", "b", copy, marks=[mark], facts=[fact])
    with opened(tmp_path / "b", "b") as ledger:
        ledger.write_active_days("claude-code", "/logs", [("2026-10-02", 3)])
        there = held(ledger)
    with opened(tmp_path / "a", "a") as ledger:
        merged(ledger, path)
        here = held(ledger)
    assert [here[name] for name in ("marks", "facts", "inherited", "days")] == [
        there[name] for name in ("marks", "facts", "inherited", "days")
    ]
    assert all(here[name] for name in ("marks", "facts", "inherited", "days"))


def test_chats_and_their_gauges_come_along_once_and_are_not_live_here(tmp_path: Path) -> None:
    chat = Chat(source="cursor", session_id="c", cwd="shop/x", created_ms=1, moved_ms=NOW_MS, seen_ms=NOW_MS)
    gauge = Gauge(source="cursor", session_id="c", time_ms=NOW_MS, used=7, size=9, parts=(("tools", 3),))
    path = a_machine(tmp_path / "b", "b", chats=[chat, replace(chat, session_id="ours")], gauges=[gauge])
    with opened(tmp_path / "a", "a") as ledger:
        ledger.write(Batch(chats=[replace(chat, session_id="ours", cwd="")]))
        for _ in range(2):
            merged(ledger, path)
        ask = ledger._connection.execute
        assert ask("SELECT session_id, host, project FROM chat ORDER BY 1").fetchall() == [
            ("c", "b", "b:shop"),
            ("ours", "", "a:shop"),
        ]
        assert ask("SELECT time_ms, used, size, parts FROM gauge").fetchall() == [
            (NOW_MS, 7, 9, '[["tools",3]]')
        ]
        known = Queries(ledger._connection).known
        assert known.recent_sessions(0, 1 << 60) == ["ours"]
        assert known.last_moved("c") == 0
        assert Queries(ledger._connection).summary("day", Filter()).untold_sessions == 2


def test_titles_stay_behind_where_none_are_kept(tmp_path: Path) -> None:
    fact = SessionFact(source="claude-code", session_id="s-9", name="title:ai", value="Plans", order=1)
    path = a_machine(tmp_path / "b", "b", facts=[fact])
    with opened(tmp_path / "a", "a") as ledger:
        ledger.forget_titles()
        merged(ledger, path)
        assert contents(ledger)["facts"] == []


def test_what_a_machine_had_merged_keeps_its_machine_and_ours_comes_home(tmp_path: Path) -> None:
    a_machine(tmp_path / "a", "a", an_event(key="m1"))
    c = a_machine(tmp_path / "c", "c", an_event(key="m3"))
    with opened(tmp_path / "b", "b") as ledger:
        merged(ledger, tmp_path / "a" / "ledger.sqlite")
        merged(ledger, c)
        ledger.write(Batch(events=[an_event(key="m2")]))
    with opened(tmp_path / "a", "a") as ledger:
        assert merged(ledger, tmp_path / "b" / "ledger.sqlite") == {
            "a": OfMachine(1, 0), "b": OfMachine(1, 1), "c": OfMachine(1, 1),
        }  # fmt: skip
        rows = ledger._connection.execute("SELECT key, host FROM usage_event ORDER BY key").fetchall()
        assert rows == [("m1", ""), ("m2", "b"), ("m3", "c")]


def test_ids_that_gateways_made_up_are_joined_by_time_across_machines(tmp_path: Path) -> None:
    weak = {"key": "chat-1", "has_strong_key": False}
    path = a_machine(
        tmp_path / "b", "b", an_event(**weak, output=20), an_event(**weak, time_ms=NOW_MS + 3 * HOUR, input=9)
    )
    with opened(tmp_path / "a", "a") as ledger:
        ledger.write(Batch(events=[an_event(**weak, output=10)]))
        assert merged(ledger, path) == {"b": OfMachine(2, 1)}
        rows = ledger._connection.execute("SELECT key, output FROM usage_event ORDER BY key").fetchall()
        assert rows == [("chat-1", 20), ("chat-1#2", 10)]


# -- whose ledger it is


def test_a_ledger_without_a_name_asks_for_one(tmp_path: Path) -> None:
    path = a_machine(tmp_path / "b", "b", an_event())
    with Ledger(path, str) as ledger:
        ledger._connection.execute("DELETE FROM machine")
    with opened(tmp_path / "a", "a") as ledger:
        with pytest.raises(ValueError, match="--host NAME"):
            merged(ledger, path)
        assert merged(ledger, path, "mill") == {"mill": OfMachine(1, 1)}


def test_a_machine_that_is_called_like_this_one_can_be_told_apart(tmp_path: Path) -> None:
    path = a_machine(tmp_path / "b", "a", an_event(key="m2"))
    with opened(tmp_path / "a", "a") as ledger:
        assert merged(ledger, path, "a2") == {"a2": OfMachine(1, 1)}


def test_the_name_is_noted_once(tmp_path: Path) -> None:
    opened(tmp_path, "old").close()
    with opened(tmp_path, "new") as ledger:
        assert ledger.machine == Known(ledger._connection).machine() == "old"


# -- what can be read


def test_an_older_ledger_is_read_from_a_copy_and_left_as_it_is(tmp_path: Path) -> None:
    from sqlite_utils import Database

    from tallylight.ledger.migrations import migrations

    path = tmp_path / "b" / "ledger.sqlite"
    path.parent.mkdir()
    first = Database(path)
    migrations.apply(first, stop_before="m002_notices")
    first.execute("INSERT INTO directory VALUES ('/w/x', '/w')")
    first.execute("PRAGMA user_version = 1")
    first.close()
    before = path.read_bytes()
    with opened(tmp_path / "a", "a") as ledger:
        merged(ledger, path, "b")
        rows = ledger._connection.execute("SELECT * FROM directory").fetchall()
    assert rows == [("b", "/w/x", "/w")]
    assert path.read_bytes() == before
    assert {p.name for p in path.parent.iterdir() if p.is_file()} == {"ledger.sqlite"}


def test_a_ledger_in_use_is_read_with_what_stands_in_its_log_only(tmp_path: Path) -> None:
    with opened(tmp_path / "b", "b") as busy, opened(tmp_path / "a", "a") as ledger:
        busy.write(Batch(events=[an_event()]))
        assert merged(ledger, tmp_path / "b" / "ledger.sqlite") == {"b": OfMachine(1, 1)}


def test_a_copy_without_its_log_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    with opened(tmp_path / "b", "b") as busy:
        busy.write(Batch(events=[an_event(key="m1")]))
        busy.relax()
        busy.write(Batch(events=[an_event(key="m2")]))
        alone = tmp_path / "alone.sqlite"
        alone.write_bytes((tmp_path / "b" / "ledger.sqlite").read_bytes())
    with opened(tmp_path / "a", "a") as ledger:
        assert merged(ledger, alone) == {"b": OfMachine(1, 1)}


@pytest.mark.parametrize("content", [b"", b"no database at all" * 100])
def test_what_is_no_ledger_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.sqlite"
    path.write_bytes(content)
    (tmp_path / "copy").mkdir()
    with pytest.raises(ValueError, match=r"notes\.sqlite is not a ledger"):
        OtherLedger(path, tmp_path / "copy")


def test_a_newer_ledger_is_refused(tmp_path: Path) -> None:
    path = a_machine(tmp_path / "b", "b", an_event())
    with Ledger(path, str) as ledger:
        ledger._connection.execute("PRAGMA user_version = 99")
    with opened(tmp_path / "a", "a") as ledger, pytest.raises(ValueError, match="newer"):
        merged(ledger, path)


def test_a_damaged_ledger_is_said_by_its_own_name(tmp_path: Path) -> None:
    path = a_machine(tmp_path / "b", "b", *(an_event(key=f"m{n}", cwd=f"d{n}") for n in range(800)))
    data = bytearray(path.read_bytes())
    data[8192:-4096] = b"\xff" * (len(data) - 12288)
    path.write_bytes(bytes(data))
    with opened(tmp_path / "a", "a") as ledger, pytest.raises(ValueError, match="cannot be read"):
        merged(ledger, path)


def test_the_folder_that_holds_a_ledger_is_enough(tmp_path: Path) -> None:
    path = a_machine(tmp_path / "b", "b", an_event())
    assert ledger_in(path.parent) == ledger_in(path) == path
    for missing in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(ValueError, match=r"no ledger\.sqlite|no such file"):
            ledger_in(missing)


# -- in any order

_events = st.builds(
    an_event,
    key=st.sampled_from(["m1", "m2", "m3", "m4"]),
    session_id=st.sampled_from(["s-1", "s-2"]),
    file_session_id=st.sampled_from(["s-1", "s-2", "s-3"]),
    time_ms=st.sampled_from([NOW_MS, NOW_MS + 1, NOW_MS + 2 * HOUR]),
    output=st.integers(0, 50),
    input=st.integers(0, 3),
    has_strong_key=st.just(value=True),
    is_copy=st.booleans(),
    file_started_ms=st.sampled_from([0, 1]),
    stated_id=st.sampled_from(["", "u"]),
    cwd=st.sampled_from(["shop/api", "shop/web", "mill"]),
    weight=st.integers(0, 1),
)
_weak = st.builds(
    an_event,
    key=st.sampled_from(["chat-1", "chat-2"]),
    time_ms=st.sampled_from([NOW_MS, NOW_MS + HOUR, NOW_MS + 3 * HOUR]),
    has_strong_key=st.just(value=False),
    output=st.integers(0, 5),
    cwd=st.sampled_from(["shop/api", "mill"]),
)
_portions = st.lists(_events | _weak, max_size=6)


@given(st.data(), st.tuples(_portions, _portions, _portions), _portions)
def test_any_order_of_merging_and_reading_comes_to_the_same(
    tmp_path_factory: pytest.TempPathFactory,
    data: st.DataObject,
    theirs: tuple[list[UsageEvent], ...],
    ours: list[UsageEvent],
) -> None:
    folder = tmp_path_factory.mktemp("machines")
    paths = [a_machine(folder / name, name, *events) for name, events in zip("bcd", theirs, strict=True)]
    steps: list[Path | UsageEvent] = [*paths, *ours]

    def after(name: str, order: Sequence[Path | UsageEvent]) -> dict[str, list[tuple[Any, ...]]]:
        with opened(folder / name, "c2") as ledger:
            for step in order:
                if isinstance(step, Path):
                    merged(ledger, step)
                else:
                    ledger.write(Batch(events=[step]))
            return held(ledger)

    mixed = [*data.draw(st.permutations(steps)), data.draw(st.sampled_from(paths))]
    assert after("one", steps) == after("other", mixed)


@given(_portions, _portions)
def test_merged_into_each_other_two_machines_say_the_same(
    tmp_path_factory: pytest.TempPathFactory, first: list[UsageEvent], second: list[UsageEvent]
) -> None:
    folder = tmp_path_factory.mktemp("machines")
    a, b = a_machine(folder / "a", "a", *first), a_machine(folder / "b", "b", *second)
    before = folder / "before.sqlite"
    before.write_bytes(b.read_bytes())
    with opened(folder / "b", "b") as ledger:
        merged(ledger, a)
        there = by_machine(ledger)
    with opened(folder / "a", "a") as ledger:
        merged(ledger, before)
        assert by_machine(ledger) == there
        merged(ledger, folder / "b" / "ledger.sqlite")  # what is ours comes home and changes nothing
        assert by_machine(ledger) == there
