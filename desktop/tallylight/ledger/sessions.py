"""Reading one session out of the ledger, folded into what is shown of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath
from typing import Any

import msgspec

from tallylight.domain.fold import Attributes, CardFor, Status, detail_of
from tallylight.domain.money import from_dollars
from tallylight.domain.session import Activity, SessionDetail, SessionMark, Turn

_TURN_COLUMNS = """e.key, e.time_ms, e.model, e.context, e.input, e.cache_read, e.cache_write_5m, e.cache_write_1h,
    e.output, e.reasoning, e.web_searches, e.cost_picousd, e.agent_id, e.is_sidechain, e.is_final, e.kind, e.tools,
    e.request_id, e.effort, e.speed, e.cache_miss, e.cost_input, e.cost_output, e.cost_cache_read,
    e.cost_cache_write_5m, e.cost_cache_write_1h, e.cost_web_search"""


class Presence(msgspec.Struct, frozen=True):
    """What the client's own registry of running sessions says of one."""

    activity: Activity
    waiting_for: str = ""
    name: str = ""


class Sessions:
    """Folds sessions from one connection. `prices` and `window_of` answer for prices and model limits."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        card_for: CardFor,
        window_of: Callable[[str], int | None],
        client_settings: Callable[[str], tuple[int, bool]] = lambda _account: (0, True),
    ) -> None:
        self._connection = connection
        self._card_for = card_for
        self._window_of = window_of
        self._client_settings = client_settings

    def detail(self, session_id: str, now_ms: int, presence: Presence | None = None) -> SessionDetail | None:
        """The session with all its turns and marks, None when the ledger does not know it."""
        turns = self.turns(session_id)
        marks = self._marks(session_id)
        if not turns and not marks:
            return None
        known = self._attributes(session_id, turns, presence)
        return detail_of(known, turns, marks, self._card_for, self._window_of, now_ms)

    def turns(self, session_id: str) -> list[Turn]:
        """All requests of the session in order of time, and those it holds as copied history."""
        own = self._connection.execute(
            f"SELECT {_TURN_COLUMNS}, 0 FROM usage_event e WHERE e.session_id = ?",
            (session_id,),
        ).fetchall()
        inherited = self._connection.execute(
            f"""SELECT {_TURN_COLUMNS}, 1 FROM inheritance i JOIN usage_event e ON e.key = i.event_key
                WHERE i.session_id = ? AND e.session_id <> ?""",
            (session_id, session_id),
        ).fetchall()
        rows = sorted([*own, *inherited], key=lambda row: (row[1], row[0]))
        return [_turn(row) for row in rows]

    def matching(self, where: str, values: Sequence[object], limit: int) -> list[Turn]:
        """The newest requests that meet a condition of `queries.conditions`, oldest first."""
        rows = self._connection.execute(
            f"SELECT {_TURN_COLUMNS}, 0 FROM usage_event e WHERE {where} ORDER BY time_ms DESC, key LIMIT ?",
            (*values, limit),
        ).fetchall()
        return [_turn(row) for row in reversed(rows)]

    def _marks(self, session_id: str) -> list[SessionMark]:
        rows = self._connection.execute(
            "SELECT kind, time_ms, label, value, other FROM mark WHERE session_id = ? ORDER BY time_ms",
            (session_id,),
        )
        return [SessionMark(*row) for row in rows]

    def _attributes(self, session_id: str, turns: Sequence[Turn], presence: Presence | None) -> Attributes:
        facts: dict[str, str] = dict(
            self._connection.execute(
                "SELECT name, value FROM session_fact WHERE session_id = ?", (session_id,)
            )
        )
        row = self._connection.execute(
            """SELECT source, account, project, branch, version FROM usage_event WHERE session_id = ?
               ORDER BY is_sidechain, time_ms DESC LIMIT 1""",
            (session_id,),
        ).fetchone() or ("", "", "", "", "")
        source, account, project, branch, version = row
        on_path = [turn.model for turn in turns if turn.is_on_path]
        total, window = cost_state(facts, on_path[-1] if on_path else "")
        compact_at, compacts = self._client_settings(account)
        return Attributes(
            session_id=session_id,
            source=source,
            account=account,
            project=PurePath(project).name or project,
            project_path=project,
            branch=branch,
            title=title_of(facts) or (presence.name if presence else ""),
            version=version,
            activity=presence.activity if presence else None,
            waiting_for=presence.waiting_for if presence else "",
            cost_state_picousd=total,
            cost_state_window=window,
            parent_difference_picousd=self._parent_difference(facts),
            status=_status(facts.get("status", "")),
            agents=_agents(facts),
            compact_at=compact_at,
            compacts_by_itself=compacts,
        )

    def _parent_difference(self, facts: Mapping[str, str]) -> int:
        parent = facts.get("parent")
        return not_itemised(self._connection, parent) if parent else 0


def not_itemised(connection: sqlite3.Connection, session_id: str, seen: frozenset[str] = frozenset()) -> int:
    """pico-USD of the client's own total that no row of the session holds; 0 without such a total."""
    facts = dict(
        connection.execute("SELECT name, value FROM session_fact WHERE session_id = ?", (session_id,))
    )
    total, _window = cost_state(facts, "")
    status = _status(facts.get("status", ""))
    total = max(total, status.total_picousd if status else -1)
    if total < 0:
        return 0
    (own,) = connection.execute(
        "SELECT coalesce(sum(cost_picousd), 0) FROM usage_event WHERE session_id = ?", (session_id,)
    ).fetchone()
    (inherited,) = connection.execute(
        """SELECT coalesce(sum(e.cost_picousd), 0) FROM inheritance i JOIN usage_event e ON e.key = i.event_key
           WHERE i.session_id = ? AND e.session_id <> ?""",
        (session_id, session_id),
    ).fetchone()
    difference = total - own - inherited
    parent = facts.get("parent", "")
    if difference > 0 and parent and parent not in seen:
        difference = max(0, difference - not_itemised(connection, parent, seen | {session_id}))
    return difference if difference >= 10_000_000 else 0


