"""The first full read of a corpus into a fresh ledger, checked against its truth and run beside a peer."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from places import Corpus, scratch_home, tell
from verdict import Row, below, spread
from whole_process import Run, environment, in_turn, run, tallylight

_RATIO, _MB_PER_CPU_S, _PEAK_MB = 0.5, 300, 120
#: Below this a program's start weighs more than its reading, and the bars mean nothing.
_JUDGED_MB = 50
_PEER = ("claude", "daily", "--offline", "--json")
_FIELDS = {
    "requests": "requests",
    "input": "input_tokens",
    "output": "output_tokens",
    "cache_read": "cache_read_tokens",
    "cache_write_5m": "cache_write_5m_tokens",
    "cache_write_1h": "cache_write_1h_tokens",
    "web_searches": "web_search_requests",
}
_GROUPS = {"by_day": ("day", "key"), "by_model": ("model", "key"), "by_session": ("session", "session_id")}


def measure(logs: Corpus, peer: str | None, times: int, name: str) -> list[Row]:
    """Rows for the exactness of the read, its processor time and its peak memory."""
    logs.warm()
    wrong: list[str] = []
    contenders: dict[str, Callable[[], Run]] = {"ours": lambda: _read(logs, wrong)}
    if peer:
        contenders["peer"] = lambda: _read_by_peer(logs, peer)
    tell(f"{name}: {times} times {' and '.join(contenders)} on {logs.megabytes:,.0f} MB")
    runs = in_turn(contenders, times)
    is_judged = logs.megabytes >= _JUDGED_MB
    peak = below(f"{name}: peak memory", _PEAK_MB, median(each.peak_mb for each in runs["ours"]), "MB")
    return [
        Row(
            f"{name}: the result",
            "equal to the truth",
            "WRONG" if wrong else "equal",
            not wrong,
            "; ".join(wrong),
        ),
        _rate(logs, runs["ours"], name, is_judged),
        _beside_peer(runs, name, is_judged),
        peak,
    ]


def _rate(logs: Corpus, ours: list[Run], name: str, is_judged: bool) -> Row:
    rate = logs.megabytes / median(each.cpu_s for each in ours)
    wall = median(each.wall_s for each in ours)
    note = (
        f"CPU {spread([each.cpu_s for each in ours], 's')}, wall {wall:.2f} s, {logs.truth['files']:,} files"
    )
    holds = rate >= _MB_PER_CPU_S if is_judged else None
    return Row(f"{name}: MB per CPU second", f"≥ {_MB_PER_CPU_S} (aim 700)", f"{rate:,.0f}", holds, note)


def _beside_peer(runs: dict[str, list[Run]], name: str, is_judged: bool) -> Row:
    bar = f"≤ {_RATIO} × peer (aim 0.25)"
    if "peer" not in runs:
        return Row(f"{name}: CPU", bar, "not measured", None, "no ccusage: name one with --peer")
    theirs = runs["peer"]
    ratio = median(a.cpu_s / b.cpu_s for a, b in zip(runs["ours"], theirs, strict=True))
    peak = median(each.peak_mb for each in theirs)
    note = f"ccusage: CPU {spread([each.cpu_s for each in theirs], 's')}, peak {peak:,.0f} MB, stores nothing"
    holds = ratio <= _RATIO if is_judged else None
    return Row(f"{name}: CPU", bar, f"{ratio:.2f} × ccusage", holds, note)


def _read(logs: Corpus, wrong: list[str]) -> Run:
    with scratch_home() as home:
        surroundings = environment(home, CLAUDE_CONFIG_DIR=str(logs.path))
        done = run(tallylight("scan", "--json"), surroundings)
        for group, (report, key) in _GROUPS.items():
            out = run(tallylight("report", report, "--json", "--no-scan"), surroundings).out
            wrong += [
                text for text in _differences(logs.truth, json.loads(out), group, key) if text not in wrong
            ]
        return done


def _differences(truth: dict[str, Any], report: dict[str, Any], group: str, key: str) -> list[str]:
    """One sentence for each group that is not what it must be."""
    found = {row[key]: _counted(row) for row in report["rows"] if any(_counted(row).values())}
    bad = [name for name in {*found, *truth[group]} if found.get(name) != truth[group].get(name)]
    texts = [f"{group}: {len(bad)} of {len(truth[group])} differ"] if bad else []
    totals = _counted(report["totals"])
    texts += [f"{name} {totals[name]:,} for {truth['totals'][name]:,}" for name in _FIELDS
              if totals[name] != truth["totals"][name]]  # fmt: skip
    return texts


def _counted(row: dict[str, Any]) -> dict[str, int]:
    return {ours: row[theirs] for ours, theirs in _FIELDS.items()}


def _read_by_peer(logs: Corpus, peer: str) -> Run:
    with scratch_home() as home:
        return run([str(Path(peer).absolute()), *_PEER], environment(home, CLAUDE_CONFIG_DIR=str(logs.path)))
