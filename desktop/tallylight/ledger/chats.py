"""Chats and how full their contexts were: what an agent's own database tells, kept after it is deleted there."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from itertools import pairwise

import msgspec
from msgspec.structs import replace

from tallylight.domain.chat import Chat, Gauge, merged
from tallylight.domain.session import GAUGE, Turn
from tallylight.domain.summary import Filter
from tallylight.domain.usage import Mark, SessionFact
from tallylight.ledger.batch import Written
from tallylight.ledger.conditions import conditions

#: The title stands among the session's facts, where it is left out and taken back with all others.
_OWN = tuple(name for name in Chat.__struct_fields__ if name != "title")
CHAT_COLUMNS = ", ".join(_OWN)
GAUGE_COLUMNS = "time_ms, used, size, model, parts"
#: A compaction is seen so soon after it was announced.
_SOON_MS = 5 * 60_000


class Chats:
    """Writes the tables `chat` and `gauge` of one connection, inside the caller's transaction."""

    def __init__(self, connection: sqlite3.Connection, project_of: Callable[[str, str], str]) -> None:
        self._connection = connection
        self._project_of = project_of

    def write(self, chats: Sequence[Chat], written: Written) -> list[SessionFact]:
        """Take in what was read of chats; the titles among it, as facts."""
        for chat in chats:
            before = chat_of(self._connection, chat.session_id)
            if before is None and not (chat.created_ms or chat.moved_ms):
                continue  # a word about a chat that nobody has seen
            now = merged(before, replace(chat, title=""))
            if before is not None and replace(before, seen_ms=now.seen_ms) == now and not now.status:
                continue
            values = [getattr(now, name) for name in _OWN]
            self._connection.execute(
                f"INSERT OR REPLACE INTO chat ({CHAT_COLUMNS}, project) VALUES ({', '.join('?' * len(_OWN))}, ?)",
                (*values, self._project_of(now.host, now.cwd) if now.cwd else ""),
            )
            written.sessions.update({now.session_id, now.parent} - {""})
        return [
            SessionFact(
                source=chat.source,
                session_id=chat.session_id,
                name="title:ai-title",
                value=chat.title,
                order=chat.seen_ms,
            )
            for chat in chats
            if chat.title
        ]

    def write_gauges(self, gauges: Sequence[Gauge], written: Written) -> list[Mark]:
        """Take in points, of which one that says what the last one said is none; the compactions they show."""
        marks = []
        for gauge in gauges:
            point = gauge
            last = self._last(gauge)
            is_same = last is not None and (last.used, last.size) == (gauge.used, gauge.size)
            if gauge.seen_ms:
                point = _placed(gauge, last)
                marks += self._summed_up(gauge, [] if is_same else [point])
            elif gauge.compacts:
                marks.append(self._announced(gauge))
            if is_same:
                continue
            row = (point.source, point.session_id, point.time_ms, point.used, point.size, point.model)
            self._connection.execute(
                "INSERT OR IGNORE INTO gauge VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*row, msgspec.json.encode(point.parts).decode() if point.parts else ""),
            )
            written.sessions.add(point.session_id)
            written.sessions.update(self._parent(point.session_id))
        return marks

    def _announced(self, gauge: Gauge) -> Mark:
        """A compaction of which the agent's own hook tells: it goes before one that was only seen to have been."""
        self._connection.execute(
            """DELETE FROM mark WHERE session_id = ? AND source = ? AND kind = 'compaction' AND label = ''
               AND time_ms BETWEEN ? AND ?""",
            (gauge.session_id, gauge.source, gauge.time_ms, gauge.time_ms + _SOON_MS),
        )
        return _mark(gauge, str(gauge.time_ms), gauge.time_ms, gauge.compacts, (gauge.used, 0))

    def _summed_up(self, gauge: Gauge, points: list[Gauge]) -> list[Mark]:
        """A compaction, where the chat goes on from another summary than the last time it was read: the fall of its
        gauge, which may have come a write earlier. A summary that was there before we first looked tells nothing."""
        known = self._connection.execute(
            "SELECT value FROM session_fact WHERE source = ? AND session_id = ? AND name = 'summary'",
            (gauge.source, gauge.session_id),
        ).fetchone()
        if known is not None and known[0] == gauge.summary:
            return []
        self._connection.execute(
            "INSERT OR REPLACE INTO session_fact VALUES (?, ?, 'summary', ?, 0, ?)",
            (gauge.source, gauge.session_id, gauge.summary, gauge.seen_ms),
        )
        if known is None or not gauge.summary:
            return []
        rows = self._connection.execute(
            """SELECT time_ms, used FROM gauge WHERE session_id = ? AND source = ? ORDER BY time_ms DESC LIMIT 2""",
            (gauge.session_id, gauge.source),
        ).fetchall()
        course = [*reversed(rows), *((point.time_ms, point.used) for point in points)]
        falls = [(before, now) for before, now in pairwise(course) if now[1] < before[1]]
        if not falls or self._is_announced(gauge, falls[-1][0][0]):
            return []
        (_, before), (at, now) = falls[-1]
        return [_mark(gauge, gauge.summary, at, "", (before, now))]

    def _is_announced(self, gauge: Gauge, since_ms: int) -> bool:
        rows = self._connection.execute(
            """SELECT 1 FROM mark WHERE session_id = ? AND source = ? AND kind = 'compaction' AND label <> ''
               AND time_ms >= ?""",
            (gauge.session_id, gauge.source, since_ms),
        )
        return rows.fetchone() is not None

    def _last(self, gauge: Gauge) -> Gauge | None:
        """The newest point; of a gauge with a time of its own, the one before that."""
        row = self._connection.execute(
            """SELECT source, session_id, time_ms, used, size FROM gauge
               WHERE session_id = ? AND source = ? AND time_ms <= ? ORDER BY time_ms DESC LIMIT 1""",
            (gauge.session_id, gauge.source, 1 << 62 if gauge.seen_ms else gauge.time_ms),
        ).fetchone()
        return None if row is None else Gauge(**dict(zip(Gauge.__struct_fields__, row, strict=False)))

    def _parent(self, session_id: str) -> list[str]:
        rows = self._connection.execute(
            "SELECT parent FROM chat WHERE session_id = ? AND parent <> ''", (session_id,)
        )
        return [parent for (parent,) in rows]


