"""`tallylight import`: files that providers give into the ledger."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tallylight.cli import cloud_bills
from tallylight.cli.table import printable
from tallylight.config.paths import data_dir
from tallylight.config.store import load_settings
from tallylight.ingest.assembly import Prices, now_ms, open_ledger
from tallylight.ingest.cursor_spool import CursorSpool
from tallylight.ingest.focus_files import read_files
from tallylight.ingest.handed_over import tell_running
from tallylight.ingest.usage_files import Taken, read_usage_file, take_in
from tallylight.ledger.ledger import Ledger
from tallylight.providers.cursor_csv import UsageFile


def run(options: argparse.Namespace) -> int:
    if options.remove is not None:
        return cloud_bills.remove_bill(options.remove, is_json=options.json)
    if not options.file:
        return cloud_bills.list_bills(is_json=options.json)
    found = read_files(Path(text).expanduser() for text in options.file)
    files = [(path, read_usage_file(path)) for path in found.others]
    with open_ledger(data_dir(), load_settings()) as ledger:  # all are looked at before anything is written
        taken = _take_usage(ledger, files) if files else []
        before = cloud_bills.rows_known() if found.files else {}
        states = ledger.write_cloud_bills(found.bills, now_ms()) if found.files else []
    changed = [
        cloud_bills.Change(bill, state, before.get(bill.id))
        for bill, state in zip(found.bills, states, strict=True)
    ]
    tell_running(data_dir() / "statusline")
    if options.json:
        bills = cloud_bills.row(found, changed) if found.files else None
        cloud_bills.write_json(_usage(taken) | {"bills": bills})
    else:
        lines = [*(of.sentence(path) for path, of in taken), *cloud_bills.sentences(found, changed)]
        sys.stdout.write("".join(f"{printable(line, 400)}\n" for line in lines))
    return 0


def _take_usage(ledger: Ledger, files: Sequence[tuple[Path, UsageFile]]) -> list[tuple[Path, Taken]]:
    prices = Prices(ledger, data_dir())
    for batch in CursorSpool(data_dir()).batches():  # what was counted tells whose the lines of a file are
        prices.provide({event.model for event in batch.events}, False)
        ledger.write(batch)
    return [(path, take_in(ledger, path, file, prices.provide)) for path, file in files]


def _usage(taken: Sequence[tuple[Path, Taken]]) -> dict[str, object]:
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
    return {"new": sum(of.new for _, of in taken), "files": files}
