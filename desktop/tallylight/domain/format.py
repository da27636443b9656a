"""Figures as people read them; nothing here knows Qt."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from tallylight.domain.cursor_names import AUTO, PREFIX

#: From which count on a unit is used, so that rounding never shows 1000k.
_STEPS = ((999_950_000, 10**9, "B"), (999_500, 10**6, "M"), (1_000, 10**3, "k"))
#: Family and version in either order: "claude-opus-4-8", "claude-3-5-haiku-20241022"; cloud spellings too.
_CLAUDE = re.compile(
    r"\bclaude-(?:(?P<new>[a-z]+)-(?P<new_version>\d{1,2}(?:-\d{1,2})?)"
    r"|(?P<version>\d(?:[.-]\d)?)-(?P<old>[a-z]+))(?!\d)"
)


def tokens(count: int) -> str:
    """A count of tokens in three significant figures at most: 950, 4.1k, 132k, 1.2M."""
    for least, unit, suffix in _STEPS:
        if abs(count) >= least:
            digits = 0 if 9_950 <= abs(count) < 999_500 else 1
            return f"{count / unit:.{digits}f}{suffix}"
    return str(count)


def exact(count: int) -> str:
    """Every digit, thousands separated."""
    return f"{count:,}"


def counted(count: int, noun: str) -> str:
    """ "1 request", "1,234 requests"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def duration_s(seconds: float) -> str:
    """The two largest units, rounded down: 45 s, 24 min, 1 h 12 min, 2 d 3 h."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes = whole // 60
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def clock(time_ms: int) -> str:
    """The time of day where the user is."""
    return f"{datetime.fromtimestamp(time_ms / 1000, tz=UTC).astimezone():%H:%M}"


def iso(time_ms: int) -> str:
    """A moment in UTC as ISO 8601 has it, for programs: 2026-11-30T09:14:33.120Z."""
    moment = datetime.fromtimestamp(time_ms / 1000, tz=UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def percent(share: float) -> str:
    """Whole per cent, but nothing is 0 % or 100 % that is not quite."""
    if 0 < share < 0.01:
        return "<1 %"
    if 0.99 < share < 1:
        return "99 %"
    return f"{share * 100:.0f} %"


def change(share: float) -> str:
    """A share more or less: "+9 %", "−12 %"; "0 %" for none."""
    sign = "+" if share > 0 else "−" if share < 0 else ""
    return sign + percent(abs(share))


def short_model(model: str) -> str:
    """A model id as people say it; an id of another kind as it is."""
    found = _CLAUDE.search(model)
    if found is None:
        return "Auto" if model == AUTO else model.removeprefix(PREFIX)
    family = found["new"] or found["old"]
    version = found["new_version"] or found["version"]
    return f"{family.capitalize()} {version.replace('-', '.')}"


def at_least(text: str, flag: bool | int) -> str:
    """`text`, marked as a floor when something in it has no price or no final count."""
    if flag and text.startswith(
        "<"
    ):  # at least what is less than the smallest amount: only that it is not free
        return ">$0"
    return f"≥ {text}" if flag else text
