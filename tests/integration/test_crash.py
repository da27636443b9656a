"""Killed at any instant, the reading goes on where it was; several at once do not hurt each other."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from factories import COLUMNS, contents
from tallylight.ingest.projects import project_of
from tallylight.ledger.ledger import Ledger

CORPUS = Path(__file__).parents[1] / "benchmarks" / "corpus.py"
#: Reads in very small steps, so that there are many instants to be killed at.
READER = """
import os, sys
from tallylight.ingest import pipeline
from tallylight.ingest.assembly import find_roots, open_line
from tallylight.domain.settings import Settings
pipeline._STEP_BYTES, pipeline._SLICE_BYTES, pipeline._STEP_EVENTS = 60_000, 40_000, 20
ledger, line = open_line(Settings(), find_roots(Settings()))
print("ready", flush=True)
with ledger:
    line.discover()
    while not line.is_idle:
        line.step()
"""
ROUNDS = 10
#: Opens a ledger at a given moment, with everything loaded before.
OPENER = """
import os, sys, time
from pathlib import Path
from tallylight.ledger import migrations
from tallylight.ledger.ledger import Ledger
while time.time() < float(sys.argv[1]):
    pass
Ledger(Path(sys.argv[2]), str).close()
"""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("corpus") / "claude"
    command = [sys.executable, str(CORPUS), str(out), "--size", "3M", "--seed", "11"]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return out


def held(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    with Ledger(folder / "ledger.sqlite", project_of) as ledger:
        return contents(ledger)


def start(folder: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> subprocess.Popen[bytes]:
    monkeypatch.setenv("TALLYLIGHT_DATA_DIR", str(folder))
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(corpus))
    return subprocess.Popen([sys.executable, "-c", READER], stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def finish(child: subprocess.Popen[bytes]) -> bytes:
    """What it complained about."""
    _out, complaints = child.communicate(timeout=60)
    assert child.returncode == 0, complaints.decode()
    return complaints


def test_killed_at_any_instant_nothing_is_lost_or_doubled(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = start(tmp_path / "one", corpus, monkeypatch)
    assert child.stdout is not None
    child.stdout.readline()
    ready = time.monotonic()
    finish(child)
    took = time.monotonic() - ready
    assert took < 20
    chance = random.Random(5)
    killed = 0
    for n in range(ROUNDS):
        child = start(tmp_path / "other", corpus, monkeypatch)
        assert child.stdout is not None
        if n:  # the first is killed while it makes the ledger
            child.stdout.readline()
        time.sleep(chance.uniform(0, took * 0.4) if n else 0.15)
        child.send_signal(signal.SIGKILL)
        child.communicate()
        killed += child.returncode == -signal.SIGKILL
    assert killed, "no round was killed: the corpus is read too quickly to test anything"
    finish(start(tmp_path / "other", corpus, monkeypatch))
    expected, found = held(tmp_path / "one"), held(tmp_path / "other")
    assert len(expected["events"]) > 100
    for name, rows in expected.items():
        assert found[name] == rows, name


def test_several_readers_at_once_make_the_same_ledger(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish(start(tmp_path / "one", corpus, monkeypatch))
    children = [start(tmp_path / "other", corpus, monkeypatch) for _ in range(3)]
    for child in children:
        finish(child)
    assert held(tmp_path / "other") == held(tmp_path / "one")


def test_a_new_ledger_may_be_opened_by_several_at_the_same_instant(tmp_path: Path) -> None:
    for n in range(3):
        at, path = str(time.time() + 0.5), str(tmp_path / str(n) / "ledger.sqlite")
        command = [sys.executable, "-c", OPENER, at, path]
        for child in [
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(3)
        ]:
            finish(child)


def test_all_that_is_priced_is_priced(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finish(start(tmp_path, corpus, monkeypatch))
    cost, model = COLUMNS.index("cost_picousd"), COLUMNS.index("model")
    assert {row[model] for row in held(tmp_path)["events"] if row[cost] is None} <= {""}
