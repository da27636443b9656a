"""Sums over the ledger: by day, model, project, session, and what a period comes to."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import PurePath

from msgspec.structs import replace

from tallylight.domain.billing import UNSTATED
from tallylight.domain.chat import Chat
from tallylight.domain.recorded import PROVISIONAL
from tallylight.domain.summary import (
    WRITE_UNSTATED,
    Charged,
    ClassCost,
    Filter,
    Summary,
    SummaryRow,
    Totals,
    Unpriced,
    typical,
)
from tallylight.ledger.chats import untold_within
from tallylight.ledger.conditions import ACCOUNT, AGENT_TYPE, MACHINE, conditions
from tallylight.ledger.days import QUARTER_MS, day_of, month_of, start_of, week_of
from tallylight.ledger.differences import differences, last_stated
from tallylight.ledger.facts import label_of, title_of
from tallylight.ledger.known import Known

#: Requests whose last line the log lacks: their output is what had been streamed by then.
_UNFINISHED = "coalesce(sum(NOT is_final AND output < 10), 0)"
_SUMS = f"""count(*), sum(input), sum(output), sum(cache_read), sum(cache_write_5m), sum(cache_write_1h),
    sum(web_searches), coalesce(sum(cost_picousd), 0), sum(cost_picousd IS NULL),
    {_UNFINISHED}"""
_EXPRESSIONS = {
    "model": "model",
    "project": "project",
    "tag": "tag",
    "branch": "branch",
    "session": "session_id",
    "agent": "source",
    "subagent_type": AGENT_TYPE,
    "skill": "skill",
    "mcp_server": "mcp_server",
    "host": MACHINE,
    "account": ACCOUNT,
}
#: Token classes by the name of their cost, and the column that counts them.
_IS_STATED = "cache_write <= cache_write_5m_stated + cache_write_1h"
_CLASSES = {
    "cache_read": "cache_read",
    "cache_write_5m": f"CASE WHEN {_IS_STATED} THEN cache_write_5m ELSE 0 END",
    WRITE_UNSTATED: f"CASE WHEN {_IS_STATED} THEN 0 ELSE cache_write_5m END",
    "cache_write_1h": "cache_write_1h",
    "output": "output",
    "input": "input",
    "web_search": "web_searches",
}
_TYPICAL_DAYS = 28
_TYPICAL_FLOOR = 3


class Queries:
    """Answers about usage, over one read-only connection, in the thread that opened it."""

    def __init__(self, connection: sqlite3.Connection, week_starts_on: int = 0) -> None:
        self._connection = connection
        self.known = Known(connection)
        self._week_starts_on = week_starts_on

    def totals(self, wanted: Filter) -> Totals:
        where, values = conditions(wanted)
        row = self._connection.execute(f"SELECT {_SUMS} FROM usage_event WHERE {where}", values).fetchone()
        return _totals(row)

    def summary(self, by: str, wanted: Filter) -> Summary:
        """All requests that `wanted` admits, grouped; rows by key for dates, by cost for the rest."""
        groups = self.groups(by, wanted)
        return replace(
            groups,
            unpriced=self._unpriced(wanted),
            not_itemised_picousd=self._not_itemised(groups.rows, by, wanted),
            classes=self._classes(wanted),
            charged=self._charged(wanted),
            provisional=self._provisional(wanted),
            not_recorded=self.not_recorded(wanted),
            untold_sessions=self.untold(wanted),
        )

    def groups(self, by: str, wanted: Filter) -> Summary:
        """The rows and what they come to, without the parts that are the same for every grouping."""
        if by in ("day", "week", "month"):
            rows = self._by_time(by, wanted)
        elif by == "session":
            rows = self._by_session(wanted)
        else:
            rows = self._by_column(by, wanted)
        return Summary(by=by, rows=rows, totals=sum((row.totals for row in rows), Totals()))

    # -- groups

    def _by_time(self, by: str, wanted: Filter) -> list[SummaryRow]:
        groups: dict[str, Totals] = {}
        models: dict[str, set[str]] = {}
        for quarter, model, totals in self.quarters("model", wanted):
            key = self.slot(by, day_of(quarter))
            groups[key] = groups.get(key, Totals()) + totals
            models.setdefault(key, set()).add(model)
        return [
            SummaryRow(key=key, label=key, totals=groups[key], models=tuple(sorted(models[key])))
            for key in sorted(groups)
        ]

    def slot(self, by: str, day: date) -> str:
        """The key of the day, week or month that a day belongs to."""
        if by == "week":
            return week_of(day, self._week_starts_on).isoformat()
        return day.isoformat() if by == "day" else month_of(day).isoformat()[:7]

    def quarters(self, by: str, wanted: Filter) -> list[tuple[int, str, Totals]]:
        """(start of a quarter of an hour, group, sums): what any local day can be put together from."""
        where, values = conditions(wanted)
        rows = self._connection.execute(
            f"""SELECT time_ms / {QUARTER_MS} AS quarter, {_EXPRESSIONS[by]} AS g, {_SUMS} FROM usage_event
                WHERE {where} GROUP BY quarter, g ORDER BY quarter""",
            values,
        )
        return [(row[0] * QUARTER_MS, row[1] or "", _totals(row[2:])) for row in rows]

    def _by_column(self, by: str, wanted: Filter) -> list[SummaryRow]:
        where, values = conditions(wanted)
        rows = self._connection.execute(
            f"""SELECT {_EXPRESSIONS[by]} AS g, group_concat(DISTINCT model), min(time_ms), max(time_ms), {_SUMS}
                FROM usage_event WHERE {where} GROUP BY g""",
            values,
        ).fetchall()
        label = self._labels(by, [row[0] or "" for row in rows])
        made = [
            SummaryRow(
                key=row[0] or "",
                label=label(row[0] or ""),
                totals=_totals(row[4:]),
                models=tuple(sorted((row[1] or "").split(","))),
                project=label(row[0] or "") if by == "project" else "",
                first_ms=row[2],
                last_ms=row[3],
            )
            for row in rows
        ]
        return sorted(made, key=lambda row: (-row.totals.cost_picousd, -row.totals.tokens, row.key))

    def _labels(self, by: str, keys: Sequence[str]) -> Callable[[str], str]:
        if by == "project":
            names = self.known.project_names()  # of all: a name must not depend on what was asked for
            return lambda key: names.get(key, key)
        return lambda key: key

    def _by_session(self, wanted: Filter) -> list[SummaryRow]:
        where, values = conditions(wanted)
        rows = self._connection.execute(
            f"""SELECT session_id, source, substr(min(printf('%d%020d', is_sidechain, time_ms) || project), 22),
                       group_concat(DISTINCT model),
                       substr(max(printf('%d%020d', NOT is_sidechain, time_ms) || branch), 22), min(time_ms),
                       max(time_ms), max(account), max(host), {_SUMS}
                FROM usage_event WHERE {where} GROUP BY source, session_id""",
            values,
        ).fetchall()
        names = self.known.project_names()
        facts, beyond = self._facts(), differences(self._connection)
        made = [
            SummaryRow(
                key=row[0],
                label=label_of(row[0], facts.get(row[0], {})),
                title=title_of(facts.get(row[0], {})),
                session_id=row[0],
                source=row[1],
                project=names.get(row[2] or "", row[2] or ""),
                models=tuple(sorted((row[3] or "").split(","))),
                branch=row[4] or "",
                first_ms=row[5],
                last_ms=row[6],
                account=row[7] or "",
                host=row[8] or "",
                totals=_totals(row[9:]),
                not_itemised_picousd=beyond.get(row[0], 0),
                parent_session_id=facts.get(row[0], {}).get("parent", ""),
            )
            for row in rows
        ]
        made += [
            SummaryRow(
                key=session,
                label=label_of(session, facts.get(session, {})),
                title=title_of(facts.get(session, {})),
                session_id=session,
                source="claude-code",
                totals=Totals(),
                first_ms=at,
                last_ms=at,
                not_itemised_picousd=beyond[session],
            )
            for session, at in self._silent(beyond, wanted).items()
        ]
        return sorted(made, key=lambda row: (-row.last_ms, row.key))

    def with_chats(self, summary: Summary, wanted: Filter) -> Summary:
        """Sessions, and among them the chats of agents that tell no tokens, where the question can be about them."""
        names = self.known.project_names()
        facts = self._facts()
        rows = [
            SummaryRow(
                key=chat.session_id,
                label=_label(chat, title_of(facts.get(chat.session_id, {}))),
                title=title_of(facts.get(chat.session_id, {})),
                session_id=chat.session_id,
                source=chat.source,
                host=chat.host,
                project=names.get(project) or PurePath(project).name or project,
                models=(chat.model,) if chat.model else (),
                branch=chat.branch,
                first_ms=chat.created_ms,
                last_ms=chat.moved_ms,
                totals=Totals(),
                is_untold=True,
            )
            for chat, project in untold_within(self._connection, wanted)
        ]
        return replace(summary, rows=sorted([*summary.rows, *rows], key=lambda row: (-row.last_ms, row.key)))

    def _silent(self, beyond: Mapping[str, int], wanted: Filter) -> dict[str, int]:
        """Sessions of which nothing is known but the client's total, and when it was stated."""
        if replace(wanted, since_ms=None, until_ms=None) != Filter():
            return {}
        known = {s for (s,) in self._connection.execute("SELECT DISTINCT session_id FROM thread")}
        stated = last_stated(self._connection, beyond.keys() - known)
        return {session: at for session, at in stated.items() if _is_within(at, wanted)}

    def _facts(self) -> dict[str, dict[str, str]]:
        facts: dict[str, dict[str, str]] = {}
        for session_id, name, value in self._connection.execute(
            """SELECT session_id, name, value FROM session_fact
               WHERE name GLOB 'title:*' OR name = 'parent'"""
        ):
            facts.setdefault(session_id, {})[name] = value
        return facts

    def _not_itemised(self, rows: Sequence[SummaryRow], by: str, wanted: Filter) -> int:
        """The sum over sessions whose last request lies in the period: a session's difference has no date."""
        if by == "session":
            return sum(row.not_itemised_picousd for row in rows)
        if (
            wanted.model
            or wanted.host
            or wanted.agent_id is not None
            or wanted.subagent_type
            or wanted.skill
            or wanted.mcp_server
        ):
            return 0
        beyond = differences(self._connection)
        where, values = conditions(replace(wanted, since_ms=None, until_ms=None))
        last = self._connection.execute(
            f"""SELECT session_id, max(time_ms) FROM usage_event
                WHERE {where} AND session_id IN (SELECT value FROM json_each(?)) GROUP BY session_id""",
            (*values, json.dumps(list(beyond))),
        )
        spoken = sum(beyond[session] for session, at in last if _is_within(at, wanted))
        return spoken + sum(beyond[session] for session in self._silent(beyond, wanted))

    # -- parts

    def _unpriced(self, wanted: Filter) -> list[Unpriced]:
        where, values = conditions(wanted)
        rows = self._connection.execute(
            f"""SELECT model, priced_with = '{UNSTATED}' AS is_untold, {_SUMS} FROM usage_event
                WHERE cost_picousd IS NULL AND {where} GROUP BY model, is_untold""",
            values,
        )
        return [Unpriced(row[0], _totals(row[2:]), bool(row[1])) for row in rows]

    def _provisional(self, wanted: Filter) -> Totals:
        where, values = conditions(wanted)
        row = self._connection.execute(
            f"SELECT {_SUMS} FROM usage_event WHERE kind = '{PROVISIONAL}' AND {where}", values
        ).fetchone()
        return _totals(row)

    def _classes(self, wanted: Filter) -> list[ClassCost]:
        where, values = conditions(wanted)
        costs = {name: f"cost_{name}" for name in _CLASSES} | {
            "cache_write_5m": f"CASE WHEN {_IS_STATED} THEN cost_cache_write_5m ELSE 0 END",
            WRITE_UNSTATED: f"CASE WHEN {_IS_STATED} THEN 0 ELSE cost_cache_write_5m END",
        }
        counts = ", ".join(
            f"""coalesce(sum({count}), 0), coalesce(sum({costs[name]}), 0),
                coalesce(sum(CASE WHEN cost_picousd IS NULL THEN {count} END), 0),
                {_UNFINISHED if name == "output" else 0}"""
            for name, count in _CLASSES.items()
        )
        row = self._connection.execute(f"SELECT {counts} FROM usage_event WHERE {where}", values).fetchone()
        made = [ClassCost(name, *row[4 * i : 4 * i + 4]) for i, name in enumerate(_CLASSES)]
        return [of for of in made if of.count or of.name != WRITE_UNSTATED]

    def _charged(self, wanted: Filter) -> Charged | None:
        where, values = conditions(wanted)
        if not self._connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'charge'").fetchone():
            return None  # of an older form
        requests, charged, worth, unknown, inferred, unpriced = self._connection.execute(
            f"""SELECT count(*), coalesce(sum(charged_picousd), 0), coalesce(sum(cost_picousd), 0),
                    coalesce(sum(charged_picousd IS NULL), 0), coalesce(sum(is_inferred), 0),
                    coalesce(sum(cost_picousd IS NULL), 0)
                FROM charge JOIN usage_event USING (key) WHERE {where}""",
            values,
        ).fetchone()
        if not requests:
            return None
        return Charged(
            requests=requests,
            picousd=charged,
            worth_picousd=worth,
            unknown=unknown,
            inferred=inferred,
            unpriced=unpriced,
        )

    def not_recorded(self, wanted: Filter) -> list[str]:
        """Days on which the client says it was used although no request of them is known: not zeros."""
        days = [
            day
            for (day,) in self._connection.execute("SELECT DISTINCT day FROM active_day WHERE messages > 0")
        ]
        if wanted.since_ms is not None:
            days = [day for day in days if day >= day_of(wanted.since_ms).isoformat()]
        if wanted.until_ms is not None:
            days = [
                day for day in days if day < day_of(wanted.until_ms - 1).isoformat() or _within(day, wanted)
            ]
        missing = []
        for day in sorted(days):
            start = date.fromisoformat(day)
            known = self._connection.execute(
                "SELECT 1 FROM usage_event WHERE time_ms >= ? AND time_ms < ? LIMIT 1",
                (start_of(start), start_of(start + timedelta(days=1))),
            ).fetchone()
            if known is None:
                missing.append(day)
        return missing

    def untold(self, wanted: Filter) -> int:
        """How many sessions tell no tokens: part of no sum."""
        return len(untold_within(self._connection, wanted))

    def typical_day(self, now_ms: int) -> int | None:
        """Median of the active days among the 28 before today, None when fewer than three were active."""
        today = day_of(now_ms)
        since = start_of(today - timedelta(days=_TYPICAL_DAYS))
        sums: dict[date, int] = {}
        for quarter, cost in self._connection.execute(
            f"""SELECT time_ms / {QUARTER_MS} AS q, sum(cost_picousd) FROM usage_event
                WHERE time_ms >= ? AND time_ms < ? GROUP BY q""",
            (since, start_of(today)),
        ):
            day = day_of(quarter * QUARTER_MS)
            sums[day] = sums.get(day, 0) + (cost or 0)
        active = [cost for cost in sums.values() if cost > 0]
        return typical(active) if len(active) >= _TYPICAL_FLOOR else None

    def relax(self) -> None:
        """Give back the memory that a large read took."""
        self._connection.execute("PRAGMA shrink_memory")


def _label(chat: Chat, title: str) -> str:
    name = title or chat.session_id[:8]
    return f"{name} (subagent)" if chat.is_stray else name


def _is_within(time_ms: int, wanted: Filter) -> bool:
    return (wanted.since_ms or 0) <= time_ms and (wanted.until_ms is None or time_ms < wanted.until_ms)


def _within(day: str, wanted: Filter) -> bool:
    return wanted.until_ms is not None and start_of(date.fromisoformat(day)) < wanted.until_ms


def _totals(row: Sequence[int | None]) -> Totals:
    return Totals(**dict(zip(Totals.__struct_fields__, (value or 0 for value in row), strict=True)))
