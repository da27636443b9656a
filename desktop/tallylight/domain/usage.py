"""Usage events: one billed model request, merged from every statement a log makes about it."""

from __future__ import annotations

from operator import attrgetter

import msgspec

#: Sources spell "no model" this way for placeholders the client wrote itself.
SYNTHETIC_MODEL = "<synthetic>"


class UsageEvent(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One billed model request as its log states it.

    A log may state a request many times while it streams, and copies of it turn up in forked files.
    `merge` brings any number of statements, in any order, to the same event. Tokens are in classes that
    never overlap; `reasoning` is a part of `output`. Times are milliseconds since the epoch, UTC.
    """

    key: str
    source: str
    session_id: str
    time_ms: int
    model: str

    input: int = 0
    output: int = 0
    reasoning: int = 0
    cache_read: int = 0
    #: All cache writes as the flat counter says; the two durations may say less (split unknown).
    cache_write: int = 0
    cache_write_5m_stated: int = 0
    cache_write_1h: int = 0
    web_searches: int = 0
    web_fetches: int = 0

    speed: str = ""
    geo: str = ""
    tier: str = ""

    #: "message", or what an extra billed pass was: "compaction", "advisor".
    kind: str = "message"
    #: Tokens the request sent, from its last message pass; 0 when this row says nothing about size.
    context: int = 0
    #: Whether any statement carried a stop reason: without one the output may be a placeholder.
    is_final: bool = False
    #: The key is unique by itself (False for ids that gateways make up).
    has_strong_key: bool = True
    request_id: str = ""
    #: pico-USD the source itself reported on the line (logs of 2025), -1 for none.
    reported_picousd: int = -1

    #: How full the statement was that model, speed, geo and tier come from: see `merge`.
    weight: int = 0

    # Attribution: all of these belong to one statement, the one with the lowest `rank`.
    is_copy: bool = False
    is_sidechain: bool = False
    file_started_ms: int = 0
    stated_ms: int = 0
    stated_id: str = ""
    #: The session whose file made this statement; differs from session_id when the line names another owner.
    file_session_id: str = ""
    account: str = ""
    agent_id: str = ""
    cwd: str = ""
    branch: str = ""
    version: str = ""
    entrypoint: str = ""
    effort: str = ""
    prompt_id: str = ""
    origin: str = ""
    agent_type: str = ""
    skill: str = ""
    plugin: str = ""
    mcp_server: str = ""
    mcp_tool: str = ""
    cache_miss: str = ""
    #: The machine it was made on, "" for this one.
    host: str = ""

    #: Names of the tools this response called, sorted.
    tools: tuple[str, ...] = ()

    @property
    def cache_write_5m(self) -> int:
        """5-minute writes; a flat total without a split is booked here, the cheaper of the two."""
        return self.cache_write_5m_stated + max(
            0, self.cache_write - self.cache_write_5m_stated - self.cache_write_1h
        )

    @property
    def prompt(self) -> int:
        """All tokens sent: what decides the price tier of a tiered model."""
        return self.input + self.cache_read + self.cache_write_5m + self.cache_write_1h

    @property
    def is_at_least(self) -> bool:
        """The output count is a floor: the stream's first figure, and no final line was ever written."""
        return not self.is_final and self.output < 10

    @property
    def rank(self) -> tuple[bool, bool, int, str, int, str]:
        """Which statement owns the request: the smallest. Originals before copies, main before sidechain,
        then the session that started earliest; the rest makes the order total."""
        return (
            self.is_copy,
            self.is_sidechain,
            self.file_started_ms,
            self.file_session_id,
            self.stated_ms,
            self.stated_id,
        )


#: All of one statement's attribution, taken together from the statement of lowest rank.
_attribution = attrgetter(
    "session_id", "request_id", "is_copy", "is_sidechain", "file_started_ms",
    "stated_ms", "stated_id", "file_session_id", "account", "agent_id", "cwd", "branch", "version", "entrypoint",
    "effort", "prompt_id", "origin", "agent_type", "skill", "plugin", "mcp_server", "mcp_tool", "cache_miss",
)  # fmt: skip


_fullness = attrgetter("weight", "model", "speed", "geo", "tier")


def merge(a: UsageEvent, b: UsageEvent, here: str = "") -> UsageEvent:
    """The event that two statements of one request make: commutative, associative, idempotent.

    Counters take field-wise maxima (a zeroed replay cannot erase, a placeholder cannot freeze), and the time is
    the earliest. What decides the price (model, speed, geo, tier) is as the fullest statement has it, and who made
    the request as the statement with the lower rank has it. `here` is what this machine is called on others: of one
    line that two machines hold, all of them must name the same owner.
    """
    fullest = a if _fullness(a) >= _fullness(b) else b
    rank, other = a.rank, b.rank
    if (
        rank == other
    ):  # copies of one line below two roots, say: which of them wins must not depend on the order
        rank, other = (*_attribution(a), a.host or here), (*_attribution(b), b.host or here)
    owner = a if rank <= other else b
    return msgspec.structs.replace(
        owner,
        model=fullest.model,
        speed=fullest.speed,
        geo=fullest.geo,
        tier=fullest.tier,
        weight=fullest.weight,
        time_ms=min(a.time_ms, b.time_ms),
        input=max(a.input, b.input),
        output=max(a.output, b.output),
        reasoning=max(a.reasoning, b.reasoning),
        cache_read=max(a.cache_read, b.cache_read),
        cache_write=max(a.cache_write, b.cache_write),
        cache_write_5m_stated=max(a.cache_write_5m_stated, b.cache_write_5m_stated),
        cache_write_1h=max(a.cache_write_1h, b.cache_write_1h),
        web_searches=max(a.web_searches, b.web_searches),
        web_fetches=max(a.web_fetches, b.web_fetches),
        context=max(a.context, b.context),
        is_final=a.is_final or b.is_final,
        reported_picousd=max(a.reported_picousd, b.reported_picousd),
        tools=a.tools if a.tools == b.tools else tuple(sorted({*a.tools, *b.tools})),
    )


class Mark(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Something that happened in a session and is not usage: a prompt, a compaction, an error.

    It never holds text of the conversation. `value` and `other` are numbers whose meaning `kind` gives:

    - `prompt`: a message of the user's; `value` the bytes of what was typed or pasted, 0 where that is not all of it;
      `label` the model that was selected for it, where the source says.
    - `compaction`: `label` auto or manual, `value` tokens before, `other` tokens after.
    - `failure`: a tool call that failed; `label` the tool, `value` how many times in a row this very call has failed
      since the last prompt.
    - `error`: an answer the provider refused or the client made up; `value` the HTTP status or 0.
    - `rewind`: turns from `value` (ms) up to `time_ms` left the path of the conversation.
    """

    key: str
    source: str
    session_id: str
    time_ms: int
    kind: str
    label: str = ""
    value: int = 0
    other: int = 0
    agent_id: str = ""
    is_copy: bool = False
    file_started_ms: int = 0

    @property
    def rank(self) -> tuple[bool, int, str]:
        return (self.is_copy, self.file_started_ms, self.session_id)


#: How names of facts about what a session starts with begin.
START_FACT = "start:"


class SessionFact(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A statement about a session as a whole, of which the one with the highest `order` holds.

    `name` is one of: `title` (the client's or the user's own name for it), `cost_state` (the client's running
    total: `value` is JSON), `parent` (the session it was forked from), `started` (`number` in ms), `status` (the newest
    status line payload, as JSON of numbers and ids), `agent:<id>` (JSON: type, description, parent agent), `summary`
    (which one a chat goes on from), `start:<part>` (`number` bytes of what fills the context before the first prompt).
    """

    source: str
    session_id: str
    name: str
    value: str = ""
    number: int = 0
    order: int = 0


class Rejected(msgspec.Struct, frozen=True, gc=False):
    """Why something in a source was not understood, and how often: shown to the user, never raised."""

    source: str
    reason: str
    count: int = 1
