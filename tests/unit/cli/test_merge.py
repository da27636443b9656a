"""`tallylight merge`: what it says, what it refuses, and that a running tray application takes it up."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from queue import SimpleQueue

import pytest

from factories import NOW_MS, a_line, a_usage, an_event, write_log
from tallylight.cli import main
from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import Snapshot
from tallylight.domain.summary import Filter
from tallylight.ingest.assembly import ledger_path, open_meter
from tallylight.ingest.roots import Root
from tallylight.ingest.worker import Worker
from tallylight.ledger.batch import Batch
from tallylight.ledger.connection import open_for_reading
from tallylight.ledger.ledger import Ledger
from tallylight.ledger.queries import Queries
from tallylight.ledger.sessions import Sessions


def a_machine(folder: Path, name: str, *keys: str) -> Path:
    folder.mkdir()
    with Ledger(folder / "ledger.sqlite", str) as ledger:
        ledger.note_machine(lambda: name)
        ledger.write(Batch(events=[an_event(key=key, time_ms=NOW_MS + n) for n, key in enumerate(keys)]))
    return folder


def own(requests: int) -> None:
    with Ledger(ledger_path(), str) as ledger:
        ledger.note_machine(lambda: "desk")
        ledger.write(Batch(events=[an_event(key=f"m{n}") for n in range(requests)]))


def test_it_says_what_each_machine_brought(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own(2)
    folder = a_machine(tmp_path / "b", "laptop", "m1", "m2", "m3")
    assert main(["merge", str(folder)]) == 0
    assert capsys.readouterr().out.endswith("laptop: 2 new requests, 1 known already\n")
    assert main(["merge", str(folder / "ledger.sqlite"), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    machines = [{"host": "laptop", "requests": 3, "new": 0, "known": 3}]
    ledgers = [{"path": str(folder / "ledger.sqlite"), "machines": machines}]
    assert said == {"dry_run": False, "new": 0, "ledgers": ledgers}


def test_a_dry_run_says_the_same_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own(1)
    folder = a_machine(tmp_path / "b", "laptop", "m0", "m1")
    before = ledger_path().read_bytes()
    assert main(["merge", "--dry-run", "--json", str(folder)]) == 0
    dry = json.loads(capsys.readouterr().out)
    assert dry["dry_run"] and dry["new"] == 1
    assert ledger_path().read_bytes() == before
    assert main(["merge", "--json", str(folder)]) == 0
    assert json.loads(capsys.readouterr().out) == dry | {"dry_run": False}


def test_a_dry_run_before_the_first_scan_makes_no_ledger(tmp_path: Path) -> None:
    assert main(["merge", "--dry-run", str(a_machine(tmp_path / "b", "laptop", "m0"))]) == 0
    assert not ledger_path().exists()


def test_the_own_ledger_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own(1)
    link = tmp_path / "link"
    link.symlink_to(ledger_path())
    for other in (ledger_path(), ledger_path().parent, link):
        assert main(["merge", str(other)]) == 1
        assert "own ledger" in capsys.readouterr().err


def test_nothing_is_written_when_one_of_several_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own(1)
    (tmp_path / "notes").write_text("no ledger")
    folder = a_machine(tmp_path / "b", "laptop", "m7")
    assert main(["merge", str(folder), str(tmp_path / "notes")]) == 1
    assert "notes is not a ledger" in capsys.readouterr().err
    assert main(["merge", str(folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["new"] == 1


def test_new_models_are_priced_here(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own(0)
    assert main(["merge", str(a_machine(tmp_path / "b", "laptop", "m1"))]) == 0
    capsys.readouterr()
    assert main(["report", "model", "--json", "--no-scan"]) == 0
    totals = json.loads(capsys.readouterr().out)["totals"]
    assert totals["unpriced_requests"] == 0 and float(totals["cost_usd"]) > 0


#: Merges in very small steps, so that there are many instants to be killed at.
MERGER = """
import sys
from tallylight.ledger import other
from tallylight.cli import main
other._BATCH = 5
print("ready", flush=True)
sys.exit(main(["merge", sys.argv[1]]))
"""


def test_killed_on_the_way_it_adds_nothing_the_second_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own(3)
    folder = a_machine(tmp_path / "b", "laptop", *(f"m{n}" for n in range(2000)))
    child = subprocess.Popen([sys.executable, "-c", MERGER, str(folder)], stdout=subprocess.PIPE)
    assert child.stdout is not None and child.stdout.readline()
    with Ledger(ledger_path(), str) as ledger:
        for _ in range(100_000):
            if ledger._connection.execute("SELECT count(*) FROM request").fetchone()[0] > 100:
                break
    child.send_signal(signal.SIGKILL)
    child.communicate(timeout=30)
    assert main(["merge", str(folder), "--json"]) == 0
    assert 0 < json.loads(capsys.readouterr().out)["new"] < 1897
    with Ledger(ledger_path(), str) as ledger:
        assert ledger._connection.execute("SELECT count(*) FROM request").fetchone() == (2000,)


def test_a_running_tray_application_takes_up_what_was_merged(tmp_path: Path) -> None:
    root, data = tmp_path / "claude", ledger_path().parent
    path = write_log(root, "-home/s-1.jsonl", a_line(id="own"))
    said: SimpleQueue[Snapshot] = SimpleQueue()
    worker = Worker(lambda: open_meter(Settings(), [Root("claude-code", str(root))], data), said.put)
    worker.start()
    try:
        until(said, 1)
        assert main(["merge", str(a_machine(tmp_path / "b", "laptop", "m1", "m2"))]) == 0
        until(said, 3)
        with path.open("ab") as stream:
            stream.write(a_line(id="own2", uuid="u-2", usage=a_usage(output=1)) + b"\n")
        until(said, 4)
    finally:
        worker.stop()


def until(said: SimpleQueue[Snapshot], requests: int) -> None:
    for _ in range(50):
        if said.get(timeout=8).requests_known == requests:
            return
    raise AssertionError(f"never {requests} requests")


def test_the_report_by_machine_names_this_one_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own(2)
    assert main(["merge", str(a_machine(tmp_path / "b", "laptop", "m1", "m2", "m3"))]) == 0
    capsys.readouterr()
    assert main(["report", "host", "--json", "--no-scan"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert {row["key"]: row["requests"] for row in rows} == {"desk": 2, "laptop": 2}
    assert main(["report", "host", "--no-scan"]) == 0
    assert capsys.readouterr().out.startswith("Machine ")


def test_what_is_asked_of_a_machine_is_about_it_alone(tmp_path: Path) -> None:
    own(2)
    assert main(["merge", str(a_machine(tmp_path / "b", "laptop", "m1", "m2", "m3"))]) == 0
    with closing(open_for_reading(ledger_path())) as connection:
        queries = Queries(connection)
        counts = {
            host: queries.totals(Filter(host=host)).requests for host in ("", "desk", "laptop", "x", None)
        }
        assert counts == {"": 2, "desk": 2, "laptop": 2, "x": 0, None: 4}
        assert queries.known.machines() == {"laptop": (2, 1)}
        assert {key for _, key, _ in queries.quarters("host", Filter())} == {"desk", "laptop"}


def test_sessions_of_other_machines_are_not_live_here(tmp_path: Path) -> None:
    with Ledger(ledger_path(), str) as ledger:
        ledger.write(Batch(events=[an_event(session_id="theirs", host="laptop")]))
    with closing(open_for_reading(ledger_path())) as connection:
        queries = Queries(connection)
        assert queries.known.recent_sessions(0, 1 << 60) == []
        assert queries.known.last_moved("theirs") == 0
        detail = Sessions(connection, lambda *_: None, lambda _: None).detail("theirs", NOW_MS)
    assert detail is not None and detail.view.host == "laptop"
