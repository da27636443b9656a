"""Whether each part of what Cursor keeps is there and as we know it: none of it is documented."""

from __future__ import annotations

from collections.abc import Sequence

from tallylight.domain.snapshot import Part
from tallylight.ingest.cursor_database import CursorDatabase
from tallylight.sources.cursor_records import Composer, count, decoded

#: So many of the newest chats speak for all.
_SAMPLE = 12


def probe(database: CursorDatabase, newest: Sequence[str]) -> tuple[Part, ...]:
    """The parts of one database, after `database.heads()`. Raises ForeignError."""
    values = [value for chat in newest[:_SAMPLE] if (value := database.chat(chat)) is not None]
    read = [chat for value in values if (chat := decoded(value, Composer)) is not None]
    gauges = [chat for chat in read if chat.context_tokens_used is not None]
    return (
        Part("chats", _state(len(values), len(read))),
        Part(
            "list of chats",
            "changed" if database.index_problem else "present" if database.index else "absent",
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
