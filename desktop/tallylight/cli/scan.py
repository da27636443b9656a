"""`tallylight scan`: read what is new in all logs, and say what that was."""

from __future__ import annotations

import argparse
import gc
import sqlite3
import sys
import time
from contextlib import closing
from itertools import chain
from threading import Event

import msgspec

from tallylight.cli.table import printable
from tallylight.config.paths import data_dir
from tallylight.config.store import load_settings
from tallylight.domain.feed import FeedState, words
from tallylight.domain.format import counted
from tallylight.ingest.assembly import (
    Prices,
    cursor_follower,
    find_roots,
    ledger_path,
    now_ms,
    open_ledger,
    open_line,
)
from tallylight.ingest.billing import Billing
from tallylight.ingest.connections import open_feeds
from tallylight.ingest.cursor_spool import CursorSpool
from tallylight.ingest.handed_over import tell_running
from tallylight.ingest.pipeline import Pipeline, Tally
from tallylight.ingest.polling import poll_once
from tallylight.ingest.shared import shared_roots
from tallylight.ingest.sharing import read_shared
from tallylight.ingest.side_files import SideFiles
from tallylight.ledger.batch import Written
from tallylight.ledger.bills import statuses
from tallylight.ledger.connection import open_for_reading

#: After this much a read leaves a long write-ahead log behind.
_MUCH = 32 << 20


def run(options: argparse.Namespace) -> int:
    began = time.monotonic()
    tally = scan()
    tally.new += _ask()
    seconds = time.monotonic() - began
    for line in tally.unread:
        sys.stderr.write(f"tallylight: not read: {printable(line, 400)}\n")
    if options.json:
        out = {
            "files": tally.files,
            "bytes": tally.bytes,
            "events": tally.events,
            "new": tally.new,
            "rejected": tally.rejected,
            "unread": tally.unread,
            "seconds": round(seconds, 3),
        }
        sys.stdout.write(msgspec.json.encode(out).decode() + "\n")
        return 0
    sys.stdout.write(
        f"{counted(tally.files, 'file')}, {tally.bytes / 1e6:,.1f} MB, {counted(tally.new, 'new request')}"
        f" in {seconds:.1f} s\n"
    )
    for reason, count in sorted(tally.rejected.items(), key=lambda item: -item[1]):
        sys.stdout.write(f"not understood: {reason} ({count:,})\n")
    return 0


def scan() -> Tally:
    """Bring the ledger up to date. Raises sqlite3.Error, OSError, LedgerIsNewer."""
    settings = load_settings()
    ledger, pipeline = open_line(settings, find_roots(settings))
    with ledger:
        SideFiles(ledger, data_dir() / "statusline").read_all(pipeline.roots)
        pipeline.hurry()
        pipeline.discover()
        gc.disable()  # what is read makes no cycles, and looking for them takes a tenth of the time
        try:
            _drain(pipeline)
        finally:
            gc.enable()
        follower = cursor_follower(ledger, settings, data_dir())
        for batch in chain(follower.read_all(), CursorSpool(data_dir()).batches()):
            pipeline.price({event.model for event in batch.events}, False)
            ledger.write(batch)
        pipeline.tally.unread = follower.unread
        if read_shared(ledger, shared_roots(settings), pipeline.price, pipeline.tally):
            tell_running(data_dir() / "statusline")
        if pipeline.tally.bytes > _MUCH:
            ledger.relax()
    return pipeline.tally


def _ask() -> int:
    """What connected providers say into the ledger; how many requests were new."""
    settings = load_settings()
    new = 0

    def note(written: Written) -> None:
        nonlocal new
        new += written.new

    if settings.feeds:
        with open_ledger(data_dir(), settings) as ledger:
            with closing(open_for_reading(ledger_path())) as reader:
                known = statuses(reader)
            billing = Billing(ledger, Prices(ledger, data_dir()).provide, known, note)
            poll_once(open_feeds(settings, ledger_path(), Event()), billing, now_ms)
        for status in billing.statuses:
            if status.state is not FeedState.READY:
                sys.stderr.write(f"tallylight: {words(status)}\n")
        tell_running(data_dir() / "statusline")
    return new


def _drain(pipeline: Pipeline) -> None:
    failures = 0
    while not pipeline.is_idle:
        try:
            pipeline.step()
            failures = 0
        except sqlite3.OperationalError as e:
            failures += 1
            if "locked" not in str(e) or failures > 3:
                raise
