"""What is typed into a budget's fields, read; a ValueError is a sentence for the user."""

from __future__ import annotations

import re
from decimal import Decimal

from PySide6.QtCore import QCoreApplication

from tallylight.domain import money
from tallylight.domain.budget import Unit

translate = QCoreApplication.translate
_AMOUNT = re.compile(r"\$?\s*(\d[\d,\s]*(?:\.\d+)?|\.\d+)\s*([kmb]?)\s*(?:tokens?|\$)?", re.IGNORECASE)
_FACTORS = {"": 1, "k": 10**3, "m": 10**6, "b": 10**9}
#: Nobody budgets more, and the ledger's integers end not far above.
_MOST_DOLLARS, _MOST_TOKENS = 1_000_000, 10**15
_MOST_SHARE = 1000


def read_amount(text: str, unit: Unit) -> int:
    """Pico-USD or tokens from "$300", "1,500", "40M", "2.5k"."""
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        example = "300" if unit is Unit.USD else "40M"
        raise ValueError(translate("BudgetFields", "An amount, please: {} for example.").format(example))
    number = Decimal(re.sub(r"[,\s]", "", found[1])) * _FACTORS[found[2].lower()]
    if number <= 0:
        raise ValueError(translate("BudgetFields", "More than nothing, please."))
    if number > (_MOST_DOLLARS if unit is Unit.USD else _MOST_TOKENS):
        raise ValueError(translate("BudgetFields", "That is more than can be counted here."))
    amount = money.from_dollars(number) if unit is Unit.USD else int(number)
    if not amount:
        raise ValueError(translate("BudgetFields", "More than nothing, please."))
    return amount


def write_amount(amount: int, unit: Unit) -> str:
    """As it would be typed, without losing a digit."""
    if unit is Unit.USD:
        return money.to_string(amount).removesuffix(".00")
    for factor, letter in ((10**9, "B"), (10**6, "M"), (10**3, "k")):
        if amount >= factor and not amount * 10 % factor:
            return f"{Decimal(amount) / factor:f}{letter}"
    return str(amount)


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
