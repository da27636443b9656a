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
#: What may be thousands, and what may be three decimals; and thousands that surely are.
_UNCLEAR = re.compile(r"[-+]?[1-9]\d{0,2}[.,]\d{3}")
_GROUPS = re.compile(r"[-+]?\d{1,3}([.,])\d{3}(?:\1\d{3})*")
_TRIMMINGS: dict[int, str | None] = dict.fromkeys(
    map(ord, "$ \t'\N{RIGHT SINGLE QUOTATION MARK}\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}")
)
_TRIMMINGS[ord("\N{MINUS SIGN}")] = "-"
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


def decimal_mark(text: str) -> str | None:
    """What stands before a number's decimals: "" where it has none, None where a mark may part thousands as well."""
    marks = [each for each in text if each in ".,"]
    if not marks:
        return ""
    *before, last = marks
    if last in before:  # only thousands are parted more than once
        return _other(last)
    return last if before or not _UNCLEAR.fullmatch(_bare(text)) else None


def amount(text: str, mark: str = ".") -> tuple[Decimal | None, bool]:
    """A number, and whether it is written as it should be. `mark` stands before decimals where the text shows none."""
    if mark == "." and _NUMBER.fullmatch(text):
        return _bounded(text), True
    point = decimal_mark(text)
    point = mark if point is None else point or "."
    plain, between = _bare(text), _other(point)
    whole, _, decimals = plain.partition(point)
    if between in decimals or (between in whole and not _GROUPS.fullmatch(whole)):
        return None, False
    is_plain = point == "." and bool(_NUMBER.fullmatch(text))
    return _bounded(plain.replace(between, "").replace(point, ".")), is_plain


def _other(mark: str) -> str:
    return "." if mark == "," else ","


def _bare(text: str) -> str:
    """Without dollar signs and what parts thousands but no decimals; a minus stands in front, wherever it stood."""
    plain = text.translate(_TRIMMINGS)
    if plain.startswith("(") and plain.endswith(")"):
        return f"-{plain[1:-1]}"
    return f"-{plain[:-1]}" if plain.endswith("-") else plain


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
