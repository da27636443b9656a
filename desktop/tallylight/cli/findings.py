"""`tallylight findings`: what the rules find now, and what was told before. Asking tells nothing."""

from __future__ import annotations

import argparse
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from tallylight.cli.report import CLOSED
from tallylight.cli.table import printable
from tallylight.config.store import load_settings
from tallylight.domain import money
from tallylight.domain.finding import Finding
from tallylight.domain.notices import Notice
from tallylight.ingest.assembly import ledger_path, open_meter
from tallylight.ingest.meter import Meter
from tallylight.ledger.connection import copy_ledger

_MOST_SHOWN = 20


def run(options: argparse.Namespace) -> int:
    with ExitStack() as kept:
        meter = _meter(kept)
        kept.callback(meter.close)
        meter.discover()
        while not meter.is_idle:
            meter.step()
        found, told = meter.findings()
    told = tuple(notice for notice in told if notice.told_ms)
    sys.stdout.write(_json(found, told) if options.json else _text(found, told))
    return 0


def _meter(kept: ExitStack) -> Meter:
    """Over the ledger, or over a copy of one that may not be written."""
    settings = load_settings()
    try:
        return open_meter(settings, has_alerts=True)
    except (OSError, sqlite3.OperationalError) as e:
        is_closed = e.errno in CLOSED if isinstance(e, OSError) else "readonly" in str(e)
        if not is_closed or not ledger_path().exists():
            raise
    folder = Path(kept.enter_context(TemporaryDirectory(prefix="tallylight-")))
    copy_ledger(ledger_path(), ledger_path(folder))
    return open_meter(settings, folder=folder, has_alerts=True)


def _text(found: Sequence[Finding], told: Sequence[Notice]) -> str:
    lines: list[str] = []
    for finding in found:
        lines += [str(finding.title), f"    {finding.text}"]
    lines = lines or ["Nothing to report."]
    if told:
        lines += ["", "Told before:"]
        lines += [f"    {_clock(n.told_ms):%Y-%m-%d %H:%M}  {n.finding.title}" for n in told[:_MOST_SHOWN]]
    return "".join(printable(line, 1000) + "\n" for line in lines)


def _json(found: Sequence[Finding], told: Sequence[Notice]) -> str:
    answer = {
        "currency": "USD",
        "findings": [_row(finding) for finding in found],
        "notices": [
            {
                **_row(notice.finding),
                "told_at": _iso(notice.told_ms),
                "ended_at": _iso(notice.ended_ms),
                "done": notice.done,
            }
            for notice in told
        ],
    }
    return msgspec.json.encode(answer).decode() + "\n"


def _row(finding: Finding) -> dict[str, object]:
    return {
        "key": finding.key,
        "rule": finding.rule,
        "severity": finding.severity.value,
        "title": str(finding.title),
        "text": str(finding.text),
        "session_id": finding.session_id,
        "project": finding.project,
        "budget_id": finding.budget_id,
        "since": finding.since,
        "until": finding.until,
        "at_stake_usd": money.to_string(finding.picousd),
    }


def _iso(time_ms: int) -> str | None:
    if not time_ms:
        return None
    return (
        datetime.fromtimestamp(time_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )


def _clock(time_ms: int) -> datetime:
    return datetime.fromtimestamp(time_ms / 1000, UTC).astimezone()
