"""The records of a Claude Code transcript, as far as they are read; field names are the vendor's.

Fields stand in the order of the log, as the decoder looks for each behind the one before.
"""

# ruff: noqa: N815

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Annotated, TypeVar, get_args, get_origin

import msgspec

T = TypeVar("T", bound=msgspec.Struct)

#: Bytes that are not UTF-8 come as ValueError, past msgspec's own.
_UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)
#: What a request can have counted. No real counter comes near the limit; a larger one is damage, and its cost would
#: overflow the ledger and its sums.
Count = Annotated[int, msgspec.Meta(ge=0, le=10**8)]


class ForkedFrom(msgspec.Struct, gc=False):
    sessionId: str | None = None


class Origin(msgspec.Struct, gc=False):
    kind: str = ""


class CompactMetadata(msgspec.Struct, gc=False):
    trigger: str | None = None
    preTokens: int | None = None
    postTokens: int | None = None


class Block(msgspec.Struct, gc=False):
    type: str | None = None
    id: str | None = None
    name: str | None = None
    tool_use_id: str | None = None
    is_error: bool | None = None
    text: msgspec.Raw = msgspec.Raw(b"")
    input: msgspec.Raw = msgspec.Raw(b"")


class CacheCreation(msgspec.Struct, gc=False):
    ephemeral_1h_input_tokens: Count = 0
    ephemeral_5m_input_tokens: Count = 0


class ServerTools(msgspec.Struct, gc=False):
    web_search_requests: Count = 0
    web_fetch_requests: Count = 0


class OutputDetails(msgspec.Struct, gc=False):
    thinking_tokens: Count = 0


class Iteration(msgspec.Struct, gc=False):
    """One internal pass of a response."""

    type: str | None = None
    model: str | None = None
    input_tokens: Count = 0
    output_tokens: Count = 0
    cache_creation_input_tokens: Count = 0
    cache_read_input_tokens: Count = 0
    cache_creation: CacheCreation | None = None


class Usage(msgspec.Struct, gc=False):
    input_tokens: Count = 0
    cache_creation_input_tokens: Count = 0
    cache_read_input_tokens: Count = 0
    output_tokens: Count = 0
    output_tokens_details: OutputDetails | None = None
    server_tool_use: ServerTools | None = None
    service_tier: str | None = None
    cache_creation: CacheCreation | None = None
    inference_geo: str | None = None
    iterations: list[Iteration] | None = None
    speed: str | None = None


class OddUsage(Usage, gc=False):
    """Usage of which a counter is none that a request can have; that one is 0 here."""


class Message(msgspec.Struct, gc=False):
    """A message with as much of its content as tells who wrote it and which tools it calls."""

    id: str | None = None
    model: str | None = None
    content: list[Block] | str | None = None
    stop_reason: str | None = None
    usage: Usage | None = None
    diagnostics: msgspec.Raw = msgspec.Raw(b"")

    @property
    def tools(self) -> tuple[str, ...]:
        """Names of the tools called, sorted; without the comma, which parts names in the ledger."""
        if not isinstance(self.content, list):
            return ()
        names = [b.name[:120].replace(",", " ") for b in self.content if b.type == "tool_use" and b.name]
        return tuple(sorted(set(names))) if len(names) > 1 else tuple(names)

    def blocks(self, kind: str) -> list[Block]:
        """The parts of the content of one type."""
        return [b for b in self.content if b.type == kind] if isinstance(self.content, list) else []

    @property
    def is_tool_result(self) -> bool:
        return bool(self.blocks("tool_result"))

    @property
    def text_start(self) -> str:
        """The first characters of the text, enough to tell a person's message from the client's own."""
        if isinstance(self.content, str):
            return self.content[:40]
        first = next((b.text for b in self.content or () if b.type == "text"), msgspec.Raw(b""))
        return bytes(first)[1:60].decode("utf-8", "replace")

    @property
    def typed_bytes(self) -> int:
        """How long the text is; 0 where a picture or a file that is mentioned was sent with it."""
        if isinstance(self.content, str):
            return 0 if "@" in self.content else len(self.content.encode("utf-8", "replace"))
        if len(texts := self.blocks("text")) < len(self.content or ()) or any(
            b"@" in bytes(b.text) for b in texts
        ):
            return 0
        return sum(len(bytes(block.text)) for block in texts)


