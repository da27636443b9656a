"""What is handed to the ledger to write, and what it says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from tallylight.domain.billing import Origin, Span, Stated, Statement
from tallylight.domain.chat import Chat, Gauge
from tallylight.domain.reported import Bucket, Holds
from tallylight.domain.usage import Mark, Rejected, SessionFact, UsageEvent


class LogPosition(msgspec.Struct, frozen=True, kw_only=True):
    """How far a file was read, and by what its unread part is known to continue the same file."""

    path: str
    source: str
    root: str
    device: int = 0
    inode: int = 0
    size: int = 0
    modified_ns: int = 0
    offset: int = 0
    head_size: int = 0
    head_hash: bytes = b""
    tail_hash: bytes = b""
    state: str = ""
    is_gone: bool = False


class Stamp(NamedTuple):
    """The part of a `LogPosition` that is kept in memory."""

    size: int
    modified_ns: int
    offset: int
    is_gone: bool = False


def stamp_of(position: LogPosition) -> Stamp:
    return Stamp(position.size, position.modified_ns, position.offset, position.is_gone)


class Batch(msgspec.Struct, kw_only=True):
    """What one transaction writes: findings and the positions they bring their files to, together or not at all."""

    events: list[UsageEvent] = msgspec.field(default_factory=list)
    marks: list[Mark] = msgspec.field(default_factory=list)
    facts: list[SessionFact] = msgspec.field(default_factory=list)
    chats: list[Chat] = msgspec.field(default_factory=list)
    gauges: list[Gauge] = msgspec.field(default_factory=list)
    rejected: list[tuple[str, Rejected]] = msgspec.field(default_factory=list)
    positions: dict[str, LogPosition] = msgspec.field(default_factory=dict)
    #: Files whose rejections so far no longer hold, as they are read again from the start.
    restarted: list[str] = msgspec.field(default_factory=list)
    #: Files of which it no longer holds that they could not be opened.
    readable: list[str] = msgspec.field(default_factory=list)
    #: What only another ledger tells: (session, request) of copied history, and (machine, directory, project).
    inherited: list[tuple[str, str]] = msgspec.field(default_factory=list)
    directories: list[tuple[str, str, str]] = msgspec.field(default_factory=list)
    #: What bills state of requests there, as the table `charge` has it.
    charges: list[tuple[object, ...]] = msgspec.field(default_factory=list)
    #: All that bills state of a span there, and what recorders counted there, as the table `recorded_turn` has it.
    bills: list[Stated] = msgspec.field(default_factory=list)
    counted: list[tuple[object, ...]] = msgspec.field(default_factory=list)


class Written(msgspec.Struct, kw_only=True):
    """What a batch changed: new requests, all sessions of which anything did, and the earliest request that is not as
    it was (ms)."""

    new: int = 0
    since_ms: int = 1 << 62
    sessions: set[str] = msgspec.field(default_factory=set)


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a bill was read: from `since_ms` on, for good up to `settled_ms`, and when late lines were looked for."""

    since_ms: int = 0
    settled_ms: int = 0
    deep_ms: int = 0


class BillReading(msgspec.Struct, frozen=True, kw_only=True):
    """All that a bill says of some spans of time; what it said of them before no longer holds."""

    feed: str
    origin: Origin
    account: str
    spans: Sequence[tuple[Span, Sequence[Statement]]]
    progress: Progress | None = None
    #: How many lines of them could not be understood.
    rejected: int = 0


class ReportReading(msgspec.Struct, frozen=True, kw_only=True):
    """All that one of a provider's reports says of a span of days; what it said of them before no longer holds."""

    provider: str
    report: str
    holds: Holds
    span: Span
    buckets: Sequence[Bucket]
    progress: Progress
    rejected: int = 0


class KeyNames(msgspec.Struct, frozen=True):
    """What a provider's keys are called, by its ids of them."""

    provider: str
    names: Mapping[str, str]


#: What asking a provider brings for the ledger.
Reading = BillReading | ReportReading | KeyNames
