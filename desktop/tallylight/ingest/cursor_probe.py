"""Whether each part of what Cursor keeps is there and as we know it: none of it is documented."""

from __future__ import annotations

from tallylight.domain.snapshot import Part
from tallylight.ingest.cursor_database import CursorDatabase
from tallylight.ingest.cursor_heads import CursorHeads
from tallylight.sources.cursor_records import Composer, count, decoded

#: So many of the newest chats speak for all.
_SAMPLE = 12


def probe(database: CursorDatabase, heads: CursorHeads) -> tuple[Part, ...]:
    """The parts of one database, once both were looked at. Raises ForeignError."""
    values = [value for chat in database.newest(_SAMPLE) if (value := database.chat(chat)) is not None]
    read = [chat for value in values if (chat := decoded(value, Composer)) is not None]
    gauges = [chat for chat in read if chat.context_tokens_used is not None]
    return (
        Part("chats", _state(len(values), len(read))),
        Part(
            "list of chats",
            "changed" if heads.problem else "present" if heads.index else "absent",
        ),
        Part("context", _state(len(gauges), sum(bool(count(chat.context_tokens_used)) for chat in gauges))),
        Part("what fills the context", "present" if any(_parts(chat) for chat in read) else "absent"),
    )


def _state(there: int, understood: int) -> str:
    if not there:
        return "absent"
    return "changed" if understood * 2 < there else "present"


def _parts(chat: Composer) -> bool:
    return chat.prompt_token_breakdown is not None and bool(chat.prompt_token_breakdown.categories)
