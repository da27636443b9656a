"""From one answer of a Claude Code transcript to usage events.

`iterations` lists the internal passes of a response. The top level already sums the `message` passes; a
`compaction` pass is billed besides, under the same model; an `advisor_message` pass besides, under its own; a
`fallback_message` is the attempt that served the response, so its model is the one to price.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from operator import attrgetter

from msgspec.structs import replace

from tallylight.domain.digest import hex_digest
from tallylight.domain.money import from_dollars
from tallylight.domain.usage import UsageEvent
from tallylight.sources.base import LogFile
from tallylight.sources.claude_code_records import (
    CacheCreation,
    Iteration,
    Message,
    ParserState,
    Record,
    ServerTools,
    Usage,
)

#: The year 2109: later times would overflow the order of facts.
_LATEST_MS = 1 << 42
_NO_WRITES = CacheCreation()
_NO_TOOLS = ServerTools()
_EXTRA = {"compaction": "compaction", "advisor_message": "advisor"}


def milliseconds(timestamp: str | None) -> int:
    """ms since the epoch of an ISO 8601 time (UTC when it names no zone), 0 when it is none."""
    if not timestamp:
        return 0
    try:
        moment = datetime.fromisoformat(timestamp)
        if moment.tzinfo is None:
            moment = datetime.fromisoformat(timestamp + "+00:00")
        time_ms = round(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        return 0
    return time_ms if 0 < time_ms < _LATEST_MS else 0


#: What the requests of one agent have in common, line after line.
_shared_of = attrgetter(
    "sessionId", "requestSessionId", "session_id", "forkedFrom", "isSidechain", "agentId", "cwd", "gitBranch",
    "version", "entrypoint", "effort", "promptId", "turnOrigin", "attributionAgent", "attributionSkill",
    "attributionPlugin", "attributionMcpServer", "attributionMcpTool", "message.model", "message.usage.speed",
    "message.usage.inference_geo", "message.usage.service_tier",
)  # fmt: skip


class EventMaker:
    """Makes the usage events of one file. Consecutive answers differ in little but their counters, so the rest
    is made once and copied."""

    def __init__(self, file: LogFile, state: ParserState) -> None:
        self._file = file
        self._state = state
        self._shared: object = None
        self._template = UsageEvent(key="", source="", session_id="", time_ms=0, model="")

    def events_of(self, record: Record, message: Message, usage: Usage, time_ms: int) -> list[UsageEvent]:
        """The request itself, then its passes that are billed besides. Nothing for a line of zeros."""
        event = self._request(record, message, usage, time_ms)
        events = [event] if event.output or event.prompt or event.web_searches else []
        if usage.iterations:
            events += _extras(event, usage.iterations)
        return events

    def _request(self, record: Record, message: Message, usage: Usage, time_ms: int) -> UsageEvent:
        shared = _shared_of(record)
        if shared != self._shared or self._template.file_started_ms != self._state.started_ms:
            self._shared, self._template = shared, self._made(record, message, usage)
        template, own_ms = self._template, self._state.own_ms
        split = usage.cache_creation or _NO_WRITES
        searches = usage.server_tool_use or _NO_TOOLS
        details = usage.output_tokens_details
        key, is_strong = _key(record, message, usage, template.file_session_id)
        output, is_final = usage.output_tokens, message.stop_reason is not None
        last: Usage | Iteration = usage
        write = sent = _written(usage)
        if usage.iterations:
            last = _last_pass(usage)
            sent = _written(last)
        return replace(
            template,
            key=key,
            has_strong_key=is_strong,
            time_ms=time_ms,
            stated_ms=time_ms,
            stated_id=record.uuid[:13] if record.uuid else "",
            model=(_served_model(usage.iterations) if usage.iterations else "") or template.model,
            input=usage.input_tokens,
            output=output,
            reasoning=min(output, details.thinking_tokens) if details else 0,
            cache_read=usage.cache_read_input_tokens,
            cache_write=write,
            cache_write_5m_stated=split.ephemeral_5m_input_tokens,
            cache_write_1h=split.ephemeral_1h_input_tokens,
            web_searches=searches.web_search_requests,
            web_fetches=searches.web_fetch_requests,
            context=last.input_tokens + last.cache_read_input_tokens + sent,
            is_final=is_final,
            weight=4 * output + 2 * is_final + (not template.is_sidechain),
            request_id=record.requestId or "",
            reported_picousd=-1 if record.costUSD is None else _picousd(record.costUSD),
            is_copy=template.is_copy or time_ms < own_ms,
            cache_miss=_cache_miss(record, message) if message.diagnostics or record.diagnostics else "",
            tools=message.tools,
        )

    def _made(self, record: Record, message: Message, usage: Usage) -> UsageEvent:
        file, own_session = self._file, record.sessionId or self._file.session_id
        return UsageEvent(
            key="",
            time_ms=0,
            source="claude-code",
            session_id=_owner(record) or own_session,
            file_session_id=own_session,
            account=file.account,
            model=message.model or "",
            speed=usage.speed or "",
            geo=usage.inference_geo or "",
            tier=usage.service_tier or "",
            is_copy=is_marked_as_copy(record),
            is_sidechain=bool(record.isSidechain) or bool(file.agent_id),
            file_started_ms=self._state.started_ms,
            agent_id=record.agentId or file.agent_id,
            cwd=record.cwd or "",
            branch=record.gitBranch or "",
            version=record.version or "",
            entrypoint=record.entrypoint or "",
            effort=record.effort or "",
            prompt_id=record.promptId or "",
            origin=record.turnOrigin or "",
            agent_type=record.attributionAgent or "",
            skill=record.attributionSkill or "",
            plugin=record.attributionPlugin or "",
            mcp_server=record.attributionMcpServer or "",
            mcp_tool=record.attributionMcpTool or "",
        )


def is_marked_as_copy(record: Record) -> bool:
    """Whether the record itself says that it was copied from another session's file."""
    own = record.sessionId
    return bool(
        (record.forkedFrom is not None and record.forkedFrom.sessionId)
        or (record.requestSessionId and own and record.requestSessionId != own)
        or (record.session_id and own and record.session_id != own)
    )


