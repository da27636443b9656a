"""Cursor's list of its chats, wherever this version keeps it, and which of its lines changed.

A chat is renamed, archived or sent on its way there alone: its own row stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from tallylight.ingest.foreign import ForeignDatabase
from tallylight.sources.cursor_index import GLOBAL_LIST, heads_of_list
from tallylight.sources.cursor_records import Head, decoded, moment, text

#: Columns of the table that say more than the record beside them, and what they are called there.
_COLUMNS = {
    "lastUpdatedAt": "last_updated_at",
    "isArchived": "is_archived",
    "isSubagent": "is_subagent",
    "workspaceId": "workspace_id",
}
_SELECT, _ABSENT = "SELECT composerId, value, {} FROM composerHeaders", "NULL AS no_{}"
_GLOBAL = "FROM ItemTable WHERE key = ?"


class CursorHeads:
    """Follows the list of one main database. Every method that asks raises ForeignError."""

    def __init__(self, database: ForeignDatabase) -> None:
        self._database = database
        self._heads: dict[str, Head] = {}
        self._select = ""
        #: The latest date of a line, and the row of the older list.
        self._newest = self._row = 0
        #: Where the list is kept: "table", "global", or "" when only windows have one.
        self.index = ""
        self.problem = ""

    def of(self, chat_id: str) -> Head | None:
        """The line of one chat, as it was last read."""
        return self._heads.get(chat_id)

    @property
    def ids(self) -> Iterable[str]:
        return self._heads.keys()

    def look(self, now_ms: int) -> list[str]:
        """Read all of it: chats whose line is another one, the newest too."""
        heads = self._of_table() or self._of_list()
        changed = [chat for chat, head in heads.items() if self._heads.get(chat) != head]
        self._heads = heads
        dates = (moment(head.last_updated_at) for head in heads.values())
        self._newest = max((date for date in dates if date <= now_ms), default=0)
        return changed

    def newer(self, now_ms: int) -> list[str]:
        """Chats whose line bears a later date than any did: found without reading the other lines."""
        if self.index != "table":
            return self.look(now_ms) if self._list_row() != self._row else []
        if _ABSENT.format("lastUpdatedAt") in self._select:
            return []
        found = self._read(f"{self._select} WHERE lastUpdatedAt > ?", self._newest)
        self._heads.update(found)
        dates = (moment(head.last_updated_at) for head in found.values())
        self._newest = max((date for date in dates if date <= now_ms), default=self._newest)
        return list(found)

    def refresh(self, chat_ids: Iterable[str]) -> None:
        """Read the lines of these anew, where that costs little."""
        if self.index == "table":
            for chat_id in chat_ids:
                self._heads.update(self._read(f"{self._select} WHERE composerId = ?", chat_id))

    # -- the table

    def _of_table(self) -> dict[str, Head]:
        there = self._database.columns("composerHeaders")
        if not there >= {"composerId", "value"}:
            return {}
        columns = ", ".join(name if name in there else _ABSENT.format(name) for name in _COLUMNS)
        self._select = _SELECT.format(columns)
        heads = {
            _name(row[0]): _head(row)
            for page in self._database.pages(
                f"{self._select} WHERE composerId > CAST(? AS TEXT) ORDER BY composerId", ""
            )
            for row in page
        }
        if heads:
            self.index, self.problem = "table", ""
        return heads

    def _read(self, sql: str, value: object) -> dict[str, Head]:
        return {_name(row[0]): _head(row) for row in self._database.ask(sql, (value,))}

    # -- the older list

    def _of_list(self) -> dict[str, Head]:
        rows = self._database.ask(f"SELECT rowid, value {_GLOBAL}", (GLOBAL_LIST,))
        self._row = rows[0][0] if rows else 0
        value = rows[0][1] if rows else None
        listed = heads_of_list(value if isinstance(value, bytes) else None)
        self.problem = "the list of chats has another shape" if listed is None else ""
        self.index = "global" if listed else ""
        return {text(head.composer_id): head for head in listed or ()}

    def _list_row(self) -> int:
        rows = self._database.ask(f"SELECT rowid {_GLOBAL}", (GLOBAL_LIST,))
        return int(rows[0][0]) if rows else 0


def _head(row: tuple[object, ...]) -> Head:
    """A row of the table: what its columns say goes before what its record says."""
    _, value, *columns = row
    head = (decoded(value, Head) if isinstance(value, bytes) else None) or Head()
    said = zip(_COLUMNS.values(), columns, strict=True)
    return replace(
        head,
        **{
            name: _name(column) if isinstance(column, bytes) else column
            for name, column in said
            if column is not None
        },
    )


def _name(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""
