"""What providers report, in the ledger: days are replaced as they are read again, and stay apart from all requests."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import groupby

from tallylight.domain.billing import Span
from tallylight.domain.reported import Bucket, Figure, Holds, in_order
from tallylight.ledger.batch import KeyNames, Progress, ReportReading
from tallylight.ledger.bills import note_rejected

_FIELDS = Figure.__struct_fields__
_COLUMNS = ", ".join(("since_ms", "until_ms", *_FIELDS))


def replace(connection: sqlite3.Connection, reading: ReportReading) -> None:
    """Bring the ledger to what a report says of a span; what it said of it before no longer holds."""
    of_report = (reading.provider, reading.report)
    connection.execute(
        "DELETE FROM reported WHERE provider = ? AND report = ? AND since_ms >= ? AND since_ms < ?",
        (*of_report, reading.span.since_ms, reading.span.until_ms),
    )
    connection.executemany(
        f"INSERT INTO reported (provider, report, holds, {_COLUMNS}) VALUES (?, ?, ?{', ?' * (len(_FIELDS) + 2)})",
        [
            (*of_report, reading.holds, bucket.span.since_ms, bucket.span.until_ms, *_values(figure))
            for bucket in reading.buckets
            for figure in bucket.figures
        ],
    )
    connection.execute(
        "INSERT OR REPLACE INTO report VALUES (?, ?, ?, ?, ?)",
        (*of_report, reading.holds, reading.progress.since_ms, reading.progress.settled_ms),
    )
    if reading.rejected:
        note_rejected(connection, "/".join(of_report), reading.provider, reading.rejected)


def name_keys(connection: sqlite3.Connection, given: KeyNames) -> None:
    """Keys that are gone keep their names: their days are still there."""
    connection.executemany(
        "INSERT OR REPLACE INTO key_name VALUES (?, ?, ?)",
        [(given.provider, key, name) for key, name in given.names.items()],
    )


def key_names(connection: sqlite3.Connection, provider: str) -> dict[str, str]:
    """What each key is called, by its id."""
    return dict(
        connection.execute("SELECT id, name FROM key_name WHERE provider = ?", (provider,)).fetchall()
    )


def reports(connection: sqlite3.Connection, provider: str, span: Span) -> Iterator[tuple[Holds, Bucket]]:
    """What there is of a span: buckets with something in them, oldest first, report by report."""
    rows = connection.execute(
        f"""SELECT report, holds, {_COLUMNS} FROM reported
            WHERE provider = ? AND since_ms >= ? AND since_ms < ? ORDER BY since_ms, report, until_ms""",
        (provider, span.since_ms, span.until_ms),
    )
    for (_, holds, since, until), lines in groupby(rows, key=lambda row: row[:4]):
        yield Holds(holds), Bucket(Span(since, until), in_order(_figure(line[4:]) for line in lines))


def progress_of(connection: sqlite3.Connection, provider: str, report: str) -> Progress:
    """Which days a report was read for; none of one that never was, or of a ledger that is older than reports."""
    try:
        row = connection.execute(
            "SELECT since_ms, settled_ms FROM report WHERE provider = ? AND name = ?", (provider, report)
        ).fetchone()
    except sqlite3.OperationalError:
        row = None
    return Progress(since_ms=row[0], settled_ms=row[1]) if row else Progress()


def covered(connection: sqlite3.Connection, provider: str) -> Progress:
    """The days that all of a provider's reports were read for that a comparison needs."""
    since, settled = connection.execute(
        "SELECT coalesce(max(since_ms), 0), coalesce(min(settled_ms), 0) FROM report WHERE provider = ? AND holds <> ?",
        (provider, Holds.EVIDENCE),
    ).fetchone()
    return Progress(since_ms=since, settled_ms=settled)


def tells_tokens(connection: sqlite3.Connection, provider: str) -> bool:
    """Whether any of a provider's reports does."""
    kinds = connection.execute("SELECT DISTINCT holds FROM report WHERE provider = ?", (provider,))
    return any(Holds(kind).has_tokens for (kind,) in kinds)


def _values(figure: Figure) -> tuple[object, ...]:
    return tuple(getattr(figure, name) for name in _FIELDS)


def _figure(row: tuple[object, ...]) -> Figure:
    return Figure(**dict(zip(_FIELDS, row, strict=True)))  # type: ignore[arg-type]
