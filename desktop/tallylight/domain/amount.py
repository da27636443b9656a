"""Reading the amount of a budget as people type it."""

from __future__ import annotations

import re
from decimal import Decimal
from enum import StrEnum

from tallylight.domain import money
from tallylight.domain.budget import Unit

#: A comma or space parts thousands and nothing else: "12,5" is twelve and a half in half the world.
_AMOUNT = re.compile(
    r"\$?\s*(\d{1,3}(?:[,\s]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)\s*([kmb]?)\s*(?:tokens?|\$)?",
    re.IGNORECASE,
)
_FACTORS = {"": 1, "k": 10**3, "m": 10**6, "b": 10**9}
#: Nobody budgets more, and the ledger's integers end not far above.
MOST = {Unit.USD: 1_000_000, Unit.TOKENS: 10**15}


class Problem(StrEnum):
    """Why a text is no amount: not written as one, nothing, or more than `MOST`."""

    SHAPE = "shape"
    NOTHING = "nothing"
    MOST = "most"


class NoAmount(ValueError):  # noqa: N818
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem


def read_amount(text: str, unit: Unit) -> int:
    """Pico-USD or tokens from "$300", "1,500.50", "40M", "2.5k". Raises `NoAmount`."""
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        raise NoAmount(Problem.SHAPE)
    number = Decimal(re.sub(r"[,\s]", "", found[1])) * _FACTORS[found[2].lower()]
    if number > MOST[unit]:
        raise NoAmount(Problem.MOST)
    if unit is Unit.TOKENS and number != int(number):
        raise NoAmount(Problem.SHAPE)
    amount = money.from_dollars(number) if unit is Unit.USD else int(number)
    if amount <= 0:
        raise NoAmount(Problem.NOTHING)
    return amount
