"""Cursor's main database: which chats changed since, and the rows of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from tallylight.domain.digest import digest
from tallylight.ingest.foreign import ForeignDatabase
from tallylight.sources.cursor import BUBBLE, CHAT
from tallylight.sources.cursor_index import GLOBAL_LIST, heads_of_list
from tallylight.sources.cursor_records import Head, decoded, text

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
_HEADS = (
    "SELECT composerId, value FROM composerHeaders WHERE composerId > CAST(? AS TEXT) ORDER BY composerId"
)
_HEAD = "SELECT value FROM composerHeaders WHERE composerId = ?"


class CursorDatabase:
    """Follows one `state.vscdb`. Every method raises ForeignError and can be called again after it."""

    def __init__(self, database: ForeignDatabase) -> None:
        self._database = database
        self._version: object = None
        self._rows: dict[str, int] = {}
        self._hashes: dict[str, bytes] = {}
        self._has_heads_table = False
        #: The newest row there was; a row that is written anew gets a higher one.
        self.top = 0
        #: Where the list of chats is kept: "table", "global", or "" when only windows have one.
        self.index = ""
        self.index_problem = ""
        #: Whether the last comparison took every chat for new.
        self.is_from_start = False

    def forget(self) -> None:
        """Compare with nothing the next time."""
        self._rows, self.top = {}, 0

    @property
    def has_chats(self) -> bool:
        """Whether the table that holds them is there as we know it."""
        return {"key", "value"} <= self._database.columns("cursorDiskKV")

    def has_moved(self) -> bool:
        """Whether any program committed anything since this was last asked."""
        before, self._version = self._version, self._database.version()
        return self._version != before

    def changed(self, hot: Iterable[str]) -> list[str]:
        """Chats with a new row since the last look, and those of `hot` whose row says something else, newest first.

        A row that is written over in place keeps its number, which is why `hot` are read.
        """
        top = self._top()
        if top < self.top or not self._rows or top - self.top > _MANY_ROWS:
            return self.compare()
        found: dict[str, None] = {}
        for page in self._database.pages(_NEWER, self.top):
            for row, key in page:
                name = text(key.decode("utf-8", "replace"), 1000) if isinstance(key, bytes) else ""
                if name.startswith(CHAT):
                    self._rows[name.removeprefix(CHAT)] = row
                    found[name.removeprefix(CHAT)] = None
        self.top = top
        found.update(dict.fromkeys(chat for chat in hot if chat not in found and self._says_else(chat)))
        return list(reversed(found))

    def compare(self, since: int = 0) -> list[str]:
        """All chats whose row is not the one that we knew, or of which we knew none: newest first.

        `since` is the newest row that an earlier run had seen.
        """
        top = self._top()
        if since > top:  # renumbered, or rows were deleted and their numbers given out again
            since = 0
        self.is_from_start = not since and not self._rows
        rows = {
            key.decode("utf-8", "replace").removeprefix(CHAT): row
            for page in self._database.pages(_KEYS, CHAT)
            for key, row in page
            if isinstance(key, bytes)
        }
        new = [chat for chat, row in rows.items() if row > since and self._rows.get(chat) != row]
        self._rows, self.top = rows, top
        return sorted(new, key=lambda chat: -rows[chat])

    def chat(self, chat_id: str) -> bytes | None:
        """The row of a chat, None where there is none or it is empty."""
        value = self._value(CHAT + chat_id)
        self._hashes[chat_id] = digest(value or b"", 8)
        return value

    @property
    def chats(self) -> int:
        """How many there are, as of the last look."""
        return len(self._rows)

    def has_row(self, chat_id: str) -> bool:
        return chat_id in self._rows

    def bubbles(self, chat_id: str, bubble_ids: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        """The rows of these messages, as far as they are there; a few with each question."""
        prefix, ids = f"{BUBBLE}{chat_id}:", iter(bubble_ids)
        while some := [prefix + bubble_id for bubble_id in islice(ids, _MESSAGES)]:
            marks = ", ".join("?" * len(some))
            for key, value in self._database.ask(_VALUES.format(marks), some):
                yield _name(key).removeprefix(prefix), _bytes(value)

    def heads(self) -> dict[str, Head]:
        """All chats of the list, wherever this version keeps it."""
        self._has_heads_table = "composerId" in self._database.columns("composerHeaders")
        if self._has_heads_table:
            heads = {
                _name(chat): head
                for page in self._database.pages(_HEADS, "")
                for chat, value in page
                if (head := decoded(_bytes(value), Head)) is not None
            }
            if heads:
                self.index, self.index_problem = "table", ""
                return heads
        rows = self._database.ask("SELECT value FROM ItemTable WHERE key = ?", (GLOBAL_LIST,))
        listed = heads_of_list(_bytes(rows[0][0]) if rows else None)
        self.index_problem = "the list of chats has another shape" if listed is None else ""
        self.index = "global" if listed else ""
        return {text(head.composer_id): head for head in listed or ()}

    def head(self, chat_id: str) -> Head | None:
        """The newest of one chat, None where only an old list has it."""
        if not self._has_heads_table:
            return None
        rows = self._database.ask(_HEAD, (chat_id,))
        return decoded(_bytes(rows[0][0]), Head) if rows else None

    def _says_else(self, chat_id: str) -> bool:
        before = self._hashes.get(chat_id)
        self.chat(chat_id)
        return self._hashes[chat_id] != before

    def _value(self, key: str) -> bytes | None:
        rows = self._database.ask(_VALUE, (key,))
        return _bytes(rows[0][0]) if rows else None

    def _top(self) -> int:
        return int(self._database.ask("SELECT coalesce(max(rowid), 0) FROM cursorDiskKV")[0][0])


def _bytes(value: object) -> bytes | None:
    return value if isinstance(value, bytes) else None


def _name(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""
