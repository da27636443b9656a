"""What something was and would be, by token class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QObject

from tallylight.domain import money
from tallylight.domain.pricing import Costs
from tallylight.gui.row_model import Column, RowModel
from tallylight.gui.theme import Theme

translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class ClassLine:
    name: str
    was: int
    would: int


def lines_of(was: Costs, would: Costs) -> Sequence[ClassLine]:
    """The classes that cost anything, cache writes of both durations together, the dearest first."""

    def grouped(costs: Costs) -> tuple[int, int, int, int, int]:
        input_, output, read, write_5m, write_1h, searches = costs
        return read, write_5m + write_1h, output, input_, searches

    names = (
        translate("WhatIf", "Cache read"),
        translate("WhatIf", "Cache write"),
        translate("WhatIf", "Output"),
        translate("WhatIf", "Input"),
        translate("WhatIf", "Web search"),
    )
    lines = [ClassLine(*line) for line in zip(names, grouped(was), grouped(would), strict=True)]
    return sorted((line for line in lines if line.was or line.would), key=lambda line: -line.was)


def what_if_model(theme: Theme, parent: QObject | None = None) -> RowModel[ClassLine]:
    return RowModel(
        [
            Column(translate("WhatIf", "Tokens"), lambda line: line.name),
            Column(translate("WhatIf", "Was"), lambda line: money.show(line.was), is_number=True),
            Column(
                translate("WhatIf", "Would be"),
                lambda line: money.show(line.would),
                is_number=True,
                tint=lambda line: (
                    "saved" if line.would < line.was else "over" if line.would > line.was else ""
                ),
            ),
        ],
        lambda line: line.name,
        theme,
        parent,
    )
