"""Reading another program's SQLite database while that program writes it: the second door to sqlite3.

Nothing here writes, locks for longer than one short read, or keeps a transaction open: a reader that does would hold
up the checkpoints of the program whose database it is, and in the end the program.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any

#: A read ends after this long and goes on from where it was, in another one.
READ_S = 0.08
#: What the system may keep of the file for us, in KiB; it keeps the file's pages itself.
_CACHE_KIB = 1024
_BUSY_S = 0.2
#: The byte that says by which way the file is written is the last of so many.
_HEADER = 19


_BUSY, _CLOSED = "busy", "cannot be opened"


class ForeignError(Exception):
    """Why it cannot be read now, in a few words."""

    @property
    def is_passing(self) -> bool:
        """Whether it may be read in a moment, as another program is at it."""
        return str(self) in (_BUSY, _CLOSED)

    @property
    def words(self) -> str:
        """The same for people."""
        return (
            "another program holds it locked; it is read the next time" if str(self) == _BUSY else str(self)
        )


class ForeignDatabase:
    """One database of somebody else's, opened when it is first asked, in the thread that asks."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection: sqlite3.Connection | None = None
        self._is_frozen = False
        #: The file's time and size, and whether it had a log, when it was opened.
        self._stamped: tuple[int, int] | None = None
        self._had_log = False

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __enter__(self) -> ForeignDatabase:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def is_written(self) -> bool:
        """Whether another program had it open when it was last asked."""
        return self._connection is not None and not self._is_frozen

    # -- asking

    def ask(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a question that is quickly answered; text as bytes. Raises ForeignError."""
        try:
            return self._opened().execute(sql, values).fetchall()
        except sqlite3.Error as e:
            self.close()
            raise ForeignError(_reason(e)) from e

    def pages(self, sql: str, start: object) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of a long answer, a page at a time: `sql` orders by its first column and takes what lies behind
        its one value. Between two pages no statement is open."""
        after = start
        while True:
            page, is_last = self._page(sql, after)
            if page:
                yield page
            if is_last:
                return
            after = page[-1][0]

    def _page(self, sql: str, after: object) -> tuple[list[tuple[Any, ...]], bool]:
        deadline = time.monotonic() + READ_S
        rows: list[tuple[Any, ...]] = []
        try:
            with closing(self._opened().execute(sql, (after,))) as cursor:
                for row in cursor:
                    rows.append(row)
                    if time.monotonic() > deadline:
                        return rows, False
        except sqlite3.Error as e:
            self.close()
            raise ForeignError(_reason(e)) from e
        return rows, True

    def columns(self, table: str) -> frozenset[str]:
        """The names of a table's columns, none for a table that is not there."""
        return frozenset(_text(row[0]) for row in self.ask("SELECT name FROM pragma_table_info(?)", (table,)))

    def version(self) -> object:
        """Something else after every change that another program made; costs next to nothing."""
        ((version,),) = self.ask("PRAGMA data_version")
        return self._stamp() if self._is_frozen else (version, id(self._connection))

    # -- opening

    def _stamp(self) -> tuple[int, int]:
        try:
            status = os.stat(self.path)  # noqa: PTH116 asked again and again
        except OSError as e:
            self.close()
            is_gone = isinstance(e, FileNotFoundError | NotADirectoryError)
            raise ForeignError("it is not there" if is_gone else e.strerror or "unreadable") from e
        return status.st_mtime_ns, status.st_size

    def _opened(self) -> sqlite3.Connection:
        """A file that is written by way of a log, and has none, is open nowhere: then it is read as it stands, since
        any other way to open it would leave files beside it. Otherwise only what SQLite makes of it is true."""
        has_log = os.path.exists(f"{self.path}-wal")  # noqa: PTH110 asked often
        if self._connection is not None and self._is_current(has_log):
            return self._connection
        self.close()
        self._stamped, self._had_log = self._stamp(), has_log
        is_frozen = not has_log and self._is_by_log()
        uri = f"{self.path.absolute().as_uri()}?mode=ro{'&immutable=1' if is_frozen else ''}"
        connection = sqlite3.connect(uri, uri=True, timeout=_BUSY_S, isolation_level=None)
        connection.text_factory = bytes  # text that is not UTF-8 happens, and would raise
        connection.execute("PRAGMA query_only = ON")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._connection, self._is_frozen = connection, is_frozen
        return connection

    def _is_current(self, has_log: bool) -> bool:
        """Whether what is open may still be asked: a frozen file is another one as soon as it was written."""
        if self._is_frozen:
            return not has_log and self._stamp() == self._stamped
        return has_log == self._had_log

    def _is_by_log(self) -> bool:
        try:
            with self.path.open("rb") as stream:
                return stream.read(_HEADER)[-1:] == b"\2"
        except OSError:
            return False


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""


def _reason(error: sqlite3.Error) -> str:
    said = str(error)
    if "locked" in said or "busy" in said:
        return _BUSY
    if "not a database" in said or "malformed" in said:
        return "not a database that can be read"
    return _CLOSED if "unable to open" in said else said
