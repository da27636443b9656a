"""What a file holds of one bill, and by what another file with the same rows is known."""

from __future__ import annotations

from heapq import nsmallest

from tallylight.domain.cloud_bill import Amounts, Item

_MARKS, _TRACE = 4096, (1 << 64) - 1


class BillRows:
    """Grows as rows are read."""

    def __init__(self) -> None:
        self.rows = 0
        self.charges: dict[Item, Amounts] = {}
        #: The smallest hashes of what its rows are for: two files that state the same have some in common.
        self.marks: set[int] = set()
        #: The same for the same rows in any order.
        self.trace = 0

    def add(self, item: Item, amounts: Amounts) -> None:
        before = self.charges.get(item)
        self.charges[item] = amounts if before is None else before + amounts

    def trace_row(self, mark: int, amounts: Amounts) -> None:
        """Remember a row by a hash of when, of what and for what it is."""
        self.trace = (self.trace + hash((mark, amounts))) & _TRACE
        self.marks.add(mark)
        if len(self.marks) > 2 * _MARKS:
            self.marks = set(nsmallest(_MARKS, self.marks))
