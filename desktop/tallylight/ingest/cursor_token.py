"""The sign-in that Cursor keeps in its own database: read for one poll, with the user's consent, and forgotten."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from tallylight.domain.feed import FeedState, Trouble
from tallylight.domain.secret import Secret
from tallylight.ingest.foreign import ForeignDatabase, ForeignError

_KEY = "cursorAuth/accessToken"


def read_token(paths: Iterable[Path]) -> Secret | Trouble:
    """The token of the Cursor that was used last. Its storage is only read, and only this one row of it."""
    there = sorted((path for path in paths if _touched_s(path)), key=_touched_s, reverse=True)
    if not there:
        return Trouble(
            FeedState.SIGNED_OUT,
            "no Cursor was found here: its desktop app’s sign-in is asked with, its command line’s is not",
        )
    troubles = []
    for path in there:
        found = _token_in(path)
        if isinstance(found, Secret):
            return found
        troubles.append(found)
    return troubles[0]


def touched_ms(paths: Iterable[Path]) -> int:
    """When any of them was last written to: one that is open is written to all the time."""
    return round(max((_touched_s(path) for path in paths), default=0.0) * 1000)


def _touched_s(path: Path) -> float:
    times = [0.0]
    for name in (path, f"{path}-wal"):
        try:
            times.append(os.stat(name).st_mtime)  # noqa: PTH116 False where Path.stat would be asked twice
        except OSError:
            continue
    return max(times)


def _token_in(path: Path) -> Secret | Trouble:
    try:
        with ForeignDatabase(path) as database:
            if "value" not in database.columns("ItemTable"):
                return Trouble(FeedState.CHANGED, "Cursor’s storage looks otherwise than Tallylight knows")
            rows = database.ask("SELECT CAST(value AS BLOB) FROM ItemTable WHERE key = ?", (_KEY,))
    except ForeignError as e:
        if e.is_passing:
            return Trouble(FeedState.WAITING, "Cursor’s storage could not be read just now")
        return Trouble(FeedState.CHANGED, "Cursor’s storage could not be understood")
    text = rows[0][0].decode("utf-8", "replace").strip().strip('"') if rows and rows[0][0] else ""
    if not text:
        return Trouble(
            FeedState.SIGNED_OUT,
            "nobody is signed in to Cursor’s desktop app here: that of its command line is not used",
        )
    return Secret(text)
