"""`tallylight findings`: what the rules find now, and what was told before. Asking tells nothing."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime

import msgspec

from tallylight.cli.meter import up_to_date
from tallylight.cli.table import printable
from tallylight.domain import money
from tallylight.domain.finding import Finding
from tallylight.domain.format import iso
from tallylight.domain.notices import Notice

_MOST_SHOWN = 20


def run(options: argparse.Namespace) -> int:
    with ExitStack() as kept:
        found, told = up_to_date(kept).findings()
    told = tuple(notice for notice in told if notice.told_ms)
    sys.stdout.write(_json(found, told) if options.json else _text(found, told))
    return 0


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
                "told_at": iso(notice.told_ms),
                "ended_at": iso(notice.ended_ms) if notice.ended_ms else None,
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


def _clock(time_ms: int) -> datetime:
    return datetime.fromtimestamp(time_ms / 1000, UTC).astimezone()
