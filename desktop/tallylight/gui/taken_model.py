"""The table of advice that was taken: what was promised and what was measured."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject

from tallylight.domain import format as form
from tallylight.domain import money
from tallylight.domain.effect import Given, Outcome
from tallylight.gui import advice_words
from tallylight.gui.row_model import Column, RowModel
from tallylight.gui.theme import Theme

translate = QCoreApplication.translate


def taken_model(theme: Theme, parent: QObject | None = None) -> RowModel[Given]:
    """Both amounts are over the turns that were measured."""
    return RowModel(
        [
            Column(translate("TakenModel", "Taken"), advice_words.taken, tip=advice_words.taken),
            _money(translate("TakenModel", "Promised"), lambda outcome: outcome.promised_picousd),
            _money(translate("TakenModel", "Measured"), lambda outcome: outcome.measured_picousd),
            Column(
                translate("TakenModel", "Turns after"),
                lambda given: form.exact(_outcome(given).turns),
                is_number=True,
            ),
        ],
        lambda given: given.advice.key,
        theme,
        parent,
    )


def _money(title: str, read: Callable[[Outcome], int]) -> Column[Given]:
    return Column(title, lambda given: money.show(read(_outcome(given))), is_number=True)


def _outcome(given: Given) -> Outcome:
    return given.outcome or Outcome()
