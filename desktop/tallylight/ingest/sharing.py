"""Reading folders of exports into the ledger: here, or in a process of its own for the sake of the tray's memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from tallylight.domain.usage import Rejected
from tallylight.ingest.partition import NotAnExport, events_in
from tallylight.ingest.pipeline import Tally
from tallylight.ingest.shared import SOURCE, Partition, SharedRoot, can_read, news, partitions
from tallylight.ledger.batch import Batch, LogPosition
from tallylight.ledger.ledger import Ledger

Price = Callable[[set[str], bool], None]


def read_shared(ledger: Ledger, roots: Sequence[SharedRoot], price: Price, tally: Tally) -> int:
    """Take in what other machines exported since; the number of new requests. Raises sqlite3.Error.

    A file is known by its size and time, noted with its last requests: broken off, it is read again.
    """
    found = [partition for root in roots for partition in partitions(root)]
    unread = news(found, ledger.stamps(SOURCE), ledger.machine) if found and can_read() else []
    before = tally.new
    for partition in unread:
        _read(ledger, partition, price, tally)
    if unread:
        price(set(), False)
    return tally.new - before


def _read(ledger: Ledger, partition: Partition, price: Price, tally: Tally) -> None:
    refused: dict[str, int] = {}
    last = Batch(restarted=[partition.name], positions={partition.name: _position(partition)})
    try:
        with Path(partition.path).open("rb") as stream:
            for events, odd in events_in(stream, partition.host, ledger.machine):
                price({event.model for event in events}, True)
                tally.new += ledger.write(Batch(events=events)).new
                tally.events += len(events)
                for reason, count in odd.items():
                    refused[reason] = refused.get(reason, 0) + count
    except NotAnExport as e:
        refused[str(e)] = 1
    except OSError as e:  # tried again at the next look
        refused[f"unreadable: {e.strerror or type(e).__name__}"] = 1
        last.positions.clear()
    last.rejected = [(partition.name, Rejected(SOURCE, *one)) for one in refused.items()]
    ledger.write(last)
    tally.files += 1
    tally.bytes += partition.size
    for reason, count in refused.items():
        tally.rejected[reason] = tally.rejected.get(reason, 0) + count


def _position(partition: Partition) -> LogPosition:
    return LogPosition(
        path=partition.name,
        source=SOURCE,
        root=partition.root,
        size=partition.size,
        modified_ns=partition.modified_ns,
        offset=partition.size,
    )