def title_of(facts: Mapping[str, str]) -> str:
    """The session's name: the user's, else the client's, else none. Never the text of a prompt."""
    for kind in ("custom-title", "ai-title", "summary"):
        if facts.get(f"title:{kind}"):
            return facts[f"title:{kind}"]
    return ""


def cost_state(facts: Mapping[str, str], model: str) -> tuple[int, int]:
    """The client's own total in pico-USD (-1 for none) and the window it names for `model` (0 for none).

    A resumed session goes on from its old total, so of several totals the largest holds; they never add up.
    """
    total, window = -1, 0
    for name, value in facts.items():
        if not name.startswith("cost_state:"):
            continue
        state = msgspec.json.decode(value)
        stated = from_dollars(state.get("total_usd") or 0)
        if stated > total:
            total = stated
            models = (state.get("models") or {}).items()
            windows = [
                m.get("contextWindow") or 0 for spelled, m in models if spelled.partition("[")[0] == model
            ]
            window = max(windows, default=0)
    return total, window


def _status(value: str) -> Status | None:
    return msgspec.json.decode(value, type=Status) if value else None


def _agents(facts: Mapping[str, str]) -> dict[str, tuple[str, str, str]]:
    agents: dict[str, tuple[str, str, str]] = {}
    for name, value in facts.items():
        if name.startswith("agent:"):
            meta = msgspec.json.decode(value)
            agents[name.removeprefix("agent:")] = (meta["type"], meta["description"], meta["parent"])
    return agents


def _turn(row: Sequence[Any]) -> Turn:
    (key, time_ms, model, context, input_, read, write_5m, write_1h, output, reasoning, web, cost, agent_id,
     is_sidechain, is_final, kind, tools, request_id, effort, speed, miss, *costs, is_inherited) = row  # fmt: skip
    return Turn(
        key=key,
        number=0,
        time_ms=time_ms,
        model=model,
        context=context,
        input=input_,
        cache_read=read,
        cache_write_5m=write_5m,
        cache_write_1h=write_1h,
        output=output,
        reasoning=reasoning,
        web_searches=web,
        cost_picousd=cost,
        costs=tuple(costs) if cost is not None else (),
        agent_id=agent_id or ("side" if is_sidechain else ""),
        is_on_path=not is_sidechain and kind == "message" and bool(context),
        is_inherited=bool(is_inherited),
        is_at_least=not is_final and int(output) < 10,
        kind=kind,
        tools=tuple(str(tools).split(",")) if tools else (),
        request_id=request_id,
        effort=effort,
        speed=speed,
        cache_miss=miss,
    )
