"""What was spent by local day, for budgets, rules and forecasts."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import date
from functools import cache

import msgspec

from tallylight.domain.budget import Budget, Unit
from tallylight.ledger.days import QUARTER_MS, day_of, start_of

_TOKENS = "sum(input + output + cache_read + cache_write_5m + cache_write_1h)"


class Spend(msgspec.Struct, frozen=True, gc=False):
    """One local day of one scope: pico-USD and tokens, and what the rules look at besides."""

    day: date
    source: str
    project: str
    branch: str
    model: str
    picousd: int
    tokens: int
    requests: int
    unpriced: int
    turns: int
    prompt: int
    cache_read: int

    def amount(self, unit: Unit) -> int:
        return self.picousd if unit is Unit.USD else self.tokens

    def is_under(self, budget: Budget) -> bool:
        """Whether it falls under the budget's scope."""
        return (
            budget.source in ("", self.source)
            and budget.project in ("", self.project)
            and budget.branch in ("", self.branch)
            and budget.model in ("", self.model)
        )


class SessionSpend(msgspec.Struct, frozen=True, gc=False):
    """All of a session, whenever it was."""

    session_id: str
    source: str
    project: str
    picousd: int
    tokens: int
    unpriced: int
    last_ms: int

    def amount(self, unit: Unit) -> int:
        return self.picousd if unit is Unit.USD else self.tokens

    def is_under(self, budget: Budget) -> bool:
        """Whether it falls under the budget's scope; a session may have many branches and models."""
        return (
            budget.source in ("", self.source)
            and budget.project in ("", self.project)
            and budget.session_id in ("", self.session_id)
        )


def spends(connection: sqlite3.Connection, since: date, until: date) -> list[Spend]:
    """Every day from `since` up to, not including, `until`, oldest first; days without usage are absent."""
    found: dict[tuple[object, ...], list[int]] = {}
    day = _calendar()
    rows = connection.execute(
        f"""SELECT time_ms / {QUARTER_MS} AS quarter, source, project, branch, model,
                coalesce(sum(cost_picousd), 0), {_TOKENS}, count(*), sum(cost_picousd IS NULL),
                sum(kind = 'message' AND NOT is_sidechain),
                sum(input + cache_read + cache_write_5m + cache_write_1h), sum(cache_read)
            FROM usage_event WHERE time_ms >= ? AND time_ms < ? GROUP BY 1, 2, 3, 4, 5""",
        (start_of(since), start_of(until)),
    )
    for quarter, source, project, branch, model, *sums in rows:
        key = (day(quarter), source or "", project or "", branch or "", model or "")
        before = found.get(key)
        found[key] = sums if before is None else [a + b for a, b in zip(before, sums, strict=True)]
    return [Spend(*key, *sums) for key, sums in sorted(found.items())]  # type: ignore[arg-type]


def sessions_since(connection: sqlite3.Connection, since_ms: int) -> list[SessionSpend]:
    """All that the sessions came to that made a request since then."""
    rows = connection.execute(
        f"""SELECT session_id, source, max(project), coalesce(sum(cost_picousd), 0), {_TOKENS},
                sum(cost_picousd IS NULL), max(time_ms) FROM usage_event
            WHERE session_id IN (SELECT session_id FROM usage_event WHERE time_ms >= ?) GROUP BY 1, 2""",
        (since_ms,),
    )
    return [SessionSpend(*row) for row in rows]


def prompts_by_day(connection: sqlite3.Connection, since: date) -> dict[date, int]:
    """How many prompts people gave on each local day."""
    rows = connection.execute(
        f"""SELECT time_ms / {QUARTER_MS}, count(*) FROM mark
            WHERE kind = 'prompt' AND NOT is_copy AND time_ms >= ? GROUP BY 1""",
        (start_of(since),),
    )
    found: dict[date, int] = {}
    day = _calendar()
    for quarter, count in rows:
        found[day(quarter)] = found.get(day(quarter), 0) + count
    return found


def months(connection: sqlite3.Connection, until: date) -> dict[date, dict[str, int]]:
    """pico-USD by calendar month (its first day) and project, of the days before `until`."""
    found: dict[date, dict[str, int]] = {}
    day = _calendar()
    for quarter, project, cost in connection.execute(
        f"""SELECT time_ms / {QUARTER_MS}, project, coalesce(sum(cost_picousd), 0) FROM usage_event
            WHERE time_ms < ? GROUP BY 1, 2""",
        (start_of(until),),
    ):
        month = found.setdefault(day(quarter).replace(day=1), {})
        month[project or ""] = month.get(project or "", 0) + cost
    return found


def _calendar() -> Callable[[int], date]:
    """The local day of a quarter of an hour, each worked out once."""
    return cache(lambda quarter: day_of(quarter * QUARTER_MS))


def by_day(found: list[Spend], budget: Budget) -> dict[date, int]:
    """What each day came to under a budget, in its unit."""
    sums: dict[date, int] = {}
    for spend in found:
        if spend.is_under(budget):
            sums[spend.day] = sums.get(spend.day, 0) + spend.amount(budget.unit)
    return sums
