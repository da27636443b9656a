"""What the ledger knows of a user's habits: how sessions begin, what compacting leaves, which models did what."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from statistics import fmean, median
from typing import Any

from msgspec.structs import replace

from tallylight.domain.carry import Beginning
from tallylight.domain.habits import Begun, Habits, ModelFacts
from tallylight.domain.light import MOST_OUTPUT, MOST_REASONING, allows

_DAY_MS = 86_400_000
#: How far back habits reach; those of the last month are summed for the month.
_HABIT_MS, _MONTH_MS = 60 * _DAY_MS, 30 * _DAY_MS
#: The turns that say how a session begins.
_FIRST = 11
_FEWEST = 3
_ON_PATH = "NOT is_sidechain AND kind = 'message' AND context > 0"

_Row = Sequence[Any]


def habits_of(
    connection: sqlite3.Connection, now_ms: int, facts_of: Callable[[str], ModelFacts | None]
) -> Habits:
    """`facts_of` says what is known of a model besides; None for one of which nothing is."""
    sessions = [list(rows) for _, rows in groupby(_first_turns(connection, now_ms), key=itemgetter(0))]
    return Habits(
        starts=dict(_starts(sessions)),
        compacted=_compacted(connection, now_ms),
        models=dict(_models(connection, now_ms, facts_of)),
        begun=[_begun(rows) for rows in sessions if rows[0][2] >= now_ms - _MONTH_MS],
    )


def _first_turns(connection: sqlite3.Connection, now_ms: int) -> list[_Row]:
    """The first turns of every session that began of itself: none that goes on from an older one, or holds its
    history."""
    since = now_ms - _HABIT_MS
    return connection.execute(
        f"""SELECT session_id, coalesce(project, ''), time_ms, model, speed, context, cache_read, cache_write_1h,
                output, turns FROM (
              SELECT *, row_number() OVER of_session AS place,
                  count(*) OVER (PARTITION BY session_id) AS turns FROM usage_event
              WHERE time_ms >= ?1 AND time_ms < ?2 AND {_ON_PATH}
                AND session_id NOT IN (SELECT session_id FROM inheritance)
                AND session_id NOT IN (
                  SELECT session_id FROM usage_event WHERE time_ms >= ?1 - {_MONTH_MS} AND time_ms < ?1)
              WINDOW of_session AS (PARTITION BY session_id ORDER BY time_ms, key))
            WHERE place <= {_FIRST} ORDER BY session_id, place""",
        (since, now_ms),
    ).fetchall()


def _starts(sessions: Sequence[Sequence[_Row]]) -> Iterator[tuple[str, Beginning]]:
    projects = sorted(sessions, key=lambda rows: str(rows[0][1]))
    for project, of_project in groupby(projects, key=lambda rows: str(rows[0][1])):
        begun = list(of_project)
        if project:
            yield project, _beginning(begun)


def _beginning(begun: Sequence[Sequence[_Row]]) -> Beginning:
    firsts = [rows[0] for rows in begun]
    growths = [
        (rows[-1][5] - rows[0][5]) / (len(rows) - 1)
        for rows in begun
        if len(rows) >= _FEWEST and rows[-1][5] >= rows[0][5]
    ]
    return Beginning(
        context=round(median(row[5] for row in firsts)),
        cached=round(median(row[6] for row in firsts)),
        growth=round(median(growths)) if growths else 0,
        output=round(median(fmean(row[8] for row in rows) for rows in begun)),
        count=len(begun),
    )


def _begun(rows: Sequence[_Row]) -> Begun:
    session_id, project, time_ms, model, speed, context, read, write_1h, _, turns = rows[0]
    return Begun(
        session_id=session_id,
        project=project,
        time_ms=time_ms,
        model=model,
        speed=speed or "",
        context=context,
        cache_read=read,
        is_1h=bool(write_1h),
        turns=turns,
    )


def _compacted(connection: sqlite3.Connection, now_ms: int) -> Beginning | None:
    """What was sent after a compaction, and how large the summary can have been."""
    rows = connection.execute(
        f"""SELECT e.context, e.cache_read, min(mark.other, e.context) FROM mark JOIN usage_event e ON e.key = (
              SELECT key FROM usage_event WHERE session_id = mark.session_id AND time_ms > mark.time_ms
              AND {_ON_PATH} ORDER BY time_ms LIMIT 1)
            WHERE mark.kind = 'compaction' AND mark.other > 0 AND mark.time_ms >= ? AND mark.time_ms < ?""",
        (now_ms - _HABIT_MS, now_ms),
    ).fetchall()
    if not rows:
        return None
    context, cached, summary = (round(median(column)) for column in zip(*rows, strict=True))
    return Beginning(context=context, cached=cached, summary=summary, count=len(rows))


def _models(
    connection: sqlite3.Connection, now_ms: int, facts_of: Callable[[str], ModelFacts | None]
) -> Iterator[tuple[str, ModelFacts]]:
    rows = connection.execute(
        """SELECT model, coalesce(effort, ''), tools, is_sidechain, output BETWEEN 1 AND ? AND reasoning <= ?
                AND (is_final OR output >= 10), count(*)
           FROM usage_event WHERE time_ms >= ? AND time_ms < ? AND kind = 'message'
           GROUP BY 1, 2, 3, 4, 5 ORDER BY 1""",
        (MOST_OUTPUT, MOST_REASONING, now_ms - _HABIT_MS, now_ms),
    ).fetchall()
    for model, of_model in groupby(rows, key=itemgetter(0)):
        facts = facts_of(model)
        if facts is None:
            continue
        light = agents = 0
        for _, effort, tools, is_sidechain, is_short, count in of_model:
            if is_sidechain:
                agents += count
            elif is_short and allows(tuple(tools.split(",")) if tools else (), effort):
                light += count
        yield model, replace(facts, light_turns=light, agent_requests=agents)
