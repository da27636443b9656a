"""What the ledger knows by name: its machines, projects, models, sessions and files, and what was not understood."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import PurePath

from tallylight.domain.billing import UNATTRIBUTED
from tallylight.ledger.days import day_of


class Known:
    """Over one read-only connection, in the thread that opened it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def integrity(self) -> str:
        """ "ok", or what is wrong with the file."""
        return str(self._connection.execute("PRAGMA quick_check").fetchone()[0])

    def machine(self) -> str:
        """What the machine whose ledger this is was called when it was first asked; "" before."""
        try:
            row = self._connection.execute("SELECT name FROM machine").fetchone()
        except sqlite3.OperationalError:  # a ledger that this version has not written to yet
            return ""
        return str(row[0]) if row else ""

    def machines(self) -> dict[str, tuple[int, int]]:
        """Requests and sessions of each other machine, by name."""
        rows = self._connection.execute(
            """SELECT host, sum((SELECT count(*) FROM request WHERE thread_id = thread.id)),
                      count(DISTINCT session_id) FROM thread WHERE host <> '' GROUP BY host ORDER BY host"""
        )
        return {host: (requests, sessions) for host, requests, sessions in rows if requests}

    def first_day(self) -> date | None:
        """The local day of the oldest request."""
        row = self._connection.execute("SELECT min(time_ms) FROM request").fetchone()
        return day_of(row[0]) if row[0] is not None else None

    def models(self) -> set[str]:
        """Every model that ever turned up, as spelled."""
        return {model for (model,) in self._connection.execute("SELECT DISTINCT model FROM thread") if model}

    def last_moved(self, session_id: str) -> int:
        """When a session last moved on this machine in ms, 0 when it never did."""
        row = self._connection.execute(
            """SELECT max(coalesce((SELECT max(time_ms) FROM usage_event WHERE session_id = ?1 AND host = ''), 0),
                          coalesce((SELECT moved_ms FROM chat WHERE session_id = ?1 AND host = ''), 0),
                          coalesce((SELECT max(time_ms) FROM gauge WHERE session_id = ?1 AND NOT EXISTS (
                              SELECT 1 FROM chat WHERE session_id = ?1 AND host <> '')), 0))""",
            (session_id,),
        ).fetchone()
        return int(row[0])

    def requests_known(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM usage_event").fetchone()[0])

    def recent_sessions(self, since_ms: int, until_ms: int) -> list[str]:
        """This machine's sessions that moved between two moments, the newest first."""
        rows = self._connection.execute(
            """SELECT session_id, max(at) AS last FROM (
                   SELECT session_id, time_ms AS at FROM usage_event
                   WHERE time_ms >= ?1 AND time_ms < ?2 AND host = '' AND session_id <> ?3
                   UNION ALL SELECT session_id, moved_ms FROM chat WHERE moved_ms >= ?1 AND moved_ms < ?2
                   UNION ALL SELECT session_id, time_ms FROM gauge WHERE time_ms >= ?1 AND time_ms < ?2) AS moved
               WHERE NOT EXISTS (SELECT 1 FROM chat sub WHERE sub.session_id = moved.session_id
                                 AND (sub.parent <> '' OR sub.host <> ''))
               GROUP BY 1 ORDER BY 2 DESC""",
            (since_ms, until_ms, UNATTRIBUTED),
        )
        return [session_id for session_id, _ in rows]

    def begun_in(self, project: str, source: str, since_ms: int) -> list[str]:
        """Sessions of a project and an agent ("" for any) on this machine whose first request is not older than a
        moment and answers a prompt of the user's: no program's."""
        rows = self._connection.execute(
            """SELECT session_id FROM (
                 SELECT session_id, min(first_ms) AS begun_ms FROM (
                   SELECT session_id, coalesce(entrypoint, '') LIKE 'sdk%' AS is_program,
                          (SELECT min(time_ms) FROM request WHERE thread_id = thread.id) AS first_ms
                   FROM thread WHERE project = ?1 AND host = '' AND ?3 IN ('', source))
                 GROUP BY 1 HAVING NOT max(is_program)) AS begun
               WHERE begun_ms >= ?2 AND EXISTS (
                 SELECT 1 FROM mark WHERE mark.session_id = begun.session_id AND kind = 'prompt'
                 AND time_ms BETWEEN ?2 AND begun_ms)
               ORDER BY begun_ms""",
            (project, since_ms, source),
        )
        return [session_id for (session_id,) in rows]

    def roots(self) -> dict[str, tuple[int, int]]:
        """Per root: files read and when the newest of them changed, in ms."""
        rows = self._connection.execute(
            "SELECT root, count(*), max(modified_ns) / 1000000 FROM log_file WHERE path LIKE '%.jsonl' GROUP BY root"
        )
        return {root: (files, newest or 0) for root, files, newest in rows}

    def sessions_of(self, account: str) -> int:
        row = self._connection.execute(
            "SELECT count(DISTINCT session_id) FROM usage_event WHERE account = ?", (account,)
        ).fetchone()
        return int(row[0])

    def newest_chat(self, source: str) -> int:
        """When a conversation of an agent's own database last moved, 0 for never."""
        row = self._connection.execute(
            "SELECT max(moved_ms) FROM chat WHERE source = ?", (source,)
        ).fetchone()
        return int(row[0] or 0)

    def rejections(self) -> list[tuple[str, str, int]]:
        rows = self._connection.execute(
            "SELECT source, reason, sum(count) FROM rejection GROUP BY 1, 2 ORDER BY 3 DESC"
        )
        return [(source, reason, count) for source, reason, count in rows]

    def rejected_files(self, source: str) -> list[tuple[str, str]]:
        """Files of a source with what was not understood of each, one row for each reason."""
        rows = self._connection.execute(
            "SELECT path, reason FROM rejection WHERE source = ? ORDER BY 1, 2", (source,)
        )
        return [(path, reason) for path, reason in rows]

    def project_names(self) -> dict[str, str]:
        """What people call each project, by its path."""
        paths = [
            path or ""
            for (path,) in self._connection.execute(
                """SELECT DISTINCT project FROM thread
                   WHERE EXISTS (SELECT 1 FROM request WHERE thread_id = thread.id)"""
            )
        ]
        return project_names(paths)


def project_names(paths: Sequence[str]) -> dict[str, str]:
    """A name for each project: its folder's, with as many parents as it takes to tell two apart."""
    parts = {path: PurePath(path).parts for path in paths}
    ends = Counter(found[-depth:] for found in parts.values() for depth in range(1, len(found) + 1))
    names: dict[str, str] = {}
    for path, found in parts.items():
        depths = range(1, len(found))
        depth = next((depth for depth in depths if ends[found[-depth:]] == 1), len(found))
        names[path] = "/".join(found[-depth:]) if found else path
    return names
