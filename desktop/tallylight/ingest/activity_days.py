"""Days on which the client says it was used: they outlive its logs and tell "not recorded" from zero."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import msgspec

from tallylight.ingest.files import read_small

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOST = 10**9


class _Day(msgspec.Struct):
    date: str = ""
    messageCount: int = 0  # noqa: N815


class _Stats(msgspec.Struct):
    """`stats-cache.json`; its token figures count a response once per line and are not used."""

    dailyActivity: list[_Day] = []  # noqa: N815


def active_days(root: Path) -> list[tuple[str, int]]:
    """(ISO date, messages) of each active day; empty when the file is missing or of another shape."""
    try:
        stats = msgspec.json.decode(read_small(root / "stats-cache.json"), type=_Stats)
    except (OSError, ValueError, RecursionError, msgspec.MsgspecError):
        return []
    return [
        (day.date, min(max(0, day.messageCount), _MOST)) for day in stats.dailyActivity if _is_day(day.date)
    ]


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False
