"""Rows of a FOCUS file into bills: lenient, with a list of what deviates. Costs stay as the provider delivered them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from tallylight.domain.cloud_bill import DOLLARS, NO_CURRENCY, AiKind, Amounts, BillId, Deviation, Item
from tallylight.focus.ai import COLUMNS as AI_COLUMNS
from tallylight.focus.ai import kind_of, provider_called
from tallylight.focus.bill_rows import BillRows
from tallylight.focus.columns import Layout
from tallylight.focus.marks import Marks
from tallylight.focus.models import model_of, token_class, tokens_of
from tallylight.focus.values import amount, is_word_for_nothing, moment

#: What a bill is told apart by, and what a charge is read from; all other columns are passed over: tags may hold what
#: is private, and resources are named by people. Of a resource a hash is held while files are read, and not kept.
_OF_BILL = ("BillingAccountId", "BillingPeriodStart", "BillingPeriodEnd")
_SELLERS = ("ProviderName", "ServiceProviderName", "InvoiceIssuerName", "PublisherName", "HostProviderName")
_COSTS = ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost")
_QUANTITIES = ("ConsumedQuantity", "PricingQuantity", "x_PricingBlockSize")
_TIMES = ("ChargePeriodStart", "ChargePeriodEnd")
_TEXTS = (
    "BillingCurrency", "ChargeCategory", "ChargeClass", "ConsumedUnit", "PricingUnit", "RegionId", "SubAccountId",
)  # fmt: skip
_RESOURCE = "ResourceId"
#: All columns that are looked at.
COLUMNS = tuple(
    dict.fromkeys((*_OF_BILL, *_SELLERS, *_COSTS, *_QUANTITIES, *_TIMES, *_TEXTS, _RESOURCE, *AI_COLUMNS))
)
_NOT_NULL = (*_OF_BILL, *_COSTS[1:], "ChargeCategory", "BillingCurrency", "ChargePeriodEnd", "ServiceName")
_CATEGORIES = ("Usage", "Purchase", "Tax", "Credit", "Adjustment")
_NO_ACCOUNT = "unnamed"
_NO_PROVIDER = "Unknown provider"
#: A file may deviate in more ways than anyone reads.
_MOST_DEVIATIONS = 200
_LONGEST_NAME = 120
#: One row's worth of the columns that are looked at.
Row = Mapping[str, str]


class _What(NamedTuple):
    """What a row is for, as far as the words of its meter say it."""

    kind: AiKind
    model: str
    token_class: str


class Reader:
    """Takes the rows of one file. Rows that are not AI are counted, and nothing else of them is kept."""

    def __init__(self, layout: Layout, *, mark: str = ".", usual_mark: str = "") -> None:
        self.layout = layout
        self.rows = 0
        self.rejected = 0
        self.bills: dict[BillId, BillRows] = {}
        #: The line and the column that a row of AI was not read for, the first one.
        self.first_rejected = (0, "")
        #: What stands before decimals: as it is read, and as the file shows it.
        self._mark = mark
        self.marks = Marks(usual_mark)
        self._places = [(name, layout.places[name]) for name in COLUMNS if name in layout.places]
        self._bill_at = self._at(*_OF_BILL, *_SELLERS, "ChargePeriodStart")
        self._kind_at = self._at(*AI_COLUMNS)
        self._known_bills: dict[tuple[str, ...], BillId | None] = {}
        self._what = lru_cache(1 << 15)(self._asked_what)
        self._deviations: dict[tuple[str, str], list[int]] = {}

    def _at(self, *names: str) -> list[tuple[str, int]]:
        return [(name, at) for name, at in self._places if name in names]

    @property
    def ai_rows(self) -> int:
        return sum(amounts.rows for bill in self.bills.values() for amounts in bill.charges.values())

    @property
    def deviations(self) -> list[Deviation]:
        """Of the header first, then of rows; those of values are of the rows that are AI."""
        found = self._deviations.items()
        return [
            *self.layout.deviations,
            *(Deviation(kind=kind, about=about, count=n, first_line=at) for (kind, about), (n, at) in found),
        ]

    def note(self, line: int, kind: str, about: str = "") -> None:
        found = self._deviations.get((kind, about))
        if found is not None:
            found[0] += 1
        elif len(self._deviations) < _MOST_DEVIATIONS:
            self._deviations[kind, about] = [1, line]

    def take_all(self, rows: Iterable[tuple[int, Sequence[str]]]) -> None:
        """Rows with the number of the line each stands on."""
        for line, cells in rows:
            self.take(line, cells)

    def take(self, line: int, cells: Sequence[str]) -> None:
        if len(cells) != self.layout.width:
            if not any(cells):
                return
            self.note(line, "row length")
            cells = [*cells, *[""] * (self.layout.width - len(cells))]
        self.rows += 1
        what = self._what(tuple([cells[at] for _, at in self._kind_at]))
        bill = self._bill_of(line, cells)
        if bill is None:
            if what is not None:
                self._reject(line, "ChargePeriodStart")
            return
        held = self.bills.setdefault(bill, BillRows())
        held.rows += 1
        if what is not None:
            row = {name: self._cell(line, name, cells[at]) for name, at in self._places}
            self._take_charge(line, row, what, bill, held)

    def _reject(self, line: int, column: str) -> None:
        self.rejected += 1
        if not self.first_rejected[0]:
            self.first_rejected = (line, column)

    def _asked_what(self, texts: tuple[str, ...]) -> _What | None:
        row = dict(zip((name for name, _ in self._kind_at), texts, strict=True))
        kind = kind_of(row)
        if kind is None:
            return None
        return _What(kind, model_of(row, kind)[:_LONGEST_NAME], token_class(row, kind))

    def _cell(self, line: int, name: str, text: str) -> str:
        if not is_word_for_nothing(text):
            return text
        if name != "HostProviderName":  # which may say that there is none
            self.note(line, "null as word", name)
        return ""

    # -- whose bill

    def _bill_of(self, line: int, cells: Sequence[str]) -> BillId | None:
        """Without a time of its own a row cannot be put to any bill's days."""
        texts = tuple([cells[at] for _, at in self._bill_at])
        if texts not in self._known_bills:
            if len(self._known_bills) > 1 << 15:
                self._known_bills.clear()
            self._known_bills[texts] = self._read_bill(texts)
        bill = self._known_bills[texts]
        if bill is None:
            self.note(line, "row not read", "ChargePeriodStart")
        return bill

    def _read_bill(self, texts: Sequence[str]) -> BillId | None:
        cells = ("" if is_word_for_nothing(text) else text for text in texts)
        row = dict(zip((name for name, _ in self._bill_at), cells, strict=True))
        start, _ = moment(row["ChargePeriodStart"])
        if start is None:
            return None
        since, until = (moment(row.get(name, ""))[0] for name in _OF_BILL[1:])
        if since is None or until is None or since >= until:
            since, until = _month(start)
        return BillId(
            provider=provider_called(_first(row, _SELLERS))[:_LONGEST_NAME] or _NO_PROVIDER,
            account=_name(row, "BillingAccountId") or _NO_ACCOUNT,
            since=since.date(),
            until=until.date(),
        )

    # -- what for, and how much

    def _take_charge(self, line: int, row: Row, what: _What, bill: BillId, held: BillRows) -> None:
        billed = self._amount(line, row, "BilledCost")
        if billed is None:
            self.note(line, "row not read", "BilledCost")
            self._reject(line, "BilledCost")
            return
        self._check(line, row, bill)
        consumed, priced, block = (self._amount(line, row, name) for name in _QUANTITIES)
        effective, listed, contracted = (self._amount(line, row, name) for name in _COSTS[1:])
        if row.get("ChargeCategory") == "Purchase" and effective:
            self.note(line, "purchase")
        is_usage = row.get("ChargeCategory", "Usage") == "Usage"
        item = self._item(row, what)
        amounts = Amounts(
            quantity=consumed if row.get("ConsumedUnit") else priced,
            tokens=tokens_of(row, consumed, priced, block) if is_usage else None,
            billed=billed,
            effective=effective,
            listed=listed,
            contracted=contracted,
        )
        held.add(item, amounts)
        held.trace_row(hash((moment(row["ChargePeriodStart"])[0], row.get(_RESOURCE), item)), amounts)

    def _item(self, row: Row, what: _What) -> Item:
        start, _ = moment(row["ChargePeriodStart"])
        assert start is not None  # noqa: S101 - such a row has no bill
        return Item(
            day=start.date(),
            kind=what.kind,
            service=_name(row, "ServiceName"),
            publisher=_name(row, "PublisherName") or _name(row, "HostProviderName"),
            model=what.model,
            sku=_first(row, ("SkuMeter", "x_SkuMeterName", "x_UsageType", "SkuId"))[:_LONGEST_NAME],
            token_class=what.token_class,
            sub_account=_name(row, "SubAccountId"),
            region=_name(row, "RegionId"),
            category=_name(row, "ChargeCategory") or "Usage",
            is_correction=row.get("ChargeClass", "").strip().lower() == "correction",
            unit=_first(row, ("ConsumedUnit", "PricingUnit"))[:_LONGEST_NAME],
            currency=row.get("BillingCurrency", "").strip().upper()[:12] or NO_CURRENCY,
        )

    def _amount(self, line: int, row: Row, name: str) -> Decimal | None:
        text = row.get(name, "")
        if not text:
            return None
        read, is_plain = amount(text, self._mark)
        self.marks.see(line, text)
        if not is_plain:
            self.note(line, "number", name)
        return read

    def _check(self, line: int, row: Row, bill: BillId) -> None:
        """What a charge says otherwise than it should, and is taken all the same."""
        for name in _NOT_NULL:
            if name in row and not row[name]:
                self.note(line, "null", name)
        for name in (*_TIMES, *_OF_BILL[1:]):
            if row.get(name) and not moment(row[name])[1]:
                self.note(line, "time", name)
        currency = row.get("BillingCurrency", "").strip()
        if currency.upper() not in ("", DOLLARS):
            self.note(line, "currency", currency[:12])
        elif currency != currency.upper():
            self.note(line, "value", "BillingCurrency")
        category = row.get("ChargeCategory", "")
        if category and category not in _CATEGORIES:
            self.note(line, "value", "ChargeCategory")
        start = moment(row["ChargePeriodStart"])[0]
        is_within = start is None or bill.since <= start.date() < bill.until
        if category == "Usage" and not row.get("ChargeClass") and not is_within:
            self.note(line, "outside period")


def _month(at: datetime) -> tuple[datetime, datetime]:
    first = datetime(at.year, at.month, 1, tzinfo=UTC)
    return first, (first + timedelta(days=32)).replace(day=1)


def _first(row: Row, names: Iterable[str]) -> str:
    return next((text for name in names if (text := row.get(name, "").strip())), "")


def _name(row: Row, name: str) -> str:
    return row.get(name, "").strip()[:_LONGEST_NAME]
