"""What recorders counted, kept beside the bills: a turn counts only until a bill states it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from tallylight.domain.billing import UNATTRIBUTED, Billed, Span, stretches
from tallylight.domain.chat import top_of
from tallylight.domain.recorded import NEAR_MS, TURN_MS, Counted, covered, owners
from tallylight.domain.usage import UsageEvent
from tallylight.ledger.batch import Written

#: The keys of requests that are made of bills: from "cursor:" up to ";", the character after ":". Likewise of turns.
#: The "+" has them looked for by their time: the index of keys would go through all there ever were.
OF_BILLS = "+key >= 'cursor:' AND +key < 'cursor;'"
_OF_TURNS = "key >= 'cursor-hook:' AND key < 'cursor-hook;'"
_COUNTS = "input, output, cache_read, cache_write"
_IS_INFERRED = "(SELECT is_inferred FROM charge WHERE charge.key = usage_event.key)"
_WITHIN = "time_ms >= ? AND time_ms < ?"


class Recorded:
    """Reads and writes the table `recorded_turn`, inside the caller's transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def note(self, turns: Sequence[UsageEvent]) -> None:
        """Remember that these were recorded, whoever else states them."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO recorded_turn VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (e.key, e.agent_id or e.session_id, e.time_ms, e.input, e.output, e.cache_read, e.cache_write)
                for e in turns
            ],
        )

    def chats_of(self, span: Span, billed: Sequence[Billed]) -> dict[str, str]:
        """The chat of each request that the bill names no chat for and a recorder counted, by its key: of a span that
        is made anew, and those around it that one turn may have had as well."""
        turns = self._turns(_around(span))
        if not turns:
            return {}
        families = self._families()
        lines = [
            Counted(
                key=b.key,
                time_ms=b.statement.time_ms,
                chat=(chat := b.statement.conversation),
                family=families.get(chat, chat),
                input=b.statement.input,
                output=b.statement.output,
                cache_read=b.statement.cache_read,
                cache_write=b.statement.cache_write,
            )
            for b in billed
        ]
        lines += self._lines(_around(span), f"session_id = ? OR {_IS_INFERRED}")
        return {key: turn.chat for key, turn in owners(turns, lines).items()}

    def misplaced(self, span: Span) -> list[Span]:
        """When there were requests without a chat that a recorder has counted in one."""
        lines = [line for line in self._lines(_around(span)) if not line.chat]
        found = owners(self._turns(_around(span)), lines) if lines else {}
        return stretches(line.time_ms for line in reversed(lines) if line.key in found)

    def give_way(self, span: Span, written: Written) -> None:
        """Of the turns that ended in a span, or a day after it, those that a bill states are no requests of their
        own."""
        rows = self._connection.execute(
            f"""SELECT key, session_id, time_ms FROM usage_event
                WHERE {_OF_TURNS} AND kind = 'provisional' AND {_WITHIN}""",
            (span.since_ms, span.until_ms + TURN_MS),
        ).fetchall()
        if not rows:
            return
        times = [at for _, _, at in rows]
        around = _around(Span(min(times), max(times) + 1))
        turns, lines = self._turns(around), self._lines(around)
        known = covered(turns, lines) | self._settled(turns, {line.family for line in lines})
        gone = [(key, session) for key, session, _ in rows if key in known]
        self._connection.executemany("DELETE FROM request WHERE key = ?", [(key,) for key, _ in gone])
        written.new -= len(gone)
        written.sessions.update(session for _, session in gone)

    def _settled(self, turns: Sequence[Counted], families: set[str]) -> set[str]:
        """Turns of chats that a bill knows, from a time of which it will state nothing more."""
        read = self._connection.execute("SELECT since_ms, settled_ms FROM feed").fetchall()
        return {
            turn.key
            for turn in turns
            if turn.family in families and any(since <= turn.time_ms < settled for since, settled in read)
        }

    def _turns(self, span: Span) -> list[Counted]:
        families = self._families()
        rows = self._connection.execute(
            f"SELECT key, time_ms, conversation, {_COUNTS} FROM recorded_turn WHERE {_WITHIN}",
            (span.since_ms, span.until_ms),
        )
        return [_counted((*row[:3], families.get(row[2], row[2]), *row[3:])) for row in rows]

    def _lines(self, span: Span, has_no_chat: str = "session_id = ?") -> list[Counted]:
        """Requests of bills in order of time, and which of them are to be taken for such that have no chat."""
        rows = self._connection.execute(
            f"""SELECT key, time_ms, coalesce(nullif(agent_id, ''), session_id), session_id, {_COUNTS},
                    {has_no_chat}
                FROM usage_event WHERE {OF_BILLS} AND {_WITHIN} ORDER BY time_ms, key""",
            (UNATTRIBUTED, span.since_ms, span.until_ms),
        )
        return [_counted((*row[:2], "", "", *row[4:-1]) if row[-1] else row[:-1]) for row in rows]

    def _families(self) -> dict[str, str]:
        """The chat that each subagent's chat comes from."""
        rows = self._connection.execute(
            "SELECT session_id, parent FROM chat WHERE source = 'cursor' AND parent <> ''"
        )
        parents = dict(rows.fetchall())
        return {chat: top_of(chat, parents) for chat in parents}


def _around(span: Span) -> Span:
    return Span(span.since_ms - TURN_MS, span.until_ms + TURN_MS + NEAR_MS)


def _counted(row: Sequence[object]) -> Counted:
    names = ("key", "time_ms", "chat", "family", "input", "output", "cache_read", "cache_write")
    return Counted(**dict(zip(names, row, strict=True)))  # type: ignore[arg-type]
