"""What is typed into a budget's fields, read; a ValueError is a sentence for the user."""

from __future__ import annotations

import re
from decimal import Decimal

from PySide6.QtCore import QCoreApplication

from tallylight.domain import amount, money
from tallylight.domain.budget import Unit

translate = QCoreApplication.translate
_MOST_SHARE = 1000


def read_amount(text: str, unit: Unit) -> int:
    """Pico-USD or tokens from what was typed."""
    try:
        return amount.read_amount(text, unit)
    except amount.NoAmount as e:
        raise ValueError(_sentence(e.problem, unit)) from e


def _sentence(problem: amount.Problem, unit: Unit) -> str:
    if problem is amount.Problem.NOTHING:
        return translate("BudgetFields", "More than nothing, please.")
    if problem is amount.Problem.MOST:
        return translate("BudgetFields", "That is more than can be counted here.")
    example = "300 or 4.50" if unit is Unit.USD else "40M"
    return translate("BudgetFields", "An amount, please: {} for example.").format(example)


def write_amount(of: int, unit: Unit) -> str:
    """As it would be typed, without losing a digit."""
    if unit is Unit.USD:
        return money.to_string(of).removesuffix(".00")
    for factor, letter in ((10**9, "B"), (10**6, "M"), (10**3, "k")):
        if of >= factor and not of * 10 % factor:
            return f"{Decimal(of) / factor:f}{letter}"
    return str(of)


def read_thresholds(text: str) -> tuple[int, ...]:
    """Ascending per cents from "50, 80, 100"; empty for none."""
    parts = [part.strip(" %") for part in re.split(r"[,;·\s]+", text.replace("%", " ").strip()) if part]
    if not all(part.isdecimal() for part in parts):
        raise ValueError(translate("BudgetFields", "Whole per cents with commas between: 50, 80, 100."))
    shares = sorted({int(part) for part in parts})
    if shares and not (shares[0] >= 1 and shares[-1] <= _MOST_SHARE):
        raise ValueError(translate("BudgetFields", "Each between 1 and {} %.").format(_MOST_SHARE))
    return tuple(shares)


def write_thresholds(shares: tuple[int, ...]) -> str:
    return ", ".join(map(str, shares))
