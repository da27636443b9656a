"""The table of turns."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject

from tallylight.domain import format as form
from tallylight.gui.row_model import Column, RowModel
from tallylight.gui.theme import Theme
from tallylight.gui.turn_line import TurnLine

translate = QCoreApplication.translate


def turn_model(theme: Theme, parent: QObject | None = None) -> RowModel[TurnLine]:
    """Turns by request key, in the order they are given."""
    return RowModel(
        [
            Column(
                translate("TurnModel", "Turn"),
                lambda line: line.label,
                sort=lambda line: line.time_ms,
                tint=lambda line: "muted" if line.tint == "muted" else "",
                tip=lambda line: line.why,
            ),
            Column(translate("TurnModel", "Model"), lambda line: line.model),
            _count(translate("TurnModel", "Context"), lambda line: line.context),
            _count(translate("TurnModel", "New"), lambda line: line.new),
            _count(translate("TurnModel", "Output"), lambda line: line.output),
            Column(
                translate("TurnModel", "Cost"),
                lambda line: line.fare,
                sort=lambda line: line.picousd,
                is_number=True,
                tint=lambda line: line.tint,
                tip=lambda line: line.why,
            ),
        ],
        lambda line: line.key,
        theme,
        parent,
    )


def _count(title: str, read: Callable[[TurnLine], int]) -> Column[TurnLine]:
    return Column(
        title, lambda line: form.exact(read(line)) if read(line) else "–", sort=read, is_number=True
    )
