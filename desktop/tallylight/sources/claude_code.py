"""Claude Code transcripts: JSON lines below `<root>/projects/`, one file per session and per subagent.

The format is the vendor's internal one and changes without notice, so presence of fields decides, never a
version; what is not understood is counted. Lines that cannot hold usage (most of the bytes) are told apart by
their first keys alone; every line whose head is not of a known shape is decoded in full.
"""

from __future__ import annotations

import re
from binascii import crc32

from msgspec.structs import replace

from tallylight.domain.usage import (
    START_FACT,
    SYNTHETIC_MODEL,
    Mark,
    Rejected,
    SessionFact,
    UsageEvent,
    merge,
)
from tallylight.sources import claude_code_lines as lines
from tallylight.sources.base import Found, LogFile, LogSource
from tallylight.sources.claude_code_records import (
    AgentMeta,
    Message,
    Metadata,
    OddUsage,
    ParserState,
    Record,
    decode_leniently,
    decode_metadata,
    decode_record,
)
from tallylight.sources.claude_code_usage import EventMaker, is_marked_as_copy, milliseconds

NAME = "claude-code"

_AGENT_FILE = re.compile(r"agent-([\w.-]+?)\.(?:jsonl|meta\.json)$")

_METADATA = frozenset([b"ai-title", b"custom-title", b"summary", b"cost-state"])
_CONVERSATION = frozenset(["assistant", "user", "system", "attachment"])
#: So much of a message holds its id, as the client lays it out today.
_OPENING = 70
#: What a mark can hold.
_LARGEST = 1 << 53
#: What a user record's text opens with when no person wrote it.
_NOT_HUMAN = (
    "<command-",
    "<local-command",
    "<system-reminder",
    "<bash-",
    "<task-notification",
    "[Request interrupted",
)


