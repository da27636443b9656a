"""From one answer of a Claude Code transcript to usage events.

`iterations` lists the internal passes of a response. The top level already sums the `message` passes; a
`compaction` pass is billed besides, under the same model; an `advisor_message` pass besides, under its own; a
`fallback_message` is the attempt that served the response, so its model is the one to price.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime

from msgspec.structs import replace

from tallylight.domain.usage import UsageEvent
from tallylight.sources.base import LogFile
from tallylight.sources.claude_code_records import (
    CacheCreation,
    Iteration,
    Message,
    ParserState,
    Record,
    Usage,
)

#: No real counter comes near; a larger one is damage and would overflow the ledger.
_LIMIT = 10**12
_EXTRA = {"compaction": "compaction", "advisor_message": "advisor"}


def milliseconds(timestamp: str | None) -> int:
    """ms since the epoch of an ISO 8601 time (UTC when it names no zone), 0 when it is none."""
    if not timestamp:
        return 0
    try:
        moment = datetime.fromisoformat(timestamp)
        if moment.tzinfo is None:
            moment = datetime.fromisoformat(timestamp + "+00:00")
        return round(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        return 0


def events_of(
    record: Record, message: Message, usage: Usage, file: LogFile, state: ParserState
) -> Iterator[UsageEvent]:
    """The request itself, then its passes that are billed besides. Nothing for a line of zeros."""
    event = _request(record, message, usage, file, state)
    if event.prompt or event.output or event.web_searches:
        yield event
    ordinals: dict[str, int] = {}
    for passed in usage.iterations or ():
        kind = _EXTRA.get(passed.type or "")
        if kind is None:
            continue
        ordinal = ordinals[kind] = ordinals.get(kind, -1) + 1
        extra = _extra(event, passed, kind, ordinal)
        if extra.prompt or extra.output:
            yield extra


def _request(record: Record, message: Message, usage: Usage, file: LogFile, state: ParserState) -> UsageEvent:
    own_session = record.sessionId or file.session_id
    time_ms = milliseconds(record.timestamp) or state.last_ms or file.modified_ms
    split = usage.cache_creation or CacheCreation()
    write_5m, write_1h = _count(split.ephemeral_5m_input_tokens), _count(split.ephemeral_1h_input_tokens)
    tools = usage.server_tool_use
    key, is_strong = _key(record, message, usage, own_session)
    output = _count(usage.output_tokens)
    details = usage.output_tokens_details
    return UsageEvent(
        key=key,
        has_strong_key=is_strong,
        source="claude-code",
        session_id=_owner(record) or own_session,
        time_ms=time_ms,
        model=_served_model(usage) or message.model or "",
        input=_count(usage.input_tokens),
        output=output,
        reasoning=min(output, _count(details.thinking_tokens)) if details else 0,
        cache_read=_count(usage.cache_read_input_tokens),
        cache_write=max(_count(usage.cache_creation_input_tokens), write_5m + write_1h),
        cache_write_5m_stated=write_5m,
        cache_write_1h=write_1h,
        web_searches=_count(tools.web_search_requests) if tools else 0,
        web_fetches=_count(tools.web_fetch_requests) if tools else 0,
        speed=usage.speed or "",
        geo=usage.inference_geo or "",
        tier=usage.service_tier or "",
        context=_context(usage),
        is_final=message.stop_reason is not None,
        request_id=record.requestId or "",
        reported_picousd=-1 if record.costUSD is None else round(record.costUSD * 10**12),
        is_copy=state.is_copy(record, time_ms),
        is_sidechain=bool(record.isSidechain) or bool(file.agent_id),
        file_started_ms=state.started_ms,
        stated_ms=time_ms,
        stated_id=record.uuid or "",
        file_session_id=own_session,
        account=file.account,
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
        cache_miss=_cache_miss(record, message),
        tools=message.tools,
    )


def _extra(event: UsageEvent, passed: Iteration, kind: str, ordinal: int) -> UsageEvent:
    split = passed.cache_creation or CacheCreation()
    write_5m, write_1h = _count(split.ephemeral_5m_input_tokens), _count(split.ephemeral_1h_input_tokens)
    return replace(
        event,
        key=f"{event.key}:{kind}{ordinal}",
        kind=kind,
        model=(passed.model if kind == "advisor" else "") or event.model,
        input=_count(passed.input_tokens),
        output=_count(passed.output_tokens),
        reasoning=0,
        cache_read=_count(passed.cache_read_input_tokens),
        cache_write=max(_count(passed.cache_creation_input_tokens), write_5m + write_1h),
        cache_write_5m_stated=write_5m,
        cache_write_1h=write_1h,
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
    return "none_" + hashlib.sha256(seed.encode()).hexdigest()[:24], True


def _owner(record: Record) -> str:
    """The session that made the request, where the line names another than its file's."""
    if record.requestSessionId:
        return record.requestSessionId
    return (record.forkedFrom.sessionId if record.forkedFrom else None) or ""


def _served_model(usage: Usage) -> str:
    served = [p.model for p in usage.iterations or () if p.type == "fallback_message" and p.model]
    return served[-1] or "" if served else ""


def _context(usage: Usage) -> int:
    """Tokens sent by the last message pass: a turn with server tools sums several at the top level."""
    passes = [p for p in usage.iterations or () if p.type in ("message", "fallback_message")]
    last = passes[-1] if passes else usage
    return (
        _count(last.input_tokens)
        + _count(last.cache_read_input_tokens)
        + max(
            _count(last.cache_creation_input_tokens),
            _count(last.cache_creation.ephemeral_5m_input_tokens)
            + _count(last.cache_creation.ephemeral_1h_input_tokens)
            if last.cache_creation
            else 0,
        )
    )


_MISS = re.compile(rb'"cache_miss_reason":\{[^{}]*?"type":"(\w+)"')


def _cache_miss(record: Record, message: Message) -> str:
    for raw in (message.diagnostics, record.diagnostics):
        found = _MISS.search(bytes(raw)) if raw else None
        if found:
            return found[1].decode()
    return ""


def _count(value: int | None) -> int:
    if value is None or value < 0:
        return 0
    if value > _LIMIT:
        return 0
    return value
