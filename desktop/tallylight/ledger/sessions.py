"""Reading one session out of the ledger, folded into what is shown of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import PurePath
from typing import Any

import msgspec

from tallylight.domain.billing import REPORTED
from tallylight.domain.chat import Chat
from tallylight.domain.fold import Attributes, CardFor, Status, detail_of
from tallylight.domain.session import ANSWERS, Activity, SessionDetail, SessionMark, Turn
from tallylight.ledger.chats import chat_of, children_of, gauge_turn, gauges_of, project_of_chat
from tallylight.ledger.differences import missing_above
from tallylight.ledger.facts import agents_of, cost_state, status_of, title_of

_TURN_COLUMNS = """e.key, e.time_ms, e.model, e.context, e.input, e.cache_read, e.cache_write_5m, e.cache_write_1h,
    e.output, e.reasoning, e.web_searches, e.cost_picousd, e.agent_id, e.is_sidechain, e.is_final, e.kind, e.tools,
    e.request_id, e.effort, e.speed, e.cache_miss,
    e.cache_write > e.cache_write_5m_stated + e.cache_write_1h, e.cost_input, e.cost_output, e.cost_cache_read,
    e.cost_cache_write_5m, e.cost_cache_write_1h, e.cost_web_search"""
#: What a bill says beside it.
_CHARGE_COLUMNS = f"""(SELECT coverage FROM charge WHERE charge.key = e.key),
    (SELECT charged_picousd FROM charge WHERE charge.key = e.key), e.priced_with = '{REPORTED}',
    (SELECT is_inferred FROM charge WHERE charge.key = e.key)"""


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
        marks = self._marks(session_id, turns)
        chat = chat_of(self._connection, session_id)
        if not turns and not marks and chat is None:
            return None
        known = self._attributes(session_id, turns, presence)
        if chat is not None:
            known, turns = self._with_chat(known, chat, turns)
        return detail_of(known, turns, marks, self._card_for, self._window_of, now_ms)

    def _with_chat(
        self, known: Attributes, chat: Chat, turns: Sequence[Turn]
    ) -> tuple[Attributes, list[Turn]]:
        """What the agent's own database adds to the requests, if there are any: how full the context was, and whom
        the conversation sent out."""
        gauges = gauges_of(self._connection, chat)
        children = children_of(self._connection, chat.session_id)
        points = [gauge_turn(gauge) for gauge in gauges]
        for child in children:
            points += [gauge_turn(point, child.session_id) for point in gauges_of(self._connection, child)]
        project = known.project_path or project_of_chat(self._connection, chat.session_id)
        newest = next((gauge for gauge in reversed(gauges) if gauge.size), None)
        split = next((gauge.parts for gauge in reversed(gauges) if gauge.parts), ())
        return msgspec.structs.replace(
            known,
            source=chat.source,
            project=PurePath(project).name or project,
            project_path=project,
            branch=known.branch or chat.branch,
            host=known.host or chat.host,
            status=Status(at_ms=newest.time_ms, context_window=newest.size) if newest else known.status,
            agents={**known.agents, **{c.session_id: (c.kind, self._title(c), "") for c in children}},
            chat=chat,
            context_parts=split,
        ), sorted(
            [*_within(turns, newest.size if newest else 0), *points],
            key=lambda turn: (turn.time_ms, turn.key),
        )

    def _title(self, chat: Chat) -> str:
        return title_of(self._facts(chat.session_id))

    def _facts(self, session_id: str) -> dict[str, str]:
        return dict(
            self._connection.execute(
                "SELECT name, value FROM session_fact WHERE session_id = ?", (session_id,)
            ).fetchall()
        )

    def turns(self, session_id: str) -> list[Turn]:
        """All requests of the session in order of time, and those it holds as copied history."""
        own = self._connection.execute(
            f"SELECT {_TURN_COLUMNS}, {_CHARGE_COLUMNS}, 0 FROM usage_event e WHERE e.session_id = ?",
            (session_id,),
        ).fetchall()
        inherited = self._connection.execute(
            f"""SELECT {_TURN_COLUMNS}, {_CHARGE_COLUMNS}, 1
                FROM inheritance i JOIN usage_event e ON e.key = i.event_key
                WHERE i.session_id = ? AND e.session_id <> ?""",
            (session_id, session_id),
        ).fetchall()
        rows = sorted([*own, *inherited], key=lambda row: (row[1], row[0]))
        return [_turn(row) for row in rows]

    def matching(self, where: str, values: Sequence[object], limit: int) -> list[Turn]:
        """The newest requests that meet a condition of `ledger.conditions`, oldest first."""
        rows = self._connection.execute(
            f"""SELECT {_TURN_COLUMNS}, {_CHARGE_COLUMNS}, 0 FROM usage_event e WHERE {where}
                ORDER BY time_ms DESC, key LIMIT ?""",
            (*values, limit),
        ).fetchall()
        return [_turn(row) for row in reversed(rows)]

    def _marks(self, session_id: str, turns: Sequence[Turn]) -> list[SessionMark]:
        """The session's marks, and in a fork those of the history it holds."""
        copied_until = max((turn.time_ms for turn in turns if turn.is_inherited), default=0)
        rows = self._connection.execute(
            """SELECT kind, time_ms, label, value, other FROM mark WHERE session_id = ?1
               OR ?2 AND time_ms <= ?2 AND kind IN ('compaction', 'rewind') AND session_id IN (
                   SELECT e.session_id FROM inheritance i JOIN usage_event e ON e.key = i.event_key
                   WHERE i.session_id = ?1)
               ORDER BY time_ms""",
            (session_id, copied_until),
        )
        return [SessionMark(*row) for row in rows]

    def _attributes(self, session_id: str, turns: Sequence[Turn], presence: Presence | None) -> Attributes:
        facts = self._facts(session_id)
        of_main = "FROM usage_event WHERE session_id = ? ORDER BY is_sidechain, time_ms"
        first = self._connection.execute(f"SELECT project {of_main} LIMIT 1", (session_id,)).fetchone()
        last = self._connection.execute(
            f"SELECT source, account, host, branch, version {of_main} DESC LIMIT 1", (session_id,)
        ).fetchone()
        project = first[0] if first else ""
        source, account, host, branch, version = last or ("", "", "", "", "")
        on_path = [turn.model for turn in turns if turn.is_on_path]
        total, window = cost_state(facts, on_path[-1] if on_path else "")
        compact_at, compacts = self._client_settings(account)
        return Attributes(
            session_id=session_id,
            source=source,
            account=account,
            host=host or "",
            project=PurePath(project).name or project,
            project_path=project,
            branch=branch,
            title=title_of(facts) or (presence.name if presence else ""),
            version=version,
            activity=presence.activity if presence else None,
            waiting_for=presence.waiting_for if presence else "",
            cost_state_picousd=total,
            cost_state_window=window,
            parent_difference_picousd=missing_above(self._connection, session_id),
            status=status_of(facts.get("status", "")),
            agents=agents_of(facts),
            compact_at=compact_at,
            compacts_by_itself=compacts,
        )


def _within(turns: Sequence[Turn], size: int) -> list[Turn]:
    """A bill may sum up several requests of one prompt: what does not fit the window was not sent at once."""
    return [
        msgspec.structs.replace(turn, is_on_path=turn.is_on_path and (not size or turn.context <= size))
        for turn in turns
    ]


def _turn(row: Sequence[Any]) -> Turn:
    (key, time_ms, model, context, input_, read, write_5m, write_1h, output, reasoning, web, cost, agent_id,
     is_sidechain, is_final, kind, tools, request_id, effort, speed, miss, is_flat, *costs,
     covered_by, charged, is_reported, is_inferred, is_inherited) = row  # fmt: skip
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
        is_on_path=not is_sidechain and kind in ANSWERS and bool(context),
        is_inherited=bool(is_inherited),
        is_at_least=not is_final and int(output) < 10,
        split_is_unknown=bool(is_flat),
        kind=kind,
        tools=tuple(str(tools).split(",")) if tools else (),
        request_id=request_id,
        effort=effort,
        speed=speed,
        cache_miss=miss,
        covered_by=covered_by or "",
        charged_picousd=charged,
        is_reported=bool(is_reported),
        is_inferred=bool(is_inferred),
    )
