"""`tallylight reconcile`: the meter beside the bill. It asks nobody: `scan` and the tray application do."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing

import msgspec

from tallylight.cli.meter import read_what_is_new, say_not_read
from tallylight.cli.table import printable, printable_json, table
from tallylight.config.store import load_settings
from tallylight.domain import money
from tallylight.domain.bill_items import Item, rows_of
from tallylight.domain.consent import provider_label
from tallylight.domain.format import exact, iso
from tallylight.domain.reconciliation import Cause, Day, Part, Reconciliation, Sums, in_order
from tallylight.ingest.assembly import ledger_path, now_ms
from tallylight.ledger.connection import open_for_reading
from tallylight.ledger.days import month_of, utc_day_of
from tallylight.ledger.reconciling import reconciliations

_NONE = (
    "No provider’s bill is known for these days: connect one with tallylight connect, then tallylight scan, or"
    " import a FOCUS file with tallylight import."
)


def run(options: argparse.Namespace) -> int:
    said = read_what_is_new()
    now = now_ms()
    since = options.since or month_of(utc_day_of(now))
    has_plan = load_settings().plan_fee_picousd > 0
    with closing(open_for_reading(ledger_path())) as connection:
        found = reconciliations(connection, since, now, has_plan)
    say_not_read(said, "compared")
    if options.json:
        out = {"currency": "USD", "days": "UTC", "providers": [row(one) for one in found]}
        sys.stdout.write(printable_json(msgspec.json.encode(out)) + "\n")
    else:
        sys.stdout.write("\n".join(map(_text, found)) if found else _NONE + "\n")
    return 0


def _text(one: Reconciliation) -> str:
    head = f"{provider_label(one.provider)} · {one.days[0].day} to {one.days[-1].day}, days in UTC"
    read = f" · bill as of {iso(one.read_ms)}" if one.read_ms else ""
    parts = [
        printable(head + read, 200),
        *([printable(one.says, 300)] if one.says else []),
        *(_compared_text(one) if one.items is None else _bill_text(one, one.items)),
    ]
    return "\n".join(parts)


def _compared_text(one: Reconciliation) -> list[str]:
    sums = table(
        ["", "Tokens", "Dollars"],
        [
            [_meter(one), *_cells(one.meter)],
            [f"Bill ({one.bill_basis})", *_cells(one.bill)],
            ["Difference", *_cells(one.bill - one.meter)],
        ],
        is_total=True,
    )
    causes = table([one.words, "Tokens", "Dollars"], [[p.words, *_cells(p.sums)] for p in one.parts])
    days = table(
        ["Day", "Meter", "Bill", "Difference", "Mostly"],
        [
            [
                str(day.day),
                money.show(day.meter.picousd),
                money.show(day.bill.picousd),
                money.show((day.bill - day.meter).picousd),
                next((part.words for part in _by_size(day)), ""),
            ]
            for day in one.days
            if day.meter != Sums() or day.bill != Sums()
        ],
    )
    return [sums, causes, days]


def _bill_text(one: Reconciliation, items: Sequence[Item]) -> list[str]:
    """What a bill without tokens states; what was counted here stands below, with its own basis."""
    heads, *rows = rows_of(items, one.bill.picousd, one.bill_basis)
    made = [table(heads, rows, is_total=True)]
    if one.meter != Sums():
        made.append(f"{_meter(one)}: {exact(one.meter.tokens)} tokens, {money.show(one.meter.picousd)}")
    return [*made, one.words + "\n"]


def _meter(one: Reconciliation) -> str:
    return f"Meter, this machine ({one.meter_basis})"


def _by_size(day: Day) -> list[Part]:
    return sorted(in_order(day.parts), key=lambda part: -abs(part.sums.picousd))


def _cells(sums: Sums) -> list[str]:
    return [exact(sums.tokens), money.show(sums.picousd)]


def row(one: Reconciliation) -> dict[str, object]:
    """The documented answer for one provider."""
    return {
        "provider": one.provider,
        "since": str(one.days[0].day),
        "until": str(one.days[-1].day),
        "read_at": iso(one.read_ms) if one.read_ms else None,
        "meter_basis": one.meter_basis,
        "bill_basis": one.bill_basis,
        "says": one.says or None,
        "explained": None if one.explained is None else round(one.explained, 4),
        **_compared(one.meter, one.bill, one.parts, is_compared=one.items is None),
        "items": None if one.items is None else [_item(item) for item in one.items],
        "by_day": [
            {
                "day": str(day.day),
                "is_late": day.is_late,
                **_compared(day.meter, day.bill, day.parts, is_compared=one.items is None),
            }
            for day in one.days
        ],
    }


def _compared(meter: Sums, bill: Sums, parts: Sequence[Part], *, is_compared: bool) -> dict[str, object]:
    """A bill without tokens has no difference, and not 0 tokens."""
    return {
        "meter": _sums(meter),
        "bill": _sums(bill) if is_compared else _sums(bill) | {"tokens": None},
        "difference": _sums(bill - meter) if is_compared else None,
        "parts": [
            {
                "cause": part.cause,
                "key": None if part.cause is Cause.SERVICE else part.name or None,
                "says": part.words,
                **_sums(part.sums),
            }
            for part in parts
        ],
    }


def _item(item: Item) -> dict[str, object]:
    return {
        "name": item.name,
        "unit": item.unit or None,
        "quantity": item.quantity if item.unit else None,
        "list_usd": None if item.list_picousd is None else money.to_string(item.list_picousd),
        "charged_usd": money.to_string(item.charged_picousd),
    }


def _sums(sums: Sums) -> dict[str, object]:
    return {"tokens": sums.tokens, "usd": money.to_string(sums.picousd)}
