"""What the window reads of one session and of a period."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from factories import (
    NOW_MS,
    RATES,
    a_compaction,
    a_cost_state,
    a_ledger,
    a_line,
    a_prompt,
    a_usage,
    packed,
    queued,
    read_all,
    write_log,
)
from tallylight.domain.session import SessionDetail
from tallylight.domain.summary import Filter, HistoryQuestion
from tallylight.ledger.days import day_of
from tallylight.ledger.known import project_names
from tallylight.ledger.ledger import Ledger
from tallylight.ledger.library import LedgerLibrary
from tallylight.ledger.queries import Queries
from tallylight.ledger.sessions import Sessions

DOLLAR = 10**12
#: What one answer of `a_line` costs.
ONE = 4 * RATES.input + 40 * RATES.output


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with a_ledger(tmp_path / "data", ["claude-opus-5-5", "claude-haiku-4-5"]) as made:
        yield made


def detail(ledger: Ledger, session_id: str = "s-1", now: int = NOW_MS) -> SessionDetail:
    found = Sessions(ledger._connection, ledger.prices.card_for, lambda _model: None).detail(session_id, now)
    assert found is not None
    return found


def a_library(tmp_path: Path, keeps_titles: bool = True) -> LedgerLibrary:
    return LedgerLibrary(
        tmp_path / "data" / "ledger.sqlite", lambda _m: None, lambda: NOW_MS, keeps_titles=keeps_titles
    )


def test_a_session_is_folded_from_what_its_files_say(ledger: Ledger, tmp_path: Path) -> None:
    lines = [
        a_prompt(),
        a_line(usage=a_usage(read=900)),
        a_compaction(at=NOW_MS + 10, before=904, after=300),
        a_line(id="msg_2", uuid="u-2", at=NOW_MS + 20, usage=a_usage(read=400), branch="feature"),
        packed({"type": "ai-title", "aiTitle": "by the client", "sessionId": "s-1"}),
        packed({"type": "custom-title", "customTitle": "by the user", "sessionId": "s-1"}),
        packed({"type": "ai-title", "aiTitle": "by the client again", "sessionId": "s-1"}),
    ]
    write_log(tmp_path, "-home/s-1.jsonl", *lines)
    read_all(ledger, tmp_path)
    found = detail(ledger)
    assert [mark.kind for mark in found.marks] == ["prompt", "compaction"]
    assert (found.view.title, found.view.branch, found.view.project) == ("by the user", "feature", "shop")
    assert (found.view.context, found.view.turns, found.view.turns_since_prompt) == (404, 2, 2)


def test_a_cache_write_of_unknown_duration_is_told_apart(ledger: Ledger, tmp_path: Path) -> None:
    stated, flat = a_usage(write_1h=900), a_usage(write=900, cache_creation=None)
    write_log(
        tmp_path,
        "-home/s-1.jsonl",
        a_line(id="msg_1", usage=stated),
        a_line(id="msg_2", uuid="u-2", usage=flat),
    )
    read_all(ledger, tmp_path)
    turns = {turn.key: turn for turn in detail(ledger).turns}
    assert (turns["msg_1"].split_is_unknown, turns["msg_1"].cache_write_1h) == (False, 900)
    assert (turns["msg_2"].split_is_unknown, turns["msg_2"].cache_write_5m) == (True, 900)


def test_titles_are_shown_nowhere_when_switched_off(ledger: Ledger, tmp_path: Path) -> None:
    title = packed({"type": "custom-title", "customTitle": "secret plan", "sessionId": "s-1"})
    write_log(tmp_path, "-home/s-1.jsonl", a_prompt(), a_line(), title)
    read_all(ledger, tmp_path)
    question = HistoryQuestion(since="2026-10-01", until="2026-11-01", by="session")
    for keeps_titles in (True, False):
        library = a_library(tmp_path, keeps_titles)
        shown = repr([library.history(question), library.sessions(Filter()), library.detail("s-1")])
        assert ("secret plan" in shown) is keeps_titles


def test_the_window_the_client_names_is_that_of_the_model_in_use(ledger: Ledger, tmp_path: Path) -> None:
    models = {
        "claude-haiku-4-5": {"contextWindow": 200_000},
        "claude-opus-5-5[1m]": {"contextWindow": 1_000_000},
    }
    write_log(
        tmp_path, "-home/s-1.jsonl", a_line(model="claude-haiku-4-5"), a_cost_state(1.0, modelUsage=models)
    )
    read_all(ledger, tmp_path)
    assert (detail(ledger).view.context_window, detail(ledger).view.window_source) == (200_000, "client")
    write_log(
        tmp_path,
        "-home/s-2.jsonl",
        a_line(id="msg_2", session="s-2"),
        a_cost_state(1.0, "s-2", modelUsage=models),
    )
    read_all(ledger, tmp_path)
    assert detail(ledger, "s-2").view.context_window == 1_000_000


@pytest.mark.parametrize("total", [1.0, 0.5])
@pytest.mark.parametrize("is_fork_first", [False, True])
def test_a_forks_difference_does_not_count_its_parents_again(
    tmp_path: Path, total: float, is_fork_first: bool
) -> None:
    one = ONE / DOLLAR
    files = {
        "s-1.jsonl": [queued(NOW_MS - 1000), a_line(), a_cost_state(one + total)],
        "fork.jsonl": [
            queued(NOW_MS + 5000, "fork"),
            a_line(session="fork", requestSessionId="s-1"),
            a_line(id="msg_2", uuid="u-2", at=NOW_MS + 6000, session="fork", requestSessionId="fork"),
            a_cost_state(2 * one + total + 0.25, "fork"),
        ],
    }
    with a_ledger(tmp_path / "data") as ledger:
        for name in sorted(files, reverse=not is_fork_first):
            write_log(tmp_path, f"-home/{name}", *files[name])
            read_all(ledger, tmp_path)
        differences = [detail(ledger, session).view.not_itemised for session in ("s-1", "fork")]
        assert [d.picousd for d in differences if d] == [round(total * DOLLAR), DOLLAR // 4]
        sessions = Queries(ledger._connection).summary("session", Filter())
        assert sessions.not_itemised_picousd == round(total * DOLLAR) + DOLLAR // 4
        assert {row.session_id: row.parent_session_id for row in sessions.rows} == {"s-1": "", "fork": "s-1"}
        assert detail(ledger, "fork").view.cost_picousd == ONE


def test_a_session_that_names_itself_its_parent_has_none(ledger: Ledger, tmp_path: Path) -> None:
    write_log(
        tmp_path, "-home/s-1.jsonl", a_line(forkedFrom={"sessionId": "s-1"}), a_cost_state(ONE / DOLLAR + 1)
    )
    read_all(ledger, tmp_path)
    found = detail(ledger).view.not_itemised
    assert found is not None and found.picousd == DOLLAR


def test_two_running_totals_of_one_session_are_not_added(ledger: Ledger, tmp_path: Path) -> None:
    states = [a_cost_state(1.0), a_cost_state(1.5, startTime=NOW_MS + 9), a_cost_state(1.25)]
    write_log(tmp_path, "-home/s-1.jsonl", a_line(), *states)
    read_all(ledger, tmp_path)
    found = detail(ledger).view.not_itemised
    assert found is not None and found.reference_picousd == 15 * DOLLAR // 10


def test_a_subagents_type_is_known_from_the_file_beside_its_lines(ledger: Ledger, tmp_path: Path) -> None:
    write_log(tmp_path, "-home/s-1.jsonl", a_line())
    for n in range(4):
        line = a_line(
            agent=f"a{n}", id=f"m-{n}", uuid=f"u-{n}", **({"attributionAgent": "Plan"} if n == 3 else {})
        )
        write_log(tmp_path, f"-home/s-1/subagents/agent-a{n}.jsonl", line)
    for n in (0, 1, 3):
        meta = packed({"agentType": "Explore", "description": "look around"})
        write_log(tmp_path, f"-home/s-1/subagents/agent-a{n}.meta.json", meta)
    read_all(ledger, tmp_path)
    queries = Queries(ledger._connection)
    found = {row.key: row.totals.requests for row in queries.summary("subagent_type", Filter()).rows}
    assert found == {"": 2, "Explore": 2, "Plan": 1}
    library = a_library(tmp_path)
    for key, count in (("Explore", 2), ("Plan", 1)):
        assert library.sessions(Filter(subagent_type=key)).totals.requests == count
        assert len(library.requests(Filter(subagent_type=key))) == count


def test_what_names_no_group_is_part_of_the_rest(ledger: Ledger, tmp_path: Path) -> None:
    branches = [f"b-{n}" for n in range(9)] + [""]
    lines = [
        a_line(id=f"m-{n}", uuid=f"u-{n}", request=f"r-{n}", branch=name) for n, name in enumerate(branches)
    ]
    write_log(tmp_path, "-home/s-1.jsonl", *lines)
    read_all(ledger, tmp_path)
    day = day_of(NOW_MS)
    question = HistoryQuestion(since=f"{day}", until=f"{day + timedelta(days=1)}", by="branch")
    stack = a_library(tmp_path).history(question).stack
    assert len(stack.series) == 8 and stack.series[-1] == "" and all(stack.series[:-1])
    assert [sum(values) for values in stack.values] == [*[ONE] * 7, 3 * ONE]


def test_what_has_no_price_is_told_by_class_by_slot_and_by_change(ledger: Ledger, tmp_path: Path) -> None:
    nobodys = [
        a_line(id=f"m-{n}", uuid=f"u-{n}", request=f"r-{n}", model="unheard-of", usage=a_usage(read=900))
        for n in (1, 2)
    ]
    write_log(tmp_path, "-home/s-1.jsonl", a_line(), *nobodys)
    write_log(tmp_path, "-home/s-2.jsonl", a_line(id="m-3", at=NOW_MS - 86_400_000, session="s-2"))
    read_all(ledger, tmp_path)
    day = day_of(NOW_MS)
    question = HistoryQuestion(since=f"{day}", until=f"{day + timedelta(days=1)}", by="branch")
    history = a_library(tmp_path).history(question)
    classes = {row.name: row for row in history.groups.classes}
    assert (classes["cache_read"].count, classes["cache_read"].unpriced) == (1800, 1800)
    assert classes["output"].unpriced == 2 * classes["output"].count // 3 > 0
    assert len(history.stack.unpriced) == 1 and history.stack.unpriced[0].startswith(f"{day}T")
    assert history.groups.totals.is_floor and not history.before.is_floor
    # In dollars nothing moved that is known; in tokens something did.
    assert history.before.cost_picousd == history.groups.totals.cost_picousd
    assert [(change.is_in_tokens, change.tokens) for change in history.changes] == [(True, 2 * (900 + 44))]
    by_session = a_library(tmp_path).history(msgspec.structs.replace(question, by="session"))
    assert [change.label for change in by_session.changes] == ["shop s-2", "shop s-1"]
    assert [change.after.unpriced for change in by_session.changes] == [0, 2]


def test_what_has_no_price_is_among_the_changes(ledger: Ledger, tmp_path: Path) -> None:
    def line(n: int, at: int = NOW_MS, **given: object) -> bytes:
        return a_line(id=f"m-{n}", uuid=f"u-{n}", request=f"r-{n}", branch=f"b-{n}", at=at, **given)

    nobodys = [line(n, model="unheard-of", usage=a_usage(read=n)) for n in (21, 23, 24, 22)]
    gone = line(90, NOW_MS - 86_400_000, model="unheard-of", usage=a_usage(read=90))
    write_log(tmp_path, "-home/s-1.jsonl", gone, *map(line, range(9)), *nobodys)
    read_all(ledger, tmp_path)
    day = day_of(NOW_MS)
    question = HistoryQuestion(since=f"{day}", until=f"{day + timedelta(days=1)}", by="branch")
    changes = a_library(tmp_path).history(question).changes
    # However many have one, some places are kept for those without.
    assert [change.is_in_tokens for change in changes] == [False] * 5 + [True] * 3
    assert [change.label for change in changes[5:]] == ["b-90", "b-24", "b-23"]
    assert changes[5].tokens < 0 < changes[6].tokens
    by_model = a_library(tmp_path).history(msgspec.structs.replace(question, by="model")).changes
    assert [change.label for change in by_model] == ["claude-opus-5-5", "unheard-of"]


def test_a_session_the_ledger_does_not_know_is_none(ledger: Ledger, tmp_path: Path) -> None:
    assert a_library(tmp_path).detail("nobody") is None


def test_a_fork_shows_the_history_it_was_made_from(ledger: Ledger, tmp_path: Path) -> None:
    write_log(tmp_path, "-home/s-1.jsonl", a_prompt(), a_line(usage=a_usage(read=900)))
    write_log(tmp_path, "-home/fork.jsonl", a_prompt(session="fork"),
              a_line(usage=a_usage(read=900), session="fork", forkedFrom={"sessionId": "s-1"}))  # fmt: skip
    read_all(ledger, tmp_path)
    view = detail(ledger, "fork").view
    assert (view.cost_picousd, view.requests, view.context) == (0, 0, 904)


def test_names_of_projects_are_as_long_as_it_takes() -> None:
    names = project_names(["/home/ana/shop", "/home/ben/shop", "/home/ana/api", "/", ""])
    assert [*names.values()] == ["ana/shop", "ben/shop", "api", "/", ""]


def test_ten_thousand_projects_have_names_of_their_own() -> None:
    names = project_names([f"/home/u{n % 50}/p{n // 2}" for n in range(10_000)])
    assert len(set(names.values())) == 10_000
    assert names["/home/u1/p0"] == "u1/p0"
