"""What the ledger knows of a user's habits: how sessions begin, what compacting leaves, which models did what."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import groupby, islice
from operator import itemgetter
from statistics import fmean, median
from typing import Any

from msgspec.structs import replace

from tallylight.domain.carry import Beginning
from tallylight.domain.habits import Begun, Habits, ModelFacts
from tallylight.domain.light import MOST_OUTPUT, MOST_REASONING, allows
from tallylight.domain.usage import START_FACT

_DAY_MS = 86_400_000
#: How far back habits reach; those of the last month are summed for the month.
_HABIT_MS, _MONTH_MS = 60 * _DAY_MS, 30 * _DAY_MS
#: The turns that say how a session begins.
_FIRST = 11
_FEWEST = 3
_ON_PATH = "NOT is_sidechain AND kind = 'message' AND context > 0"

#: So many of a project's newest sessions say how they begin.
_NEWEST = 20

_Row = Sequence[Any]


def habits_of(
    connection: sqlite3.Connection,
    now_ms: int,
    facts_of: Callable[[str], ModelFacts | None],
    without: Collection[str] = (),
) -> Habits:
    """`facts_of` says what is known of a model besides; None for one of which nothing is. How the sessions in
    `without` began is left out."""
    begun = [one for one in _begun(connection, now_ms) if one.session_id not in without]
    return Habits(
        starts=dict(_starts(connection, begun)),
        compacted=dict(_compacted(connection, now_ms)),
        models=dict(_models(connection, now_ms, facts_of)),
        begun=[one for one in begun if one.time_ms >= now_ms - _MONTH_MS],
    )


def _begun(connection: sqlite3.Connection, now_ms: int) -> list[Begun]:
    """Every session that began of itself: none that goes on from before, and none that holds another's history."""
    since = now_ms - _HABIT_MS
    forks = {
        session_id for (session_id,) in connection.execute("SELECT DISTINCT session_id FROM inheritance")
    }
    parts: dict[str, dict[str, int]] = {}
    sized = f"SELECT session_id, name, number FROM session_fact WHERE name GLOB '{START_FACT}*'"
    for session_id, name, size in connection.execute(sized):
        parts.setdefault(session_id, {})[name.removeprefix(START_FACT)] = size
    # Beside min() SQLite takes the other columns from the row that has it.
    rows = connection.execute(
        f"""SELECT session_id, source, coalesce(project, ''), min(time_ms), model, coalesce(speed, ''), context,
                cache_read, cache_write_1h > 0, count(*), key
            FROM request JOIN thread ON thread.id = thread_id
            WHERE time_ms >= ? AND time_ms < ? AND {_ON_PATH} GROUP BY session_id""",
        (since - _MONTH_MS, now_ms),
    )
    return [
        Begun(
            session_id=session_id,
            source=source,
            project=project,
            time_ms=first_ms,
            model=model,
            speed=speed,
            context=context,
            cache_read=read,
            is_1h=bool(is_1h),
            turns=turns,
            key=key,
            parts=parts.get(session_id, {}),
        )
        for session_id, source, project, first_ms, model, speed, context, read, is_1h, turns, key in rows
        if first_ms >= since and session_id not in forks
    ]


def _starts(
    connection: sqlite3.Connection, begun: Sequence[Begun]
) -> Iterator[tuple[tuple[str, str], Beginning]]:
    def place(one: Begun) -> tuple[str, str]:
        return one.source, one.project

    newest_first = sorted(begun, key=lambda one: -one.time_ms)
    for (source, project), at_place in groupby(sorted(newest_first, key=place), key=place):
        if project:
            newest = list(islice(at_place, _NEWEST))
            yield (source, project), _beginning(newest, [_first_turns(connection, one) for one in newest])


def _first_turns(connection: sqlite3.Connection, begun: Begun) -> list[_Row]:
    """Context and output of each."""
    return connection.execute(
        f"""SELECT context, output FROM request JOIN thread ON thread.id = thread_id
            WHERE session_id = ? AND {_ON_PATH} ORDER BY time_ms, key LIMIT {_FIRST}""",
        (begun.session_id,),
    ).fetchall()


def _beginning(begun: Sequence[Begun], turns: Sequence[Sequence[_Row]]) -> Beginning:
    growths = [
        (rows[-1][0] - rows[0][0]) / (len(rows) - 1)
        for rows in turns
        if len(rows) >= _FEWEST and rows[-1][0] >= rows[0][0]
    ]
    return Beginning(
        context=round(median(one.context for one in begun)),
        cached=round(median(one.cache_read for one in begun)),
        growth=round(median(growths)) if growths else 0,
        output=round(median(fmean(row[1] for row in rows) for rows in turns)),
        count=len(begun),
    )


def _compacted(connection: sqlite3.Connection, now_ms: int) -> Iterator[tuple[str, Beginning]]:
    """What each agent sent after a compaction, and how large the summary can have been."""
    rows = connection.execute(
        f"""SELECT mark.source, e.context, e.cache_read, min(mark.other, e.context)
            FROM mark JOIN usage_event e ON e.key = (
              SELECT key FROM usage_event WHERE session_id = mark.session_id AND time_ms > mark.time_ms
              AND {_ON_PATH} ORDER BY time_ms LIMIT 1)
            WHERE mark.kind = 'compaction' AND mark.other > 0 AND mark.time_ms >= ? AND mark.time_ms < ?
            ORDER BY 1""",
        (now_ms - _HABIT_MS, now_ms),
    )
    for source, of_source in groupby(rows, key=itemgetter(0)):
        found = [row[1:] for row in of_source]
        context, cached, summary = (round(median(column)) for column in zip(*found, strict=True))
        yield source, Beginning(context=context, cached=cached, summary=summary, count=len(found))


def _models(
    connection: sqlite3.Connection, now_ms: int, facts_of: Callable[[str], ModelFacts | None]
) -> Iterator[tuple[str, ModelFacts]]:
    rows = connection.execute(
        """SELECT model, coalesce(effort, ''), tools, is_sidechain, output BETWEEN 1 AND ? AND reasoning <= ?
                AND (is_final OR output >= 10), count(*)
           FROM request JOIN thread ON thread.id = thread_id
           WHERE time_ms >= ? AND time_ms < ? AND kind = 'message'
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
            elif is_short and allows(model, tuple(tools.split(",")) if tools else (), effort):
                light += count
        yield model, replace(facts, light_turns=light, agent_requests=agents)
