"""Files that state what clouds charge, read together: parts of one export are one bill, older exports are left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path, PurePosixPath

import msgspec

from tallylight.config.paths import shown
from tallylight.domain.cloud_bill import BillId, CloudBill, Deviation, merged
from tallylight.focus.bill_rows import BillRows
from tallylight.focus.reader import Reader
from tallylight.ingest.files import storable
from tallylight.ingest.focus_tables import Table, read_table, tables_in

#: In a name: a date tells exports apart, other numbers tell parts of one apart.
_NUMBERS = re.compile(
    r"(?<!\d)(20\d\d-?(?:0[1-9]|1[0-2])(?:-?[0-3]\d)?(?:[T_-]?\d{4,6}Z?)?)(?!\d)"
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+"
)


class FocusFile(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in one file."""

    path: str
    version: str
    rows: int
    ai_rows: int
    rejected: int
    deviations: Sequence[Deviation]


class FocusFiles(msgspec.Struct, frozen=True, kw_only=True):
    """What several paths hold: bills, from which files, and files that are something else."""

    files: Sequence[FocusFile] = ()
    bills: Sequence[CloudBill] = ()
    others: Sequence[Path] = ()
    #: Exports of a period that a newer one among them takes the place of.
    outdated: int = 0

    @property
    def rows(self) -> int:
        return sum(file.rows for file in self.files)

    @property
    def rejected(self) -> int:
        return sum(file.rejected for file in self.files)

    @property
    def deviations(self) -> Sequence[Deviation]:
        return merged(deviation for file in self.files for deviation in file.deviations)


class _Part(msgspec.Struct, frozen=True):
    """What one file holds of one bill."""

    table: Table
    reader: Reader
    bill: BillRows

    @property
    def export(self) -> str:
        """Parts of one export lie in one folder and are called alike, but for a number."""
        place = PurePosixPath(Path(self.table.place).as_posix())
        return f"{place.parent}/{_NUMBERS.sub(lambda found: found[1] or '#', place.name.lower())}"


def read_files(paths: Iterable[Path]) -> FocusFiles:
    """All files at and below these paths; nothing is kept of any before all were read.

    Raises OSError, and ValueError with a sentence: for a file that cannot be read, and for a folder or an archive
    without any bill in it.
    """
    files: list[FocusFile] = []
    parts: dict[BillId, list[_Part]] = {}
    others: list[Path] = []
    for path in paths:
        tables = tables_in(path)
        readers = [(table, reader) for table in tables if (reader := read_table(table)) is not None]
        if not readers and tables != [Table(path)]:
            raise ValueError(f"{shown(path)}: no table in it is a FOCUS export")
        if not readers:
            others.append(path)
        for table, reader in readers:
            files.append(_file(table, reader))
            for bill, rows in reader.bills.items():
                parts.setdefault(bill, []).append(_Part(table, reader, rows))
    joined = [_joined(bill, of_bill) for bill, of_bill in parts.items()]
    return FocusFiles(
        files=files,
        bills=[bill for bill, _ in joined],
        others=others,
        outdated=sum(left_out for _, left_out in joined),
    )


def _file(table: Table, reader: Reader) -> FocusFile:
    return FocusFile(
        path=storable(table.place),
        version=reader.layout.version,
        rows=reader.rows,
        ai_rows=reader.ai_rows,
        rejected=reader.rejected,
        deviations=reader.deviations,
    )


def _joined(id_: BillId, parts: Sequence[_Part]) -> tuple[CloudBill, int]:
    """One bill of its parts, and how many older exports of it were left out.

    Each run of an export may write all of the month again, into a folder of its own: two exports with rows for one and
    the same are runs, of which the newest holds. Those without are partitions.
    """
    exports: dict[str, list[_Part]] = {}
    seen: set[tuple[int, str]] = set()
    for part in parts:
        rows = (part.bill.trace, _bill(id_, [part]).fingerprint)
        if rows not in seen or not part.bill.charges:  # else the same once more, in another form
            exports.setdefault(part.export, []).append(part)
        seen.add(rows)
    kept: list[_Part] = []
    left_out = 0
    for export in sorted(exports.values(), key=_newness, reverse=True):
        if any(part.bill.marks & other.bill.marks for part in export for other in kept):
            left_out += 1
        else:
            kept += export
    return _bill(id_, kept), left_out


def _newness(export: Sequence[_Part]) -> tuple[date, int, str]:
    """How far it reaches; of two that reach as far, when it was written."""
    days = (item.day for part in export for item in part.bill.charges)
    written = max(part.table.path.stat().st_mtime_ns for part in export)
    return max(days, default=date.min), written, export[0].table.place


def _bill(id_: BillId, parts: Sequence[_Part]) -> CloudBill:
    together = BillRows()
    for part in parts:
        together.rows += part.bill.rows
        for item, amounts in part.bill.charges.items():
            together.add(item, amounts)
    return CloudBill(
        id=id_,
        rows=together.rows,
        charges=together.charges,
        files=sorted({storable(part.table.name) for part in parts}),
        version=max((part.reader.layout.version for part in parts), default=""),
        deviations=merged(deviation for part in parts for deviation in part.reader.deviations),
    )
