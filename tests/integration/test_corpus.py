"""The ledger finds in a made-up corpus, with every oddity known, exactly what its generator put there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from factories import a_ledger, read_all

CORPUS = Path(__file__).parents[1] / "benchmarks" / "corpus.py"
FIELDS = ("requests", "input", "output", "cache_read", "cache_write_5m", "cache_write_1h", "web_searches")
SUMS = "count(*), sum(input), sum(output), sum(cache_read), sum(cache_write_5m), sum(cache_write_1h), sum(web_searches)"
GROUPS = {
    "by_session": "session_id",
    "by_model": "model",
    "by_day": "strftime('%Y-%m-%d', time_ms / 1000, 'unixepoch')",
}


@pytest.mark.parametrize("seed", [1, 2])
def test_every_group_equals_the_truth(tmp_path: Path, seed: int) -> None:
    command = [sys.executable, str(CORPUS), str(tmp_path / "claude"), "--size", "4M", "--seed", str(seed)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    truth = json.loads((tmp_path / "claude" / "truth.json").read_text())
    with a_ledger(tmp_path / "data") as ledger:
        read_all(ledger, tmp_path / "claude")
        for name, group in GROUPS.items():
            rows = ledger._connection.execute(f"SELECT {group}, {SUMS} FROM usage_event GROUP BY 1")  # noqa: S608
            found = {key: dict(zip(FIELDS, sums, strict=True)) for key, *sums in rows}
            assert found == {key: {f: row[f] for f in FIELDS} for key, row in truth[name].items()}, name
