"""What the clients' own totals hold beyond the ledger's rows: shown as "not itemised", never spread over rows."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping

from tallylight.domain.fold import NO_DIFFERENCE_PICOUSD
from tallylight.ledger.facts import cost_state, status_of

_OF_TOTALS = "(name GLOB 'cost_state:*' OR name IN ('status', 'parent'))"


def differences(connection: sqlite3.Connection, sessions: Collection[str] | None = None) -> dict[str, int]:
    """pico-USD per session (all, or these) that its client counted and no row holds; sessions without are left out.

    A fork's total goes on from its parent's, and so does what is missing from it: the parent's share is its own.
    """
    facts = _facts(connection, sessions)
    stated = {session: total for session, of in facts.items() if (total := _total(of)) >= 0}
    itemised = _itemised(connection, list(stated))
    found: dict[str, int] = {}

    def beyond(session: str, above: frozenset[str]) -> int:
        difference = stated.get(session, 0) - itemised.get(session, 0) if session in stated else 0
        parent = facts.get(session, {}).get("parent", "")
        if difference > 0 and parent and parent not in above:
            difference -= beyond(parent, above | {session})
        return difference if difference >= NO_DIFFERENCE_PICOUSD else 0

    for session in stated if sessions is None else sessions:
        difference = beyond(session, frozenset())
        if difference:
            found[session] = difference
    return found


def _facts(connection: sqlite3.Connection, sessions: Collection[str] | None) -> dict[str, dict[str, str]]:
    """The totals of these sessions and of those that they were forked from."""
    facts: dict[str, dict[str, str]] = {}
    wanted = None if sessions is None else set(sessions)
    while wanted is None or wanted:
        among = "TRUE" if wanted is None else "session_id IN (SELECT value FROM json_each(?))"
        rows = connection.execute(
            f"SELECT session_id, name, value FROM session_fact WHERE {_OF_TOTALS} AND {among}",
            () if wanted is None else (json.dumps(list(wanted)),),
        )
        new: dict[str, dict[str, str]] = {}
        for session, name, value in rows:
            new.setdefault(session, {})[name] = value
        facts.update(new)
        if wanted is None:
            break
        wanted = {of["parent"] for of in new.values() if "parent" in of} - facts.keys()
    return facts


def _total(facts: Mapping[str, str]) -> int:
    """The larger of what the client wrote at its end and what its status line said; -1 for neither."""
    total, _window = cost_state(facts, "")
    status = status_of(facts.get("status", ""))
    return max(total, status.total_picousd if status else -1)


def _itemised(connection: sqlite3.Connection, sessions: list[str]) -> dict[str, int]:
    """Cost of each session's rows, and of those that it holds as copied history."""
    among = json.dumps(sessions)
    own = connection.execute(
        """SELECT session_id, sum(cost_picousd) FROM usage_event
           WHERE session_id IN (SELECT value FROM json_each(?)) GROUP BY session_id""",
        (among,),
    )
    sums = {session: cost or 0 for session, cost in own}
    inherited = connection.execute(
        """SELECT i.session_id, sum(e.cost_picousd) FROM inheritance i JOIN usage_event e ON e.key = i.event_key
           WHERE i.session_id IN (SELECT value FROM json_each(?)) AND e.session_id <> i.session_id
           GROUP BY i.session_id""",
        (among,),
    )
    for session, cost in inherited:
        sums[session] = sums.get(session, 0) + (cost or 0)
    return sums
