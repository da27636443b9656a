"""Reading for commands that only ask, also where the ledger may not be written."""

from __future__ import annotations

import errno
import sqlite3
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from tallylight.cli.complaint import about_file, about_ledger
from tallylight.config.store import load_settings
from tallylight.domain.settings import Settings
from tallylight.ingest.assembly import ledger_path, open_meter
from tallylight.ingest.meter import Meter
from tallylight.ledger.connection import LedgerIsNewer, copy_ledger

#: By which a folder says that it may not be written, a read-only medium included.
_CLOSED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


def is_closed(error: OSError | sqlite3.OperationalError) -> bool:
    """Whether an error says that the ledger's folder may not be written."""
    if isinstance(error, OSError):
        return error.errno in _CLOSED
    return "readonly" in str(error) or "unable to open" in str(error)


def asking_meter(settings: Settings, kept: ExitStack, *, has_alerts: bool = False) -> Meter:
    """Over the ledger, or over a copy of one that may not be written, which is gone when `kept` ends.

    Raises sqlite3.Error, OSError, LedgerIsNewer.
    """
    try:
        return open_meter(settings, has_alerts=has_alerts)
    except (OSError, sqlite3.OperationalError) as e:
        if not is_closed(e) or not ledger_path().exists():
            raise
    folder = Path(kept.enter_context(TemporaryDirectory(prefix="tallylight-")))
    copy_ledger(ledger_path(), ledger_path(folder))
    return open_meter(settings, folder=folder, has_alerts=has_alerts)


def up_to_date(kept: ExitStack) -> Meter:
    """A meter with budgets, rules and advice that has read all there is; closed when `kept` ends."""
    meter = asking_meter(load_settings(), kept, has_alerts=True)
    kept.callback(meter.close)
    meter.discover()
    while not meter.is_idle:
        meter.step()
    return meter


def read_what_is_new() -> str:
    """Why nothing could be read into the ledger, "" when it could. Raises OSError and sqlite3.Error without one."""
    from tallylight.cli.scan import scan

    try:
        scan()
    except LedgerIsNewer as e:
        return str(e)
    except (OSError, sqlite3.OperationalError) as e:
        if not is_closed(e) or not ledger_path().exists():
            raise
        return about_file(e) if isinstance(e, OSError) else about_ledger(str(e))
    return ""


def say_not_read(why: str, done: str) -> None:
    """On standard error, unless there is no reason; `done` is what is done with what the ledger holds: "shown"."""
    if why:
        sys.stderr.write(f"tallylight: {why}; what it holds is {done}, nothing new is read\n")
