"""A process of its own: reads the folders named on standard input into the ledger."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from tallylight.config.store import load_settings
from tallylight.ingest.assembly import Prices, open_ledger
from tallylight.ingest.pipeline import Tally
from tallylight.ingest.shared_child import Order
from tallylight.ingest.sharing import read_shared


def main() -> None:
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    home = Path(order.data)
    with open_ledger(home, load_settings()) as ledger:
        read_shared(ledger, order.roots, Prices(ledger, home).provide, Tally())
