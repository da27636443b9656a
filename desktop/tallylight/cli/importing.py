"""`tallylight import`: files from a provider's dashboard into the ledger."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msgspec

from tallylight.config.paths import data_dir
from tallylight.config.store import load_settings
from tallylight.ingest.assembly import Prices, open_ledger
from tallylight.ingest.cursor_spool import CursorSpool
from tallylight.ingest.handed_over import tell_running
from tallylight.ingest.usage_files import Taken, read_usage_file, take_in


def run(options: argparse.Namespace) -> int:
    paths = [Path(text).expanduser() for text in options.file]
    files = [(path, read_usage_file(path)) for path in paths]  # all are looked at before anything is written
    with open_ledger(data_dir(), load_settings()) as ledger:
        prices = Prices(ledger, data_dir())
        for batch in CursorSpool(
            data_dir()
        ).batches():  # what was counted tells whose the lines of a file are
            prices.provide({event.model for event in batch.events}, False)
            ledger.write(batch)
        taken = [(path, take_in(ledger, path, file, prices.provide)) for path, file in files]
    tell_running(data_dir() / "statusline")
    sys.stdout.write(
        _json(taken) if options.json else "".join(of.sentence(path) + "\n" for path, of in taken)
    )
    return 0


def _json(taken: list[tuple[Path, Taken]]) -> str:
    files = [
        {
            "path": str(path),
            "requests": of.requests,
            "new": of.new,
            "known": of.requests - of.new,
            "rejected": of.rejected,
        }
        for path, of in taken
    ]
    new = sum(of.new for _, of in taken)
    return msgspec.json.encode({"new": new, "files": files}).decode() + "\n"
