"""However a file grows, is cut, replaced or deleted: the same rows, none twice, none lost."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factories import (
    NOW_MS,
    Json,
    a_compaction,
    a_cost_state,
    a_ledger,
    a_line,
    a_prompt,
    a_tool_result,
    a_usage,
    contents,
    packed,
    queued,
    read_all,
    row,
    write_log,
)
from tallylight.ingest.assembly import SOURCES
from tallylight.ingest.pipeline import Pipeline
from tallylight.ingest.roots import Root
from tallylight.ledger.ledger import Ledger

NAME = "-home-ana-shop/s-1.jsonl"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "claude"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with a_ledger(tmp_path / "data") as made:
        yield made


def outputs(ledger: Ledger) -> dict[str, int]:
    return dict(ledger._connection.execute("SELECT key, output FROM usage_event ORDER BY key"))


def rejections(ledger: Ledger) -> dict[str, int]:
    return dict(ledger._connection.execute("SELECT reason, count FROM rejection"))


def answers(*outputs: int, first: int = 0) -> list[bytes]:
    return [
        a_line(
            id=f"msg_{first + n:02}",
            uuid=f"u-{first + n}",
            usage=a_usage(output=output),
            at=NOW_MS + first + n,
        )
        for n, output in enumerate(outputs)
    ]


def touched(path: Path, ns: int) -> None:
    """A time of change that differs, however coarse the file system's clock is."""
    os.utime(path, ns=(ns, ns))


# -- growing


LINES = [
    queued(NOW_MS - 5000), a_prompt(text="naïve 😀 prompt", parent="root"), a_line(usage=a_usage(output=3)),
    a_line(usage=a_usage(output=512), at=NOW_MS + 5, cwd="/home/ana/été"), b"{broken", b"\xff\xfe", b"",
    a_tool_result(text="é" * 50), *answers(7, 8, 9, first=20), packed({"type": "ai-title", "aiTitle": "Straße"}),
    a_line(id="chat-1"), a_line(id="chat-1", usage=a_usage(output=77), at=NOW_MS + 50), a_compaction(at=NOW_MS + 99),
    a_prompt(uuid="u-77", parent="root", at=NOW_MS + 100), a_cost_state(1.25), packed({"type": "hologram"}),
]  # fmt: skip


@settings(max_examples=40)
@given(st.data(), st.sampled_from([b"\n", b"\r\n"]))
def test_however_a_file_grows_the_same_is_read(data: st.DataObject, end: bytes) -> None:
    whole = b"".join(line + end for line in LINES)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    with TemporaryDirectory() as name:
        folder = Path(name)
        with a_ledger(folder / "one") as ledger:
            path = write_log(folder, NAME, whole, end=b"")
            read_all(ledger, folder)
            expected, refused = contents(ledger), rejections(ledger)
        with a_ledger(folder / "other") as ledger:
            for n, cut in enumerate([*cuts, len(whole)]):
                path.write_bytes(whole[:cut])
                touched(path, NOW_MS * 10**6 + n * 10**9)
                read_all(ledger, folder)
            assert contents(ledger) == expected
            assert rejections(ledger) == refused


def test_a_half_written_line_waits(ledger: Ledger, root: Path) -> None:
    first, second = answers(10, 20)
    path = write_log(root, NAME, first, second[:-30], end=b"")
    read_all(ledger, root)
    assert outputs(ledger) == {"msg_00": 10}
    with path.open("ab") as stream:
        stream.write(second[-30:])
    read_all(ledger, root)
    assert outputs(ledger) == {"msg_00": 10}
    with path.open("ab") as stream:
        stream.write(b"\n")
    read_all(ledger, root)
    assert outputs(ledger) == {"msg_00": 10, "msg_01": 20}
    assert not rejections(ledger)


def test_only_what_is_new_is_read(ledger: Ledger, root: Path) -> None:
    path = write_log(root, NAME, *answers(*range(1, 40)))
    read_all(ledger, root)
    assert read_all(ledger, root).tally.files == 0
    line = answers(99, first=70)[0] + b"\n"
    with path.open("ab") as stream:
        stream.write(line)
    tally = read_all(ledger, root).tally
    assert (tally.bytes, tally.events, tally.new) == (len(line), 1, 1)


