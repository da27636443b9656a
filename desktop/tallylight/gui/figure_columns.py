"""Columns of figures: numbers, and amounts that say when they are not all."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication

from tallylight.domain.summary import Totals
from tallylight.gui import wording
from tallylight.gui.row_model import Column, Row

translate = QCoreApplication.translate


def number(title: str, text: Callable[[Row], str], sort: Callable[[Row], int]) -> Column[Row]:
    return Column(title, text, sort=sort, is_number=True)


def fare(title: str, read: Callable[[Row], Totals], write: Callable[[Row], str] | None = None) -> Column[Row]:
    """An amount that says when it is not all; `write` where a row knows better what to say."""
    return Column(
        title,
        write or (lambda row: wording.totals_fare(read(row))),
        sort=lambda row: read(row).cost_picousd,
        is_number=True,
        tint=lambda row: "muted" if read(row).unpriced >= read(row).requests > 0 else "",
        tip=lambda row: floor_reason(read(row)),
    )


def floor_reason(totals: Totals) -> str:
    """Why an amount is at least what it says, "" when it is all."""
    if totals.unpriced:
        text = translate("FigureColumns", "{} without a price: counted in tokens, not in dollars")
        return text.format(wording.requests(totals.unpriced))
    return unfinished(totals.at_least) if totals.at_least else ""


def unfinished(requests: int) -> str:
    text = translate("FigureColumns", "{} whose end the log lacks: at least this much")
    return text.format(wording.requests(requests))
