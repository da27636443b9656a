"""Files that a provider's dashboard gives to its users: read once, when the user says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from tallylight.config.paths import shown
from tallylight.domain.cursor_names import cursor_model
from tallylight.domain.format import counted
from tallylight.domain.usage import Rejected
from tallylight.ledger.batch import Batch, Written
from tallylight.ledger.ledger import Ledger
from tallylight.providers.cursor_csv import UsageFile, read_file

#: A year of the busiest users is a tenth of it.
_MOST_BYTES = 256 << 20


class Taken(msgspec.Struct, frozen=True):
    """What a file brought."""

    requests: int
    written: Written
    rejected: int = 0

    @property
    def new(self) -> int:
        """Not counted before by anyone: a request may take the place of several that a recorder counted."""
        return max(0, self.written.new)

    def sentence(self, path: Path) -> str:
        left_out = f", {counted(self.rejected, 'line')} not understood" if self.rejected else ""
        new = counted(self.new, "new request")
        return f"{shown(path)}: {new}, {self.requests - self.new:,} known already{left_out}"


def read_usage_file(path: Path) -> UsageFile:
    """Raises ValueError with a sentence for what is no usage file, OSError."""
    if path.is_file() and path.stat().st_size > _MOST_BYTES:
        raise ValueError(f"{path}: too large for a usage file of Cursor’s")
    found = read_file(path.read_bytes())
    if found is None:
        raise ValueError(
            f"{path}: neither a FOCUS export nor a usage file of Cursor’s (Export on the dashboard’s page Usage)"
        )
    return found


def take_in(ledger: Ledger, path: Path, file: UsageFile, price: Callable[[set[str], bool], None]) -> Taken:
    """Write what a file states; the same file twice adds nothing. Raises sqlite3.Error."""
    price({cursor_model(statement.model)[0] or statement.model for statement in file.statements}, False)
    written = ledger.add_bill_file(file.statements)
    name = str(path)
    lines = [(name, Rejected("cursor", "line of a usage file", file.rejected))] if file.rejected else []
    ledger.write(Batch(restarted=[name], rejected=lines))
    return Taken(len(file.statements), written, file.rejected)
