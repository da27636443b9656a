"""Bills of clouds in the ledger: each is replaced as a whole, and none is a part of any request."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import msgspec

from tallylight.domain.cloud_bill import (
    DOLLARS,
    AiKind,
    Amounts,
    BillId,
    BillState,
    CloudBill,
    Deviation,
    ImportedBill,
    Item,
    decimal_text,
    sums,
)

_ITEM = Item.__struct_fields__
_AMOUNTS = Amounts.__struct_fields__
_COLUMNS = ", ".join((*_ITEM, *_AMOUNTS))


class Charged(NamedTuple):
    """One charge of a day, and whose bill it stands on."""

    provider: str
    item: Item
    amounts: Amounts


def write(connection: sqlite3.Connection, bills: Iterable[CloudBill], now_ms: int) -> list[BillState]:
    """Bring the ledger to what these bills say; what it held of their accounts' periods no longer holds."""
    return [_write_one(connection, bill, now_ms) for bill in bills]


def _write_one(connection: sqlite3.Connection, bill: CloudBill, now_ms: int) -> BillState:
    known = connection.execute(
        "SELECT number, fingerprint FROM cloud_bill WHERE provider = ? AND account = ? AND since = ?",
        (bill.id.provider, bill.id.account, bill.id.since.isoformat()),
    ).fetchone()
    if known is not None and known[1] == bill.fingerprint:
        return BillState.KNOWN
    if known is None and not bill.charges:
        return BillState.EMPTY
    if known is not None:
        remove(connection, known[0])
    number = connection.execute(
        "INSERT INTO cloud_bill VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            known[0] if known is not None else None,
            bill.id.provider,
            bill.id.account,
            bill.id.since.isoformat(),
            bill.id.until.isoformat(),
            bill.version,
            msgspec.json.encode(bill.files).decode(),
            bill.rows,
            now_ms,
            bill.fingerprint,
            msgspec.json.encode(bill.deviations).decode(),
        ),
    ).lastrowid
    connection.executemany(
        f"INSERT INTO cloud_charge (bill, {_COLUMNS}) VALUES (?{', ?' * (len(_ITEM) + len(_AMOUNTS))})",
        [(number, *_values(item), *_values(amounts)) for item, amounts in bill.charges.items()],
    )
    return BillState.ADDED if known is None else BillState.REPLACED


def remove(connection: sqlite3.Connection, number: int) -> bool:
    """Whether there was such a bill."""
    connection.execute("DELETE FROM cloud_charge WHERE bill = ?", (number,))
    return connection.execute("DELETE FROM cloud_bill WHERE number = ?", (number,)).rowcount > 0


def imported(connection: sqlite3.Connection) -> list[ImportedBill]:
    """All bills, the newest period first; none of a ledger that is older than they are."""
    try:
        rows = connection.execute(
            """SELECT number, provider, account, since, until, imported_ms, version, files, rows, deviations
               FROM cloud_bill ORDER BY since DESC, provider, account"""
        ).fetchall()
    except sqlite3.OperationalError:
        return []
    return [_imported(connection, *row) for row in rows]


def _imported(
    connection: sqlite3.Connection,
    number: int,
    provider: str,
    account: str,
    since: str,
    until: str,
    imported_ms: int,
    version: str,
    files: str,
    rows: int,
    deviations: str,
) -> ImportedBill:
    charged = connection.execute(
        "SELECT service, currency, rows, billed, effective FROM cloud_charge WHERE bill = ?", (number,)
    ).fetchall()
    billed = [(service, currency, Decimal(amount)) for service, currency, _, amount, _ in charged]
    dollars = sums((service, amount) for service, currency, amount in billed if currency == DOLLARS)
    effective = sums((currency, Decimal(amount or 0)) for _, currency, _, _, amount in charged)
    return ImportedBill(
        number=number,
        id=BillId(provider, account, date.fromisoformat(since), date.fromisoformat(until)),
        imported_ms=imported_ms,
        version=version,
        files=msgspec.json.decode(files, type=list[str]),
        rows=rows,
        ai_rows=sum(each[2] for each in charged),
        billed=sums((currency, amount) for _, currency, amount in billed),
        effective={} if any(each[4] is None for each in charged) else effective,
        services=sorted(
            {service for service, _, _ in billed}, key=lambda name: (-dollars.get(name, 0), name)
        ),
        deviations=msgspec.json.decode(deviations, type=list[Deviation]),
    )


def charged_between(connection: sqlite3.Connection, since: date, until: date) -> Sequence[Charged]:
    """All charges of days from `since` up to, not including, `until`."""
    try:
        return list(_charged(connection, "day >= ? AND day < ?", (since.isoformat(), until.isoformat())))
    except sqlite3.OperationalError:  # of a ledger that is older than they are
        return []


def _charged(connection: sqlite3.Connection, where: str, values: tuple[object, ...]) -> Iterator[Charged]:
    rows = connection.execute(
        f"""SELECT provider, {", ".join(f"c.{name}" for name in (*_ITEM, *_AMOUNTS))}
            FROM cloud_charge c JOIN cloud_bill ON number = bill WHERE {where} ORDER BY day""",
        values,
    )
    for provider, *fields in rows:
        item = dict(zip(_ITEM, fields, strict=False))
        amounts = dict(zip(_AMOUNTS, fields[len(_ITEM) :], strict=True))
        item |= {
            "day": date.fromisoformat(item["day"]),
            "kind": AiKind(item["kind"]),
            "is_correction": bool(item["is_correction"]),
        }
        amounts = {name: Decimal(v) if isinstance(v, str) else v for name, v in amounts.items()}
        yield Charged(provider, Item(**item), Amounts(**amounts))


def _values(of: Item | Amounts) -> list[object]:
    """Amounts as text: no integer of SQLite's holds those of every currency, and none of its numbers is exact."""
    return [_value(getattr(of, name)) for name in of.__struct_fields__]


def _value(value: object) -> object:
    if isinstance(value, Decimal):
        return decimal_text(value)
    return value.isoformat() if isinstance(value, date) else value
