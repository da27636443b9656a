"""What became of scheduled exports. Whoever writes them holds this file, so that none is written twice."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from types import TracebackType

import msgspec

from tallylight.domain.schedule import ScheduledRun

FILE_NAME = "schedules.sqlite"
#: Of each schedule so many days are remembered; their files are known as its own.
_MOST = 400


class ScheduleLog:
    """One connection; used in one thread. Only owners may read it: it names folders."""

    def __init__(self, folder: Path) -> None:
        """Raises OSError, sqlite3.Error."""
        path = folder / FILE_NAME
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=5)
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS run (schedule_id TEXT, day TEXT, data TEXT, PRIMARY KEY (schedule_id, day))"
        )

    def __enter__(self) -> ScheduleLog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def claim(self) -> bool:
        """Hold the file until the next `keep` or `release`; False when another process holds it."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as e:
            if "locked" not in str(e):
                raise
            return False
        return True

    def keep(self, run: ScheduledRun) -> None:
        """Note what became of one, and let go."""
        self._connection.execute(
            "INSERT OR REPLACE INTO run VALUES (?, ?, ?)",
            (run.schedule_id, run.day.isoformat(), msgspec.json.encode(run).decode()),
        )
        self._connection.execute(
            "DELETE FROM run WHERE schedule_id = ? AND day NOT IN"
            " (SELECT day FROM run WHERE schedule_id = ? ORDER BY day DESC LIMIT ?)",
            (run.schedule_id, run.schedule_id, _MOST),
        )
        self._connection.execute("COMMIT")

    def release(self) -> None:
        self._connection.execute("ROLLBACK")

    def runs(self) -> tuple[ScheduledRun, ...]:
        """Oldest first, by the day on which they were due."""
        rows = self._connection.execute("SELECT data FROM run ORDER BY day, schedule_id").fetchall()
        return tuple(msgspec.json.decode(data, type=ScheduledRun) for (data,) in rows)


def runs_in(folder: Path) -> tuple[ScheduledRun, ...]:
    """What became of the schedules of the ledger in `folder`; nothing where there were none."""
    if not (folder / FILE_NAME).exists():
        return ()
    with ScheduleLog(folder) as log:
        return log.runs()