def test_a_file_that_was_touched_is_read_at_once(ledger: Ledger, root: Path) -> None:
    for n in range(5):
        write_log(root, f"-home/s-{n}.jsonl", *answers(1, first=n))
    pipeline = Pipeline(ledger, SOURCES, [Root("claude-code", str(root))])
    pipeline.discover()
    last = str(root / "projects" / "-home" / "s-4.jsonl")
    pipeline.touch([last, str(root / "projects" / "gone.jsonl"), "/elsewhere/x.jsonl"])
    assert pipeline.has_urgent
    pipeline.step()
    assert "msg_04" in outputs(ledger)


def test_newest_files_come_first(ledger: Ledger, root: Path) -> None:
    for n in (3, 1, 2):
        touched(write_log(root, f"-home/s-{n}.jsonl", *answers(*[n] * 2000, first=n * 10_000)), n * 10**18)
    pipeline = Pipeline(ledger, SOURCES, [Root("claude-code", str(root))])
    pipeline.discover()
    pipeline.step()
    read = set(outputs(ledger).values())
    assert 3 in read
    assert read in ({3}, {3, 2}, {3, 2, 1})


# -- not growing


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (answers(10), {"msg_00": 10, "msg_01": 20, "msg_02": 30}),
        (answers(40, first=5), {"msg_00": 10, "msg_01": 20, "msg_02": 30, "msg_05": 40}),
        (answers(10, 25, 30), {"msg_00": 10, "msg_01": 25, "msg_02": 30}),
        ([*answers(50, 60, 70, 80, first=5)], {"msg_00": 10, "msg_01": 20, "msg_02": 30, "msg_05": 50, "msg_06": 60,
                                               "msg_07": 70, "msg_08": 80}),
        ([], {"msg_00": 10, "msg_01": 20, "msg_02": 30}),
    ],
    ids=["truncated", "shorter", "same length", "longer", "emptied"],
)  # fmt: skip
@pytest.mark.parametrize("is_replaced", [False, True])
@pytest.mark.parametrize("tail", [b"", b'{"half":'])
def test_a_rewritten_file_adds_what_it_says_and_takes_nothing(
    ledger: Ledger, root: Path, now: list[bytes], expected: Json, is_replaced: bool, tail: bytes
) -> None:
    path = write_log(root, NAME, *answers(10, 20, 30), tail, end=b"")
    read_all(ledger, root)
    if is_replaced:
        other = write_log(root, "-home-ana-shop/new.partial", *now, tail, end=b"")
        other.replace(path)
    else:
        write_log(root, NAME, *now, tail, end=b"")
    touched(path, (NOW_MS + 9999) * 10**6)
    read_all(ledger, root)
    assert outputs(ledger) == expected


def test_a_replaced_file_with_the_same_beginning_is_read_again(ledger: Ledger, root: Path) -> None:
    """Another line in the middle, of the same length, and more at the end."""
    lines = answers(*[10] * 60)
    path = write_log(root, NAME, *lines)
    read_all(ledger, root)
    lines[30] = answers(99, first=30)[0]
    other = write_log(root, "-home-ana-shop/new.partial", *lines, *answers(5, first=80))
    other.replace(path)
    read_all(ledger, root)
    assert outputs(ledger)["msg_30"] == 99
    assert outputs(ledger)["msg_80"] == 5


def test_what_a_deleted_file_held_stays(ledger: Ledger, root: Path) -> None:
    path = write_log(root, NAME, *answers(10))
    read_all(ledger, root)
    path.unlink()
    read_all(ledger, root)
    path.parent.rmdir()
    read_all(ledger, root)
    assert outputs(ledger) == {"msg_00": 10}
    assert ledger.stamps()[str(path)].is_gone
    write_log(root, NAME, *answers(10, 20))
    read_all(ledger, root)
    assert outputs(ledger) == {"msg_00": 10, "msg_01": 20}
    assert not ledger.stamps()[str(path)].is_gone


