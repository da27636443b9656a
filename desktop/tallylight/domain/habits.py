"""What a user's own history says of their sessions: how they begin, what compacting leaves, which models do what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from tallylight.domain.carry import Beginning


class ModelFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the price book and the ledger know of a model, by its spelling in the logs.

    `rank` says how capable its family is, 0 for unknown. `density` is how many tokens its tokenizer makes of a text
    beside the older ones, in per cent.
    """

    provider: str
    window: int
    rank: int = 0
    density: int = 100
    #: Light turns of main threads, and requests of subagents, that the user's history has of it.
    light_turns: int = 0
    agent_requests: int = 0


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """How one past session began: its first turn, and how many of its turns carried that on."""

    session_id: str
    source: str
    project: str
    time_ms: int
    model: str
    speed: str
    context: int
    cache_read: int
    is_1h: bool
    turns: int
    #: The request of its first turn.
    key: str = ""
    #: (part, bytes) of what filled its context before the first prompt, as far as its log has them.
    parts: Mapping[str, int] = {}


class Habits(msgspec.Struct, frozen=True, kw_only=True):
    """What the user's own history says, renewed now and then."""

    #: By the agent and the project's path, and by the agent: each sends a prompt and tools of its own.
    starts: Mapping[tuple[str, str], Beginning] = {}
    compacted: Mapping[str, Beginning] = {}
    models: Mapping[str, ModelFacts] = {}
    #: The sessions of the last thirty days.
    begun: Sequence[Begun] = ()
