"""From one of Cursor's main databases to what the ledger writes, a small batch at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import msgspec
from msgspec.structs import replace

from tallylight.config.paths import shown
from tallylight.domain.chat import Chat
from tallylight.domain.cursor_names import NAME
from tallylight.domain.digest import digest
from tallylight.domain.snapshot import Part
from tallylight.domain.usage import Rejected
from tallylight.ingest.cursor_database import CursorDatabase
from tallylight.ingest.cursor_heads import CursorHeads
from tallylight.ingest.cursor_probe import probe
from tallylight.ingest.cursor_roots import CursorRoot
from tallylight.ingest.cursor_windows import CursorWindows
from tallylight.ingest.files import storable
from tallylight.ingest.foreign import ForeignDatabase, ForeignError
from tallylight.ledger.batch import Batch, LogPosition
from tallylight.sources.cursor import Found, is_readable, read_chat, tool_call_of
from tallylight.sources.cursor_bubbles import TOKENS_ENDED_MS, Messages, read_messages
from tallylight.sources.cursor_records import Head, text

#: Chats that are written down together.
_CHATS, _MARKS = 32, 400
#: A chat that says it is generating, or that moved this lately, is looked at each time.
_HOT_MS = 2 * 60_000
#: One that moved within this is read at each thorough look.
_WARM_MS = 86_400_000
#: How many letters of a chat's stamp are noted; and what is read of a chat, by version: another one reads all again.
_STAMP, _VERSION = 16, "2:"
#: Chats whose messages are looked through for the call that sent out a subagent.
_SUSPECTS = 40


class CursorReader:
    """Reads one `User` folder. Used in one thread; `now_ms` is handed in."""

    def __init__(self, root: CursorRoot, known: LogPosition | None) -> None:
        self.root = root
        self._path = storable(str(root.database))
        self._file = ForeignDatabase(root.database)
        self._database = CursorDatabase(self._file)
        self._heads = CursorHeads(self._file)
        self._windows = CursorWindows(root.windows)
        self._known = known
        #: What each chat said when it was handed over with its messages; and the same of an earlier run.
        self._done: dict[str, str] = {}
        self._earlier = _stamps(known)
        self._chats: dict[str, Chat] = {}
        self._parents: dict[str, str] = {}
        self._told: dict[str, set[str]] = {}
        #: What the messages that were looked at counted, by chat.
        self._counted: dict[str, tuple[int, int]] = {}
        #: Whether all has to be read, and whether anything was written since all was last compared.
        self._is_new = self._has_moved = True
        self.parts: tuple[Part, ...] = ()
        #: Why it could not be read: what lasts, and what the last look met with, in a line.
        self.problem = ""
        self.unread: list[str] = []

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
            self.problem, self.unread = "", []
        except ForeignError as e:
            self.problem = "" if str(e) == "busy" else str(e)
            self.unread = [f"{shown(self._path)}: {e.words}"]
            self._is_new = True

    def _changes(self, now_ms: int, *, is_thorough: bool) -> Iterator[Batch]:
        if self._is_new:
            yield from self._first(now_ms)
            return
        has_moved = self._database.has_moved()
        self._has_moved = self._has_moved or has_moved
        if is_thorough:
            yield from self._take_up(self._everywhere(now_ms), now_ms)
            yield from self._how_far(now_ms)
        elif has_moved:
            hot = self._since(now_ms - _HOT_MS)
            changed = [*self._heads.newer(now_ms), *self._database.changed()]
            self._heads.refresh(hot)
            yield from self._take_up([*changed, *hot], now_ms)

    def _first(self, now_ms: int) -> Iterator[Batch]:
        """All chats, the newest first, and then their messages. A row's number tells nothing across two runs: of
        what an earlier one handed over, that is left out which says the same to the letter."""
        if self._database.is_empty:
            return
        if not self._database.has_chats:
            raise ForeignError("it holds no chats in a form that we know")
        self._database.has_moved()
        self._windows.look()
        self._heads.look(now_ms)
        self._database.compare()
        if not self._earlier and not self._done:
            yield Batch(restarted=[self._path])
        self.parts = probe(self._database, self._heads)
        yield from self._take_up(
            [*self._database.newest(self._database.chats), *self._heads.ids, *self._windows.heads], now_ms
        )
        self._is_new = False
        yield from self._how_far(now_ms)

    def _everywhere(self, now_ms: int) -> list[str]:
        """Chats that may say something else than when they were last read, wherever that would show."""
        found = self._windows.look()
        if found:
            found += [chat.session_id for chat in self._chats.values() if not chat.cwd]
        if self._has_moved:
            found += [*self._database.compare(), *self._heads.look(now_ms), *self._since(now_ms - _WARM_MS)]
            self._has_moved = False
        return found

    def _since(self, time_ms: int) -> list[str]:
        """Chats that moved later, or that say they do: their rows may be written over in place."""
        return [
            chat.session_id
            for chat in self._chats.values()
            if chat.status == "generating" or chat.moved_ms > time_ms
        ]

    # -- chats

    def _take_up(self, chat_ids: Iterable[str], now_ms: int) -> Iterator[Batch]:
        """Hand over those of these chats that say something else than before, with their messages."""
        found: list[Found] = []
        done: dict[str, str] = {}
        ids = iter(dict.fromkeys(chat_ids))
        while some := list(islice(ids, _CHATS)):
            batch = Batch()
            for chat_id in some:
                done[chat_id] = self._chat(batch, chat_id, now_ms, found)
            if batch != Batch():
                yield batch
        yield from self._messages_of(found, now_ms)
        self._done.update(done)

    def _chat(self, batch: Batch, chat_id: str, now_ms: int, found: list[Found]) -> str:
        """Take up one chat; what it says now, as a stamp."""
        value = self._database.chat(chat_id)
        head, older = self._heads.of(chat_id), self._windows.heads.get(chat_id)
        stamp = self._stamp(chat_id, value, head, older)
        is_known = stamp == self._done.get(chat_id) or stamp in self._earlier
        if is_known and (chat_id in self._chats or tool_call_of(chat_id)):
            return stamp
        read = read_chat(chat_id, value, head, now_ms, older=older)
        if read is not None:
            self._parents.update(dict.fromkeys(read.children, chat_id))
        if is_known:
            if read is not None:
                self._keep(replace(read.chat, cwd=self._folder(read)))
            return stamp
        if not (is_readable(value) if read is None else read.is_understood):
            batch.rejected.append((self._path, Rejected(NAME, "a chat of another shape")))
        if read is not None:
            self._hand_over(batch, read)
            found.append(read)
        return stamp

    def _hand_over(self, batch: Batch, read: Found) -> None:
        for child in read.children:
            if child in self._chats and not self._chats[child].parent:
                batch.chats.append(self._keep(self._chats[child]))
        batch.chats.append(self._keep(replace(read.chat, cwd=self._folder(read))))
        if read.gauge is not None:
            batch.gauges.append(read.gauge)

    def _stamp(self, chat_id: str, value: bytes | None, head: Head | None, older: Head | None) -> str:
        """Another one as soon as anything is that a chat is made of."""
        window = text(head.workspace_id) if head is not None else ""
        beside = msgspec.json.encode([chat_id, head, older, self._windows.folder_of(chat_id, window)])
        return digest(beside + (value or b""), _STAMP // 2).hex()

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
        some = (*read.prompts, *read.answers)
        asked = read.bubbles if is_old or (is_suspect and self._orphans()) else some
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
            before = self._counted.get(chat_id, (0, 0))
            counts = self._counted[chat_id] = before[0] + messages.input, before[1] + messages.output
            chat = replace(self._chats[chat_id], old_input=counts[0], old_output=counts[1])
            changed.append(self._keep(chat))
        return changed

    def _how_far(self, now_ms: int) -> Iterator[Batch]:
        """Notes what every chat said, where that is not what is noted. Now and then is enough: what is read again
        because of it says nothing new."""
        state = _VERSION + "".join(sorted(self._done.values()))
        if self._known is None or self._known.state != state:
            self._known = LogPosition(
                path=self._path,
                source=NAME,
                root=storable(self.root.path),
                modified_ns=now_ms * 1_000_000,
                state=state,
            )
            yield Batch(positions={self._path: self._known}, readable=[self._path])
        self._earlier = frozenset()


def _stamps(known: LogPosition | None) -> frozenset[str]:
    """What chats said when an earlier run handed them over."""
    if known is None or not known.state.startswith(_VERSION):
        return frozenset()
    state = known.state.removeprefix(_VERSION)
    return frozenset(state[at : at + _STAMP] for at in range(0, len(state), _STAMP))


def parts_of(root: CursorRoot) -> tuple[Part, ...]:
    """Which parts of a database can be read now. Raises ForeignError."""
    with ForeignDatabase(root.database) as file:
        database, heads = CursorDatabase(file), CursorHeads(file)
        if not database.has_chats:
            return (Part("chats", "absent" if database.is_empty else "changed"),)
        heads.look(0)
        database.compare()
        return probe(database, heads)
