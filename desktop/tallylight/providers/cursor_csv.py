"""The usage file of Cursor's dashboard, in each of the forms it had: columns are known by their names."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

import msgspec

from tallylight.domain.billing import UNATTRIBUTED, Coverage, Statement, coverage_of
from tallylight.domain.money import from_dollars
from tallylight.domain.stated import whole

_COUNTS = {
    "input": "Input (w/o Cache Write)",
    "cache_write": "Input (w/ Cache Write)",  # what was written to the cache, not a sum
    "cache_read": "Cache Read",
    "output": "Output Tokens",
}
#: What was done elsewhere for no chat of this machine's.
_CLOUD = ("Cloud Agent ID", "Automation ID")
_NEEDED = ("Date", "Model", *_COUNTS.values())
_MOST_DOLLARS = Decimal(10**7)


class UsageFile(msgspec.Struct, frozen=True):
    """What a file states, and how many of its lines could not be understood."""

    statements: Sequence[Statement]
    rejected: int = 0


def read_file(data: bytes) -> UsageFile | None:
    """None for a file that is not one of these."""
    is_wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = data.decode("utf-16" if is_wide else "utf-8-sig", "replace").replace("\0", "")
    head = text.partition("\n")[0]
    between = ";" if head.count(";") > head.count(",") else ","  # as a spreadsheet of some countries saves it
    lines = csv.DictReader(io.StringIO(text, newline=""), delimiter=between)
    statements: list[Statement] = []
    rejected = 0
    try:
        if not set(_NEEDED) <= {name.strip() for name in lines.fieldnames or ()}:
            return None
        for line in lines:
            statement = _statement({name.strip(): (value or "") for name, value in line.items() if name})
            if statement is None:
                rejected += 1
            else:
                statements.append(statement)
    except csv.Error:  # a field larger than any of a usage file
        return None
    return UsageFile(statements, rejected)


def _statement(line: dict[str, str]) -> Statement | None:
    time_ms, model = _time_ms(line["Date"]), line["Model"].strip()
    counts = {ours: _count(line[theirs]) for ours, theirs in _COUNTS.items()}
    if time_ms is None or not model or any(count is None for count in counts.values()):
        return None
    value, charged = _money(line.get("Cost", "")), _money(line.get("Cost to you", ""))
    coverage = coverage_of(line.get("Kind", ""))
    if coverage is Coverage.UNKNOWN:  # the first form names no kind
        coverage = coverage_of(line.get("Cost", ""))
        if coverage is Coverage.UNKNOWN and charged == 0:
            coverage = Coverage.INCLUDED
    return Statement(
        time_ms=time_ms,
        model=model,
        input=counts["input"] or 0,
        output=counts["output"] or 0,
        cache_read=counts["cache_read"] or 0,
        cache_write=counts["cache_write"] or 0,
        conversation=UNATTRIBUTED if any(line.get(name, "").strip() for name in _CLOUD) else "",
        coverage=coverage,
        value_picousd=value if value > 0 else -1,
        charged_picousd=charged if charged > 0 else -1,
    )


def _count(text: str) -> int | None:
    text = re.sub(r"\.0+$", "", text.strip().replace(",", ""))
    return whole(text) if text not in ("", "-", "NaN") else 0


def _time_ms(text: str) -> int | None:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return round(at.timestamp() * 1000)


def _money(text: str) -> int:
    """pico-USD, -1 for the words that stand where an amount is not told: Included, Free, NaN, - and nothing."""
    try:
        amount = Decimal(text.strip().removeprefix("$").replace(",", ""))
    except InvalidOperation:
        return -1
    return from_dollars(amount) if amount.is_finite() and 0 <= amount < _MOST_DOLLARS else -1
