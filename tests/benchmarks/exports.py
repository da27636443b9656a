"""A million requests written out by the shell's command: how long, and with how much memory."""

from __future__ import annotations

from pathlib import Path
from statistics import median

import full_ledger
from places import scratch_home, tell
from verdict import Row, below, spread
from whole_process import Run, environment, run, tallylight

_MANY, _FEW = 1_000_000, 100_000
_PARQUET_S, _PARQUET_MB = 5, 300
#: How much more memory ten times the rows may take.
_FLAT_MB = 20


def measure(times: int) -> list[Row]:
    with scratch_home() as home:
        few = _written(home, "few", _FEW, "csv", 1)
        csv = _written(home, "many", _MANY, "csv", 1)
        parquet = _written(home, "many", _MANY, "parquet", times)
    growth = max(each.peak_mb for each in csv) - max(each.peak_mb for each in few)
    took, peak = [each.wall_s for each in parquet], [each.peak_mb for each in parquet]
    cpu = spread([each.cpu_s for each in parquet], "s of processor time")
    slow = [each.wall_s for each in csv]
    return [
        below("a million requests as Parquet", _PARQUET_S, median(took), "s", f"{spread(took, 's')}; {cpu}"),
        below("… peak memory", _PARQUET_MB, max(peak), "MB", _ratio(max(peak), _PARQUET_MB)),
        Row("a million requests as CSV", "", spread(slow, "s")),
        below("… memory beyond that of a tenth", _FLAT_MB, growth, "MB", _ratio(growth, _FLAT_MB)),
    ]


def _ratio(value: float, limit: float) -> str:
    return f"{value / limit:.2f} of the bar"


def _written(home: Path, name: str, requests: int, form: str, times: int) -> list[Run]:
    surroundings = environment(home, TALLYLIGHT_DATA_DIR=str(home / name))
    ledger = home / name / "ledger.sqlite"
    if not ledger.exists():
        tell(f"making a ledger of {requests:,} requests")
        full_ledger.make(ledger, requests)
    out = str(home / f"out.{form}")
    options = (
        "--format",
        form,
        "--range",
        "all",
        "--detail",
        "request",
        "--no-scan",
        "--force",
        "--output",
        out,
    )
    return [run(tallylight("export", *options), surroundings) for _ in range(times)]
