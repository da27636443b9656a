"""Deleting what is to be kept no longer. A day that loses its requests is not recorded from then on, never zero."""

from __future__ import annotations

import sqlite3
from datetime import date

from tallylight.ledger.days import QUARTER_MS, day_of, start_of

#: What goes with its time alone.
_BY_TIME = (
    ("charge", "key IN (SELECT key FROM request WHERE time_ms < ?)"),
    ("inheritance", "event_key IN (SELECT key FROM request WHERE time_ms < ?)"),
    ("weak_statement", "key IN (SELECT key FROM request WHERE time_ms < ?)"),
    ("request", "time_ms < ?"),
    ("mark", "time_ms < ?"),
    ("gauge", "time_ms < ?"),
    ("chat", "moved_ms < ?"),
    ("recorded_turn", "time_ms < ?"),
    ("bill", "time_ms < ?"),
    ("reported", "until_ms <= ?"),
    ("notice", "first_ms < ?"),
    ("advice", "last_ms < ?"),
)
#: Imported bills: charges of days before, and bills that are over by then with what is left of them.
_CLOUD = (
    "DELETE FROM cloud_charge WHERE day < ?",
    "DELETE FROM cloud_charge WHERE bill IN (SELECT number FROM cloud_bill WHERE until <= ?)",
    "DELETE FROM cloud_bill WHERE until <= ?",
)
#: What is of use only with a request or a chat.
_LEFT_OVER = (
    "DELETE FROM thread WHERE id NOT IN (SELECT thread_id FROM request)",
    """DELETE FROM session_fact WHERE session_id NOT IN (SELECT session_id FROM thread)
        AND session_id NOT IN (SELECT session_id FROM chat)""",
)


def forget_before(connection: sqlite3.Connection, day: date) -> int:
    """Delete what is older than a local day, inside the caller's transaction; how many requests that were."""
    cut = start_of(day)
    rows = connection.execute(
        "SELECT time_ms / ?1 * ?1, count(*) FROM request WHERE time_ms < ?2 GROUP BY 1", (QUARTER_MS, cut)
    ).fetchall()
    connection.executemany(
        """INSERT INTO active_day VALUES ('', '', ?, ?)
            ON CONFLICT (root, day) DO UPDATE SET messages = messages + excluded.messages""",
        [(day_of(quarter).isoformat(), count) for quarter, count in rows],
    )
    for table, condition in _BY_TIME:
        connection.execute(f"DELETE FROM {table} WHERE {condition}", (cut,))
    for statement in _CLOUD:
        connection.execute(statement, (day.isoformat(),))
    for statement in _LEFT_OVER if rows else ():
        connection.execute(statement)
    return sum(count for _, count in rows)
