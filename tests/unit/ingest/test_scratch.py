"""Scratch folders: gone with their process, or swept by the next."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tallylight.ingest.demo import PREFIX, Demo
from tallylight.ingest.scratch import Scratch

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nothing is swept there")
CODE = """
import sys, tempfile
tempfile.tempdir = sys.argv[1]
from tallylight.ingest.scratch import Scratch
print(Scratch("tallylight-demo-").path, flush=True)
sys.stdin.read()
"""
Start = Callable[[], tuple[subprocess.Popen[str], Path]]


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def start(temporary: Path) -> Iterator[Start]:
    """Start another process with a folder of its own."""
    started: list[subprocess.Popen[str]] = []

    def make() -> tuple[subprocess.Popen[str], Path]:
        command = [sys.executable, "-c", CODE, str(temporary)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        return process, Path(process.stdout.readline().strip())

    yield make
    for process in started:
        process.kill()
        process.communicate()


def test_a_killed_demo_is_swept_by_the_next(start: Start) -> None:
    process, left = start()
    (left / "claude").mkdir()
    process.kill()
    process.wait()
    assert left.is_dir()
    with Demo(beat_s=60) as demo:
        assert not left.exists()
        assert demo.ledger_path.parent.parent.is_dir()
    assert not demo.ledger_path.parent.parent.exists()


def test_a_running_demo_is_left_alone(start: Start) -> None:
    _process, theirs = start()
    ours = Scratch(PREFIX)
    other = Scratch(PREFIX)
    assert theirs.is_dir() and ours.path.is_dir()
    ours.close()
    other.close()
    assert theirs.is_dir() and not ours.path.exists()


def test_what_is_not_surely_ours_is_left_alone(temporary: Path) -> None:
    kept = temporary / "kept"
    (kept / "in-use").mkdir(parents=True)
    linked = temporary / f"{PREFIX}link"
    linked.symlink_to(kept)
    unmarked, odd = temporary / f"{PREFIX}unmarked", temporary / f"{PREFIX}odd"
    for folder in (unmarked, odd):
        folder.mkdir()
    (odd / "in-use").symlink_to(kept)
    (temporary / f"{PREFIX}file").write_text("not a folder")
    Scratch(PREFIX).close()
    assert kept.is_dir() and linked.is_symlink() and unmarked.is_dir() and odd.is_dir()
    assert (temporary / f"{PREFIX}file").exists()


def test_a_folder_of_another_name_is_nobodys_business(start: Start) -> None:
    process, left = start()
    process.kill()
    process.wait()
    Scratch("tallylight-other-").close()
    assert left.is_dir()
