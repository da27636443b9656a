"""Plain columns for a terminal."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[str]], is_total: bool = False) -> str:
    """The first column to the left, the rest to the right; a rule before the last row when it is a total."""
    clean = [[printable(cell) for cell in row] for row in (head, *rows)]
    widths = [max(_width(row[i]) for row in clean) for i in range(len(head))]
    lines = [_line(row, widths) for row in clean]
    rule = "─" * (sum(widths) + 2 * (len(widths) - 1))
    lines.insert(1, rule)
    if is_total:
        lines.insert(len(lines) - 1, rule)
    return "\n".join(lines) + "\n"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first = row[0] + " " * (widths[0] - _width(row[0]))
    rest = [" " * (width - _width(cell)) + cell for cell, width in zip(row[1:], widths[1:], strict=True)]
    return "  ".join([first, *rest]).rstrip()


def printable(text: str, most: int = 60) -> str:
    """Names come from logs: no control character may reach the terminal."""
    return "".join(c if c.isprintable() else "?" for c in text)[:most]


def printable_json(made: bytes) -> str:
    """The same values: what may reach no terminal is escaped, as JSON spells it."""
    text = made.decode()
    return (
        text if text.isprintable() else "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)
    )


def _width(text: str) -> int:
    return sum(
        2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in text
    )
