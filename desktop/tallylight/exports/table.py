"""A table to paste into a spreadsheet or a chat: tab-separated, plain figures, dollars with cents."""

from __future__ import annotations

from typing import BinaryIO

from tallylight.domain import money
from tallylight.domain.columns import Kind
from tallylight.domain.report import Needs, Report
from tallylight.exports.base import Export, cell, isolated
from tallylight.exports.days import local
from tallylight.exports.details import Pick, picked, picks_of
from tallylight.exports.parts import name


def write(report: Report, sink: BinaryIO) -> None:
    picks = picks_of(report)
    heads = [f"{pick.title} (USD)" if pick.kind is Kind.MONEY else pick.title for pick in picks]
    sink.write("\t".join((*heads, "Note")).encode() + b"\n")
    for values, is_floor in picked(report, picks):
        cells = [_cell(pick, value) for pick, value in zip(picks, values, strict=True)]
        note = "no price" if None in values else "at least" if is_floor else ""
        sink.write("\t".join((*cells, note)).encode() + b"\n")


def _cell(pick: Pick, value: str | int | bool | None) -> str:
    kind = pick.kind
    if value is None:
        return ""
    if kind is Kind.TEXT:
        return isolated(cell(name(pick.shape(str(value)))))
    if kind is Kind.MONEY:
        return f"{money.to_decimal(int(value)):.{2 if abs(int(value)) >= money.PICO // 10 else 4}f}"
    return f"{local(int(value)):%Y-%m-%d %H:%M}" if kind is Kind.TIME else str(value)


EXPORT = Export(name="table", label="Table for the clipboard", suffix=".tsv", needs=Needs.ROWS, write=write)
