"""Figures as interfaces spell them: numbers, numbers as text, nothing. One reader for each unit; none raises."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from tallylight.domain.money import from_cents, from_dollars, from_nano_dollars

#: What is larger is no figure of one account's, be it in nano-dollars; an amount besides has to fit into the ledger.
_MOST_COUNT = 10**12
_MOST = Decimal(10**16)
_MOST_PICOUSD = 1 << 63


def whole(value: object) -> int | None:
    """A whole number, also as text (as 64-bit numbers come); None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return int(value) if value.isascii() and value.isdecimal() and len(value) < 20 else None
    if isinstance(value, Decimal):
        return int(value) if value.is_finite() and value == value.to_integral_value() else None
    return value if isinstance(value, int) else None


def count(value: object) -> int | None:
    """How many: nothing stated is none of it, less than none is no count."""
    made = 0 if value is None else whole(value)
    return made if made is not None and 0 <= made < _MOST_COUNT else None


def number(value: object) -> Decimal | None:
    """Any finite number, exactly."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    try:
        made = Decimal(value.strip() if isinstance(value, str) else value)
    except InvalidOperation:
        return None
    return made if made.is_finite() and abs(made) < _MOST else None


def dollars(value: object) -> int | None:
    """pico-USD of an amount in dollars."""
    return _converted(value, from_dollars)


def cents(value: object) -> int | None:
    """pico-USD of an amount in cents, whole or not."""
    return _converted(value, from_cents)


def nano_dollars(value: object) -> int | None:
    """pico-USD of an amount in nano-dollars."""
    return _converted(value, from_nano_dollars)


def _converted(value: object, convert: Callable[[Decimal], int]) -> int | None:
    stated = number(value)
    picousd = None if stated is None else convert(stated)
    return picousd if picousd is not None and abs(picousd) < _MOST_PICOUSD else None
