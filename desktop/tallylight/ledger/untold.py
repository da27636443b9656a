"""Which groups of a summary have sessions that tell no tokens."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import PurePath

from tallylight.domain.chat import Chat
from tallylight.domain.summary import Filter, Summary, SummaryRow, Totals
from tallylight.ledger.chats import untold_within
from tallylight.ledger.days import day_of
from tallylight.ledger.queries import Queries

#: What a chat itself says of groups that are made of requests otherwise.
_OF_CHAT = {"agent": "source", "branch": "branch", "model": "model", "session": "session_id"}


def untold_by(
    connection: sqlite3.Connection, queries: Queries, by: str, wanted: Filter
) -> Mapping[str, Sequence[Chat]]:
    """Those of a period by group. What only requests have (a machine, a skill) is "" for all of them."""
    found: dict[str, list[Chat]] = {}
    for chat, project in untold_within(connection, wanted):
        key = project if by == "project" else str(getattr(chat, _OF_CHAT.get(by, ""), ""))
        if by in ("day", "week", "month"):
            key = queries.slot(by, day_of(chat.moved_ms))
        found.setdefault(key, []).append(chat)
    return found


def without_requests(groups: Summary, untold: Mapping[str, Sequence[Chat]]) -> list[SummaryRow]:
    """Groups of which nothing else is known."""
    known = {row.key for row in groups.rows}
    return [
        SummaryRow(
            key=key,
            label=(PurePath(key).name or key) if groups.by == "project" else key,
            totals=Totals(),
            is_untold=True,
        )
        for key in sorted(untold.keys() - known)
    ]