class Record(msgspec.Struct, gc=False):
    """Any conversation record: assistant, user, system, attachment."""

    parentUuid: str | None = None
    isSidechain: bool | None = None
    agentId: str | None = None
    promptId: str | None = None
    forkedFrom: ForkedFrom | None = None
    message: Message | None = None
    requestId: str | None = None
    attributionAgent: str | None = None
    type: str = ""
    uuid: str | None = None
    timestamp: str = ""
    effort: str | None = None
    turnOrigin: str | None = None
    isMeta: bool | None = None
    origin: Origin | None = None
    entrypoint: str | None = None
    cwd: str | None = None
    sessionId: str | None = None
    version: str | None = None
    gitBranch: str | None = None
    session_id: str | None = None
    requestSessionId: str | None = None
    isApiErrorMessage: bool | None = None
    apiErrorStatus: int | None = None
    costUSD: float | None = None
    attributionSkill: str | None = None
    attributionPlugin: str | None = None
    attributionMcpServer: str | None = None
    attributionMcpTool: str | None = None
    diagnostics: msgspec.Raw = msgspec.Raw(b"")
    subtype: str | None = None
    isCompactSummary: bool | None = None
    isVisibleInTranscriptOnly: bool | None = None
    fallbackModel: str | None = None
    compactMetadata: CompactMetadata | None = None


class ModelCost(msgspec.Struct, gc=False):
    inputTokens: int | None = None
    outputTokens: int | None = None
    cacheReadInputTokens: int | None = None
    cacheCreationInputTokens: int | None = None
    webSearchRequests: int | None = None
    costUSD: float | None = None
    contextWindow: int | None = None


class Metadata(msgspec.Struct, gc=False):
    """A record without a node of its own: titles, the client's running cost."""

    type: str = ""
    timestamp: str = ""
    sessionId: str | None = None
    aiTitle: str | None = None
    customTitle: str | None = None
    summary: str | None = None
    leafUuid: str | None = None
    totalCostUSD: float | None = None
    startTime: int | None = None
    hasUnknownModelCost: bool | None = None
    modelUsage: dict[str, ModelCost] | None = None

    def cost_json(self) -> str:
        """The client's running total and its parts, as JSON of numbers and model names."""
        return msgspec.json.encode(
            {
                "total_usd": self.totalCostUSD or 0.0,
                "has_unknown": bool(self.hasUnknownModelCost),
                "models": self.modelUsage or {},
            }
        ).decode()


class AgentMeta(msgspec.Struct, gc=False):
    """`agent-<id>.meta.json`. The description is a label the client shows, not a prompt."""

    agentType: str | None = None
    description: str | None = None
    parentAgentId: str | None = None

    @classmethod
    def read(cls, data: bytes) -> AgentMeta | None:
        try:
            return msgspec.json.decode(data, type=cls)
        except _UNREADABLE:
            return None

    def written(self) -> str:
        return msgspec.json.encode(
            {
                "type": self.agentType or "",
                "description": (self.description or "")[:120],
                "parent": self.parentAgentId or "",
            }
        ).decode()


#: Tool calls that are remembered until their results come, and how much of their ids.
_CALLS = 8
_IDENT = 10


class ParserState(msgspec.Struct, gc=False):
    """What a half-read file has told so far."""

    #: Time of the file's first dated record.
    started_ms: int = 0
    #: The same if that record was the client's own, not a message: what is older was copied in.
    own_ms: int = 0
    last_ms: int = 0
    facts: int = 0
    #: Time at which a conversation node got its first human reply, by the end of its id.
    replies: dict[str, int] = {}
    #: The newest tool calls without an answer: which call it is, by the end of its id.
    calls: dict[str, str] = {}
    #: How many times in a row each call has failed since the last prompt.
    failed: dict[str, int] = {}

    @classmethod
    def read(cls, text: str) -> ParserState:
        return msgspec.json.decode(text, type=cls) if text else cls()

    def written(self) -> str:
        return msgspec.json.encode(self).decode()

    def see(self, now_ms: int, is_metadata: bool) -> None:
        if not self.started_ms:
            self.started_ms = now_ms
            self.own_ms = now_ms if is_metadata else 0
        self.last_ms = now_ms

    def note_call(self, ident: str, call: str) -> None:
        self.calls[ident[-_IDENT:]] = call
        if len(self.calls) > _CALLS:
            del self.calls[next(iter(self.calls))]

    def note_result(self, ident: str, is_error: bool) -> tuple[str, int]:
        """The call that has its result now, and how many times in a row it has failed; "" for an unknown one."""
        call = self.calls.pop(ident[-_IDENT:], "")
        if is_error and call:
            self.failed[call] = self.failed.get(call, 0) + 1
        else:
            self.failed.pop(call, None)
        return call, self.failed.get(call, 0)

    def branch(self, parent: str, now_ms: int) -> int:
        """When `parent` was replied to before: a second reply to one node leaves what followed the first."""
        if not parent:
            return 0
        key = parent[-12:]
        before = self.replies.get(key, 0)
        self.replies[key] = now_ms
        return before if before != now_ms else 0  # the same prompt, stated twice