def test_rejections_of_a_rewritten_file_are_counted_anew(ledger: Ledger, root: Path) -> None:
    path = write_log(root, NAME, b"{broken", b"{broken", *answers(10))
    read_all(ledger, root)
    assert rejections(ledger) == {"not JSON": 2}
    write_log(root, NAME, b"{broken", *answers(10))
    touched(path, (NOW_MS + 9999) * 10**6)
    read_all(ledger, root)
    assert rejections(ledger) == {"not JSON": 1}


# -- large


def test_long_lines_are_read_or_skipped_in_little_memory(ledger: Ledger, root: Path) -> None:
    path = write_log(root, NAME, a_prompt())
    with path.open("ab") as stream:
        stream.write(b'{"type":"file-history-snapshot","snapshot":"')
        for _ in range(40):
            stream.write(b"x" * (1 << 20))
        stream.write(b'"}\n')
        stream.write(
            a_line(content=[{"type": "text", "text": "y" * (12 << 20)}])
            + b"\n"
            + answers(5, first=9)[0]
            + b"\n"
        )
    tracemalloc.start()
    read_all(ledger, root)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert outputs(ledger) == {"msg_01": 40, "msg_09": 5}
    assert peak < 70 << 20


@pytest.mark.parametrize("length", [5_000, 1 << 20, 5 << 20])
def test_an_answer_behind_a_torn_line_of_any_length_counts(ledger: Ledger, root: Path, length: int) -> None:
    path = write_log(root, NAME, a_prompt(), *answers(10))
    result = b'{"parentUuid":null,"type":"user","message":{"role":"user","content":[{"type":"tool_result","content":"'
    with path.open("ab") as stream:
        stream.write(
            result + b"x" * length + answers(77, first=1)[0] + b"\n" + answers(20, first=2)[0] + b"\n"
        )
    read_all(ledger, root)
    assert outputs(ledger) == {"msg_00": 10, "msg_01": 77, "msg_02": 20}


def test_a_file_read_in_many_steps_is_one_file(ledger: Ledger, root: Path) -> None:
    write_log(root, NAME, a_prompt(), *(a_tool_result(text="x" * (1 << 20)) for _ in range(30)), *answers(5))
    assert read_all(ledger, root).tally.files == 1


def test_a_long_unfinished_line_waits_too(ledger: Ledger, root: Path) -> None:
    path = write_log(root, NAME, a_prompt(), *answers(10))
    with path.open("ab") as stream:
        stream.write(b'{"type":"file-history-snapshot","snapshot":"' + b"x" * (5 << 20))
    read_all(ledger, root)
    with path.open("ab") as stream:
        stream.write(b'"}\n' + answers(20, first=1)[0] + b"\n")
    read_all(ledger, root)
    assert outputs(ledger) == {"msg_00": 10, "msg_01": 20}


# -- folders


def test_what_cannot_be_read_is_counted_and_the_rest_is_read(ledger: Ledger, root: Path) -> None:
    write_log(root, NAME, *answers(10))
    folder = root / "projects" / "-home-ana-shop" / "s-2.jsonl"
    folder.mkdir()
    (root / "projects" / "-loop").symlink_to(root / "projects", target_is_directory=True)
    (root / "projects" / "-home-ana-shop" / "broken.jsonl").symlink_to(root / "nowhere")
    (root / "projects" / "-home-ana-shop" / "itself.jsonl").symlink_to("itself.jsonl")
    pipeline = read_all(ledger, root)
    pipeline.touch([str(folder)])
    pipeline.step()
    assert outputs(ledger) == {"msg_00": 10}


def test_a_file_in_place_of_the_folder_is_said_to_be_one(ledger: Ledger, root: Path) -> None:
    root.mkdir()
    (root / "projects").write_text("no folder")
    for _ in range(2):
        read_all(ledger, root)
        assert rejections(ledger) == {"unreadable folder: Not a directory": 1}
    (root / "projects").unlink()
    read_all(ledger, root)
    assert not rejections(ledger)


def test_a_complaint_ends_with_its_cause(ledger: Ledger, root: Path) -> None:
    path = root / "projects" / NAME
    path.mkdir(parents=True)
    pipeline = read_all(ledger, root)
    for _ in range(2):
        pipeline.touch([str(path)])
        pipeline.step()
    assert list(rejections(ledger).values()) == [1]
    path.rmdir()
    write_log(root, NAME, *answers(10))
    read_all(ledger, root)
    assert not rejections(ledger)


