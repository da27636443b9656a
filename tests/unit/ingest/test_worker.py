"""The ingest thread outlives a full disk, a locked ledger and whatever the logs hold."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import pytest

from exported import a_machine_exports
from factories import a_line, a_usage, an_event, write_log
from tallylight.domain.session import SessionView
from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import RootStatus, Snapshot
from tallylight.ingest import shared_child
from tallylight.ingest import worker as worker_module
from tallylight.ingest.assembly import now_ms, open_meter
from tallylight.ingest.meter import Meter
from tallylight.ingest.roots import Root
from tallylight.ingest.worker import Worker
from tallylight.ledger.connection import SCHEMA_VERSION


class Followed:
    """A worker over a scratch folder, and what it published."""

    def __init__(self, folder: Path) -> None:
        self.root, self.data = folder / "claude", folder / "data"
        self.path = write_log(self.root, "-home/s-1.jsonl", self.line(0))
        self.said: SimpleQueue[Snapshot] = SimpleQueue()
        self.worker = Worker(self._open, self.said.put)
        self.worker.start()

    def _open(self) -> Meter:
        return open_meter(Settings(), [Root("claude-code", str(self.root))], self.data)

    def line(self, n: int, **given: Any) -> bytes:
        return a_line(id=f"msg_{n}", uuid=f"u-{n}", at=now_ms(), **({"usage": a_usage(output=100)} | given))

    def append(self, n: int) -> None:
        with self.path.open("ab") as stream:
            stream.write(self.line(n) + b"\n")

    def ask(self, statement: str) -> None:
        def run(meter: Meter) -> None:
            meter._ledger._connection.execute(statement)

        self.worker.submit(run)

    def until(self, requests: int, problem: str = "") -> SessionView | None:
        """The live session once it has that many requests and the problem is this one."""
        for _ in range(200):
            try:
                snapshot = self.said.get(timeout=8)
            except Empty:
                raise AssertionError(f"nothing more was said before {requests} requests") from None
            view = snapshot.sessions[0] if snapshot.sessions else None
            is_as_asked = problem in snapshot.problem and bool(problem) == bool(snapshot.problem)
            if is_as_asked and view is not None and view.requests == requests:
                return view
        raise AssertionError("never")


@pytest.fixture
def followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Followed]:
    monkeypatch.setattr(worker_module, "_RETRY_S", 0.1)
    made = Followed(tmp_path)
    yield made
    made.worker.stop()


def test_a_line_on_disk_is_soon_on_screen(followed: Followed) -> None:
    followed.until(1)
    followed.append(1)
    view = followed.until(2)
    assert view is not None and view.output == 200


def test_sessions_in_folders_that_come_later_are_seen(followed: Followed) -> None:
    followed.until(1)
    write_log(
        followed.root, "-new/deep/subagents/agent-a1.jsonl", followed.line(7, agent="a1", session="s-1")
    )
    view = followed.until(2)
    assert view is not None and [agent.agent_id for agent in view.subagents] == ["a1"]


def test_a_folder_that_is_added_is_watched_and_one_that_is_removed_is_not_listed(
    followed: Followed, tmp_path: Path
) -> None:
    followed.until(1)
    mine, more = (
        Root("claude-code", str(followed.root)),
        Root("claude-code", str(tmp_path / "more"), added="more"),
    )
    path = write_log(tmp_path / "more", "-home/s-1.jsonl", followed.line(5))
    followed.worker.submit(lambda meter: meter.read_from(lambda: [mine, more]))
    followed.until(2)
    with path.open("ab") as stream:
        stream.write(followed.line(6) + b"\n")
    followed.until(3)  # long before all folders are looked through again
    followed.worker.submit(lambda meter: meter.read_from(lambda: [mine]))
    for _ in range(20):
        if [root.added for root in followed.said.get(timeout=8).roots] == [""]:
            return
    raise AssertionError("the removed folder is still listed")


def test_a_full_disk_is_said_and_survived(followed: Followed) -> None:
    followed.until(1)
    followed.ask("PRAGMA max_page_count = 1")
    for n in range(1, 60):
        followed.append(n)
    for _ in range(100):
        if "full" in followed.said.get(timeout=8).problem:
            break
    followed.ask("PRAGMA max_page_count = 1000000")
    followed.until(60)


def test_a_locked_ledger_is_waited_for(followed: Followed) -> None:
    followed.until(1)
    followed.ask("PRAGMA busy_timeout = 20")
    other = sqlite3.connect(followed.data / "ledger.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    status = {"session_id": "s-1", "at_ms": now_ms(), "total_usd": 1.5, "context_window": 555_000}
    (followed.data / "statusline" / "s-1.json").write_text(json.dumps(status))
    followed.append(1)
    for _ in range(100):
        if "Another program" in followed.said.get(timeout=8).problem:
            break
    other.execute("COMMIT")
    other.close()
    view = followed.until(2)
    assert view is not None


@pytest.mark.parametrize(
    "given",
    [
        {"costUSD": 1e300}, {"cwd": "x\ud83d"}, {"at": "9999-12-31T00:00:00.000Z"}, {"model": "\x00"}, {"timestamp": 5},
        {"usage": {"input_tokens": 10**40, "output_tokens": 5}}, {"attributionSkill": "\ud83d"},
        {"usage": a_usage(output=10**8, input=10**8, read=10**12, write_1h=10**8, searches=10**8)},
    ],
)  # fmt: skip
def test_no_line_stops_it(followed: Followed, given: dict[str, Any]) -> None:
    followed.until(1)
    fields = {"at": now_ms()} | given
    with followed.path.open("ab") as stream:
        stream.write(a_line(id="msg_odd", uuid="u-odd", **fields) + b"\n")
        stream.write(followed.line(5) + b"\n")
    followed.until(3)


def test_a_newer_ledger_is_said_to_be_newer(tmp_path: Path) -> None:
    open_meter(Settings(), [], tmp_path).close()
    with sqlite3.connect(tmp_path / "ledger.sqlite") as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    said: SimpleQueue[Snapshot] = SimpleQueue()
    worker = Worker(lambda: open_meter(Settings(), [], tmp_path), said.put)
    worker.start()
    snapshot = said.get(timeout=10)
    worker.stop()
    assert snapshot.is_read_only


def test_what_another_machine_exports_is_soon_on_screen_and_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_child, "_SETTLE_MS", 50)
    folder, data = tmp_path / "shared", tmp_path / "data"
    a_machine_exports(tmp_path / "b", "laptop", an_event(key="m1"), an_event(key="m2"), to=folder)
    settings = Settings(folders=(("shared", str(folder)),))
    said: SimpleQueue[Snapshot] = SimpleQueue()
    worker = Worker(lambda: open_meter(settings, [], data), said.put)
    worker.start()
    try:
        status = _shared(said, 2)
        assert (status.files, status.sessions, status.machines) == (1, 1, (("laptop", 2),))
        a_machine_exports(tmp_path / "c", "mill", an_event(key="m3"), to=folder)
        assert _shared(said, 3).machines == (("laptop", 2), ("mill", 1))
        worker.submit(lambda meter: meter.read_from(list))
        while any(root.added for root in said.get(timeout=8).roots):
            pass
    finally:
        worker.stop()


def _shared(said: SimpleQueue[Snapshot], requests: int) -> RootStatus:
    """How the shared folder stands once so many requests are known."""
    for _ in range(50):
        snapshot = said.get(timeout=15)
        found = [root for root in snapshot.roots if root.source == "shared"]
        if found and sum(count for _, count in found[0].machines) == requests == snapshot.requests_known:
            return found[0]
    raise AssertionError(f"never {requests} requests")
