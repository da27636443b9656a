"""What fetching brings, taken into the ledger by the thread that has it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from tallylight.domain.cursor_names import cursor_model
from tallylight.domain.feed import FeedState, FeedStatus
from tallylight.ledger.batch import KeyNames, Reading, ReportReading, Written
from tallylight.ledger.ledger import Ledger

Price = Callable[[set[str], bool], None]


class Billing:
    """`note_written` hears of everything that changed the ledger. Raises sqlite3.Error."""

    def __init__(
        self,
        ledger: Ledger,
        price: Price,
        known: dict[str, FeedStatus],
        note_written: Callable[[Written], None],
    ) -> None:
        self._ledger = ledger
        self._price = price
        self._note_written = note_written
        self._known = known
        self._followed: tuple[str, ...] = ()

    @property
    def statuses(self) -> tuple[FeedStatus, ...]:
        """How the feeds that are followed stand."""
        return tuple(self._known[name] for name in self._followed if name in self._known)

    @property
    def read_ms(self) -> dict[str, int]:
        """When each feed was last read without trouble."""
        return {name: status.read_ms for name, status in self._known.items()}

    def follow(self, names: Sequence[str]) -> None:
        """These are asked from now on."""
        self._followed = tuple(names)
        for name in names:
            self._known.setdefault(name, FeedStatus(name=name, state=FeedState.WAITING))

    def note(self, status: FeedStatus) -> None:
        """How a feed stands now. When it will be asked next changes all the time and is nobody's news."""
        status = replace(status, next_ms=0)
        if status.name in self._followed and status != self._known.get(status.name):
            self._known[status.name] = status
            self._ledger.keep_status(status)

    def take(self, reading: Reading) -> None:
        """Bring the ledger to what a bill or a report says, and what the keys are called that it names."""
        if isinstance(reading, ReportReading):
            # What was used elsewhere is compared at our prices: models that never turned up here need them too.
            models = {figure.model for bucket in reading.buckets for figure in bucket.figures}
            self._price(models if reading.holds.has_tokens else set(), False)
            self._ledger.write_report(reading)
            return
        if isinstance(reading, KeyNames):
            self._ledger.name_keys(reading)
            return
        models = {line.model for _, lines in reading.spans for line in lines}
        self._price({cursor_model(model)[0] or model for model in models}, False)
        self._note_written(self._ledger.write_bill(reading))