class TranscriptParser:
    """Reads one transcript. See `sources.base.LineParser`."""

    def __init__(self, file: LogFile, state: str) -> None:
        self._file = file
        self._state = ParserState.read(state)
        self._maker = EventMaker(file, self._state)
        #: So that equal calls of two sessions do not look equal.
        self._salt = crc32(file.session_id.encode(errors="replace"))
        self._events: dict[str, UsageEvent] = {}
        self._weak: list[UsageEvent] = []
        self._marks: list[Mark] = []
        self._facts: list[SessionFact] = []
        self._rejected: dict[str, int] = {}
        #: The answer read last: its event's key, its line, how its message begins, and what it states.
        self._last_key = ""
        self._last_line = (b"", 0)
        self._last_opening: bytes | bytearray = b""
        self._statement: lines.Statement | None = None

    @property
    def state(self) -> str:
        return self._state.written()

    def reject(self, reason: str) -> None:
        self._rejected[reason] = self._rejected.get(reason, 0) + 1

    def take(self) -> Found:
        found = Found(
            [*self._events.values(), *self._weak],
            self._marks,
            self._facts,
            [Rejected(NAME, reason, count) for reason, count in self._rejected.items()],
        )
        self._events, self._weak, self._marks, self._facts, self._rejected = {}, [], [], [], {}
        self._last_opening = b""
        return found

    def is_skippable(self, buffer: bytearray, start: int, end: int) -> bool:
        return bool(self._state.started_ms) and lines.is_skippable(buffer, start, end)

    def feed(self, buffer: bytearray, start: int, end: int) -> None:
        if end - start < 3:
            if buffer[start:end].strip():
                self.reject("not a JSON object")
            return
        if not self._state.started_ms:
            self._read_unknown(bytes(buffer[start:end]))
            return
        if bytes(buffer[start : start + 21]) not in lines.IGNORED_OPENINGS:
            head = lines.HEAD.match(buffer, start, end)
            if head is not None and head[2] == b"attachment" and not self._file.agent_id:
                self._measure(buffer, start, head.end(), end)
            if head is None or not lines.holds_nothing(head, buffer, end):
                self._read(head, buffer, start, end)
                return
            if lines.is_tool_result(head) and self._tells_of_calls(buffer, start, end):
                self._read_unknown(bytes(buffer[start:end]))
                return
        if lines.may_end_in_an_answer(buffer, start, end):
            self._read_unknown(bytes(buffer[start:end]))

    def feed_end(self, buffer: bytearray, start: int, end: int) -> None:
        if lines.may_end_in_an_answer(buffer, start, end):
            for read in decode_leniently(bytes(buffer[start:end])):
                if isinstance(read, Record) and read.type == "assistant":
                    self._accept(read)

    # -- one line

    def _measure(self, buffer: bytearray, start: int, inside: int, end: int) -> None:
        """Of what the client puts before the first prompt, how large it is: of each part the largest that was sent."""
        from tallylight.sources.claude_code_start import SIZED, sizes_of

        if SIZED.match(buffer, inside, end) is None:
            return
        for part, size in sizes_of(bytes(buffer[start:end])).items():
            self._facts.append(
                SessionFact(
                    source=NAME,
                    session_id=self._file.session_id,
                    name=f"{START_FACT}{part}",
                    number=size,
                    order=size,
                )
            )

    def _tells_of_calls(self, buffer: bytearray, start: int, end: int) -> bool:
        """Whether a tool's result is a failure, or may end a run of them."""
        return bool(self._state.failed) or lines.may_tell_of_failure(buffer, start, end)

    def _read(self, head: re.Match[bytes] | None, buffer: bytearray, start: int, end: int) -> None:
        if head is not None and head[1] is None:
            self._read_answer(buffer, start, end, head.start(2))
        elif head is not None and head[1] in _METADATA:
            self._read_metadata(bytes(buffer[start:end]))
        else:
            self._read_unknown(bytes(buffer[start:end]))

    def _read_answer(self, buffer: bytearray, start: int, end: int, message: int) -> None:
        """A line that opens like an answer. One that only repeats the usage of the line before is not decoded."""
        if buffer[message : message + _OPENING] == self._last_opening and self._repeats(buffer, message, end):
            if buffer.rfind(lines.TOOL, message, end) >= 0:
                self._add_tools(self._last_key, self._tools_in(bytes(buffer[start:end])))
            return
        line = bytes(buffer[start:end])
        record = decode_record(line)
        if record is None or record.type != "assistant":
            self._read_unknown(line)
            return
        self._last_key = key = self._accept_answer(record, self._see(record))
        self._last_opening = buffer[message : message + _OPENING] if key.startswith("msg_") else b""
        self._last_line, self._statement = (line, message - start), None

    def _repeats(self, buffer: bytearray, message: int, end: int) -> bool:
        """Whether a line adds only a content block to the response read last: the same but later."""
        if self._statement is None:
            self._statement = lines.statement_of(*self._last_line, self._last_key.encode())
            if self._statement is None:
                self._last_opening = b""
                return False
        stamp = lines.repeats(self._statement, buffer, message, end)
        if stamp:
            self._state.last_ms = milliseconds(str(stamp, "ascii", "replace")) or self._state.last_ms
        return bool(stamp)

    def _add_tools(self, key: str, names: set[str]) -> None:
        event = self._events.get(key)
        if event is not None:
            if not names.issubset(event.tools):
                self._events[key] = replace(event, tools=tuple(sorted(names.union(event.tools))))
            return
        for at, event in enumerate(self._weak):
            if event.key == key:
                self._weak[at] = replace(event, tools=tuple(sorted(names.union(event.tools))))

    def _tools_in(self, line: bytes) -> set[str]:
        """Names of the tools that another line of the last answer calls."""
        record = decode_record(line)
        names: set[str] = set()
        for read in decode_leniently(line) if record is None else [record]:
            if isinstance(read, Record) and read.message:
                self._note_calls(read.message)
                names.update(read.message.tools)
        return names

    def _note_calls(self, message: Message) -> None:
        """Remember which calls an answer makes: a checksum of each tells whether it is made again, and nothing else."""
        if not isinstance(message.content, list):
            return
        for block in message.content:
            if block.type == "tool_use" and block.id and block.name:
                self._state.note_call(block.id, f"{block.name[:60]} {crc32(block.input, self._salt):x}")

    def _read_unknown(self, line: bytes) -> None:
        record = decode_record(line)
        if record is None:
            self._read_leniently(line)
        elif record.type in _CONVERSATION:
            self._accept(record)
        else:
            self._accept_metadata(record.type, decode_metadata(line), line)

    def _read_metadata(self, line: bytes) -> None:
        metadata = decode_metadata(line)
        if metadata is None:
            self._read_leniently(line)
        else:
            self._accept_metadata(metadata.type, metadata, line)

    def _read_leniently(self, line: bytes) -> None:
        for read in decode_leniently(line):
            if isinstance(read, str):
                self.reject(read)
            elif isinstance(read, Record):
                self._accept(read)
            else:
                self._accept_metadata(read.type, read, line)

    # -- one record

    def _see(self, record: Record) -> int:
        """Take note of a record's time; that time, or the one before where it has none."""
        now = milliseconds(record.timestamp)
        if now:
            self._state.see(now, is_metadata=not record.uuid)
        return now or self._state.last_ms or self._file.modified_ms

    def _accept(self, record: Record) -> None:
        time_ms = self._see(record)
        if record.type == "assistant":
            self._accept_answer(record, time_ms)
        elif record.type == "user":
            self._accept_user(record)
        elif record.type == "system":
            self._accept_system(record)

    def _accept_answer(self, record: Record, time_ms: int) -> str:
        """Take up an answer's usage; the key of its event, "" where it has none."""
        message = record.message
        if message is None:
            self.reject("answer without a message")
            return ""
        self._note_calls(message)
        if message.model == SYNTHETIC_MODEL or record.isApiErrorMessage:
            if record.isApiErrorMessage:
                self._mark(record, "error", value=record.apiErrorStatus or 0)
            return ""
        if message.usage is None:
            self.reject("answer without usage")
            return ""
        if isinstance(message.usage, OddUsage):
            self.reject("counter out of range")
        first = ""
        for event in self._maker.events_of(record, message, message.usage, time_ms):
            first = first or event.key
            if event.has_strong_key:
                known = self._events.get(event.key)
                self._events[event.key] = event if known is None else merge(known, event)
            else:
                self._weak.append(event)
        if record.forkedFrom is not None and record.forkedFrom.sessionId:
            self._fact(record.sessionId, "parent", record.forkedFrom.sessionId)
        elif record.requestSessionId and record.requestSessionId != record.sessionId:
            self._fact(record.sessionId, "parent", record.requestSessionId)
        return first

    def _accept_user(self, record: Record) -> None:
        message = record.message
        if message is None or record.isMeta or record.isCompactSummary:
            return
        if message.is_tool_result:
            self._accept_results(record, message)
            return
        if record.isSidechain:
            return
        kind = record.origin.kind if record.origin else ""
        is_own = kind != "human" if kind else message.text_start.lstrip().startswith(_NOT_HUMAN)
        if is_own or record.isVisibleInTranscriptOnly:
            return
        branched_ms = self._state.branch(record.parentUuid or "", self._state.last_ms)
        if branched_ms:
            self._mark(record, "rewind", value=branched_ms, key=f"{record.uuid}:rewind")
        self._state.failed.clear()
        self._mark(record, "prompt", value=message.typed_bytes)

    def _accept_results(self, record: Record, message: Message) -> None:
        for block in message.blocks("tool_result"):
            call, count = self._state.note_result(block.tool_use_id or "", bool(block.is_error))
            if count:
                name = call.rpartition(" ")[0]
                self._mark(record, "failure", name, count, key=f"{block.tool_use_id}:failure")

    def _accept_system(self, record: Record) -> None:
        if record.subtype == "compact_boundary" and record.compactMetadata is not None:
            compact = record.compactMetadata
            self._mark(
                record, "compaction", compact.trigger or "", compact.preTokens or 0, compact.postTokens or 0
            )
        elif record.subtype == "api_error":
            self._mark(record, "error", "retried")
        elif record.subtype == "model_refusal_fallback":
            self._mark(record, "model", record.fallbackModel or "")

    def _accept_metadata(self, kind: str, metadata: Metadata | None, line: bytes) -> None:
        if metadata is None:
            self._read_leniently(line)
            return
        now = milliseconds(metadata.timestamp)
        if now:
            self._state.see(now, is_metadata=True)
        if kind in ("ai-title", "custom-title", "summary"):
            title = metadata.customTitle or metadata.aiTitle or metadata.summary
            if title and not (kind == "summary" and metadata.leafUuid and not self._state.started_ms):
                self._fact(metadata.sessionId, f"title:{kind}", title[:200])
        elif kind == "cost-state":
            self._fact(metadata.sessionId, f"cost_state:{metadata.startTime or 0}", metadata.cost_json())
        elif kind.encode() not in lines.IGNORED:
            self.reject(f"unknown record type: {_shown(kind)}" if kind else "record without a type")

    def _mark(
        self, record: Record, kind: str, label: str = "", value: int = 0, other: int = 0, key: str = ""
    ) -> None:
        session = record.sessionId or self._file.session_id
        time_ms = milliseconds(record.timestamp) or self._state.last_ms or self._file.modified_ms
        self._marks.append(
            Mark(
                key=key or record.uuid or f"{session}:{kind}:{time_ms}",
                source=NAME,
                session_id=session,
                time_ms=time_ms,
                kind=kind,
                label=label[:80],
                value=value if 0 <= value < _LARGEST else 0,
                other=other if 0 <= other < _LARGEST else 0,
                agent_id=record.agentId or self._file.agent_id,
                is_copy=is_marked_as_copy(record) or time_ms < self._state.own_ms,
                file_started_ms=self._state.started_ms,
            )
        )

    def _fact(self, session_id: str | None, name: str, value: str) -> None:
        self._state.facts += 1
        self._facts.append(
            SessionFact(
                source=NAME,
                session_id=session_id or self._file.session_id,
                name=name,
                value=value,
                order=(self._state.last_ms << 21) | min(self._state.facts, (1 << 21) - 1),
            )
        )


