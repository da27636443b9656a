"""Imported bills in a shell: what came of files, the list of bills, and taking one out again."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from decimal import Decimal
from typing import NamedTuple

import msgspec

from tallylight.cli.table import printable, printable_json, table
from tallylight.config.paths import data_dir, shown
from tallylight.config.store import load_settings
from tallylight.domain.cloud_bill import (
    BillId,
    BillState,
    CloudBill,
    Deviation,
    ImportedBill,
    decimal_text,
    show_all,
    sums,
)
from tallylight.domain.format import counted, iso
from tallylight.ingest.assembly import ledger_path, open_ledger
from tallylight.ingest.focus_files import FocusFiles
from tallylight.ingest.handed_over import tell_running
from tallylight.ledger.cloud_bills import imported
from tallylight.ledger.connection import open_for_reading

_NONE = "No bill was imported yet: tallylight import FILE takes one in."


class Change(NamedTuple):
    """What became of a bill, and how many rows of AI it had before."""

    bill: CloudBill
    state: BillState
    rows_before: int | None = None

    @property
    def words(self) -> str:
        """What became of it; a part of an export that takes the place of all of it shows by its rows."""
        if self.state is not BillState.REPLACED or self.rows_before is None:
            return str(self.state)
        return f"{self.state} ({counted(self.rows_before, 'row')} of AI before, {self.bill.ai_rows:,} now)"


Changed = Sequence[Change]


def rows_known() -> dict[BillId, int]:
    """Rows of AI of each bill in the ledger."""
    with closing(open_for_reading(ledger_path())) as connection:
        return {bill.id: bill.ai_rows for bill in imported(connection)}


def sentences(found: FocusFiles, changed: Changed) -> list[str]:
    """What came of files, a line for each file, bill and deviation."""
    if not found.files:
        return []
    for_files = [
        f"{shown(file.path)}: FOCUS {file.version or 'of an unknown version'}, {counted(file.rows, 'row')}, "
        f"{file.ai_rows:,} of AI"
        for file in found.files
    ]
    for_bills = [
        f"{bill.id.provider}, account {bill.id.account}, {bill.id.since} to {bill.id.until}: {change.words}, "
        f"{show_all(_billed(bill))} charged"
        for change in changed
        if (bill := change.bill) and change.state is not BillState.EMPTY
    ]
    if not for_bills:
        for_bills = ["Nothing of AI stands in it: nothing was kept."]
    older = f"{counted(found.outdated, 'older export')} of the same period left out."
    deviations = [f"It {_told(each)}." for each in found.deviations]
    return [*for_files, *for_bills, *([older] if found.outdated else []), *deviations]


def _told(deviation: Deviation) -> str:
    return f"{deviation.words} ({deviation.count:,}, first in line {deviation.first_line:,})"


def _billed(bill: CloudBill) -> dict[str, Decimal]:
    return sums((item.currency, amounts.billed) for item, amounts in bill.charges.items())


def write_json(said: object) -> None:
    sys.stdout.write(printable_json(msgspec.json.encode(said)) + "\n")


def row(found: FocusFiles, changed: Changed) -> dict[str, object]:
    """The documented answer: rows of AI by what became of their bill, and all rows besides."""
    ai_rows = dict.fromkeys(BillState, 0)
    for change in changed:
        ai_rows[change.state] += change.bill.ai_rows
    read = sum(file.ai_rows for file in found.files)
    return {
        "rows": found.rows,
        "ai_rows": read,
        "added": ai_rows[BillState.ADDED],
        "replaced": ai_rows[BillState.REPLACED],
        "known": ai_rows[BillState.KNOWN],
        "skipped": found.rows - read - found.rejected,
        "rejected": found.rejected,
        "outdated_exports": found.outdated,
        "files": [
            {
                "path": file.path,
                "version": file.version or None,
                "rows": file.rows,
                "ai_rows": file.ai_rows,
                "rejected": file.rejected,
                "deviations": _deviations(file.deviations),
            }
            for file in found.files
        ],
        "periods": [
            _period(change.bill)
            | {
                "state": change.state,
                "rows": change.bill.rows,
                "ai_rows": change.bill.ai_rows,
                "ai_rows_before": change.rows_before,
                "charged": _texts(_billed(change.bill)),
            }
            for change in changed
        ],
    }


def _period(bill: CloudBill | ImportedBill) -> dict[str, object]:
    id_ = bill.id
    return {
        "provider": id_.provider,
        "account": id_.account,
        "since": str(id_.since),
        "until": str(id_.until),
    }


def _texts(amounts: Mapping[str, Decimal]) -> dict[str, str]:
    return {currency: decimal_text(amount) for currency, amount in amounts.items()}


def _deviations(deviations: Sequence[Deviation]) -> list[dict[str, object]]:
    return [
        {"kind": each.kind, "about": each.about or None, "count": each.count, "first_line": each.first_line,
         "says": each.words}
        for each in deviations
    ]  # fmt: skip


# -- the bills there are


def list_bills(*, is_json: bool) -> int:
    """All that were imported, with the numbers they are taken out by."""
    bills: list[ImportedBill] = []
    if ledger_path().exists():
        with closing(open_for_reading(ledger_path())) as connection:
            bills = imported(connection)
    if is_json:
        write_json({"bills": [_row(bill) for bill in bills]})
        return 0
    cells = [
        [
            str(bill.number),
            printable(bill.id.provider, 40),
            printable(bill.id.account, 40),
            f"{bill.id.since} to {bill.id.until}",
            show_all(bill.billed),
            iso(bill.imported_ms)[:10],
            f"{len(bill.deviations)}",
        ]
        for bill in bills
    ]
    heads = ["No.", "Provider", "Account", "Period", "Charged", "Imported", "Deviations"]
    sys.stdout.write(table(heads, cells) if bills else _NONE + "\n")
    return 0


def _row(bill: ImportedBill) -> dict[str, object]:
    return {
        "number": bill.number,
        **_period(bill),
        "imported_at": iso(bill.imported_ms),
        "version": bill.version or None,
        "files": list(bill.files),
        "rows": bill.rows,
        "ai_rows": bill.ai_rows,
        "charged": _texts(bill.billed),
        "effective": _texts(bill.effective),
        "services": list(bill.services),
        "deviations": _deviations(bill.deviations),
    }


def remove_bill(number: int, *, is_json: bool) -> int:
    """Raises ValueError with a sentence when there is no such bill."""
    with open_ledger(data_dir(), load_settings()) as ledger:
        if not ledger.remove_cloud_bill(number):
            raise ValueError(f"no imported bill has the number {number}; tallylight import lists them")
    tell_running(data_dir() / "statusline")
    if is_json:
        write_json({"removed": number})
    else:
        sys.stdout.write(f"Bill {number} is out; importing its file again brings it back.\n")
    return 0
