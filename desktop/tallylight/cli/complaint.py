"""What is wrong, as one sentence: which file it is about, and what to do."""

from __future__ import annotations

import sqlite3

from tallylight.config.paths import data_dir, shown
from tallylight.ledger.connection import FILE_NAME, LedgerIsNewer

#: Part of what SQLite says, and what a person can do about it.
_REMEDIES = (
    ("not a database", "{path} is not a ledger: move it away, and the next scan reads the logs anew"),
    ("malformed", "{path} is damaged: move it away, and the next scan reads the logs anew"),
    ("is full", "{path} cannot grow, the disk is full: make room and try again; nothing is lost"),
    ("locked", "{path} is in use by another program: try again when that has finished"),
    ("readonly", "{path} cannot be written: check the permissions of the file and its folder"),
    ("unable to open", "{path} cannot be opened: check the permissions of the file and its folder"),
    ("no such column", "{path} was made by an older Tallylight: run `tallylight scan` once"),
    ("disk i/o", "{path} cannot be read or written: check the disk ({said})"),
)


def about_ledger(said: str) -> str:
    """For an error of the ledger's, in SQLite's words."""
    remedy = next((remedy for part, remedy in _REMEDIES if part in said.lower()), "{path}: {said}")
    return remedy.format(path=shown(data_dir() / FILE_NAME), said=said)


def about_file(error: OSError) -> str:
    name = shown(error.filename) if isinstance(error.filename, str) else "a file"
    if isinstance(error, FileExistsError | NotADirectoryError):
        return f"{name}: there is a file where a folder is needed; move it away"
    return f"{name}: {error.strerror}"


def sentence(error: Exception) -> str:
    """For whatever a command may end with."""
    if isinstance(error, LedgerIsNewer):
        return f"{error}; update Tallylight to go on recording"
    if isinstance(error, sqlite3.Error):
        return about_ledger(str(error))
    if isinstance(error, OSError) and error.strerror:
        return about_file(error)
    if isinstance(error, RecursionError):
        return "a file of settings or prices is nested too deeply to be read"
    return str(error)
