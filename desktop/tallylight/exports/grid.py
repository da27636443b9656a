"""Tables on sheets: figures whole, names as wide as there is room, heads again on every page."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import nlargest
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tallylight.exports import ink
from tallylight.exports.ink import Style
from tallylight.exports.parts import Head, Sentence, Table

if TYPE_CHECKING:
    from tallylight.exports.sheets import Sheets

_PAD = 8.0
#: Of a row beyond its text.
_AIR = 5.0
#: Names of a column that are measured.
_MEASURED = 20


class Grid:
    """Writes tables where the sheets stand."""

    def __init__(self, sheets: Sheets) -> None:
        self._sheets = sheets

    def table(self, table: Table, x: float, wide: float, *, has_dots: bool, wraps: bool) -> None:
        """One that may wrap goes on with the next page; the others are short, and stand beside each other."""
        rows = [*table.rows, table.rest] if table.rest else table.rows
        indent = 11.0 if has_dots else 0.0
        widths = self._widths(table.heads, rows, wide - indent, ink.TEXT)
        titles = [head.title for head in table.heads]
        self._row(table.heads, titles, widths, x + indent, ink.CAPTION)
        for at, row in enumerate(rows):
            if wraps and self._sheets.need(self._wrapped(table.heads, row, widths)):
                self._row(table.heads, titles, widths, x + indent, ink.CAPTION)
            if has_dots:
                self._sheets.box(x, 5, 6, 6, fill=ink.colour_of(at))
            self._row(table.heads, row, widths, x + indent, ink.TEXT, wraps=wraps)

    def _wrapped(self, heads: Sequence[Head], row: Sentence, widths: Sequence[float]) -> float:
        """How high a row is whose names may wrap."""
        names = [
            self._sheets.height_of(wide - _PAD, cell, ink.TEXT) + _AIR
            for head, cell, wide in zip(heads, row, widths, strict=True)
            if not head.is_figure
        ]
        return max(row_height(ink.TEXT), *names)

    def long_table(self, heads: Sequence[Head], rows: Sequence[Sentence]) -> None:
        """Over as many pages as it takes, each beginning with the heads."""
        sheets, titles = self._sheets, [head.title for head in heads]
        widths = self._widths(heads, rows, self._sheets.width, ink.DETAIL)
        tall = row_height(ink.DETAIL)
        self._row(heads, titles, widths, 0, ink.DETAIL_HEAD)
        for row in rows:
            if sheets.need(tall):
                self._row(heads, titles, widths, 0, ink.DETAIL_HEAD)
            self._row(heads, row, widths, 0, ink.DETAIL)

    def _row(
        self,
        heads: Sequence[Head],
        cells: Sequence[str],
        widths: Sequence[float],
        x: float,
        style: Style,
        *,
        wraps: bool = False,
    ) -> None:
        """One line high, or as high as its names need where they may wrap."""
        sheets, tall, left = self._sheets, row_height(style), x
        sheets.y += _AIR / 2
        for head, cell, wide in zip(heads, cells, widths, strict=True):
            if wraps and not head.is_figure:
                tall = max(tall, sheets.wrap(left, wide - _PAD, cell, style) + _AIR)
            else:
                sheets.write(left, wide - _PAD, cell, _toned(head, cell, style), is_right=head.is_figure)
            left += wide
        sheets.y += tall - _AIR / 2
        sheets.line(x, 0, sum(widths) - _PAD, ink.BORDER)

    def _widths(
        self, heads: Sequence[Head], rows: Sequence[Sentence], wide: float, style: Style
    ) -> list[float]:
        """Figures, days and times whole; names share what is left, short ones taking no more than they need."""
        width_of = self._sheets.width_of
        widest = max("0123456789", key=lambda digit: width_of(digit, style))
        wide_digits = str.maketrans(dict.fromkeys("0123456789", widest))
        natural = []
        for at, head in enumerate(heads):
            # Thousands of figures differ in their digits alone, and of the names only the longest can matter.
            if head.is_figure or head.is_fixed:
                cells = {row[at].translate(wide_digits) for row in rows}
            else:
                cells = set(nlargest(_MEASURED, (row[at] for row in rows), key=len))
            natural.append(max(width_of(text, style) for text in (*cells, head.title)) + _PAD + 1)
        return fitted(natural, [not (head.is_figure or head.is_fixed) for head in heads], wide + _PAD)


def row_height(style: Style) -> float:
    return style.size * 1.4 + _AIR


def _toned(head: Head, cell: str, style: Style) -> Style:
    if not head.is_change or cell[:1] not in ("+", "−"):
        return style
    return replace(style, colour=ink.OVER if cell[0] == "+" else ink.SAVED)


def fitted(natural: Sequence[float], may_give: Sequence[bool], wide: float) -> list[float]:
    """The widths that make up `wide`: too much is taken from the widest that may give, too little shared among them."""
    names = [at for at, gives in enumerate(may_give) if gives]
    left = wide - sum(width for width, gives in zip(natural, may_give, strict=True) if not gives)
    found, open_ = dict[int, float](), sorted(names, key=lambda at: natural[at])
    while open_:
        fair = left / len(open_)
        at = open_.pop(0)
        found[at] = natural[at] if natural[at] <= fair else fair
        left -= found[at]
    spare = max(0.0, left) / len(names) if names else 0.0
    return [found[at] + spare if at in found else width for at, width in enumerate(natural)]
