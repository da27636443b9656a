"""What clouds and marketplaces charge, as their files state it: a bill, its charges by day, and how the file deviates.

These are charges of a whole account. They are never summed with requests, nor with another currency's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Context, Decimal
from enum import StrEnum

import msgspec

from tallylight.domain.digest import hex_digest

#: Sums of what files state are exact: no figure of theirs has so many digits.
_EXACT = Context(prec=80)
DOLLARS = "USD"
#: The head of what a bill states without its currency: those may be anyone's, and are never dollars.
NO_CURRENCY = "no currency"


class BillId(msgspec.Struct, frozen=True, order=True):
    """A billing period of an account: what a newer file of it replaces as a whole."""

    provider: str
    account: str
    since: date
    until: date


class AiKind(StrEnum):
    """Why a row counts as AI."""

    MODEL = "model"
    PLATFORM = "platform"
    GPU = "GPU"


class Item(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """What a day's charge is for."""

    day: date
    kind: AiKind
    service: str
    #: Whose product it is: in a marketplace another than the provider.
    publisher: str = ""
    #: As the bill words it, "" where it names none.
    model: str = ""
    sku: str = ""
    #: As in `usage.TokenUsage`, without a cache's time to live; "" for what is no tokens.
    token_class: str = ""
    sub_account: str = ""
    region: str = ""
    #: Usage, Purchase, Tax, Credit, Adjustment.
    category: str = "Usage"
    is_correction: bool = False
    unit: str = ""
    currency: str = DOLLARS


class Amounts(msgspec.Struct, frozen=True, kw_only=True):
    """Of so many rows. None: not stated. The costs are bases of their own and never summed with each other."""

    rows: int = 1
    quantity: Decimal | None = None
    #: Only where the bill states a unit that says how many tokens it is.
    tokens: Decimal | None = None
    billed: Decimal = Decimal(0)
    effective: Decimal | None = None
    listed: Decimal | None = None
    contracted: Decimal | None = None

    def __add__(self, other: Amounts) -> Amounts:
        return Amounts(
            rows=self.rows + other.rows,
            quantity=_added(self.quantity, other.quantity),
            tokens=_added(self.tokens, other.tokens),
            billed=_EXACT.add(self.billed, other.billed),
            effective=_added(self.effective, other.effective),
            listed=_added(self.listed, other.listed),
            contracted=_added(self.contracted, other.contracted),
        )


def _added(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    """What is not known of a part is not known of the whole."""
    return None if one is None or other is None else _EXACT.add(one, other)


Charges = Mapping[Item, Amounts]


class Deviation(msgspec.Struct, frozen=True, kw_only=True):
    """One way in which a file is not as the specification has it: of which column or value, how often, where first."""

    kind: str
    about: str = ""
    count: int = 1
    first_line: int = 1

    @property
    def words(self) -> str:
        """For people."""
        return _DEVIATIONS.get(self.kind, self.kind).format(self.about)


_DEVIATIONS = {
    "byte order mark": "begins with a byte order mark",
    "encoding": "is not all UTF-8",
    "separator": "has “{}” between columns",
    "column missing": "lacks the column {}",
    "column spelled": "spells a column {}",
    "column twice": "has the column {} twice",
    "column unknown": "has a column {} that FOCUS does not know",
    "own columns": "has columns of the provider’s own (x_…)",
    "version": "does not show its version",
    "row length": "has rows of another length than the header",
    "row not read": "has rows whose {} cannot be read: left out",
    "time": "writes {} otherwise than 2026-11-01T00:00:00Z",
    "number": "writes {} otherwise than 1234.5",
    "null": "leaves {} empty",
    "null as word": "writes a word for nothing in {}",
    "value": "has a value that FOCUS does not know in {}",
    "currency": "is in {} in part, which is kept apart from dollars",
    "outside period": "has use outside of its billing period",
    "purchase": "has purchases with an effective cost",
}


def merged(deviations: Iterable[Deviation]) -> tuple[Deviation, ...]:
    """Those of several files, each kind once."""
    found: dict[tuple[str, str], Deviation] = {}
    for one in deviations:
        before = found.get((one.kind, one.about))
        count = one.count + (before.count if before else 0)
        line = min(one.first_line, before.first_line) if before else one.first_line
        found[one.kind, one.about] = Deviation(kind=one.kind, about=one.about, count=count, first_line=line)
    return tuple(found.values())


class CloudBill(msgspec.Struct, frozen=True, kw_only=True):
    """All that an import has of one billing period of an account."""

    id: BillId
    #: Rows of all services, and which of them are AI.
    rows: int
    charges: Charges
    #: Names of the files, without their folders.
    files: Sequence[str] = ()
    version: str = ""
    deviations: Sequence[Deviation] = ()

    @property
    def ai_rows(self) -> int:
        return sum(amounts.rows for amounts in self.charges.values())

    @property
    def fingerprint(self) -> str:
        """The same for the same charges, whatever file states them."""
        lines = sorted(
            "\x1f".join(
                [*map(str, msgspec.structs.astuple(item)), *map(_plain, msgspec.structs.astuple(sums))]
            )
            for item, sums in self.charges.items()
        )
        return hex_digest("\n".join(lines), 16)


def _plain(value: Decimal | int | None) -> str:
    return "" if value is None else decimal_text(Decimal(value))


def decimal_text(value: Decimal) -> str:
    """Without an exponent, nor zeros at its end."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


class BillState(StrEnum):
    """What became of a bill that was read."""

    ADDED = "added"
    REPLACED = "replaced"
    KNOWN = "known already"
    EMPTY = "nothing of AI"


class ImportedBill(msgspec.Struct, frozen=True, kw_only=True):
    """A bill as it is kept, for a list of them."""

    number: int
    id: BillId
    imported_ms: int
    version: str = ""
    files: Sequence[str] = ()
    rows: int = 0
    ai_rows: int = 0
    #: By currency: what is invoiced, and the same spread over what it covers, where all of that is stated.
    billed: Mapping[str, Decimal] = {}
    effective: Mapping[str, Decimal] = {}
    services: Sequence[str] = ()
    deviations: Sequence[Deviation] = ()


def sums(amounts: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    """By currency, or whatever the pairs name; dollars come first."""
    found: dict[str, Decimal] = {}
    for currency, amount in amounts:
        found[currency] = _EXACT.add(found.get(currency, Decimal(0)), amount)
    return dict(sorted(found.items(), key=lambda item: (item[0] != DOLLARS, item[0])))


def show(amount: Decimal, currency: str) -> str:
    """For people; only dollars have a sign."""
    return f"{'-' * (amount < 0)}${abs(amount):,.2f}" if currency == DOLLARS else f"{amount:,.2f} {currency}"


def show_all(amounts: Mapping[str, Decimal]) -> str:
    """Currencies beside each other, never together."""
    return " + ".join(show(amount, currency) for currency, amount in amounts.items()) or show(
        Decimal(0), DOLLARS
    )
