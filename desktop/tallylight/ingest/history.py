"""The last ten weeks as rules and budgets need them: in full every ten minutes at most, today whenever it moved."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import date, timedelta

import msgspec

from tallylight.domain.budget import Budget
from tallylight.domain.fold import Status
from tallylight.domain.summary import Filter, typical
from tallylight.ledger.budgets import HISTORY_DAYS
from tallylight.ledger.days import day_of, month_of, start_of
from tallylight.ledger.differences import differences, last_stated
from tallylight.ledger.queries import Queries
from tallylight.ledger.spending import Spend, by_day, months, prompts_by_day, spends
from tallylight.rules.base import DaySlice, PlanLimit

_RENEW_MS = 600_000
#: A limit that starts anew within so long of what was said before is the same one.
_SAME_RESET_MS = 300_000
#: Statements of the plan's limits that are older are of limits that are over: the longest is a week.
_STATED_MS = 8 * 86_400_000
#: Later than any request.
_NEVER_MS = 1 << 42
_EVERYTHING = Budget(id="", amount=0)


class History:
    """Follows one ledger through a read-only connection."""

    def __init__(self, reader: sqlite3.Connection) -> None:
        self._reader = reader
        self._queries = Queries(reader)
        self._read_ms = 0
        self._day: date | None = None
        #: The earliest day that is no longer as it was read.
        self._changed: date | None = None
        #: Whether something was written since the last look.
        self.is_stale = True
        self._before: list[Spend] = []
        self.spends: list[Spend] = []
        #: The same by day, project and model; and pico-USD by day.
        self.days: list[DaySlice] = []
        self.sums: Mapping[date, int] = {}
        self.prompts: Mapping[date, int] = {}
        self.beyond_transcripts: Mapping[date, int] = {}
        self.not_recorded: frozenset[date] = frozenset()
        self.names: Mapping[str, str] = {}
        self.typical_month: int | None = None
        self.plan_limits: tuple[PlanLimit, ...] = ()
        self._resets: dict[str, int] = {}

    def renew(self, now_ms: int) -> None:
        """Bring it up to a moment."""
        today = day_of(now_ms)
        if not self.is_stale and today == self._day:
            return
        if today != self._day or not 0 <= now_ms - self._read_ms < _RENEW_MS:
            self._read_past(today, now_ms)
        elif self._changed is not None and self._changed < today:
            self._before = [spend for spend in self._before if spend.day < self._changed]
            self._before += spends(self._reader, self._changed, today)
        self.is_stale, self._changed = False, None
        self.spends = [*self._before, *spends(self._reader, today, today + timedelta(days=1))]
        self.days, self.sums = _slices(self.spends), by_day(self.spends, _EVERYTHING)
        self.prompts = {**self.prompts, **prompts_by_day(self._reader, today)}
        if not self.names.keys() >= {spend.project for spend in self.spends}:
            self.names = self._queries.known.project_names()
        self.plan_limits = self._limits(now_ms)

    def note_written(self, since_ms: int) -> None:
        """Requests from a moment on are new or changed; most often that is today."""
        self.is_stale = True
        day = day_of(since_ms) if since_ms < _NEVER_MS else None
        if day is not None and (self._changed is None or day < self._changed):
            self._changed = day

    def forget(self) -> None:
        """Read the past again at the next look."""
        self._read_ms = 0

    def _read_past(self, today: date, now_ms: int) -> None:
        since = today - timedelta(days=HISTORY_DAYS)
        self._before = spends(self._reader, since, today)
        self.prompts = prompts_by_day(self._reader, since)
        self.names = self._queries.known.project_names()
        missing = self._queries.not_recorded(Filter(since_ms=start_of(since)))
        self.not_recorded = frozenset(date.fromisoformat(day) for day in missing)
        beyond = differences(self._reader)
        self.beyond_transcripts = self._dated(beyond, since)
        if today != self._day:
            self.typical_month = _typical_month(months(self._reader, month_of(today)))
        self._day, self._read_ms = today, now_ms

    def _dated(self, beyond: Mapping[str, int], since: date) -> dict[date, int]:
        found: dict[date, int] = {}
        for session, at in last_stated(self._reader, beyond.keys()).items():
            day = day_of(at)
            if day >= since:
                found[day] = found.get(day, 0) + beyond[session]
        return found

    def _limits(self, now_ms: int) -> tuple[PlanLimit, ...]:
        """What the newest status line that names a limit said of it; none that have started anew since. A session
        on a key of its own names none, and says nothing about the plan."""
        found: dict[str, PlanLimit] = {}
        for (value,) in self._reader.execute(
            """SELECT value FROM session_fact WHERE name = 'status' AND "order" >= ? ORDER BY "order" DESC""",
            (now_ms - _STATED_MS,),
        ):
            for name, (used, at) in msgspec.json.decode(value, type=Status).rate_limits.items():
                found.setdefault(name, PlanLimit(name, used, self._reset(name, round(at * 1000))))
        return tuple(limit for limit in found.values() if limit.resets_ms > now_ms)

    def _reset(self, name: str, at_ms: int) -> int:
        """The moment, as it was stated first."""
        known = self._resets.get(name, 0)
        if abs(at_ms - known) > _SAME_RESET_MS:
            self._resets[name] = known = at_ms
        return known


def _typical_month(known: Mapping[date, Mapping[str, int]]) -> int | None:
    """Median of the whole months; the first began somewhere in it."""
    whole = [sum(projects.values()) for month, projects in sorted(known.items())[1:]]
    return typical(whole) if whole else None


def _slices(found: list[Spend]) -> list[DaySlice]:
    """Days by project and model, sources and branches taken together."""
    sums: dict[tuple[date, str, str], list[int]] = {}
    for s in found:
        parts = [s.picousd, s.requests, s.unpriced, s.turns, s.prompt, s.cache_read]
        before = sums.get((s.day, s.project, s.model), [0] * len(parts))
        sums[s.day, s.project, s.model] = [a + b for a, b in zip(before, parts, strict=True)]
    return [
        DaySlice(
            day=day,
            project=project,
            model=model,
            picousd=cost,
            requests=requests,
            unpriced=unpriced,
            turns=turns,
            prompt=prompt,
            cache_read=read,
        )
        for (day, project, model), (cost, requests, unpriced, turns, prompt, read) in sums.items()
    ]
