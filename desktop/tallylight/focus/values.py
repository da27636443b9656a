"""Cells as files really write them: each reader says what it read and whether that was written as it should be."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache

#: Words that stand for nothing although nothing should.
_NOTHING = frozenset({"null", "none", "n/a", "na", "nan", "nat", "not applicable", "\\n"})
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE]-?\d+)?")
#: What is more is no amount of one account's, and what is finer no price.
_MOST, _FINEST = Decimal(10**18), -60


def is_word_for_nothing(text: str) -> bool:
    return text.strip().lower() in _NOTHING


@lru_cache(4096)
def moment(text: str) -> tuple[datetime | None, bool]:
    """A time in UTC, which it is taken for where it says nothing else."""
    written = text.strip()
    try:
        at = datetime.fromisoformat(written.removesuffix(" UTC").strip())
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None, False
    return at, bool(_TIME.fullmatch(text))


def amount(text: str, *, has_comma: bool = False) -> tuple[Decimal | None, bool]:
    """A number, with a comma for the point where the file is one of those."""
    if _NUMBER.fullmatch(text):
        return _bounded(text), True
    plain = text.strip().replace("$", "").replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
    plain = plain.replace(".", "").replace(",", ".") if has_comma and "," in plain else plain.replace(",", "")
    return _bounded(plain), False


def _bounded(text: str) -> Decimal | None:
    try:
        made = Decimal(text)
    except InvalidOperation:
        return None
    if not made.is_finite():
        return None
    exponent = made.as_tuple().exponent
    fits = isinstance(exponent, int) and exponent >= _FINEST and made.adjusted() < _MOST.adjusted()
    return made if fits else None
