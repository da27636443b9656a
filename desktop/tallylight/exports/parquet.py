"""Parquet: typed columns that other programs read as they are, written in row groups."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from tallylight.domain.columns import COLUMNS, Detail, Kind
from tallylight.domain.format import iso
from tallylight.domain.pages import Page, pages_of
from tallylight.domain.report import Needs, Report
from tallylight.exports.arrow import Batch, Schema, Table, column_array, data_type
from tallylight.exports.base import Export, clean

#: Raised when a reader of the version before would misread what is written.
LAYOUT_VERSION = 1
#: Under which a file says of which ledger it is.
ORIGIN = "tallylight.origin"
_GROUP_ROWS = 100_000
#: Every request has its own: a dictionary of them would be the column once more.
_UNIQUE = "request"


def write(report: Report, sink: BinaryIO) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = [(column.name, data_type(column, column.name != _UNIQUE)) for column in report.columns]
    schema = pa.schema(types, metadata=metadata(report))
    texts = [column.name for column in report.columns if column.kind in (Kind.TEXT, Kind.DAY)]
    coded = [name for name in texts if name != _UNIQUE]
    with pq.ParquetWriter(sink, schema, compression="snappy", use_dictionary=coded) as writer:
        for group in _groups(report, schema):
            writer.write_table(group)


def _groups(report: Report, schema: Schema) -> Iterator[Table]:
    import pyarrow as pa

    gathered: list[Batch] = []
    for page in pages_of(report.rows):
        gathered.append(_batch(report, page, schema))
        if sum(batch.num_rows for batch in gathered) >= _GROUP_ROWS:
            yield pa.Table.from_batches(gathered, schema).unify_dictionaries()
            gathered = []
    if gathered:
        yield pa.Table.from_batches(gathered, schema).unify_dictionaries()


def _batch(report: Report, page: Page, schema: Schema) -> Batch:
    import pyarrow as pa

    columns = [
        array if array.type == kind else array.dictionary_encode()
        for array, kind in zip(map(column_array, report.columns, page), schema.types, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def metadata(report: Report) -> dict[str, str]:
    """What the rows do not say, in the file's key-value metadata."""
    question = report.question
    names = {column.name for column in report.columns}
    in_path = [column.name for column in COLUMNS[question.detail] if column.name not in names]
    return {
        "tallylight.schema": "tallylight-requests"
        if question.detail is Detail.REQUEST
        else f"tallylight-{question.detail}",
        "tallylight.schema_version": str(LAYOUT_VERSION),
        "tallylight.partition": ",".join(in_path),
        "tallylight.version": report.version,
        "tallylight.made_at": iso(report.made_ms),
        "tallylight.since": question.since.isoformat(),
        "tallylight.until": question.until.isoformat(),
        "tallylight.timezone": report.timezone,
        "tallylight.host": clean(report.host),
        ORIGIN: report.origin,
        "tallylight.currency": "USD",
        "tallylight.basis": report.basis,
        "tallylight.price_table": report.price_table,
    }


EXPORT = Export(
    name="parquet",
    label="Parquet table",
    suffix=".parquet",
    needs=Needs.ROWS,
    write=write,
    is_text=False,
    shown_as="csv",
    module="pyarrow",
    extra="parquet",
)
