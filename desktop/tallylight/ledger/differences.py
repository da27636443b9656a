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

    A fork's total goes on from its parent's, and with it all that is missing there: only what came since is its own.
    """
    lineage = _Lineage(connection, sessions)
    found: dict[str, int] = {}
    for session in lineage.stated if sessions is None else lineage.stated.keys() & set(sessions):
        missing = lineage.missing(session) - lineage.missing_above(session)
        if missing >= NO_DIFFERENCE_PICOUSD:
            found[session] = missing
    return found


def missing_above(connection: sqlite3.Connection, session: str) -> int:
    """pico-USD that the parent's client counted and no row of the parent's holds."""
    return _Lineage(connection, [session]).missing_above(session)


def last_stated(connection: sqlite3.Connection, sessions: Collection[str]) -> dict[str, int]:
    """When (in ms) each session's client last stated its total: all there is of one without an answer."""
    # `sources.claude_code` counts the facts of one moment in the lowest 21 bits of a fact's order.
    rows = connection.execute(
        """SELECT session_id, max(CASE name WHEN 'status' THEN "order" ELSE "order" >> 21 END) FROM session_fact
           WHERE (name = 'status' OR name GLOB 'cost_state:*') AND session_id IN (SELECT value FROM json_each(?))
           GROUP BY session_id""",
        (json.dumps(list(sessions)),),
    )
    return dict(rows)


class _Lineage:
    """Sessions with their clients' totals, and those that they were forked from."""

    def __init__(self, connection: sqlite3.Connection, sessions: Collection[str] | None) -> None:
        self._facts = _facts(connection, sessions)
        self.stated = {name: total for name, of in self._facts.items() if (total := _total(of)) >= 0}
        self._itemised = _itemised(connection, list(self.stated))

    def missing(self, session: str) -> int:
        return max(0, self.stated[session] - self._itemised.get(session, 0))

    def missing_above(self, session: str) -> int:
        """What is missing in the nearest session above whose client stated a total."""
        seen = {session}
        parent = self._facts.get(session, {}).get("parent", "")
        while parent and parent not in seen:
            if parent in self.stated:
                return self.missing(parent)
            seen.add(parent)
            parent = self._facts.get(parent, {}).get("parent", "")
        return 0


def _facts(connection: sqlite3.Connection, sessions: Collection[str] | None) -> dict[str, dict[str, str]]:
    """The totals of these sessions and of those that they were forked from."""
    facts: dict[str, dict[str, str]] = {}
    wanted = None if sessions is None else set(sessions)
    while wanted is None or wanted:
        among = "TRUE" if wanted is None else "session_id IN (SELECT value FROM json_each(?))"
        values = () if wanted is None else (json.dumps(list(wanted)),)
        new: dict[str, dict[str, str]] = {}
        # Where no line names it, the session that paid for the newest copied request is the parent.
        for session, parent in connection.execute(
            f"""SELECT i.session_id, substr(max(printf('%020d', e.time_ms) || e.session_id), 21)
                FROM inheritance i JOIN usage_event e ON e.key = i.event_key
                WHERE e.session_id <> i.session_id AND i.{among.replace("TRUE", "session_id IS NOT NULL")}
                GROUP BY i.session_id""",
            values,
        ):
            new.setdefault(session, {})["parent"] = parent
        for session, name, value in connection.execute(
            f"SELECT session_id, name, value FROM session_fact WHERE {_OF_TOTALS} AND {among}", values
        ):
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
