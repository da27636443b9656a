"""The benchmarks' command: that it runs and tells the truth about a reader; not how fast anything is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).with_name("run.py")
pytestmark = pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="figures come from /proc")


def found(scratch: Path, *options: str, status: int = 0) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--json", "--corpus", "20M", "--times", "1", *options],
        env=os.environ | {"TMPDIR": str(scratch)},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == status, done.stderr.decode()
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    return rows


def test_a_small_corpus_is_read_and_found_equal_to_its_truth(tmp_path: Path) -> None:
    rows = {row["what"]: row for row in found(tmp_path, "--only", "full-read")}
    assert rows["20M read: the result"]["measured"] == "equal"
    assert rows["20M read: MB per CPU second"]["holds"] is None
    (cache,) = tmp_path.glob("tallylight-benchmarks-*")
    assert not list(cache.glob("home-*")), "a scratch home was left"


def test_a_peer_that_fails_is_said_and_ends_with_1(tmp_path: Path) -> None:
    (row,) = found(tmp_path, "--only", "full-read", "--peer", "/bin/false", status=1)
    assert row["measured"] == "failed"
    assert "false ended with 1" in row["note"]


def test_the_help_names_every_benchmark() -> None:
    done = subprocess.run([sys.executable, str(SCRIPT), "--help"], capture_output=True, text=True, check=True)
    names = (
        "full-read", "dense", "restart", "live", "idle", "memory", "statusline", "summary", "exports", "frames",
    )  # fmt: skip
    assert all(f"\n    {name} " in done.stdout for name in names)
