"""The sign-in that Cursor keeps in its own database: read for one poll, with the user's consent, and forgotten."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from tallylight.domain.feed import FeedState, Trouble
from tallylight.domain.secret import Secret

_KEY = "cursorAuth/accessToken"
_VARIANTS = ("Cursor", "Cursor Nightly")


def databases(environment: Mapping[str, str]) -> list[Path]:
    """Where Cursor keeps its state on this machine, there or not."""
    home = Path.home()
    if sys.platform == "darwin":
        base = home / "Library/Application Support"
    elif sys.platform == "win32":
        base = Path(environment.get("APPDATA") or home / "AppData/Roaming")
    else:
        base = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
    return [base / variant / "User" / "globalStorage" / "state.vscdb" for variant in _VARIANTS]


def read_token(paths: Iterable[Path]) -> Secret | Trouble:
    """The token of the Cursor that was used last. Its storage is only read, and only this one row of it."""
    there = sorted((path for path in paths if _touched_s(path)), key=_touched_s, reverse=True)
    if not there:
        return Trouble(FeedState.SIGNED_OUT, "no Cursor was found here: its sign-in is what is asked with")
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
    for name in (path, _log_of(path)):
        try:
            times.append(os.stat(name).st_mtime)  # noqa: PTH116 False where Path.stat would be asked twice
        except OSError:
            continue
    return max(times)


def _log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _token_in(path: Path) -> Secret | Trouble:
    try:
        has_log = _log_of(path).stat().st_size > 0
    except OSError:
        has_log = False
    # Without a log nobody has it open, and reading must leave no files beside it.
    uri = f"file:{quote(str(path))}?mode=ro{'' if has_log else '&immutable=1'}"
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=0.3, isolation_level=None)) as connection:
            row = connection.execute(
                "SELECT CAST(value AS BLOB) FROM ItemTable WHERE key = ?", (_KEY,)
            ).fetchone()
    except sqlite3.OperationalError as e:
        if "no such" in str(e):
            return Trouble(FeedState.CHANGED, "Cursor’s storage looks otherwise than Tallylight knows")
        return Trouble(FeedState.WAITING, "Cursor’s storage could not be read just now")
    except sqlite3.Error:
        return Trouble(FeedState.CHANGED, "Cursor’s storage could not be understood")
    text = row[0].decode("utf-8", "replace").strip().strip('"') if row and row[0] else ""
    if not text:
        return Trouble(FeedState.SIGNED_OUT, "nobody is signed in to Cursor here: sign in there first")
    return Secret(text)