_DECODE_RECORD = msgspec.json.Decoder(Record).decode
_DECODE_METADATA = msgspec.json.Decoder(Metadata).decode
_TOLERANT = json.JSONDecoder(strict=False)
#: How a record may open, by which the one behind a torn write is found.
_OPENING = re.compile(
    r'\{"(?:parentUuid|type|isSidechain|message|uuid|sessionId|timestamp|requestId|agentId|promptId|cwd|version)":'
)
#: What tells a record from a part of one, which opens alike.
_RECORD_KEYS = frozenset(["sessionId", "uuid", "timestamp", "leafUuid"])
_DIGITS = re.compile(r"[0-9]{1,15}")
_PIECES = 60


def decode_record(line: bytes) -> Record | None:
    """A conversation record, None when it is no JSON or a field is not of its type."""
    try:
        return _DECODE_RECORD(line)
    except _UNREADABLE:
        return None


def decode_metadata(line: bytes) -> Metadata | None:
    try:
        return _DECODE_METADATA(line)
    except _UNREADABLE:
        return None


def decode_leniently(line: bytes) -> list[Record | Metadata | str]:
    """A line that the strict decoder refused: what can be had of it, and why the rest cannot be read.

    The usual causes are invalid UTF-8, half a surrogate pair (JavaScript cuts strings anywhere), a field of an
    unexpected type, and a write that was cut off and had the next record put right behind it. None of them should
    cost a record its usage.
    """
    text = line.decode("utf-8", "replace").replace("\0", "").strip("\ufeff \t\r")
    found: list[Record | Metadata | str] = []
    problems: dict[str, None] = {}
    at = 0
    for _ in range(_PIECES):
        if at >= len(text):
            break
        try:
            read, at = _TOLERANT.raw_decode(text, at)
        except RecursionError:
            problems["nested too deeply"] = None
        except ValueError:
            problems["not JSON"] = None
        else:
            if not problems or (isinstance(read, dict) and not _RECORD_KEYS.isdisjoint(read)):
                found.append(_record_of(read))
            while at < len(text) and text[at] in " \t\r":
                at += 1
            continue
        following = _OPENING.search(text, at + 1)
        at = following.start() if following else len(text)
    return [*problems, *found] or ["not JSON"]


def _record_of(read: object) -> Record | Metadata | str:
    if not isinstance(read, dict):
        return "not a JSON object"
    # Half surrogate pairs become question marks: no database takes them.
    read = dict(json.loads(json.dumps(read, ensure_ascii=False).encode("utf-8", "replace")))
    if read.get("type") in ("assistant", "user", "system", "attachment"):
        record = _coerced(read, Record)
        message = read.get("message")
        if record is not None and isinstance(message, dict):
            record.message = _message(message)
        return record or "fields of unknown types"
    return _coerced(read, Metadata) or "fields of unknown types"


def _message(read: dict[str, object]) -> Message:
    message = _coerced({k: v for k, v in read.items() if k not in ("usage", "content")}, Message) or Message()
    content = read.get("content")
    if isinstance(content, str):
        message.content = content
    elif isinstance(content, list):
        message.content = [
            Block(
                type=_text(b.get("type")),
                id=_text(b.get("id")),
                name=_text(b.get("name")),
                tool_use_id=_text(b.get("tool_use_id")),
                is_error=b.get("is_error") is True,
            )
            for b in content
            if isinstance(b, dict)
        ]
    odd: list[str] = []
    usage = _coerced(read.get("usage"), Usage, odd)
    message.usage = OddUsage(*msgspec.structs.astuple(usage)) if usage and odd else usage
    return message


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


@lru_cache
def _fields(kind: type[msgspec.Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    return msgspec.structs.fields(kind)


def _coerced(read: object, kind: type[T], odd: list[str] | None = None) -> T | None:
    """Each field that fits its type, the rest at their defaults; into `odd` the counters that are none."""
    if not isinstance(read, dict):
        return None
    made = kind()
    for field in _fields(kind):
        if field.name not in read:
            continue
        value = _fitted(read[field.name], field.type, odd)
        if value is not None:
            setattr(made, field.name, value)
        elif read[field.name] is not None and odd is not None and field.type == Count:
            odd.append(field.name)
    return made


def _fitted(value: object, annotation: type, odd: list[str] | None) -> object:
    """The value as its type wants it, or what can be had of it; None where nothing can."""
    for spelling in (value, _whole(value)):
        try:
            fitting: object = msgspec.convert(spelling, annotation, strict=True)
        except msgspec.ValidationError:
            continue
        return fitting
    return _salvaged(value, annotation, odd)


def _whole(value: object) -> object:
    """Whole floats and digits as integers, which is how some gateways spell counters."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return int(value) if isinstance(value, str) and _DIGITS.fullmatch(value) else value


def _salvaged(value: object, annotation: object, odd: list[str] | None) -> object:
    """What fits of a struct, and of each of a list of them."""
    for part in get_args(annotation):
        if get_origin(part) is list and isinstance(value, list):
            made = (_coerced(item, get_args(part)[0], odd) for item in value)
            return [item for item in made if item is not None]
        if isinstance(part, type) and issubclass(part, msgspec.Struct):
            return _coerced(value, part, odd)
    return None
