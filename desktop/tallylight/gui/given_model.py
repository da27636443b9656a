"""The table of all that was advised: what was promised, and what was measured or why nothing was."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QObject

from tallylight.domain import format as form
from tallylight.domain import money
from tallylight.domain.effect import Given
from tallylight.gui import advice_words
from tallylight.gui.row_model import Column, RowModel
from tallylight.gui.theme import Theme

translate = QCoreApplication.translate
_NONE = "–"


def given_model(theme: Theme, parent: QObject | None = None) -> RowModel[Given]:
    """Promised and measured are over the turns that were made since."""
    return RowModel(
        [
            Column(translate("GivenModel", "Advised"), advice_words.followed, tip=advice_words.followed),
            Column(translate("GivenModel", "Promised"), _promised, is_number=True),
            Column(translate("GivenModel", "Measured"), _measured, is_number=True, tint=_tint),
            Column(translate("GivenModel", "Error"), _error, is_number=True),
            Column(translate("GivenModel", "Turns after"), _turns, is_number=True),
        ],
        lambda given: given.id,
        theme,
        parent,
    )


def _promised(given: Given) -> str:
    """All of it, where no turn was made since."""
    outcome = given.outcome
    is_counted = outcome is not None and outcome.turns
    return money.show(outcome.promised_picousd if outcome and is_counted else given.advice.saving_picousd)


def _measured(given: Given) -> str:
    """What it saved, or why nothing was measured."""
    if given.is_taken and given.outcome is not None:
        return money.show(given.outcome.measured_picousd)
    return advice_words.why_not_taken(given)


def _tint(given: Given) -> str:
    if not given.is_taken or given.outcome is None:
        return "muted"
    saved = given.outcome.measured_picousd
    return "saved" if saved > 0 else "over" if saved < 0 else ""


def _error(given: Given) -> str:
    """By how much more, or less, was saved than was promised."""
    outcome = given.outcome
    if outcome is None or not given.is_taken or outcome.promised_picousd <= 0:
        return _NONE
    return form.change(outcome.measured_picousd / outcome.promised_picousd - 1)


def _turns(given: Given) -> str:
    return form.exact(given.outcome.turns) if given.outcome is not None else "0"
