"""What stands beside the transcripts: the client's settings and statistics, and the status line's last words."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from tallylight.domain.usage import SessionFact
from tallylight.ingest.activity_days import active_days
from tallylight.ingest.client_settings import ClientSettings
from tallylight.ingest.files import storable
from tallylight.ingest.roots import Root
from tallylight.ingest.spool import read_status
from tallylight.ledger.batch import Batch, Written
from tallylight.ledger.ledger import Ledger


class SideFiles:
    """Brings them into the ledger. Raises sqlite3.Error, after which they are read again."""

    def __init__(self, ledger: Ledger, spool: Path) -> None:
        self._ledger = ledger
        self._taken: dict[str, int] = {}
        self._shown: set[str] = set()
        self.spool = spool
        self.client_settings = ClientSettings()

    def read_all(self, roots: Iterable[Root]) -> Written:
        """Everything there is, of which only what is new is written."""
        for root in roots:
            self.client_settings.read(root.account, Path(root.path))
            days = active_days(Path(root.path))
            if days:
                self._ledger.write_active_days(root.source, storable(root.path), days)
        return self.take(str(path) for path in sorted(self.spool.glob("*.json")))

    def shown_advice(self) -> set[str]:
        """The keys of advice that stood on a status line since this was asked."""
        shown, self._shown = self._shown, set()
        return shown

    def take(self, paths: Iterable[str]) -> Written:
        """What `tallylight statusline` left in these files."""
        facts = []
        for path in paths:
            read = read_status(Path(path))
            if read is None or self._taken.get(read[0]) == read[1].at_ms:
                continue
            session_id, status, shown = read
            self._shown.update({shown} - {""})
            self._taken[session_id] = status.at_ms
            value = msgspec.json.encode(status).decode()
            facts.append(
                SessionFact(
                    source="claude-code",
                    session_id=session_id,
                    name="status",
                    value=value,
                    order=status.at_ms,
                )
            )
        return self._ledger.write(Batch(facts=facts)) if facts else Written()