def _shown(name: str) -> str:
    return re.sub(r"[^\w./-]", "?", name)[:40]


def place(relative: str) -> LogFile | None:
    """The transcript that `relative` (a path below a root, `/` separated) is, or None.

    Layouts: `projects/<slug>/<session>.jsonl`, `…/<session>/subagents/**/agent-<id>.jsonl` and the older flat
    `projects/<slug>/agent-<id>.jsonl`, in which the lines alone name the session.
    """
    parts = relative.split("/")
    name = parts[-1]
    agent = _AGENT_FILE.search(name)
    if parts[0] != "projects" or not name.endswith((".jsonl", ".meta.json")) or name == "journal.jsonl":
        return None
    if ".orphaned" in name or ".superseded." in name or (name.endswith(".json") and "subagents" not in parts):
        return None
    if "subagents" in parts:
        at = parts.index("subagents")
        return LogFile(path=relative, session_id=parts[at - 1], agent_id=agent[1] if agent else name[:-6])
    if agent:
        return LogFile(path=relative, agent_id=agent[1])
    return LogFile(path=relative, session_id=name[:-6])


def agent_facts(file: LogFile, meta: bytes) -> list[SessionFact]:
    """What `agent-<id>.meta.json` says of a subagent: its type, what it was asked to be, who started it."""
    read = AgentMeta.read(meta)
    if read is None:
        return []
    fact = SessionFact(
        source=NAME,
        session_id=file.session_id,
        name=f"agent:{file.agent_id}",
        value=read.written(),
        order=file.modified_ms,
    )
    return [fact]


SOURCE = LogSource(
    name=NAME,
    label="Claude Code",
    folders=("projects",),
    suffixes=(".jsonl", ".meta.json"),
    place=place,
    parser=TranscriptParser,
    side_facts=agent_facts,
)
