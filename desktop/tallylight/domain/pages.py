"""Rows as a stream of pages: column by column, so that what many rows share is said, treated and written once."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

Value = str | int | bool | None
Row = tuple[Value, ...]
#: Of rows that come one by one.
_ROWS = 5000


@dataclass(frozen=True, slots=True)
class Coded:
    """A column in which values repeat: those that occur, some perhaps twice, and the place of each row's among them."""

    values: Sequence[Value]
    #: 32-bit integers; one array may serve many columns.
    at: array[int]

    def spread(self) -> list[Value]:
        return list(map(self.values.__getitem__, self.at))

    def mapped(self, shape: Callable[[Value], Value]) -> Coded:
        return Coded(list(map(shape, self.values)), self.at)


def coded(values: Sequence[Value]) -> Coded:
    places = {value: place for place, value in enumerate(dict.fromkeys(values))}
    return Coded(list(places), array("i", map(places.__getitem__, values)))


Values = Coded | Sequence[Value]
#: Columns of the same length, in the order of a report's columns.
Page = Sequence[Values]


class Rows:
    """Rows that can be read once: one by one, or page by page where speed matters."""

    def __init__(self, pages: Iterable[Page]) -> None:
        self.pages = pages

    def __iter__(self) -> Iterator[Row]:
        return chain.from_iterable(zip(*map(spread, page), strict=True) for page in self.pages)


def spread(values: Values) -> Sequence[Value]:
    """One value for each row."""
    return values.spread() if isinstance(values, Coded) else values


def length(page: Page) -> int:
    """How many rows there are on it."""
    return len(page[0].at if isinstance(page[0], Coded) else page[0])


def pages_of(rows: Iterable[Row]) -> Iterable[Page]:
    """The pages of any rows."""
    return rows.pages if isinstance(rows, Rows) else _gathered(iter(rows))


def _gathered(rows: Iterator[Row]) -> Iterator[Page]:
    while some := list(islice(rows, _ROWS)):
        yield list(zip(*some, strict=True))
