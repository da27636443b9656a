"""From one of Cursor's main databases to what the ledger writes, a small batch at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from msgspec.structs import replace

from tallylight.domain.chat import Chat
from tallylight.domain.snapshot import Part
from tallylight.domain.usage import Rejected
from tallylight.ingest.cursor_database import CursorDatabase
from tallylight.ingest.cursor_probe import probe
from tallylight.ingest.cursor_roots import CursorRoot
from tallylight.ingest.cursor_windows import CursorWindows
from tallylight.ingest.files import storable
from tallylight.ingest.foreign import ForeignDatabase, ForeignError
from tallylight.ledger.batch import Batch, LogPosition
from tallylight.sources.cursor import NAME, Found, is_readable, read_chat, tool_call_of
from tallylight.sources.cursor_bubbles import TOKENS_ENDED_MS, Messages, read_messages
from tallylight.sources.cursor_index import merged
from tallylight.sources.cursor_records import Head

#: Chats that are written down together.
_CHATS, _MARKS = 32, 400
#: A chat that says it is generating, or that moved this lately, is looked at each time.
_HOT_MS = 2 * 60_000
#: Chats whose messages are looked through for the call that sent out a subagent.
_SUSPECTS = 40


class CursorReader:
    """Reads one `User` folder. Used in one thread; `now_ms` is handed in."""

    def __init__(self, root: CursorRoot, known: LogPosition | None) -> None:
        self.root = root
        self._path = storable(str(root.database))
        self._file = ForeignDatabase(root.database)
        self._database = CursorDatabase(self._file)
        self._windows = CursorWindows(root.windows)
        self._known = known
        self._heads: dict[str, Head] = {}
        self._chats: dict[str, Chat] = {}
        self._parents: dict[str, str] = {}
        self._told: dict[str, set[str]] = {}
        self._is_new = True
        self.parts: tuple[Part, ...] = ()
        self.problem = ""

    def close(self) -> None:
        self._file.close()

    def is_generating(self, now_ms: int) -> bool:
        """Whether a chat says so and was seen to change lately: one whose Cursor was killed says it for ever."""
        return any(
            chat.status == "generating" and now_ms - chat.seen_ms < _HOT_MS for chat in self._chats.values()
        )

    #: The one file of it that is counted.
    files = 1

    @property
    def sessions(self) -> int:
        """How many chats it holds now."""
        return self._database.chats

    @property
    def is_open(self) -> bool:
        """Whether Cursor itself has the database open now."""
        return self._file.is_written

    def read(self, now_ms: int, *, is_thorough: bool = False) -> Iterator[Batch]:
        """What changed since the last time; all of it the first time. `is_thorough` compares every chat.

        When it cannot be read, `problem` says why, and the next time begins where all had been handed over.
        """
        try:
            yield from self._changes(now_ms, is_thorough=is_thorough)
            self.problem = ""
        except ForeignError as e:
            self.problem = "" if str(e) == "busy" else str(e)
            self._is_new = True
            self._database.forget()

    def _changes(self, now_ms: int, *, is_thorough: bool) -> Iterator[Batch]:
        if self._is_new:
            yield from self._first(now_ms)
        elif self._database.has_moved():
            hot = [chat.session_id for chat in self._chats.values() if _is_hot(chat, now_ms)]
            chats = self._database.compare() if is_thorough else self._database.changed(hot)
            found: list[Found] = []
            yield from self._chats_of(chats, now_ms, found)
            yield from self._messages_of(found, now_ms)
            if chats:
                yield self._how_far(now_ms)

    def _first(self, now_ms: int) -> Iterator[Batch]:
        """All chats, the newest first, and then their messages. How far it came is noted at the end: what was
        interrupted is read again."""
        if not self._database.has_chats:
            raise ForeignError("it holds no chats in a form that we know")
        self._database.has_moved()
        self._windows.look()
        self._heads = self._database.heads()
        since = self._known.offset if self._known is not None else 0
        changed = self._database.compare(since)
        if self._database.is_from_start:
            yield Batch(restarted=[self._path])
        self.parts = probe(self._database, changed)
        found: list[Found] = []
        yield from self._chats_of(changed, now_ms, found)
        if self._known is None:
            listed = {**self._heads, **self._windows.heads}
            without_row = [chat for chat in listed if not self._database.has_row(chat)]
            yield from self._chats_of(without_row, now_ms, found)
        yield from self._messages_of(found, now_ms)
        self._is_new = False
        yield self._how_far(now_ms)

    # -- chats

    def _chats_of(self, chat_ids: Iterable[str], now_ms: int, found: list[Found]) -> Iterator[Batch]:
        ids = iter(chat_ids)
        while some := list(islice(ids, _CHATS)):
            batch = Batch()
            for chat_id in some:
                self._take_up(batch, chat_id, now_ms, found)
            yield batch

    def _take_up(self, batch: Batch, chat_id: str, now_ms: int, found: list[Found]) -> None:
        value = self._database.chat(chat_id)
        head = merged(self._database.head(chat_id), self._heads.get(chat_id))
        read = read_chat(chat_id, value, merged(head, self._windows.heads.get(chat_id)), now_ms)
        if not (is_readable(value) if read is None else read.is_understood):
            batch.rejected.append((self._path, Rejected(NAME, "a chat of another shape")))
        if read is None:
            return
        for child in read.children:
            self._parents[child] = chat_id
            if child in self._chats and not self._chats[child].parent:
                batch.chats.append(self._keep(self._chats[child]))
        batch.chats.append(self._keep(replace(read.chat, cwd=self._folder(read))))
        if read.gauge is not None:
            batch.gauges.append(read.gauge)
        found.append(read)

    def _keep(self, chat: Chat) -> Chat:
        parent = self._parents.get(chat.session_id, "")
        if parent:
            chat = replace(chat, parent=parent, kind=chat.kind or "subagent")
        self._chats[chat.session_id] = chat
        return chat

    def _folder(self, read: Found) -> str:
        return read.chat.cwd or self._windows.folder_of(read.chat.session_id, read.window_id)

    # -- messages

    def _messages_of(self, found: Sequence[Found], now_ms: int) -> Iterator[Batch]:
        """When prompts were, and the few points that messages bear. Only what was not looked at before."""
        batch = Batch()
        for at, read in enumerate(found):
            wanted = self._wanted(read, is_suspect=at < _SUSPECTS)
            if not wanted:
                continue
            chat_id = read.chat.session_id
            self._told.setdefault(chat_id, set()).update(wanted)
            messages = read_messages(chat_id, self._database.bubbles(chat_id, wanted), now_ms)
            batch.marks += messages.marks
            batch.gauges += messages.gauges
            batch.chats += self._from_messages(chat_id, messages)
            if len(batch.marks) > _MARKS:
                yield batch
                batch = Batch()
        if batch.marks or batch.gauges or batch.chats:
            yield batch

    def _wanted(self, read: Found, *, is_suspect: bool) -> list[str]:
        is_old = 0 < read.chat.created_ms < TOKENS_ENDED_MS
        asked = read.bubbles if is_old or (is_suspect and self._orphans()) else read.prompts
        told = self._told.get(read.chat.session_id, set())
        return [bubble for bubble in asked if bubble not in told]

    def _orphans(self) -> dict[str, Chat]:
        """Subagents whose parent nobody named, by the call that sent them out."""
        return {
            call: chat
            for chat in self._chats.values()
            if not chat.parent and (call := tool_call_of(chat.session_id))
        }

    def _from_messages(self, chat_id: str, messages: Messages) -> list[Chat]:
        changed = []
        orphans = self._orphans() if messages.tool_calls else {}
        for call in messages.tool_calls & orphans.keys():
            self._parents[orphans[call].session_id] = chat_id
            changed.append(self._keep(orphans[call]))
        if messages.input or messages.output:
            chat = replace(self._chats[chat_id], old_input=messages.input, old_output=messages.output)
            changed.append(self._keep(chat))
        return changed

    def _how_far(self, now_ms: int) -> Batch:
        """Notes the newest row that was seen."""
        self._known = LogPosition(
            path=self._path,
            source=NAME,
            root=storable(self.root.path),
            modified_ns=now_ms * 1_000_000,
            offset=self._database.top,
        )
        return Batch(positions={self._path: self._known}, readable=[self._path])


def parts_of(root: CursorRoot) -> tuple[Part, ...]:
    """Which parts of a database can be read now. Raises ForeignError."""
    with ForeignDatabase(root.database) as file:
        database = CursorDatabase(file)
        if not database.has_chats:
            return (Part("chats", "changed"),)
        database.heads()
        return probe(database, database.compare())


def _is_hot(chat: Chat, now_ms: int) -> bool:
    return chat.status == "generating" or now_ms - chat.moved_ms < _HOT_MS
