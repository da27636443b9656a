"""What was spent by local day, for budgets, rules and forecasts."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cache

import msgspec
from msgspec.structs import replace

from tallylight.domain.budget import Budget, Unit
from tallylight.ledger.days import QUARTER_MS, day_of, start_of

#: What a portion is of, as the ledger's columns and a budget's scope call it.
PARTS = ("source", "project", "tag", "branch", "model")
_TOKENS = "sum(input + output + cache_read + cache_write_5m + cache_write_1h)"


class Portion(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one source, project, tag, branch and model came to: pico-USD and tokens."""

    source: str
    project: str
    tag: str
    branch: str
    model: str
    picousd: int
    tokens: int
    unpriced: int

    def amount(self, unit: Unit) -> int:
        return self.picousd if unit is Unit.USD else self.tokens

    def is_under(self, budget: Budget) -> bool:
        """Whether it falls under the budget's scope."""
        return all(getattr(budget, name) in ("", getattr(self, name)) for name in PARTS)


class Spend(Portion, frozen=True, kw_only=True, gc=False):
    """One local day of it, and what the rules look at besides."""

    day: date
    requests: int
    turns: int
    prompt: int
    cache_read: int


class SessionSpend(Portion, frozen=True, kw_only=True, gc=False):
    """One session's part of it, whenever that was."""

    session_id: str
    last_ms: int

    def is_under(self, budget: Budget) -> bool:
        return budget.session_id in ("", self.session_id) and super().is_under(budget)


def spends(connection: sqlite3.Connection, since: date, until: date) -> list[Spend]:
    """Every day from `since` up to, not including, `until`, oldest first; days without usage are absent."""
    found: dict[tuple[date, tuple[str, ...]], list[int]] = {}
    day = _calendar()
    rows = connection.execute(
        f"""SELECT time_ms / {QUARTER_MS} AS quarter, {", ".join(PARTS)},
                coalesce(sum(cost_picousd), 0), {_TOKENS}, count(*), sum(cost_picousd IS NULL),
                sum(kind = 'message' AND NOT is_sidechain),
                sum(input + cache_read + cache_write_5m + cache_write_1h), sum(cache_read)
            FROM usage_event WHERE time_ms >= ? AND time_ms < ? GROUP BY 1, 2, 3, 4, 5, 6""",
        (start_of(since), start_of(until)),
    )
    for quarter, *values in rows:
        key, sums = (day(quarter), _named(values)), values[len(PARTS) :]
        before = found.get(key)
        found[key] = sums if before is None else [a + b for a, b in zip(before, sums, strict=True)]
    return [_spend(*key, sums) for key, sums in sorted(found.items())]


def _named(values: Sequence[str | None]) -> tuple[str, ...]:
    """The parts that a row begins with."""
    return tuple(value or "" for value in values[: len(PARTS)])


def _spend(day: date, parts: tuple[str, ...], sums: list[int]) -> Spend:
    picousd, tokens, requests, unpriced, turns, prompt, cache_read = sums
    return Spend(
        day=day,
        **dict(zip(PARTS, parts, strict=True)),
        picousd=picousd,
        tokens=tokens,
        requests=requests,
        unpriced=unpriced,
        turns=turns,
        prompt=prompt,
        cache_read=cache_read,
    )


def sessions_since(connection: sqlite3.Connection, since_ms: int) -> list[SessionSpend]:
    """All that the sessions came to that made a request since then, a row for each of their branches and models."""
    rows = connection.execute(
        f"""SELECT session_id, max(time_ms), {", ".join(PARTS)}, coalesce(sum(cost_picousd), 0), {_TOKENS},
                sum(cost_picousd IS NULL) FROM usage_event
            WHERE session_id IN (SELECT session_id FROM usage_event WHERE time_ms >= ?)
            GROUP BY session_id, {", ".join(PARTS)}""",
        (since_ms,),
    )
    return [
        SessionSpend(
            session_id=session_id,
            last_ms=last_ms,
            **dict(zip(PARTS, _named(values), strict=True)),
            picousd=values[-3],
            tokens=values[-2],
            unpriced=values[-1],
        )
        for session_id, last_ms, *values in rows
    ]


def prompts_by_day(connection: sqlite3.Connection, since: date) -> dict[date, int]:
    """How many prompts people gave on each local day, to agents that tell what answered them."""
    rows = connection.execute(
        f"""SELECT time_ms / {QUARTER_MS}, count(*) FROM mark
            WHERE kind = 'prompt' AND NOT is_copy AND time_ms >= ?
              AND session_id NOT IN (SELECT session_id FROM chat) GROUP BY 1""",
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


def by_session(found: Iterable[SessionSpend], budget: Budget) -> list[SessionSpend]:
    """What each session came to under a budget, in one row named by its dearest part."""
    parts: dict[str, list[SessionSpend]] = {}
    for part in found:
        if part.is_under(budget):
            parts.setdefault(part.session_id, []).append(part)
    return [_whole(of_one) for of_one in parts.values()]


def _whole(parts: list[SessionSpend]) -> SessionSpend:
    return replace(
        max(parts, key=lambda part: (part.picousd, part.tokens)),
        picousd=sum(part.picousd for part in parts),
        tokens=sum(part.tokens for part in parts),
        unpriced=sum(part.unpriced for part in parts),
        last_ms=max(part.last_ms for part in parts),
    )
