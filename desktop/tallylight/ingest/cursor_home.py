"""What Cursor keeps in a person's own folder: the chats of its command line, and which model wrote code."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from tallylight.config.paths import shown
from tallylight.domain.chat import Chat
from tallylight.domain.cursor_names import NAME, cursor_model
from tallylight.domain.snapshot import Part
from tallylight.domain.usage import Rejected
from tallylight.ingest.cursor_roots import HOME, CursorHome
from tallylight.ingest.files import read_small, storable
from tallylight.ingest.foreign import ForeignDatabase, ForeignError
from tallylight.ledger.batch import Batch, LogPosition
from tallylight.sources.cursor_records import text
from tallylight.sources.cursor_store import read_record, read_store

_META = "SELECT value FROM meta WHERE key = '0'"
_RECORDS = "SELECT rowid, data FROM blobs WHERE rowid > ? AND substr(data, 1, 1) = x'0a' ORDER BY rowid"
_WROTE = "SELECT rowid, conversationId, model FROM ai_code_hashes WHERE rowid > ? ORDER BY rowid"
_COLUMNS = {"conversationId", "model"}
_SHELL, _BOOKS = "shell chats", "which model wrote code"
#: How seldom files of a command line that nobody may be using are looked for.
_LOOK_MS = 5_000


class CursorHomeReader:
    """Reads one person's folder; used in one thread, like `cursor_reader.CursorReader`."""

    def __init__(self, root: CursorHome, known: Mapping[str, LogPosition]) -> None:
        self.root = root
        self.problem = ""
        self.parts: tuple[Part, ...] = ()
        #: By store: what its files looked like when it was read, and the newest record that was seen.
        self._stores = {path: (position.modified_ns, position.offset) for path, position in known.items()}
        #: How much code each model wrote, by chat, and the newest row that was counted.
        self._wrote: dict[str, Counter[str]] = {}
        self._counted = 0
        self._looked_ms = 0
        #: Of stores that could not be taken in when they were last looked at, by their names.
        self._odd: dict[str, Part] = {}
        self._shell, self._books = Part(_SHELL, "absent"), Part(_BOOKS, "absent")

    def close(self) -> None:
        """Nothing stays open between two looks."""

    def is_generating(self, now_ms: int) -> bool:
        """Its chats say nothing of the kind."""
        return False

    @property
    def files(self) -> int:
        return len(self._stores)

    @property
    def sessions(self) -> int:
        """One in each store."""
        return len(self._stores)

    @property
    def is_open(self) -> bool:
        return False

    def read(self, now_ms: int, *, is_thorough: bool = False) -> Iterator[Batch]:
        """What changed since the last time, at most every few seconds; what wrote code, when all is compared."""
        is_first = not self._looked_ms
        if now_ms - self._looked_ms < _LOOK_MS:
            return
        self._looked_ms = now_ms
        for path in self._changed_stores():
            if (batch := self._store(path, now_ms)) is not None:
                yield batch
        if is_first or is_thorough:
            yield from self._authors()
        worst = max(self._odd.values(), key=lambda part: part.state == "unreadable", default=self._shell)
        self.parts = (worst, self._books)

    @property
    def unread(self) -> list[str]:
        """What could not be read when it was last looked at, and why, in a line each."""
        odd = [*self._odd.items(), (str(self._books_path), self._books)]
        return [f"{shown(path)}: {part.says}" for path, part in odd if part.state == "unreadable"]

    # -- the command line's chats

    def _changed_stores(self) -> Iterator[Path]:
        home = Path(self.root.path)
        there = sorted((*home.glob("chats/*/*/store.db"), *home.glob("acp-sessions/*/store.db")))
        names = {storable(str(path)) for path in there}
        self._odd = {name: part for name, part in self._odd.items() if name in names}
        self._shell = Part(_SHELL, "present" if there else "absent")
        for path in there:
            if _stamp(path) != self._stores.get(storable(str(path)), (0, 0))[0]:
                yield path

    def _store(self, path: Path, now_ms: int) -> Batch | None:
        """What is new in a store; None for one that cannot be read now, which is tried again."""
        name, stamp = storable(str(path)), _stamp(path)
        batch, seen = Batch(), self._stores.get(name, (0, 0))[1]
        try:
            with ForeignDatabase(path) as database:
                meta = database.ask(_META)
                chat = read_store(
                    path.parent.name, meta[0][0] if meta else None, _beside(path), stamp // 1_000_000, now_ms
                )
                if chat is None:
                    self._odd[name] = Part(_SHELL, "changed")
                    self._stores[name] = stamp, seen
                    return Batch(
                        restarted=[name], rejected=[(name, Rejected(NAME, "a shell chat of another shape"))]
                    )
                batch.chats.append(chat)
                for page in database.pages(_RECORDS, seen):
                    points = [read_record(chat, data, now_ms) for _, data in page if isinstance(data, bytes)]
                    batch.gauges += [point for point in points if point is not None]
                    seen = page[-1][0]
        except ForeignError as e:
            self._odd[name] = Part(_SHELL, "unreadable", e.words)
            return None
        self._odd.pop(name, None)
        self._stores[name] = stamp, seen
        batch.positions[name] = LogPosition(
            path=name, source=HOME, root=storable(self.root.path), modified_ns=stamp, offset=seen
        )
        return batch

    # -- which model wrote code

    def _authors(self) -> Iterator[Batch]:
        """The models by chat, the one that wrote most first: what Auto chose is said nowhere else."""
        if not os.path.isfile(self._books_path):  # noqa: PTH113 False where Path.is_file raises
            self._books = Part(_BOOKS, "absent")
            return
        try:
            with ForeignDatabase(self._books_path) as database:
                if not database.columns("ai_code_hashes") >= _COLUMNS:
                    self._books = Part(_BOOKS, "changed")
                    return
                changed = self._count(database)
        except ForeignError as e:
            self._books = Part(_BOOKS, "unreadable", e.words)
            return
        self._books = Part(_BOOKS, "present")
        if changed:
            yield Batch(
                chats=[Chat(source=NAME, session_id=chat, wrote=self._authors_of(chat)) for chat in changed]
            )

    @property
    def _books_path(self) -> Path:
        return Path(self.root.path, "ai-tracking", "ai-code-tracking.db")

    def _count(self, database: ForeignDatabase) -> set[str]:
        """Count the rows that are new; the chats they are of."""
        changed = set()
        for page in database.pages(_WROTE, self._counted):
            for _, chat, model in page:
                if named := cursor_model(_text(model))[0]:
                    self._wrote.setdefault(_text(chat), Counter())[named] += 1
                    changed.add(_text(chat))
            self._counted = page[-1][0]
        return changed - {""}

    def _authors_of(self, chat: str) -> str:
        return ",".join(model for model, _ in self._wrote[chat].most_common())


def parts_of_home(root: CursorHome, now_ms: int) -> tuple[Part, ...]:
    """Which parts of a person's folder can be read now."""
    reader = CursorHomeReader(root, {})
    for _ in reader.read(now_ms):
        pass
    return reader.parts


def _stamp(path: Path) -> int:
    """When the store or its log was written last."""
    newest = 0
    for name in (path, path.with_name(path.name + "-wal")):
        try:
            newest = max(newest, name.stat().st_mtime_ns)
        except OSError:
            continue
    return newest


def _beside(path: Path) -> bytes:
    try:
        return read_small(path.parent / "meta.json")
    except OSError:
        return b""


def _text(value: object) -> str:
    return text(value.decode("utf-8", "replace")) if isinstance(value, bytes) else ""
