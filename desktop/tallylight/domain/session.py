"""A session as a fold over its events: replaying the ledger yields the live state."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from tallylight.domain.chat import Chat
from tallylight.domain.recorded import PROVISIONAL

#: The kind of a turn that is no request.
GAUGE = "gauge"
#: Kinds of requests that answer somebody; a provisional one is replaced by its bill.
ANSWERS = ("message", "provisional")


class Activity(StrEnum):
    """What an agent is doing now, as its own registry says."""

    BUSY = "busy"
    IDLE = "idle"
    WAITING = "waiting"
    RECENT = "recent"  # no registry speaks of it, but it moved in the last half hour
    ENDED = "ended"


class Turn(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One model request, as the window shows it. `cost_picousd` None is unpriced."""

    key: str
    number: int
    time_ms: int
    model: str
    context: int
    input: int
    cache_read: int
    cache_write_5m: int
    cache_write_1h: int
    output: int
    reasoning: int = 0
    web_searches: int = 0
    cost_picousd: int | None
    #: pico-USD for input, output, cache reads, 5-minute writes, 1-hour writes, web searches; empty when unpriced.
    costs: tuple[int, ...] = ()
    agent_id: str = ""
    #: Belongs to the main thread and to the path of the conversation: a point of the context curve.
    is_on_path: bool = True
    #: Paid in another session, from which this one was forked: context here, no cost.
    is_inherited: bool = False
    is_at_least: bool = False
    #: The log gives cache writes in all, not how long they live: they count as 5-minute writes, the cheaper kind.
    split_is_unknown: bool = False
    kind: str = "message"
    tools: tuple[str, ...] = ()
    request_id: str = ""
    effort: str = ""
    speed: str = ""
    cache_miss: str = ""
    #: ms since the previous main-thread turn; 0 for the first.
    pause_ms: int = 0
    #: Who pays by a provider's bill, "" where none states it, and what was charged on top of a plan, None for unknown.
    covered_by: str = ""
    charged_picousd: int | None = None
    #: The cost is what the bill says the request is worth; only its split is by our list prices.
    is_reported: bool = False
    #: The bill names no chat for it: this one was found.
    is_inferred: bool = False

    @property
    def is_gauge(self) -> bool:
        """No request, but how full the context was, as an agent's own gauge showed it."""
        return self.kind == GAUGE

    @property
    def is_sent(self) -> bool:
        """A request that sent the context of the conversation, where a gauge only read it off."""
        return self.is_on_path and not self.is_gauge

    @property
    def is_provisional(self) -> bool:
        """Counted when the turn ended, until the bill has it."""
        return self.kind == PROVISIONAL

    @property
    def has_left_path(self) -> bool:
        """A request of the main thread that the conversation no longer goes by."""
        return (
            not self.is_on_path
            and not self.agent_id
            and self.kind in ("message", "compaction")
            and bool(self.context)
        )

    @property
    def new_tokens(self) -> int:
        """Tokens of the prompt that no cache served."""
        return self.input + self.cache_write_5m + self.cache_write_1h


class SessionMark(msgspec.Struct, frozen=True, gc=False):
    """A thing to mark on the curves: see `usage.Mark`; also `rebuild` (cache written anew) and `model`."""

    kind: str
    time_ms: int
    label: str = ""
    value: int = 0
    other: int = 0


class Subagent(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One agent that the session started, with what it cost so far."""

    agent_id: str
    type: str = ""
    description: str = ""
    parent_agent_id: str = ""
    model: str = ""
    cost_picousd: int = 0
    unpriced: int = 0
    requests: int = 0
    first_ms: int = 0
    last_ms: int = 0
    context: int = 0


class NextTurn(msgspec.Struct, frozen=True, gc=False):
    """What re-sending this context costs: from a warm cache until `expires_ms`, written anew after it."""

    warm_picousd: int
    cold_picousd: int
    expires_ms: int
    #: Nobody states how long the cache lives: five minutes are assumed.
    is_assumed: bool = False

    def at(self, now_ms: int) -> int:
        return self.warm_picousd if now_ms < self.expires_ms else self.cold_picousd


class Difference(msgspec.Struct, frozen=True, gc=False):
    """What the client's own total holds beyond the transcript: shown, never spread over rows."""

    picousd: int
    reference: str  # "cost-state" or "status line"
    reference_picousd: int
    itemised_picousd: int


class SessionView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one session's card, line and page show, at one moment."""

    session_id: str
    source: str
    account: str = ""
    #: The machine it runs on, "" for this one.
    host: str = ""
    project: str = ""
    project_path: str = ""
    branch: str = ""
    title: str = ""
    model: str = ""
    version: str = ""
    activity: Activity = Activity.ENDED
    waiting_for: str = ""
    started_ms: int = 0
    last_ms: int = 0

    cost_picousd: int = 0
    unpriced: int = 0
    at_least: int = 0
    requests: int = 0
    turns: int = 0
    output: int = 0
    last_turn_picousd: int | None = None
    next_turn: NextTurn | None = None

    context: int = 0
    context_window: int = 0
    #: Where the window's size comes from: "client", "learned", "price list", "assumed".
    window_source: str = ""
    compact_at: int = 0
    compact_is_learned: bool = False
    growth_per_turn: int = 0
    turns_until_compact: int | None = None
    cache_share: float = 0.0
    burn_picousd_per_h: int = 0
    turns_since_prompt: int = 0
    last_prompt_ms: int = 0
    spent_since_prompt_picousd: int = 0

    #: (time_ms, context, cost_picousd of the turn) of the newest main-thread turns, oldest first.
    points: tuple[tuple[int, int, int], ...] = ()
    subagents: tuple[Subagent, ...] = ()
    not_itemised: Difference | None = None
    #: What the agent's own database says of it, for one that keeps no log.
    chat: Chat | None = None
    #: (category, tokens) of the context, as far as the agent splits it.
    context_parts: tuple[tuple[str, int], ...] = ()
    #: Prompts of which nobody told the tokens: what they cost is unknown, which is not nothing.
    untold: int = 0

    @property
    def has_no_tokens(self) -> bool:
        """Nobody told what any of it cost."""
        return bool(self.untold) and not self.requests

    @property
    def context_share(self) -> float:
        return self.context / self.context_window if self.context_window else 0.0


class SessionDetail(msgspec.Struct, frozen=True, kw_only=True):
    """One session with all its turns and marks: the Live page and the end of every drill-down."""

    view: SessionView
    turns: Sequence[Turn]
    marks: Sequence[SessionMark] = ()


def session_name(view: SessionView) -> str:
    """What people call a session; its id where neither project nor title is known."""
    text = view.project or view.title
    return " ".join("".join(c if c.isprintable() else " " for c in text).split()) or view.session_id[:8]