def test_one_directory_through_two_paths_is_read_once(ledger: Ledger, tmp_path: Path) -> None:
    write_log(tmp_path / "a", NAME, b"{broken", *answers(10))
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "projects").symlink_to(tmp_path / "a" / "projects", target_is_directory=True)
    pipeline = read_all(ledger, tmp_path / "a", tmp_path / "b")
    assert pipeline.tally.files == 1
    assert rejections(ledger) == {"not JSON": 1}
    pipeline.touch([str(tmp_path / "b" / "projects" / NAME)])
    while not pipeline.is_idle:
        pipeline.step()
    assert rejections(ledger) == {"not JSON": 1}


def test_a_linked_project_folder_is_read(ledger: Ledger, root: Path, tmp_path: Path) -> None:
    write_log(tmp_path / "elsewhere", NAME, *answers(10))
    (root / "projects").mkdir(parents=True)
    (root / "projects" / "-linked").symlink_to(tmp_path / "elsewhere" / "projects" / "-home-ana-shop")
    read_all(ledger, root)
    assert outputs(ledger) == {"msg_00": 10}


def test_copies_below_two_roots_are_counted_once_in_any_order(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_log(tmp_path / name, NAME, *answers(10, 20))
    found = []
    for order in (("a", "b"), ("b", "a")):
        with a_ledger(tmp_path / "".join(order)) as ledger:
            read_all(ledger, *(tmp_path / name for name in order))
            found.append(contents(ledger))
    assert found[0] == found[1]


# -- sessions over several files


def a_main_file(**given: object) -> list[bytes]:
    return [
        queued(NOW_MS - 1000),
        a_prompt(),
        a_line(**given),
        a_line(id="msg_02", at=NOW_MS + 1000, uuid="u-2"),
    ]


FORKS = {
    "branch": [
        a_line(session="fork", forkedFrom={"sessionId": "s-1"}),
        a_line(id="msg_03", session="fork", at=NOW_MS + 60_000),
    ],
    "marked": [
        queued(NOW_MS + 50_000, "fork"),
        a_line(session="fork", requestSessionId="s-1"),
        a_line(id="msg_03", session="fork", requestSessionId="fork", at=NOW_MS + 60_000),
    ],
    "unmarked": [
        queued(NOW_MS + 50_000, "fork"),
        a_line(session="fork"),
        a_line(id="msg_03", session="fork", at=NOW_MS + 60_000),
    ],
    "background": [
        a_line(session="fork", session_id="s-1"),
        a_line(id="msg_03", session="fork", at=NOW_MS + 60_000),
    ],
}


@pytest.mark.parametrize("kind", FORKS)
@pytest.mark.parametrize("is_fork_first", [False, True])
def test_a_fork_pays_only_for_its_own(tmp_path: Path, kind: str, is_fork_first: bool) -> None:
    files = [("s-1.jsonl", a_main_file()), ("fork.jsonl", FORKS[kind])]
    with a_ledger(tmp_path / "data") as ledger:
        for name, lines in reversed(files) if is_fork_first else files:
            write_log(tmp_path, f"-home/{name}", *lines)
            read_all(ledger, tmp_path)
        owners = dict(ledger._connection.execute("SELECT key, session_id FROM usage_event"))
        assert owners == {"msg_01": "s-1", "msg_02": "s-1", "msg_03": "fork"}
        assert contents(ledger)["inherited"] == [("fork", "msg_01")]


@pytest.mark.parametrize("is_side_first", [False, True])
def test_a_side_question_that_repeats_main_lines_costs_nothing(tmp_path: Path, is_side_first: bool) -> None:
    side = a_line(request="req_99", side=True, agent="btw", at=NOW_MS + 5, uuid="u-9")
    files = [("s-1.jsonl", a_main_file()), ("s-1/subagents/agent-btw.jsonl", [side])]
    with a_ledger(tmp_path / "data") as ledger:
        for name, lines in reversed(files) if is_side_first else files:
            write_log(tmp_path, f"-home/{name}", *lines)
            read_all(ledger, tmp_path)
        assert len(outputs(ledger)) == 2
        assert (row(ledger)["agent_id"], row(ledger)["is_sidechain"], row(ledger)["request_id"]) == (
            "",
            0,
            "req_01",
        )


def test_subagents_are_under_their_session_wherever_they_lie(ledger: Ledger, root: Path) -> None:
    for n, name in enumerate(("s-1/subagents/agent-a0", "s-1/subagents/workflows/wf_1/agent-a1", "agent-a2")):
        write_log(root, f"-home/{name}.jsonl", *[a_line(agent=f"a{n}", id=f"msg_{n:02}", uuid=f"u-{n}")])
    meta = root / "projects" / "-home" / "s-1" / "subagents" / "agent-a0.meta.json"
    meta.write_bytes(packed({"agentType": "Explore", "description": "look around", "parentAgentId": "a9"}))
    read_all(ledger, root)
    rows = ledger._connection.execute("SELECT session_id, agent_id FROM usage_event ORDER BY 2").fetchall()
    assert rows == [("s-1", "a0"), ("s-1", "a1"), ("s-1", "a2")]
    facts = dict(ledger._connection.execute("SELECT name, value FROM session_fact"))
    assert '"look around"' in facts["agent:a0"]
    meta.write_bytes(packed({"agentType": "Explore", "description": "a later word"}))
    touched(meta, 19 * 10**17)
    read_all(ledger, root)
    facts = dict(ledger._connection.execute("SELECT name, value FROM session_fact"))
    assert '"a later word"' in facts["agent:a0"]


@pytest.mark.parametrize("broken", [b"", b"{", b"[]", b"\xff", b'{"agentType":5}', b"[" * 100_000])
def test_a_broken_side_file_stops_nothing(ledger: Ledger, root: Path, broken: bytes) -> None:
    path = write_log(root, "-home/s-1/subagents/agent-a1.meta.json", broken, end=b"")
    write_log(root, NAME, *answers(10))
    read_all(ledger, root)
    assert outputs(ledger) == {"msg_00": 10}
    assert path.exists()


def test_a_clock_that_goes_backwards_loses_nothing(ledger: Ledger, root: Path) -> None:
    lines = [
        queued(NOW_MS),
        a_line(at=NOW_MS + 5),
        a_line(id="msg_02", at=NOW_MS - 10**9, uuid="u-2"),
        *answers(5, first=50),
    ]
    path = write_log(root, NAME, *lines[:2])
    read_all(ledger, root)
    write_log(root, NAME, *lines)
    touched(path, 10**18)
    read_all(ledger, root)
    assert outputs(ledger) == {"msg_01": 40, "msg_02": 40, "msg_50": 5}
    assert row(ledger, "msg_02")["session_id"] == "s-1"


def test_any_order_of_files_makes_the_same_ledger(tmp_path: Path) -> None:
    files = {
        "s-1.jsonl": a_main_file(usage=a_usage(output=3)),
        "fork.jsonl": FORKS["unmarked"],
        "fork2.jsonl": [
            queued(NOW_MS + 90_000, "fork2"),
            a_line(session="fork2"),
            a_line(id="msg_03", session="fork2", at=NOW_MS + 60_000),
        ],
        "s-1/subagents/agent-a1.jsonl": [a_line(agent="a1", at=NOW_MS + 7, usage=a_usage(output=99))],
    }
    found: list[list[list[tuple[object, ...]]]] = []
    for order in (list(files), list(reversed(files)), sorted(files)):
        folder = tmp_path / str(len(found))
        with a_ledger(folder / "data") as ledger:
            for name in order:
                write_log(folder, f"-home/{name}", *files[name])
                read_all(ledger, folder)
            found.append([*contents(ledger).values()])
    assert len(found[0][0]) == 3
    assert [_without_accounts(f) for f in found] == [_without_accounts(found[0])] * 3


def _without_accounts(found: list[list[tuple[object, ...]]]) -> list[object]:
    """The scratch folders' own names are the accounts here."""
    return [[[part for part in line if part not in ("0", "1", "2")] for line in lines] for lines in found]
