"""What a benchmark found, beside its bar, and the table of all of them."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles

_WIDTHS = (44, 25, 20)


@dataclass(frozen=True)
class Row:
    """One line of the table. `holds` is None where there is nothing to hold: no bar, or not measured."""

    what: str
    bar: str
    measured: str
    holds: bool | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        return "" if self.holds is None else "holds" if self.holds else "NOT"


def skipped(what: str, why: str) -> list[Row]:
    return [Row(what, "", "not measured", None, why)]


def below(what: str, limit: float, value: float, unit: str, note: str = "") -> Row:
    """A row whose figure must stay under `limit`."""
    return Row(what, f"< {_figure(limit)} {unit}", f"{_figure(value)} {unit}", value < limit, note)


def _figure(value: float) -> str:
    return f"{value:.3g}" if value < 100 else f"{value:,.0f}"


def p95(values: Sequence[float]) -> float:
    return quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]


def spread(values: Sequence[float], unit: str) -> str:
    """The median and how far it may be trusted."""
    low, high = (_figure(figure) for figure in (min(values), max(values)))
    return f"{_figure(median(values))} {unit} ({low}–{high}, {len(values)} runs)"


def table(rows: Sequence[Row]) -> str:
    """For people: the columns, with what a figure rests on below it."""
    lines = [_line("what", "bar", "measured", "holds"), "-" * (sum(_WIDTHS) + 11)]
    for row in rows:
        lines.append(_line(row.what, row.bar, row.measured, row.verdict))
        lines += textwrap.wrap(row.note, 104, initial_indent="    ", subsequent_indent="    ")
    return "\n".join(lines)


def _line(what: str, bar: str, measured: str, verdict: str) -> str:
    cells = (cell.ljust(width) for cell, width in zip((what, bar, measured), _WIDTHS, strict=True))
    return "  ".join((*cells, verdict)).rstrip()
