"""FOCUS, the FinOps Open Cost and Usage Specification, as CSV and as Parquet, with the metadata that belongs beside it.

Days are those of UTC. Requests without a price have no row, and the metadata counts them: unknown is not free.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from typing import BinaryIO

import msgspec

from tallylight.domain.format import iso
from tallylight.domain.report import Needs, Report
from tallylight.exports.arrow import DataType
from tallylight.exports.base import Export, cell
from tallylight.exports.focus_columns import VERSIONS, FocusColumn, Type, columns_of
from tallylight.exports.focus_rows import FocusRow, focus_rows, shown

_ROWS = 20_000
_PRECISION = 38


def _write_csv(report: Report, sink: BinaryIO, version: str) -> None:
    columns = columns_of(version)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(column.name for column in columns)
    for rows in _batches(report):
        writer.writerows([_word(column, row.get(column.name)) for column in columns] for row in rows)
        sink.write(text.getvalue().encode())
        text.seek(0)
        text.truncate()
    sink.write(text.getvalue().encode())


def _word(column: FocusColumn, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return shown(value)
    if isinstance(value, date):
        return f"{value.isoformat()}T00:00:00Z"
    if column.type is Type.JSON:
        return _json(value)
    return str(value).lower() if isinstance(value, bool) else cell(str(value))


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _write_parquet(report: Report, sink: BinaryIO, version: str) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = columns_of(version)
    said = {"focus.version": version, "focus.metadata": _metadata(report, version).decode()}
    schema = pa.schema([(column.name, _data_type(column)) for column in columns], metadata=said)
    with pq.ParquetWriter(sink, schema, compression="snappy") as writer:
        for rows in _batches(report):
            arrays = [
                pa.array([_stored(column, row.get(column.name)) for row in rows], _data_type(column))
                for column in columns
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))


def _data_type(column: FocusColumn) -> DataType:
    import pyarrow as pa

    types = {
        Type.TEXT: pa.string(),
        Type.JSON: pa.string(),
        Type.TIME: pa.timestamp("us", tz="UTC"),
        Type.DECIMAL: pa.decimal128(_PRECISION, column.scale),
        Type.COUNT: pa.int64(),
        Type.FLAG: pa.bool_(),
    }
    return types[column.type]


def _stored(column: FocusColumn, value: object) -> object:
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return _json(value) if value is not None and column.type is Type.JSON else value


def _batches(report: Report) -> Iterator[Sequence[FocusRow]]:
    rows = focus_rows(report)
    while some := list(islice(rows, _ROWS)):
        yield some


def _metadata(report: Report, version: str) -> bytes:
    schema = {
        "SchemaId": f"tallylight-focus-{version}",
        "FocusVersion": version,
        "CreationDate": iso(report.made_ms),
        "DataGeneratorVersion": report.version,
        "ColumnDefinition": [_definition(column) for column in columns_of(version)],
    }
    said = {
        "DataGenerator": "Tallylight",
        "Schema": [schema],
        "x_PeriodStart": f"{report.question.since.isoformat()}T00:00:00Z",
        "x_PeriodEnd": f"{report.question.until.isoformat()}T00:00:00Z",
        "x_CostBasis": "at list price, from local logs and providers’ bills; billed is what these charge on top",
        "x_PriceTableVersion": report.price_table,
        "x_UnpricedRequestsLeftOut": report.billing.unpriced_requests,
    }
    return msgspec.json.format(msgspec.json.encode(said), indent=2) + b"\n"


def _definition(column: FocusColumn) -> dict[str, object]:
    said: dict[str, object] = {"ColumnName": column.name, "DataType": column.type.value}
    if column.type is Type.DECIMAL:
        said |= {"NumericPrecision": _PRECISION, "NumberScale": column.scale}
    if column.type in (Type.TEXT, Type.JSON):
        said["StringEncoding"] = "UTF-8"
    return said


def _exports(version: str) -> tuple[Export, Export]:
    name = "focus" if version == VERSIONS[0] else f"focus-{version}"

    def bound(write: Callable[[Report, BinaryIO, str], None]) -> Callable[[Report, BinaryIO], None]:
        return lambda report, sink: write(report, sink, version)

    sidecar = (".focus-metadata.json", lambda report: _metadata(report, version))
    return (
        Export(
            name=name,
            label=f"FOCUS {version} (CSV)",
            suffix=f"-focus-{version}.csv",
            needs=Needs.CHARGES,
            write=bound(_write_csv),
            sidecar=sidecar,
        ),
        Export(
            name=f"{name}-parquet",
            label=f"FOCUS {version} (Parquet)",
            suffix=f"-focus-{version}.parquet",
            needs=Needs.CHARGES,
            write=bound(_write_parquet),
            sidecar=sidecar,
            is_text=False,
            shown_as=name,
            module="pyarrow",
            extra="parquet",
        ),
    )


EXPORTS = tuple(export for version in VERSIONS for export in _exports(version))
