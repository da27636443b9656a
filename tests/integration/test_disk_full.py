"""No room on the disk: nothing crashes, nothing is lost, and reading goes on when there is room."""

from __future__ import annotations

import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from factories import NOW_MS, a_ledger, a_line, contents, read_all, write_log
from tallylight.ingest.assembly import SOURCES
from tallylight.ingest.pipeline import Pipeline
from tallylight.ingest.roots import Root


def fill(root: Path, files: int = 6, requests: int = 400) -> None:
    for n in range(files):
        lines = [
            a_line(id=f"msg_{n}_{i}", uuid=f"u-{n}-{i}", at=NOW_MS + n * 10**6 + i, session=f"s-{n}")
            for i in range(requests)
        ]
        write_log(root, f"-home/s-{n}.jsonl", *lines)


def drain(pipeline: Pipeline) -> None:
    while not pipeline.is_idle:
        pipeline.step()


def test_a_full_ledger_takes_up_where_it_stopped(tmp_path: Path) -> None:
    fill(tmp_path)
    with a_ledger(tmp_path / "one") as ledger:
        read_all(ledger, tmp_path)
        expected = contents(ledger)
    with a_ledger(tmp_path / "other") as ledger:
        pages = ledger._connection.execute("PRAGMA page_count").fetchone()[0]
        ledger._connection.execute(f"PRAGMA max_page_count = {pages + 20}")
        pipeline = Pipeline(ledger, SOURCES, [Root("claude-code", str(tmp_path), account=tmp_path.name)])
        pipeline.discover()
        for _ in range(3):
            with pytest.raises(sqlite3.OperationalError, match="full"):
                drain(pipeline)
        ledger._connection.execute("PRAGMA max_page_count = 1000000")
        drain(pipeline)
        assert contents(ledger) == expected


@pytest.mark.parametrize("room", [0, 4096, 60_000, 200_000])
def test_the_shell_says_so_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    fill(tmp_path / "claude")
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "claude"))

    def little_room() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    command = [sys.executable, "-m", "tallylight", "scan", "--json"]
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    full = subprocess.run(
        command, capture_output=True, timeout=60, check=False, preexec_fn=little_room, env=environment
    )
    assert full.returncode == 1
    assert full.stderr.startswith(b"tallylight: ") and full.stderr.count(b"\n") == 1, full.stderr.decode()
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()
    with a_ledger(tmp_path / "data") as ledger:
        assert len(contents(ledger)["events"]) == 6 * 400
    again = json.loads(subprocess.run(command, capture_output=True, timeout=60, check=True).stdout)
    assert (again["new"], again["files"]) == (0, 0)
