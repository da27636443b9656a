"""Cursor's main database: which chats have another row than before, and the rows of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from tallylight.ingest.foreign import ForeignDatabase
from tallylight.sources.cursor import BUBBLE, CHAT

#: Messages asked for at once: single ones are megabytes.
_MESSAGES = 16
#: How much newer than the last look a table's rows may be before all keys are compared instead.
_MANY_ROWS = 20_000
_KEYS = (
    "SELECT key, rowid FROM cursorDiskKV WHERE key > CAST(? AS TEXT) AND key < 'composerData;' ORDER BY key"
)
_NEWER = "SELECT rowid, key FROM cursorDiskKV WHERE rowid > ? ORDER BY rowid"
_VALUES = "SELECT key, value FROM cursorDiskKV WHERE key IN ({})"
_VALUE = "SELECT value FROM cursorDiskKV WHERE key = ?"


class CursorDatabase:
    """Follows one `state.vscdb`. Every method raises ForeignError and can be called again after it."""

    def __init__(self, database: ForeignDatabase) -> None:
        self._database = database
        self._version: object = None
        self._rows: dict[str, int] = {}
        #: The newest row there was. One that is written anew gets a higher one, unless the newest was deleted.
        self._top = 0

    @property
    def has_chats(self) -> bool:
        """Whether the table that holds them is there as we know it."""
        return {"key", "value"} <= self._database.columns("cursorDiskKV")

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was written into it yet."""
        return not self._database.ask("SELECT 1 FROM sqlite_master LIMIT 1")

    def has_moved(self) -> bool:
        """Whether any program committed anything since this was last asked."""
        before, self._version = self._version, self._database.version()
        return self._version != before

    def changed(self) -> list[str]:
        """Chats with a new row since the last look, as far as the newest rows show it. `compare` finds the others:
        a row that is written over in place keeps its number, and one of a deleted row may be given out again."""
        top = self._newest_row()
        if top < self._top or top - self._top > _MANY_ROWS:
            return self.compare()
        found = []
        for page in self._database.pages(_NEWER, self._top - 1):
            for row, key in page:
                name = key.decode("utf-8", "replace") if isinstance(key, bytes) else ""
                chat = name.removeprefix(CHAT)
                if chat != name and self._rows.get(chat) != row:
                    self._rows[chat] = row
                    found.append(chat)
        self._top = top
        return found

    def compare(self) -> list[str]:
        """All chats whose row is not the one that it was at the last look, the newest first: at the first look all."""
        top = self._newest_row()
        rows = {
            key.decode("utf-8", "replace").removeprefix(CHAT): row
            for page in self._database.pages(_KEYS, CHAT)
            for key, row in page
            if isinstance(key, bytes)
        }
        new = [chat for chat, row in rows.items() if self._rows.get(chat) != row]
        self._rows, self._top = rows, top
        return sorted(new, key=lambda chat: -rows[chat])

    def newest(self, most: int) -> list[str]:
        """The chats that were written last."""
        return sorted(self._rows, key=lambda chat: -self._rows[chat])[:most]

    def chat(self, chat_id: str) -> bytes | None:
        """The row of a chat, None where there is none or it is empty."""
        rows = self._database.ask(_VALUE, (CHAT + chat_id,))
        return _bytes(rows[0][0]) if rows else None

    @property
    def chats(self) -> int:
        """How many there are, as of the last look."""
        return len(self._rows)

    def bubbles(self, chat_id: str, bubble_ids: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        """The rows of these messages, as far as they are there; a few with each question."""
        prefix, ids = f"{BUBBLE}{chat_id}:", iter(bubble_ids)
        while some := [prefix + bubble_id for bubble_id in islice(ids, _MESSAGES)]:
            marks = ", ".join("?" * len(some))
            for key, value in self._database.ask(_VALUES.format(marks), some):
                yield _name(key).removeprefix(prefix), _bytes(value)

    def _newest_row(self) -> int:
        return int(self._database.ask("SELECT coalesce(max(rowid), 0) FROM cursorDiskKV")[0][0])


def _bytes(value: object) -> bytes | None:
    return value if isinstance(value, bytes) else None


def _name(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""
