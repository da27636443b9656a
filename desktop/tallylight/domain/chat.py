"""Conversations of an agent that keeps a database instead of a log: what they are, and how full their context was."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace


class Chat(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What the agent's own database says of one conversation. It never holds text of it but its title.

    Tokens are not part of it: such an agent counts them elsewhere, or nowhere.
    """

    source: str
    session_id: str
    #: The conversation that sent it out, for subagents and parallel attempts (`kind` "subagent", "attempt").
    parent: str = ""
    kind: str = ""
    title: str = ""
    cwd: str = ""
    branch: str = ""
    mode: str = ""
    #: As selected now; one that stands for "whichever" is spelled so.
    model: str = ""
    #: "generating", "waiting" for the user, or "" for neither.
    status: str = ""
    is_archived: bool = False
    created_ms: int = 0
    #: The newest thing that is known to have happened in it.
    moved_ms: int = 0
    #: When we saw it so: what counts for whether "generating" still holds.
    seen_ms: int = 0
    #: Models that wrote code in it, by the agent's own books, separated by commas.
    wrote: str = ""
    #: The machine whose ledger brought it, "" for this one.
    host: str = ""
    #: What old versions noted: tokens of some turns, and requests with their cents. 0 is unknown.
    old_input: int = 0
    old_output: int = 0
    old_requests: int = 0
    old_cents: int = 0

    @property
    def is_stray(self) -> bool:
        """Somebody else's subagent, but nobody knows whose."""
        return self.kind == "subagent" and not self.parent


def top_of(chat: str, parents: Mapping[str, str]) -> str:
    """The conversation that one comes from, through all that sent each other out."""
    seen = {chat}
    while (above := parents.get(chat, "")) and above not in seen:
        seen.add(above)
        chat = above
    return chat


class Gauge(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """How full the context of a conversation was at one moment, by the agent's own count. Never money, never a sum."""

    source: str
    session_id: str
    time_ms: int
    used: int
    size: int
    model: str = ""
    #: (category, tokens) of the same moment, as far as the agent splits it.
    parts: tuple[tuple[str, int], ...] = ()
    #: When it was read off, for one that has no time of its own; 0 for a point of the past.
    seen_ms: int = 0
    #: Which summary the conversation goes on from, "" for none: a gauge that falls with a new one was compacted.
    summary: str = ""
    #: "auto" or "manual" where the agent says that it compacts right after this.
    compacts: str = ""


def merged(before: Chat | None, now: Chat) -> Chat:
    """What is known of a chat once it was read again: nothing that was known is forgotten."""
    if before is None:
        return now
    newest, other = (now, before) if now.seen_ms >= before.seen_ms else (before, now)
    texts = {
        name: getattr(newest, name) or getattr(other, name)
        for name in ("parent", "kind", "title", "cwd", "branch", "mode", "model")
    }
    most = {
        name: max(getattr(newest, name), getattr(other, name))
        for name in ("moved_ms", "old_input", "old_output", "old_requests", "old_cents")
    }
    made = min(filter(None, (before.created_ms, now.created_ms)), default=0)
    host = before.host and now.host  # what this machine has itself is its own
    return replace(newest, created_ms=made, wrote=now.wrote or before.wrote, host=host, **texts, **most)
