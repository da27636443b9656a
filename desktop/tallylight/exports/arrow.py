"""Columns as Arrow arrays, without a Python object for each value of money or time. Shared by the Parquet formats."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import date
from typing import Any

from tallylight.domain.columns import Column, Kind
from tallylight.domain.pages import Coded, Values
from tallylight.exports.base import clean

#: pyarrow has no type hints, and is imported where it is needed: these names say what is meant.
DataType = Any
Array = Any
Schema = Any
Batch = Any
Table = Any
#: Digits behind the point of money, a pico-dollar.
SCALE = 12


def data_type(column: Column, is_coded: bool = True) -> DataType:
    import pyarrow as pa

    if column.kind is Kind.TEXT:
        return pa.dictionary(pa.int32(), pa.string()) if is_coded else pa.string()
    types = {
        Kind.COUNT: pa.int64(),
        Kind.MONEY: pa.decimal128(38, SCALE),
        Kind.DAY: pa.date32(),
        Kind.TIME: pa.timestamp("ms", tz="UTC"),
        Kind.FLAG: pa.bool_(),
    }
    return types[column.kind]


def column_array(column: Column, values: Values) -> Array:
    """An array of the type that the column has; texts that repeat are coded."""
    import pyarrow as pa

    if isinstance(values, Coded):
        places = pa.Array.from_buffers(pa.int32(), len(values.at), [None, pa.py_buffer(values.at)])
        once = column_array(column, values.values)
        return (once.dictionary_encode() if column.kind is Kind.TEXT else once).take(places)
    if column.kind is Kind.TEXT:
        return pa.array(_cleaned(values), pa.string())
    if column.kind is Kind.MONEY:
        return picousd(values)
    if column.kind is Kind.DAY:
        return pa.array([date.fromisoformat(str(day)) for day in values], pa.date32())
    if column.kind is Kind.TIME:
        return _whole(values).cast(data_type(column))
    return _whole(values) if column.kind is Kind.COUNT else pa.array(values, data_type(column))


def _whole(values: Sequence[Any]) -> Array:
    """Whole numbers; those that lie packed in memory stay where they are."""
    import pyarrow as pa

    if isinstance(values, array):
        return pa.Array.from_buffers(pa.int64(), len(values), [None, pa.py_buffer(values)])
    return pa.array(values, pa.int64())


def picousd(values: Sequence[Any], scale: int = SCALE) -> Array:
    """Whole numbers read as decimals with `scale` digits behind the point: their bytes are the same."""
    import pyarrow as pa

    whole = _whole(values).cast(pa.decimal128(19, 0))
    return pa.Array.from_buffers(pa.decimal128(38, scale), len(whole), whole.buffers(), whole.null_count)


def _cleaned(values: Sequence[Any]) -> list[str]:
    texts = [value or "" for value in values]
    everything = "".join(texts)
    if everything.isascii() and everything.isprintable():
        return texts
    return [clean(text) for text in texts]
