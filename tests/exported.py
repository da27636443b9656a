"""Folders of exports as several machines would write them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq

from factories import NOW_MS, a_ledger, an_event
from tallylight.cli.partition import write_folder
from tallylight.domain.columns import COLUMNS, Column, Detail, Kind
from tallylight.domain.report import Needs, ReportQuestion
from tallylight.domain.settings import Settings
from tallylight.domain.summary import Filter
from tallylight.domain.usage import UsageEvent
from tallylight.exports import parquet
from tallylight.ledger.batch import Batch
from tallylight.ledger.ledger import Ledger
from tallylight.ledger.reports import Maker, report_of
from tallylight.ledger.request_pages import Place
from tallylight.ledger.request_rows import request_rows

_TYPES = {
    Kind.TEXT: pa.dictionary(pa.int32(), pa.string()),
    Kind.COUNT: pa.int64(),
    Kind.MONEY: pa.decimal128(38, 12),
    Kind.DAY: pa.date32(),
    Kind.TIME: pa.timestamp("ms", tz="UTC"),
    Kind.FLAG: pa.bool_(),
}
#: In the path, and so not in the file.
KEYS = ("day", "host")


def export(ledger: Ledger, folder: Path, leaves_out: Sequence[str] = KEYS) -> list[Path]:
    """What a machine's ledger holds of itself, as `day=…/host=…/requests.parquet` below `folder`.

    With other columns left out it is as another version might write it.
    """
    connection = ledger._connection
    if leaves_out == KEYS:
        return _really_exported(ledger, folder)
    columns = COLUMNS[Detail.REQUEST]
    at = {column.name: index for index, column in enumerate(columns)}
    parts: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
    place = Place(host=ledger.machine, price_table="test")
    for row in request_rows(connection, Filter(host=""), place)[0]:
        parts.setdefault((str(row[at["day"]]), str(row[at["host"]])), []).append(row)
    written = []
    for (day, host), rows in parts.items():
        path = folder / f"day={day}" / f"host={host}" / "requests.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = [column for column in columns if column.name not in leaves_out]
        arrays = [_array(column, [row[at[column.name]] for row in rows]) for column in kept]
        pq.write_table(pa.table(arrays, [column.name for column in kept]), path)
        written.append(path)
    return written


def _really_exported(ledger: Ledger, folder: Path) -> list[Path]:
    question = ReportQuestion(
        since=date(2020, 1, 1), until=date(2030, 1, 1), detail=Detail.REQUEST, filter=Filter(host="")
    )
    maker = Maker(made_ms=NOW_MS, timezone="UTC", host=ledger.machine, version="test")
    report = report_of(ledger._connection, question, Settings(), maker, Needs.ROWS)
    write_folder(parquet.EXPORT, report, folder)
    return sorted(folder.glob(f"day=*/host={quote(ledger.machine, safe='')}/*.parquet"))


def a_machine_exports(folder: Path, name: str, *events: UsageEvent, to: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    with a_ledger(folder) as ledger:
        ledger.note_machine(lambda: name)
        ledger.write(Batch(events=list(events or [an_event()])))
        return export(ledger, to)


def _array(column: Column, values: list[Any]) -> Any:
    kind = _TYPES[column.kind]
    if column.kind is Kind.MONEY:
        values = [None if v is None else Decimal(v).scaleb(-12) for v in values]
    elif column.kind is Kind.DAY:
        values = [date.fromisoformat(v) for v in values]
    elif column.kind is Kind.TIME:
        return pa.array(values, pa.int64()).cast(kind)
    return (
        pa.array(values, pa.string()).dictionary_encode()
        if column.kind is Kind.TEXT
        else pa.array(values, kind)
    )
