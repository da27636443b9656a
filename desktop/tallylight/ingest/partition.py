"""One Parquet file of exported requests, as events. The reading end of exports; pyarrow is loaded when it is used."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from tallylight.domain.columns import COLUMNS, Detail, Kind
from tallylight.domain.usage import UsageEvent
from tallylight.exports.parquet import ORIGIN

if TYPE_CHECKING:  # 40 MB: loaded when a file is read
    import pyarrow as pa

_ROWS = 3000
#: As for logs: no real counter comes near, and no real time comes after.
_LIMIT = 10**8
_LATEST_MS = 1 << 42
#: An export says nothing of the file a request came from: any statement of a log or ledger knows more of whose it is.
_LAST = 1 << 42
_NEEDED = ("request", "at", "source", "session", "model")
#: What an event calls the columns that have another name there.
_FIELDS = {
    "request": "key", "at": "time_ms", "session": "session_id", "agent": "agent_id", "has_strong_id": "has_strong_key",
    "input_tokens": "input", "cache_read_tokens": "cache_read", "cache_write_5m_tokens": "cache_write_5m_stated",
    "cache_write_1h_tokens": "cache_write_1h", "output_tokens": "output", "reasoning_tokens": "reasoning",
    "context_tokens": "context", "web_search_requests": "web_searches", "project_path": "cwd",
}  # fmt: skip
_KINDS = {
    column.name: column.kind
    for column in COLUMNS[Detail.REQUEST]
    if _FIELDS.get(column.name, column.name) in (*UsageEvent.__struct_fields__, "project")
}
_COUNTS = [_FIELDS.get(name, name) for name, kind in _KINDS.items() if kind is Kind.COUNT]
_NUMBER = re.compile(r"#\d+$")


class NotAnExport(Exception):  # noqa: N818
    """Why a file cannot be taken in, in a few words."""


def events_in(
    stream: BinaryIO, host: str, machine: str
) -> Iterator[tuple[list[UsageEvent], Mapping[str, int]]]:
    """Portions of events, each with what was refused, by reason and number of rows.

    `host` is the machine that the path names; requests of `machine`, which is this one, are left out.
    Raises `NotAnExport`; OSError only while the file is opened.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(stream)
        names = _names(file.schema_arrow)
        for batch in file.iter_batches(_ROWS, columns=names, use_threads=False):
            yield _portion(_columns(batch), batch.num_rows, host, machine)
    except (pa.ArrowException, OSError, ValueError, IndexError) as e:
        raise NotAnExport(f"damaged: {str(e).splitlines()[0][:100] if str(e) else type(e).__name__}") from e


def origin_of(path: Path) -> str:
    """The code of the ledger that a file was made from, "" where it says none or cannot be read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        said = pq.read_metadata(path).metadata or {}
    except (pa.ArrowException, OSError, ValueError):
        return ""
    return bytes(said.get(ORIGIN.encode(), b"")).decode("utf-8", "replace")


def _names(schema: pa.Schema) -> list[str]:
    """The columns to read. Raises `NotAnExport` for a table of something else."""
    import pyarrow.types as types

    for name in _NEEDED:
        if name not in schema.names:
            raise NotAnExport(f"not exported by Tallylight: it has no column {name}")
    fits = {
        Kind.TEXT: lambda kind: types.is_string(kind) or types.is_large_string(kind),
        Kind.COUNT: types.is_integer,
        Kind.TIME: types.is_timestamp,
        Kind.FLAG: types.is_boolean,
    }
    names = [name for name in schema.names if name in _KINDS]
    for name in names:
        kind = schema.field(name).type
        if types.is_dictionary(kind):
            kind = kind.value_type
        if not (fits[_KINDS[name]](kind) or types.is_null(kind)):
            raise NotAnExport(f"not exported by Tallylight: its column {name} is {kind}")
    return names


def _columns(batch: pa.RecordBatch) -> dict[str, list[Any]]:
    import pyarrow as pa

    found = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        is_time = _KINDS[name] is Kind.TIME
        values = column.cast(pa.timestamp("ms"), safe=False).cast(pa.int64()) if is_time else column
        found[_FIELDS.get(name, name)] = _listed(values)
    return found


def _listed(values: pa.Array) -> list[Any]:
    """As `to_pylist`, in a fifth of the time where nothing is missing."""
    import pyarrow as pa

    if values.null_count:
        return list(values.to_pylist())
    if isinstance(values, pa.DictionaryArray):
        texts = values.dictionary.to_pylist()
        return [texts[at] for at in values.indices.to_numpy(zero_copy_only=False).tolist()]
    return list(values.to_numpy(zero_copy_only=False).tolist())


def _portion(
    columns: Mapping[str, list[Any]], count: int, host: str, machine: str
) -> tuple[list[UsageEvent], Mapping[str, int]]:
    events: list[UsageEvent] = []
    refused: dict[str, int] = {}
    for at in range(count):
        row = {name: values[at] for name, values in columns.items() if values[at] is not None}
        row["host"] = host or row.get("host", "")
        if row["host"] == machine:
            continue
        reason = _problem(row)
        if reason:
            refused[reason] = refused.get(reason, 0) + 1
        else:
            events.append(_event(row))
    return events, refused


def _problem(row: Mapping[str, Any]) -> str:
    if not (row.get("key") and row.get("source") and row.get("session_id")):
        return "a request without an id"
    if not 0 < row.get("time_ms", 0) < _LATEST_MS:
        return "a request without a time"
    if not row["host"]:
        return "a request without a machine"
    return "" if all(0 <= row.get(name, 0) <= _LIMIT for name in _COUNTS) else "odd token counts"


def _event(row: dict[str, Any]) -> UsageEvent:
    project = row.pop("project", "")
    is_strong = row.setdefault("has_strong_key", True)
    written = row.get("cache_write_5m_stated", 0) + row.get("cache_write_1h", 0)
    given = row | {
        "key": row["key"] if is_strong else _NUMBER.sub("", row["key"]),
        "cwd": row.get("cwd") or project,
        "model": row.get("model", ""),
        "file_session_id": row["session_id"],
        "cache_write": written,
        "is_copy": True,
        "file_started_ms": _LAST,
    }
    return UsageEvent(**given)