def chat_of(connection: sqlite3.Connection, session_id: str) -> Chat | None:
    """What is known of one chat; its title is among the session's facts."""
    row = connection.execute(
        f"SELECT {CHAT_COLUMNS} FROM chat WHERE session_id = ?", (session_id,)
    ).fetchone()
    return None if row is None else chat_in(row)


def children_of(connection: sqlite3.Connection, session_id: str) -> list[Chat]:
    """The chats that one sent out."""
    rows = connection.execute(f"SELECT {CHAT_COLUMNS} FROM chat WHERE parent = ?", (session_id,))
    return [chat_in(row) for row in rows]


def chats_within(connection: sqlite3.Connection, wanted: Filter) -> list[tuple[Chat, str]]:
    """Conversations that no known one sent out and that moved in a period, with their projects. A question about what
    only requests have (a model, a machine, a subagent) is about none of them."""
    asked = Filter(
        since_ms=wanted.since_ms,
        until_ms=wanted.until_ms,
        source=wanted.source,
        project=wanted.project,
        branch=wanted.branch,
        session_id=wanted.session_id,
    )
    if wanted != asked:
        return []
    where, values = conditions(replace(asked, since_ms=None, until_ms=None))
    rows = connection.execute(
        f"""SELECT {CHAT_COLUMNS}, project FROM chat WHERE {where} AND parent = ''
            AND moved_ms >= ? AND moved_ms < ?""",
        (*values, wanted.since_ms or 0, wanted.until_ms or 1 << 62),
    )
    return [(chat_in(row[:-1]), row[-1] or "") for row in rows]


def untold_within(connection: sqlite3.Connection, wanted: Filter) -> list[tuple[Chat, str]]:
    """Those of them of which no request is known: what they used is unknown. Wherever a sum is said to be "at least",
    these are what it lacks."""
    has_requests = "SELECT 1 FROM thread WHERE session_id = ?"
    return [
        (chat, project)
        for chat, project in chats_within(connection, wanted)
        if connection.execute(has_requests, (chat.session_id,)).fetchone() is None
    ]


def project_of_chat(connection: sqlite3.Connection, session_id: str) -> str:
    row = connection.execute("SELECT project FROM chat WHERE session_id = ?", (session_id,)).fetchone()
    return str(row[0]) if row else ""


def gauges_of(connection: sqlite3.Connection, chat: Chat) -> list[Gauge]:
    """All points of one chat, the oldest first."""
    rows = connection.execute(
        f"SELECT source, session_id, {GAUGE_COLUMNS} FROM gauge WHERE session_id = ? ORDER BY time_ms",
        (chat.session_id,),
    )
    gauges = [gauge_in(*row) for row in rows]
    return [gauge if gauge.model else replace(gauge, model=chat.model) for gauge in gauges]


def gauge_in(
    source: str, session_id: str, time_ms: int, used: int, size: int, model: str | None, parts: str | None
) -> Gauge:
    """A point of a row of `GAUGE_COLUMNS` behind whose it is."""
    return Gauge(
        source=source,
        session_id=session_id,
        time_ms=time_ms,
        used=used,
        size=size,
        model=model or "",
        parts=msgspec.json.decode(parts, type=tuple[tuple[str, int], ...]) if parts else (),
    )


def gauge_turn(gauge: Gauge, agent_id: str = "") -> Turn:
    """A point as a turn without tokens: what the curves, and where nothing counts tokens the turns, go by."""
    return Turn(
        key=f"{GAUGE}:{gauge.session_id}:{gauge.time_ms}",
        number=0,
        time_ms=gauge.time_ms,
        model=gauge.model,
        context=gauge.used,
        input=0,
        cache_read=0,
        cache_write_5m=0,
        cache_write_1h=0,
        output=0,
        cost_picousd=None,
        agent_id=agent_id,
        is_on_path=not agent_id,
        kind=GAUGE,
    )


def chat_in(row: Sequence[object]) -> Chat:
    """A chat of a row of `CHAT_COLUMNS`."""
    fields = dict(zip(_OWN, row, strict=True))
    return msgspec.convert(fields | {"is_archived": bool(fields["is_archived"])}, Chat)


def _placed(gauge: Gauge, last: Gauge | None) -> Gauge:
    """One that moved after the last point moved now, whatever date the chat itself bears."""
    if last is None or gauge.time_ms > last.time_ms:
        return gauge
    return replace(gauge, time_ms=max(gauge.seen_ms, last.time_ms + 1))


def _mark(gauge: Gauge, key: str, at: int, label: str, sizes: tuple[int, int]) -> Mark:
    before, now = sizes
    return Mark(
        key=f"{gauge.source}:{gauge.session_id}:compaction:{key}",
        source=gauge.source,
        session_id=gauge.session_id,
        time_ms=at,
        kind="compaction",
        label=label,
        value=before,
        other=now,
    )
