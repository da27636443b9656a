"""What an export is: a format that a report can be written in."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

import msgspec

from tallylight.domain import money
from tallylight.domain.columns import Column, Kind
from tallylight.domain.direction import runs_leftwards
from tallylight.domain.format import iso
from tallylight.domain.report import Needs, Report

#: Marks that turn the direction of what follows: a name must not reach beyond its cell.
_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
#: What ends a line somewhere.
_BREAKS = frozenset("\n\r\t\v\f\x85\u2028\u2029")
#: A text that begins so is a formula to a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """One format. `write` takes the report's streams once, in order, and writes the whole file into a binary stream."""

    #: As the shell spells it.
    name: str
    #: For people: "Excel workbook".
    label: str
    suffix: str
    #: What of a report it writes.
    needs: Needs = Needs.SUMMARY
    write: Callable[[Report, BinaryIO], None]
    #: Whether it can be read on a terminal.
    is_text: bool = True
    #: The format of text in which its content is shown beforehand, "" for its own.
    shown_as: str = ""
    #: The module that an optional extra brings, and the extra's name.
    module: str = ""
    extra: str = ""
    #: A second file that belongs beside it: its name's end, and what writes it.
    sidecar: tuple[str, Callable[[Report], bytes]] | None = None


def clean(text: str) -> str:
    """A name from a log on one line: no control characters, and none that turn the direction of writing."""
    if text.isprintable() and text.isascii():
        return text
    from unicodedata import category  # a megabyte that nobody needs before

    kept = (" " if c in _BREAKS else c for c in text if c not in _DIRECTIONS)
    return "".join(c for c in kept if category(c) not in ("Cc", "Cs", "Co", "Cn"))


def cell(text: str) -> str:
    """The same for a spreadsheet's cell: never a formula."""
    plain = clean(text)
    return f"'{plain}" if plain.startswith(_FORMULA) or text.startswith(_FORMULA) else plain


def isolated(text: str) -> str:
    """A name in a line of plain text: one that runs from right to left would take the figures beside it along."""
    return f"\u2068{text}\u2069" if runs_leftwards(text) else text


def plain(column: Column, value: object) -> str | int | bool | None:
    """A row's value as JSON and CSV have it: exact decimal strings for money, ISO for times, None for unknown."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        if column.kind is Kind.MONEY:
            return money.to_string(value)
        return iso(value) if column.kind is Kind.TIME else value
    return clean(str(value))
