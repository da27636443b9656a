"""The rate cards that the ledger keeps."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import msgspec

from tallylight.domain.pricing import PriceList, RateCard


def prices_in(connection: sqlite3.Connection) -> PriceList:
    """The prices of all models that ever turned up."""
    return PriceList(card for _, cards in _kept(connection) for card in cards)


def sellers_in(connection: sqlite3.Connection) -> dict[str, str]:
    """Who sells each model, as its prices have it."""
    return {model: cards[0].provider for model, cards in _kept(connection) if cards}


def _kept(connection: sqlite3.Connection) -> Iterator[tuple[str, list[RateCard]]]:
    for model, data in connection.execute("SELECT model, cards FROM priced_model"):
        yield model, msgspec.json.decode(data, type=list[RateCard])
