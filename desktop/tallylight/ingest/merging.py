"""Taking another machine's ledger into this one, without counting a request twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from tallylight.config.paths import shown
from tallylight.ingest.spool import MARK_NAME
from tallylight.ledger.ledger import Ledger
from tallylight.ledger.other import OtherLedger


class OfMachine(msgspec.Struct):
    """What a merge brought of one machine."""

    requests: int = 0
    new: int = 0

    @property
    def known(self) -> int:
        return max(0, self.requests - self.new)


def take_in(
    ledger: Ledger, other: OtherLedger, price: Callable[[set[str], bool], None]
) -> dict[str, OfMachine]:
    """Merge `other` into `ledger` in small transactions; what each machine brought, by name.

    Broken off anywhere it may be done again: what is there already changes nothing. Raises ValueError with a sentence,
    sqlite3.Error.
    """

    def name(host: str) -> str:
        called = host or other.machine
        return "" if called == ledger.machine else called

    tally: dict[str, OfMachine] = {}
    for host, count in other.machines().items():
        tally.setdefault(name(host) or ledger.machine, OfMachine()).requests += count
    for host, batch in other.batches(name):
        price({event.model for event in batch.events}, True)
        new = ledger.write(batch).new
        if batch.events:
            tally[name(host) or ledger.machine].new += new
    for (source, root), days in other.active_days().items():
        ledger.write_active_days(source, root, days)
    price(set(), False)
    return tally


def name_machine(other: OtherLedger, given: str, own: str) -> None:
    """Settle whose ledger it is: what it says itself, but for a name that this machine has too. Raises ValueError."""
    if given and other.machine in ("", own):
        other.machine = given
    if not other.machine and "" in other.machines():
        raise ValueError(
            f"{shown(str(other.path))} does not say which machine it is of: name it with --host NAME"
        )


def tell_running(spool: Path) -> None:
    """Let a tray application that holds the ledger open look at all of it again."""
    spool.mkdir(parents=True, exist_ok=True, mode=0o700)
    mark = spool / MARK_NAME
    mark.unlink(missing_ok=True)  # a new file is noticed everywhere, a touched one is not
    mark.touch(mode=0o600)
