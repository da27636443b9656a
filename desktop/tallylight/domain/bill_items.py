"""A bill that tells no tokens: what it is for, as it states it. Nothing counted here can be compared with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from tallylight.domain import money
from tallylight.domain.reported import Figure

SAYS = "This bill tells no tokens: what was counted here cannot be compared with it."


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is charged for: a model, or what the provider words otherwise."""

    name: str
    #: What is counted: AI credits, requests; "" where the bill counts nothing.
    unit: str = ""
    quantity: float = 0
    charged_picousd: int = 0
    #: Before discounts and what a plan includes; None where the bill does not say.
    list_picousd: int | None = None

    @property
    def amount(self) -> str:
        """How much of it, for people: "1,840.5 AI credits"."""
        return f"{round(self.quantity, 2):,.10g} {_UNITS.get(self.unit, self.unit)}" if self.unit else ""


_UNITS = {"ai-credits": "AI credits"}


def items_of(figures: Iterable[Figure]) -> list[Item]:
    """Those alike as one, the dearest first."""
    sums: dict[tuple[str, str], Item] = {}
    for figure in figures:
        # Of a charge without a model the item is what it is for, not what it is counted in.
        name, unit = (figure.model, figure.item) if figure.model else (figure.item, "")
        known = sums.get((name, unit), Item(name=name, unit=unit))
        sums[name, unit] = Item(
            name=name,
            unit=unit,
            quantity=known.quantity + figure.quantity,
            charged_picousd=known.charged_picousd + figure.amount_picousd,
            list_picousd=_sum(known.list_picousd, figure.list_picousd),
        )
    return sorted(
        sums.values(), key=lambda item: (-(item.list_picousd or 0), -item.charged_picousd, item.name)
    )


def rows_of(items: Sequence[Item], charged_picousd: int, basis: str) -> list[list[str]]:
    """The bill for people: heads, a row for each item, the sum; without the columns that nobody fills."""
    stated = [item.list_picousd for item in items if item.list_picousd is not None]
    rows = [
        ["", "Used", "Before discounts and plan", f"Dollars · {basis}"],
        *([i.name, i.amount, _shown(i.list_picousd), money.show(i.charged_picousd)] for i in items),
        ["Bill", "", _shown(sum(stated) if stated else None), money.show(charged_picousd)],
    ]
    filled = [any(column[1:]) for column in zip(*rows, strict=True)]
    return [[cell for cell, is_filled in zip(row, filled, strict=True) if is_filled] for row in rows]


def _shown(picousd: int | None) -> str:
    return "" if picousd is None else money.show(picousd)


def _sum(known: int | None, more: int | None) -> int | None:
    return known if more is None else (known or 0) + more
