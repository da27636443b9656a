"""What a log source is: where its files are, and how their lines become usage events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from tallylight.domain.usage import Mark, Rejected, SessionFact, UsageEvent


class LogFile(msgspec.Struct, frozen=True, kw_only=True):
    """What a file's place says about its lines, before the first is read."""

    path: str
    account: str = ""
    session_id: str = ""
    agent_id: str = ""
    #: For records that carry no time of their own and follow none that does.
    modified_ms: int = 0


class Found(msgspec.Struct, frozen=True):
    """What a stretch of a file held."""

    events: Sequence[UsageEvent] = ()
    marks: Sequence[Mark] = ()
    facts: Sequence[SessionFact] = ()
    rejected: Sequence[Rejected] = ()


class LineParser(Protocol):
    """Reads one file's lines in order. Never raises on a line's content."""

    def feed(self, buffer: bytearray, start: int, end: int) -> None:
        """One line, without its newline, at `buffer[start:end]`."""
        ...

    def is_skippable(self, buffer: bytearray, start: int, end: int) -> bool:
        """Whether the line that begins so (and may be cut off at `end`) holds nothing to keep."""
        ...

    def feed_end(self, buffer: bytearray, start: int, end: int) -> None:
        """The last part of a line that was skipped: a write that was cut off may have a record right behind it."""
        ...

    def reject(self, reason: str) -> None:
        """Count a line that the reader could not hand over."""
        ...

    def take(self) -> Found:
        """What was found since the last call."""
        ...

    @property
    def state(self) -> str:
        """JSON to go on from later, saved with the offset it belongs to."""
        ...


class LogSource(msgspec.Struct, frozen=True, kw_only=True):
    """One agent's logs.

    `place` names the file a path below a root is, or None for files that hold no usage; `parser` starts or
    resumes (with the state of an earlier parser) the reading of one file.
    """

    name: str
    label: str
    #: Folders below a root that hold its files, and how the files' names end.
    folders: tuple[str, ...]
    suffixes: tuple[str, ...]
    place: Callable[[str], LogFile | None]
    parser: Callable[[LogFile, str], LineParser]
    #: What a small side file (one that is not read line by line) says.
    side_facts: Callable[[LogFile, bytes], Sequence[SessionFact]]