def _extras(event: UsageEvent, passes: Sequence[Iteration]) -> Iterator[UsageEvent]:
    ordinals: dict[str, int] = {}
    for passed in passes:
        kind = _EXTRA.get(passed.type or "")
        if kind is None:
            continue
        ordinal = ordinals[kind] = ordinals.get(kind, -1) + 1
        extra = _extra(event, passed, kind, ordinal)
        if extra.prompt or extra.output:
            yield extra


def _extra(event: UsageEvent, passed: Iteration, kind: str, ordinal: int) -> UsageEvent:
    split = passed.cache_creation or _NO_WRITES
    return replace(
        event,
        key=f"{event.key}:{kind}{ordinal}",
        kind=kind,
        model=(passed.model if kind == "advisor" else "") or event.model,
        input=passed.input_tokens,
        output=passed.output_tokens,
        reasoning=0,
        cache_read=passed.cache_read_input_tokens,
        cache_write=_written(passed),
        cache_write_5m_stated=split.ephemeral_5m_input_tokens,
        cache_write_1h=split.ephemeral_1h_input_tokens,
        web_searches=0,
        web_fetches=0,
        context=0,
        tools=(),
        reported_picousd=-1,
    )


def _key(record: Record, message: Message, usage: Usage, session: str) -> tuple[str, bool]:
    """The response's identity, and whether it is unique by itself.

    The API's own ids (`msg_…`) are. Ids that gateways make up may come again for another response; the ledger
    tells those apart by model, size and time.
    """
    if message.id:
        return message.id, message.id.startswith("msg_")
    if record.requestId:
        return record.requestId, True
    if record.uuid:
        return record.uuid, True
    counts = (usage.input_tokens, usage.output_tokens, usage.cache_read_input_tokens)
    seed = f"{session}|{record.timestamp}|{message.model}|{counts}"
    return "none_" + hex_digest(seed), True


def _owner(record: Record) -> str:
    """The session that made the request, where the line names another than its file's."""
    if record.requestSessionId:
        return record.requestSessionId
    return (record.forkedFrom.sessionId if record.forkedFrom else None) or ""


def _served_model(passes: Sequence[Iteration]) -> str:
    served = [p.model for p in passes if p.type == "fallback_message" and p.model]
    return served[-1] or "" if served else ""


def _last_pass(usage: Usage) -> Usage | Iteration:
    """What was sent last: a turn with server tools sums several passes at the top level."""
    last: Usage | Iteration = usage
    for passed in usage.iterations or ():
        if passed.type in ("message", "fallback_message"):
            last = passed
    return last


def _written(usage: Usage | Iteration) -> int:
    """All cache writes: some clients fill only the flat counter, some only the two durations."""
    split = usage.cache_creation or _NO_WRITES
    both = split.ephemeral_5m_input_tokens + split.ephemeral_1h_input_tokens
    return max(usage.cache_creation_input_tokens, both)


_MISS = re.compile(rb'"cache_miss_reason":\{[^{}]*?"type":"(\w+)"')


def _cache_miss(record: Record, message: Message) -> str:
    for raw in (message.diagnostics, record.diagnostics):
        found = _MISS.search(bytes(raw)) if raw else None
        if found:
            return found[1].decode()
    return ""


def _picousd(dollars: float) -> int:
    """A stated cost, -1 for one that cannot be."""
    return from_dollars(dollars) if 0 <= dollars < 10**6 else -1
