"""Every request as a row of an export. Many are read in a process of their own while this one writes those before:
SQLite hands over its values one by one as Python's own, which takes as long as all the rest."""

from __future__ import annotations

import contextlib
import pickle
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import IO

from tallylight.domain.pages import Rows
from tallylight.domain.summary import Filter
from tallylight.installed import NO_WINDOW, child_command
from tallylight.ledger.connection import open_for_reading
from tallylight.ledger.request_pages import Place, Stretch, count_of, pages, stretches

#: From here on another process is worth its start.
MANY = 100_000


def request_rows(connection: sqlite3.Connection, wanted: Filter, place: Place) -> tuple[Rows, int]:
    """Every request as a row of `COLUMNS[Detail.REQUEST]`, oldest first, and how many there are."""
    count = count_of(connection, wanted)
    if count < MANY:
        read = stretches(connection, wanted, place)
    else:
        read = _read_ahead(Path(connection.execute("PRAGMA database_list").fetchone()[2]), wanted, place)
    return Rows(pages(connection, read, place)), count


def _read_ahead(ledger: Path, wanted: Filter, place: Place) -> Iterator[Stretch]:
    """As `request_pages.stretches`. Raises OSError when the other process fails; it ends with this iterator."""
    with subprocess.Popen(  # noqa: S603 - our own module, nothing of the user's on the command line
        child_command("requests"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, creationflags=NO_WINDOW
    ) as reader:
        assert reader.stdin is not None and reader.stdout is not None  # noqa: S101
        try:
            with contextlib.suppress(BrokenPipeError), reader.stdin as stream:  # one that died is told below
                pickle.dump((ledger, wanted, place), stream)
            while (stretch := _next(reader.stdout)) is not None:
                yield stretch
        finally:
            reader.terminate()


def _next(stream: IO[bytes]) -> Stretch | None:
    """None at the end, which is said: a process that dies says nothing."""
    try:
        stretch: Stretch | None = pickle.load(stream)  # noqa: S301 - what our own process writes
    except (EOFError, pickle.UnpicklingError) as e:
        raise OSError("the requests could not be read to their end") from e
    return stretch


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever asked is interrupted too, and ends this
    ledger, wanted, place = pickle.load(sys.stdin.buffer)  # noqa: S301 - what our own process writes
    with (
        contextlib.suppress(BrokenPipeError),  # whoever asked has gone
        sys.stdout.buffer as stream,
        closing(open_for_reading(ledger)) as connection,
    ):
        for stretch in stretches(connection, wanted, place):
            pickle.dump(stretch, stream, protocol=pickle.HIGHEST_PROTOCOL)
        pickle.dump(None, stream)
