"""Parquet files of FOCUS as rows of text, so that they read exactly as the CSV of the same export does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from tallylight.focus.columns import layout_of
from tallylight.focus.reader import COLUMNS, Reader

if TYPE_CHECKING:  # 40 MB: loaded when a file is read
    import pyarrow as pa

_ROWS = 20_000
_TIME = "%Y-%m-%dT%H:%M:%SZ"


def read_parquet(source: str | BinaryIO, mark: str = ".") -> Reader | None:
    """None for a table of something else. Raises ValueError with the end of a sentence, OSError while it is opened."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(source)
        names = file.schema_arrow.names
        layout = layout_of(names)
        if layout is None:
            return None
        reader = Reader(layout, mark=mark)
        wanted = [
            name for name in names if name in {names[layout.places[c]] for c in COLUMNS if c in layout.places}
        ]
        reader.take_all(_rows(file, names, wanted))
    except (pa.ArrowException, OSError, IndexError) as e:
        if isinstance(e, FileNotFoundError | PermissionError):
            raise
        raise ValueError(f"is damaged: {str(e).splitlines()[0][:100] if str(e) else type(e).__name__}") from e
    return reader


def _rows(file: Any, names: Sequence[str], wanted: Sequence[str]) -> Iterator[tuple[int, Sequence[str]]]:  # noqa: ANN401
    """As a CSV has them: every column in its place, those that nobody looks at empty."""
    line = 0
    for batch in file.iter_batches(_ROWS, columns=list(wanted), use_threads=False):
        texts = dict(zip(batch.schema.names, map(_texts, batch.columns), strict=True))
        empty = [""] * batch.num_rows
        for row in zip(*(texts.get(name, empty) for name in names), strict=True):
            line += 1
            yield line, row


def _texts(column: pa.Array) -> list[str]:
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        seconds = column.cast(pa.timestamp("us"), safe=False).cast(pa.timestamp("s"), safe=False)
        column = pc.strftime(seconds, format=_TIME)
    elif pa.types.is_decimal(kind):
        return [_plain(value) for value in column.to_pylist()]
    elif pa.types.is_nested(kind):
        return ["" if value is None else _json(value) for value in column.to_pylist()]
    return ["" if value is None else value for value in column.cast(pa.string()).to_pylist()]


def _plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"


def _json(value: object) -> str:
    """Maps come as lists of pairs."""
    is_map = isinstance(value, list) and all(isinstance(item, tuple) and len(item) == 2 for item in value)
    return msgspec.json.encode(dict(value) if is_map else value, enc_hook=str).decode()  # type: ignore[call-overload]
