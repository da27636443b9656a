"""Lines of made-up Claude Code transcripts: the clients' key order and record mix, every word our own."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

WORDS = (
    "ledger", "meter", "lamp", "panel", "budget", "signal", "window", "thread", "cache", "branch", "merge",
    "socket", "parser", "token", "buffer", "queue", "index", "retry", "batch", "shard", "route", "guard",
    "frame", "pixel", "vector", "matrix", "column", "record", "stream", "filter", "sorter",
    "folder", "mirror", "anchor",
)  # fmt: skip
#: Prose is cut at multiples of this, so that no cut falls inside an escape.
CELL = 64
_DAY_MS = 86_400_000
#: Tokens that no log of ours states otherwise.
NO_USAGE = (
    '{"input_tokens":0,"output_tokens":0,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,'
    '"server_tool_use":{"web_search_requests":0,"web_fetch_requests":0},"service_tier":null,'
    '"cache_creation":{"ephemeral_1h_input_tokens":0,"ephemeral_5m_input_tokens":0},"inference_geo":null,'
    '"iterations":null,"speed":null}'
)


class Prose:
    """Endless text that needs no escaping any more: slices of one long page."""

    def __init__(self, chance: random.Random, cells: int = 80_000) -> None:
        pieces = []
        for _ in range(cells):
            line = " ".join(chance.choices(WORDS, k=9))[: CELL - 6]
            pieces.append(
                (line + chance.choice(("\\n    ", '\\"; x', "\\t--- ", "\\u00e9"))).ljust(CELL, ".")[:CELL]
            )
        self._page = "".join(pieces)
        self._cells = cells
        self._chance = chance

    def take(self, size: int) -> str:
        cells = max(1, size // CELL)
        start = self._chance.randrange(max(1, self._cells - cells))
        text = self._page[start * CELL : (start + cells) * CELL]
        return text if len(text) >= size - CELL else text * (size // len(text) + 1)


@cache
def _date(day: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)).strftime("%Y-%m-%d")


def day_of(ms: int) -> str:
    return _date(ms // _DAY_MS)


def stamp(ms: int) -> str:
    """The clients' time: 2026-10-02T09:14:33.120Z."""
    day, rest = divmod(ms, _DAY_MS)
    seconds, millis = divmod(rest, 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{_date(day)}T{hour:02d}:{minute:02d}:{second:02d}.{millis:03d}Z"


def new_uuid(chance: random.Random) -> str:
    text = f"{chance.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


@dataclass
class Client:
    """What one session's lines have in common."""

    session: str
    cwd: str
    version: str
    entrypoint: str
    branch: str = "main"
    is_new: bool = True
    model_first: bool = True
    has_request_ids: bool = True
    is_hour_cache: bool = False
    effort: str = "medium"

    def tail(self) -> str:
        return (
            f'"userType":"external","entrypoint":"{self.entrypoint}","cwd":"{self.cwd}",'
            f'"sessionId":"{self.session}","version":"{self.version}","gitBranch":"{self.branch}"}}\n'
        )


@dataclass
class Response:
    """One answer of the model, as its lines state it."""

    id: str
    request_id: str
    model: str
    time_ms: int
    input: int
    output: int
    read: int
    write_5m: int
    write_1h: int
    searches: int = 0
    speed: str = "standard"
    geo: str = "not_available"
    #: "both", "flat" (no split: five-minute writes), "nested" (the flat figure is 0).
    writes: str = "both"
    ref: str = ""
    blocks: list[str] = field(default_factory=list)

    def usage(self, client: Client, output: int) -> str:
        write = 0 if self.writes == "nested" else self.write_5m + self.write_1h
        hour, five = self.write_1h, self.write_5m
        split = f'"cache_creation":{{"ephemeral_1h_input_tokens":{hour},"ephemeral_5m_input_tokens":{five}}},'
        details = f'"output_tokens_details":{{"thinking_tokens":{output // 3}}},'
        return (
            f'{{"input_tokens":{self.input},"cache_creation_input_tokens":{write},'
            f'"cache_read_input_tokens":{self.read},"output_tokens":{output},'
            f"{details if client.is_new else ''}"
            f'"server_tool_use":{{"web_search_requests":{self.searches},"web_fetch_requests":0}},'
            f'"service_tier":"standard",{"" if self.writes == "flat" else split}"inference_geo":"{self.geo}",'
            f'"iterations":[],"speed":"{self.speed}"{CREDIT if client.is_new else ""}}}'
        )


CREDIT = ',"fallback_credit":null'


@dataclass
class Place:
    """Where a line stands: its file's agent, its node in the tree, its time."""

    uuid: str
    parent: str
    time_ms: int
    agent: str = ""

    def head(self) -> str:
        parent = f'"{self.parent}"' if self.parent else "null"
        side = f'true,"agentId":"{self.agent}"' if self.agent else "false"
        return f'{{"parentUuid":{parent},"isSidechain":{side},'

    def node(self) -> str:
        return f'"uuid":"{self.uuid}","timestamp":"{stamp(self.time_ms)}",'


def assistant(
    client: Client, answer: Response, place: Place, index: int, usage: str, stop: str | None = None
) -> str:
    """One line of an answer: one content block and the whole usage."""
    name = f'"id":"{answer.id}",' if answer.id else ""
    kind, model = '"type":"message","role":"assistant",', f'"model":"{answer.model}",'
    order = model + name + kind if client.model_first else name + kind + model
    request = f'"requestId":"{answer.request_id}",' if answer.request_id else ""
    asked = effort = ""
    if client.is_new:
        cache_ttl = "1h" if client.is_hour_cache else "5m"
        request = f'"apiBlockIndex":{index},{request}"requestRef":"{answer.ref}",'
        asked = f'"requestedModel":"{answer.model}","promptCacheRequested":"{cache_ttl}",'
        effort = f'"effort":"{client.effort}","perTurnEffort":"{client.effort}","madeBy":"model",'
    caused = '"attributionAgent":"general-purpose",' if place.agent else ""
    ended = f'"{stop}"' if stop else "null"
    return (
        f'{place.head()}"message":{{{order}"content":[{answer.blocks[index]}],"stop_reason":{ended},'
        f'"stop_sequence":null,"usage":{usage},"stop_details":null}},{request}{asked}{caused}'
        f'"type":"assistant",{place.node()}{effort}{client.tail()}'
    )


def api_error(client: Client, place: Place, message_id: str) -> str:
    """What the client writes in place of an answer it did not get."""
    return (
        f'{place.head()}"type":"assistant",{place.node()}"message":{{"id":"{message_id}","container":null,'
        f'"model":"<synthetic>","role":"assistant","stop_details":null,"stop_reason":"stop_sequence",'
        f'"stop_sequence":"","type":"message","usage":{NO_USAGE},'
        f'"content":[{{"type":"text","text":"API Error: 529"}}],'
        f'"context_management":null}},"error":"server_error","isApiErrorMessage":true,{client.tail()}'
    )


def prompt(client: Client, place: Place, prompt_id: str, words: str) -> str:
    new = '"promptSource":"typed","turnOrigin":"user",' if client.is_new else ""
    return (
        f'{place.head()}"promptId":"{prompt_id}","type":"user","message":{{"role":"user","content":"{words}"}},'
        f'{place.node()}"permissionMode":"default",{new}{client.tail()}'
    )


def tool_result(client: Client, place: Place, prompt_id: str, tool: str, text: str, extra: str = "") -> str:
    """`extra` is the structured result: a subagent's repeats its last call's usage, not to be added."""
    structured = extra or f'"toolUseResult":{{"stdout":"{text}","stderr":"","interrupted":false}},'
    decided = '"sandboxed":false,' if client.is_new else ""
    return (
        f'{place.head()}"promptId":"{prompt_id}","type":"user","message":{{"role":"user","content":[{{"tool_use_id":'
        f'"{tool}","type":"tool_result","content":"{text}","is_error":false}}]}},{place.node()}{structured}{decided}'
        f'"sourceToolAssistantUUID":"{place.parent}",{client.tail()}'
    )


def agent_result(agent: str, answer: Response, client: Client) -> str:
    usage = answer.usage(client, answer.output)
    return (
        f'"toolUseResult":{{"status":"completed","agentId":"{agent}","totalDurationMs":41000,"totalTokens":90210,'
        f'"totalToolUseCount":7,"usage":{usage},"content":[]}},'
    )


def progress(client: Client, place: Place, answer: Response) -> str:
    """An older client's way of showing a subagent at work: a copy of its message, usage and all."""
    return (
        f'{place.head()}"type":"progress","data":{{"type":"agent_progress","message":{{"type":"assistant",'
        f'"message":{{"id":"{answer.id}","role":"assistant","model":"{answer.model}","content":[],'
        f'"usage":{answer.usage(client, answer.output)}}}}}}},{place.node()}{client.tail()}'
    )


def attachment(client: Client, place: Place, kind: str, text: str) -> str:
    shown = f',"rendered":[{{"content":"{text}"}}],"renderedRole":"system"' if client.is_new else ""
    return (
        f'{place.head()}"attachment":{{"type":"{kind}","content":"{text}"}},"type":"attachment",'
        f"{place.node()[:-1]}{shown},{client.tail()}"
    )


def system(client: Client, place: Place, subtype: str, fields: str) -> str:
    return (
        f'{place.head()}"type":"system","subtype":"{subtype}",{fields}"level":"info",'
        f"{place.node()}{client.tail()}"
    )


def dumped_shape(client: Client, place: Place, digest: str, text: str) -> str:
    agent = f'"agentId":"{place.agent}",' if place.agent else ""
    return (
        f'{{"type":"api-request-shape","sessionId":"{client.session}",{agent}"shapeHash":"{digest}",'
        f'"timestamp":"{stamp(place.time_ms)}","version":"{client.version}","shape":{{"system":[{{"type":"text",'
        f'"text":"{text}"}}],"tools":[{{"name":"Agent","description":"{text}","input_schema":{{"type":"object"}}}}]}}}}\n'
    )


def dumped_blob(client: Client, place: Place, digest: str, text: str) -> str:
    agent = f'"agentId":"{place.agent}",' if place.agent else ""
    return (
        f'{{"type":"api-request-blob","sessionId":"{client.session}",{agent}"hash":"{digest}","message":{{"role":"user",'
        f'"content":[{{"type":"text","text":"{text}"}}]}}}}\n'
    )


def dumped_request(client: Client, place: Place, answer: Response, digest: str) -> str:
    agent = f'"agentId":"{place.agent}",' if place.agent else ""
    tail = ",".join([f'"{digest}"'] * 3)
    betas = ",".join(f'"feature-{n:02d}-2026-10-01"' for n in range(9))
    return (
        f'{{"type":"api-request","sessionId":"{client.session}",{agent}"id":"{answer.ref}",'
        f'"timestamp":"{stamp(place.time_ms)}","version":"{client.version}","querySource":"sdk","shapeHash":"{digest}",'
        f'"params":{{"model":"{answer.model}","betas":[{betas}],"max_tokens":128000,"thinking":{{"type":"adaptive"}}}},'
        f'"keep":4,"tail":[{tail}],"cacheControl":[{{"path":["system",2],"value":{{"type":"ephemeral"}}}}],'
        f'"requestDigest":"{digest}"}}\n'
    )


def metadata(kind: str, fields: str, session: str) -> str:
    return f'{{"type":"{kind}",{fields}"sessionId":"{session}"}}\n'


def queued(client: Client, time_ms: int) -> str:
    """A printed run's first two lines: the prompt goes into the queue and comes out."""
    at, session = stamp(time_ms), client.session
    start = '{"type":"queue-operation","operation":'
    return (
        f'{start}"enqueue","timestamp":"{at}","sessionId":"{session}","content":"go on"}}\n'
        f'{start}"dequeue","timestamp":"{at}","sessionId":"{session}"}}\n'
    )


def cost_state(client: Client, start_ms: int, model: str, counts: list[int]) -> str:
    """The client's own running total, which holds some requests that no line does."""
    _, inp, out, read, five, hour, web = counts
    usd = (4 * inp + 20 * out + 0.2 * read + 5 * five + 8 * hour) * 1.06 / 1e6 + web / 100
    usage = (
        f'"inputTokens":{inp + 420},"outputTokens":{out + 93},"cacheReadInputTokens":{read},'
        f'"cacheCreationInputTokens":{five + hour},"cacheCreationEphemeral5mInputTokens":{five},'
        f'"cacheCreationEphemeral1hInputTokens":{hour},"webSearchRequests":{web},"costUSD":{usd:.8f}'
    )
    return (
        f'{{"type":"cost-state","sessionId":"{client.session}","totalCostUSD":{usd:.8f},"totalAPIDuration":2371,'
        f'"totalAPIDurationWithoutRetries":2251,"totalToolDuration":3070,"totalLinesAdded":0,"totalLinesRemoved":0,'
        f'"totalDuration":7729,"startTime":{start_ms},"modelUsage":{{"{model}":{{{usage}}}}},'
        f'"hasUnknownModelCost":false}}\n'
    )
