"""Folders that several machines export to: read once, again when replaced, and never trusted."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from exported import a_machine_exports, export
from factories import NOW_MS, a_ledger, an_event, contents, row
from tallylight.domain.settings import Settings
from tallylight.domain.summary import Filter
from tallylight.ingest import shared
from tallylight.ingest.pipeline import Tally
from tallylight.ingest.shared import SharedRoot, shared_roots, source_of
from tallylight.ingest.shared_child import SharedFolders
from tallylight.ingest.sharing import read_shared
from tallylight.ledger.batch import Batch
from tallylight.ledger.known import Known
from tallylight.ledger.ledger import Ledger
from tallylight.ledger.queries import Queries

DAY = 86_400_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "shared"


@pytest.fixture
def ledger(tmp_path: Path) -> Any:
    (tmp_path / "desk").mkdir()
    with a_ledger(tmp_path / "desk") as made:
        made.note_machine(lambda: "desk")
        yield made


def read(ledger: Ledger, folder: Path) -> Tally:
    tally = Tally(rejected={})
    read_shared(ledger, [SharedRoot(str(folder), "shared")], lambda _models, _can_wait: None, tally)
    return tally


def rejections(ledger: Ledger) -> dict[str, int]:
    return {reason: count for _, reason, count in Known(ledger._connection).rejections()}


# -- what is read


def test_what_is_read_is_what_was_exported(tmp_path: Path, folder: Path, ledger: Ledger) -> None:
    there = an_event(
        key="m1", input=3, cache_read=900, cache_write=70, cache_write_5m_stated=20, cache_write_1h=40, reasoning=4,
        web_searches=2, context=973, speed="fast", tier="standard", geo="us", effort="high", branch="main",
        cwd="/w/shop", agent_id="a1", agent_type="Explore", skill="pdf", mcp_server="git", version="2.1",
        is_sidechain=True, account="work",
    )  # fmt: skip
    a_machine_exports(tmp_path / "b", "laptop", there, to=folder)
    assert read(ledger, folder).new == 1
    here = row(ledger, "m1")
    with a_ledger(tmp_path / "b") as other:
        as_it_was = row(other, "m1")
    differs = {name for name in here if here[name] != as_it_was[name]}
    # Which of the two durations a log stated is not exported; nor are what ranks a statement and its machine's blank.
    assert differs == {"cache_write_5m_stated", "is_copy", "file_started_ms", "host"}
    assert here["host"] == "laptop"
    assert here["cost_picousd"] == as_it_was["cost_picousd"] != 0


def test_a_second_look_reads_nothing_and_a_replaced_file_what_it_holds(
    tmp_path: Path, folder: Path, ledger: Ledger
) -> None:
    first, second = an_event(key="m1"), an_event(key="m2", time_ms=NOW_MS + 1)
    a_machine_exports(tmp_path / "b", "laptop", first, an_event(key="m9", time_ms=NOW_MS + DAY), to=folder)
    assert (read(ledger, folder).new, read(ledger, folder).files) == (2, 0)
    day = a_machine_exports(tmp_path / "b", "laptop", second, to=folder)[0]
    os.utime(folder / day, ns=(1, 1))
    tally = read(ledger, folder)
    assert (tally.files, tally.new) == (2, 1)  # both files were written anew


def test_own_exports_are_not_read(tmp_path: Path, folder: Path, ledger: Ledger) -> None:
    ledger.write(Batch(events=[an_event(key="m1")]))
    export(ledger, folder)
    assert read(ledger, folder) == Tally(rejected={})


@pytest.mark.parametrize("leaves_out", [(), ("day",), ("host",)])
def test_machine_and_day_may_stand_in_the_file_too(
    tmp_path: Path, folder: Path, ledger: Ledger, leaves_out: tuple[str, ...]
) -> None:
    a_machine_exports(tmp_path / "b", "laptop", to=folder)
    with a_ledger(tmp_path / "b") as other:
        other.note_machine(lambda: "laptop")
        export(other, folder, leaves_out)
    read(ledger, folder)
    assert row(ledger, "msg_1")["host"] == "laptop"


def test_a_folder_by_day_alone_names_machines_in_its_rows(
    tmp_path: Path, folder: Path, ledger: Ledger
) -> None:
    ledger.write(Batch(events=[an_event(key="own")]))
    for number, each in enumerate((ledger, *others(tmp_path, "laptop"))):
        for path in export(each, tmp_path / "all", leaves_out=("day",)):
            target = folder / path.parts[-3] / f"{number}.parquet"
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(target)
    assert read(ledger, folder).new == 1
    assert row(ledger, "msg_1")["host"] == "laptop"


def others(tmp_path: Path, *names: str) -> list[Ledger]:
    for name in names:
        a_machine_exports(tmp_path / name, name, to=tmp_path / "unused")
    made = [a_ledger(tmp_path / name) for name in names]
    for name, each in zip(names, made, strict=True):
        each.note_machine(lambda name=name: name)  # type: ignore[misc]
    return made


def test_names_in_paths_are_taken_as_they_were_before_they_were_spelled_out(
    tmp_path: Path, folder: Path, ledger: Ledger
) -> None:
    path = a_machine_exports(tmp_path / "b", "laptop", to=folder)[0]
    path.parent.rename(path.parent.with_name("host=Ana%27s%20Mac"))
    read(ledger, folder)
    assert row(ledger, "msg_1")["host"] == "Ana's Mac"


def test_nothing_is_written_there(tmp_path: Path, folder: Path, ledger: Ledger) -> None:
    a_machine_exports(tmp_path / "b", "laptop", to=folder)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    read(ledger, folder)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


# -- what both sides know


def test_a_request_of_both_counts_once_and_the_fuller_log_says_whose_it_is(
    tmp_path: Path, folder: Path, ledger: Ledger
) -> None:
    ledger.write(Batch(events=[an_event(key="m1", branch="main", output=4)]))
    before = row(ledger, "m1")
    a_machine_exports(tmp_path / "b", "laptop", an_event(key="m1", branch="other", output=9), to=folder)
    assert read(ledger, folder).new == 0
    after = row(ledger, "m1")
    assert (after["output"], after["branch"], after["host"]) == (9, "main", "")
    assert before["cost_picousd"] < after["cost_picousd"]


def test_before_or_after_its_ledger_an_export_changes_nothing(
    tmp_path: Path, folder: Path, ledger: Ledger
) -> None:
    events = [an_event(key="m1", cwd="/w/shop", cache_write=9), an_event(key="c", has_strong_key=False)]
    a_machine_exports(tmp_path / "b", "laptop", *events, to=folder)
    theirs = Batch(events=[_of("laptop", event) for event in events])
    read(ledger, folder)
    ledger.write(theirs)
    one = contents(ledger)
    (tmp_path / "two").mkdir()
    with a_ledger(tmp_path / "two") as other:
        other.note_machine(lambda: "desk")
        other.write(theirs)
        read(other, folder)
        assert contents(other) == one


def _of(host: str, event: Any) -> Any:
    from msgspec.structs import replace

    return replace(event, host=host)


def test_ids_that_are_not_unique_are_joined_as_in_a_log(tmp_path: Path, folder: Path, ledger: Ledger) -> None:
    weak = [
        an_event(key="c", has_strong_key=False, input=n, time_ms=NOW_MS + n * 3 * 3_600_000) for n in range(2)
    ]
    a_machine_exports(tmp_path / "b", "laptop", *weak, to=folder)
    ledger.write(Batch(events=weak[:1]))
    assert read(ledger, folder).new == 1
    assert Queries(ledger._connection).totals(Filter()).requests == 2


# -- what cannot be read


def test_damaged_files_are_counted_and_read_when_they_are_whole(
    tmp_path: Path, folder: Path, ledger: Ledger
) -> None:
    path = a_machine_exports(tmp_path / "b", "laptop", to=folder)[0]
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    assert read(ledger, folder).new == 0
    assert [reason.partition(":")[0] for reason in rejections(ledger)] == ["damaged"]
    assert read(ledger, folder).files == 0  # not again and again
    path.write_bytes(whole)
    assert read(ledger, folder).new == 1
    assert rejections(ledger) == {}


def test_a_damaged_file_is_named_where_its_folder_is(tmp_path: Path, folder: Path, ledger: Ledger) -> None:
    path = a_machine_exports(tmp_path / "b", "laptop", to=folder)[0]
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    read(ledger, folder)
    follower = SharedFolders(ledger, tmp_path, [SharedRoot(str(folder), "shared")])
    (status,) = follower.statuses(Queries(ledger._connection))
    assert status.problem.startswith(f"{path.relative_to(folder)} is not read: damaged")
    path.write_bytes(whole)
    read(ledger, folder)
    (status,) = follower.statuses(Queries(ledger._connection))
    assert status.problem == ""


def test_whatever_bytes_are_in_it_a_file_never_raises(tmp_path: Path, folder: Path, ledger: Ledger) -> None:
    events = [an_event(key=f"m{n}", cwd=f"/w/{n}", time_ms=NOW_MS + n) for n in range(50)]
    path = a_machine_exports(tmp_path / "b", "laptop", *events, to=folder)[0]
    whole, dice = path.read_bytes(), random.Random(4)
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(dice.randrange(1, 6)):
            data[dice.randrange(4, len(data))] = dice.randrange(256)
        path.write_bytes(bytes(data))
        read(ledger, folder)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda t: t.drop_columns(["request"]), "not exported by Tallylight: it has no column request"),
        (lambda t: _with(t, "output_tokens", pa.array(["x"])), "its column output_tokens is string"),
        (lambda t: _with(t, "request", pa.array([""])), "a request without an id"),
        (lambda t: _with(t, "at", pa.array([-5], pa.timestamp("ms"))), "a request without a time"),
        (lambda t: _with(t, "output_tokens", pa.array([-1])), "odd token counts"),
        (lambda t: _with(t, "input_tokens", pa.array([2**62])), "odd token counts"),
    ],
)
def test_what_is_no_export_is_refused_with_a_reason(
    tmp_path: Path, folder: Path, ledger: Ledger, change: Callable[[pa.Table], pa.Table], reason: str
) -> None:
    path = a_machine_exports(tmp_path / "b", "laptop", to=folder)[0]
    pq.write_table(change(pq.ParquetFile(path).read()), path)
    assert read(ledger, folder).new == 0
    assert [said for said in rejections(ledger) if reason in said]


def _with(table: pa.Table, name: str, values: Any) -> pa.Table:
    return table.set_column(table.schema.names.index(name), name, values)


def test_a_file_that_may_not_be_read_is_tried_again(
    tmp_path: Path, folder: Path, ledger: Ledger, closed: Callable[..., None]
) -> None:
    path = a_machine_exports(tmp_path / "b", "laptop", to=folder)[0]
    closed(path)
    assert list(read(ledger, folder).rejected) == ["unreadable: Permission denied"]
    path.chmod(0o600)
    assert read(ledger, folder).new == 1
    assert rejections(ledger) == {}


# -- which folders


def test_a_folder_of_exports_is_recognised(tmp_path: Path, folder: Path) -> None:
    a_machine_exports(tmp_path / "b", "laptop", to=folder)
    (folder / "notes.txt").write_text("for the team")
    assert source_of(str(folder)) == "shared"
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "table.parquet").write_bytes(b"")
    assert source_of(str(tmp_path / "plain")) == "claude-code"
    assert source_of(str(tmp_path / "nowhere")) == "claude-code"


def test_the_settings_name_them_beside_folders_of_logs(tmp_path: Path) -> None:
    settings = Settings(folders=(("claude-code", "/logs"), ("shared", str(tmp_path))))
    assert shared_roots(settings) == [SharedRoot(str(tmp_path), str(tmp_path))]


def test_without_the_part_that_reads_it_the_command_that_adds_it_is_said(
    tmp_path: Path, folder: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_machine_exports(tmp_path / "b", "laptop", to=folder)
    monkeypatch.setattr(shared, "find_spec", lambda _name: None)
    assert "pip install 'tallylight[parquet]'" in SharedRoot(str(folder), "shared").problem
    assert read(ledger, folder) == Tally(rejected={})


def test_the_process_that_reads_says_why_it_could_not(tmp_path: Path, folder: Path, ledger: Ledger) -> None:
    a_machine_exports(tmp_path / "b", "laptop", to=folder)
    (tmp_path / "file").write_text("no folder")
    follower = SharedFolders(ledger, tmp_path / "file", [SharedRoot(str(folder), "shared")])
    now = settled(follower)
    (status,) = follower.statuses(Queries(ledger._connection))
    assert status.problem.startswith("could not be read: ")
    assert follower.due_ms is None and not follower.look(now)  # until something changes


def test_a_folder_is_read_without_loading_what_reads_it(tmp_path: Path, folder: Path, ledger: Ledger) -> None:
    a_machine_exports(tmp_path / "b", "laptop", to=folder)
    code = """
import sys, time
from pathlib import Path
from tallylight.domain.settings import Settings
from tallylight.ingest.assembly import open_meter
meter = open_meter(Settings(folders=(("shared", sys.argv[2]),)), [], Path(sys.argv[1]))
meter.discover()
for _ in range(200):
    meter.look()
    snapshot = meter.snapshot()
    if snapshot and snapshot.requests_known:
        break
    time.sleep(0.1)
meter.close()
print(snapshot.requests_known, "pyarrow" in sys.modules)
"""
    command = [sys.executable, "-c", code, str(tmp_path / "data"), str(folder)]
    said = subprocess.run(command, capture_output=True, check=True, timeout=60, text=True)
    assert said.stdout.split() == ["1", "False"]


def settled(follower: SharedFolders) -> int:
    follower.discover(0)
    now = 0
    while follower.due_ms is not None:
        now = follower.due_ms
        follower.look(now)
        time.sleep(0.02)
    return now
