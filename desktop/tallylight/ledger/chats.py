"""Which chat a billed request belongs to, as far as what was read of the chats themselves tells."""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_right
from collections.abc import Collection

import msgspec

from tallylight.domain.billing import UNATTRIBUTED, Billed, Origin, Span
from tallylight.domain.cursor_names import cursor_model
from tallylight.domain.usage import UsageEvent

#: A bill may date a request a little before the prompt that caused it.
_EARLY_MS = 5_000
#: A turn that no further prompt ended is over after this long.
_TURN_MS = 3_600_000
#: A request of a bill whose chat's folder, or whose parent chat, was not known when it was written.
_MOVED = """SELECT DISTINCT r.time_ms FROM thread t JOIN request r ON r.thread_id = t.id
    WHERE t.source = 'cursor' AND t.host = '' AND r.key >= 'cursor:' AND r.key < 'cursor;' AND (
        t.cwd = '' AND EXISTS (SELECT 1 FROM session_fact f WHERE f.source = 'cursor'
            AND f.session_id = t.session_id AND f.name = 'cwd' AND f.value <> '')
        OR t.agent_id = '' AND EXISTS (SELECT 1 FROM session_fact f WHERE f.source = 'cursor'
            AND f.name = 'agent:' || t.session_id))"""


class Home(msgspec.Struct, frozen=True, kw_only=True):
    """The session of a request, and where that is at work."""

    session_id: str = UNATTRIBUTED
    agent_id: str = ""
    cwd: str = ""
    branch: str = ""
    #: Found by its time, not named by the bill.
    is_inferred: bool = False

    def event(self, billed: Billed) -> UsageEvent:
        stated = billed.statement
        model, speed = cursor_model(stated.model)
        return UsageEvent(
            key=billed.key,
            source="cursor",
            session_id=self.session_id,
            file_session_id=self.session_id,
            time_ms=stated.time_ms,
            stated_ms=stated.time_ms,
            model=model or stated.model,
            speed=speed,
            input=stated.input,
            output=stated.output,
            cache_read=stated.cache_read,
            cache_write=stated.cache_write,
            kind="message" if self.session_id != UNATTRIBUTED else "unattributed",
            is_final=True,
            is_sidechain=bool(self.agent_id),
            agent_id=self.agent_id,
            account=billed.account,
            cwd=self.cwd,
            branch=self.branch,
        )


class Chats:
    """What is known of chats: facts `cwd`, `branch` and `agent:<id>` (of the parent), and the marks of prompts."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._parents: dict[str, str] = {}
        self._places: dict[str, dict[str, str]] = {}
        #: (time, chat) of each prompt, in order.
        self._prompts: list[tuple[int, str]] = []

    def moved(self) -> list[Span]:
        """The moments of requests that now belong elsewhere."""
        return [Span(time_ms, time_ms + 1) for (time_ms,) in self._connection.execute(_MOVED)]

    def look_at(self, span: Span, conversations: Collection[str]) -> None:
        """Read what `home` needs for the requests of a span."""
        ask = self._connection.execute
        self._parents = dict(
            ask(
                """SELECT substr(name, 7), session_id FROM session_fact WHERE source = 'cursor'
                   AND name IN (SELECT 'agent:' || value FROM json_each(?))""",
                (json.dumps(list(conversations)),),
            ).fetchall()
        )
        self._prompts = ask(
            """SELECT time_ms, session_id FROM mark WHERE source = 'cursor' AND kind = 'prompt'
               AND time_ms >= ? AND time_ms < ? ORDER BY 1, 2""",
            (span.since_ms - _TURN_MS, span.until_ms + _EARLY_MS),
        ).fetchall()
        chats = {*conversations, *self._parents.values(), *(chat for _, chat in self._prompts)}
        self._places = {}
        for chat, name, value in ask(
            """SELECT session_id, name, value FROM session_fact WHERE source = 'cursor' AND name IN ('cwd', 'branch')
               AND session_id IN (SELECT value FROM json_each(?))""",
            (json.dumps(list(chats)),),
        ):
            self._places.setdefault(chat, {})[name] = value

    def home(self, billed: Billed) -> Home:
        """Where a request belongs: a subagent's under its parent, one of a file under the only chat at work then."""
        chat, is_inferred = billed.statement.conversation, False
        if not chat and billed.origin is Origin.FILE:
            chat, is_inferred = self._at_work(billed.statement.time_ms), True
        if not chat:
            return Home()
        session = self._parents.get(chat, chat)
        place = self._places.get(session, {})
        return Home(
            session_id=session,
            agent_id=chat if session != chat else "",
            cwd=place.get("cwd", ""),
            branch=place.get("branch", ""),
            is_inferred=is_inferred,
        )

    def _at_work(self, time_ms: int) -> str:
        """The chat that had a turn open at a moment; "" where none or several had."""
        first = bisect_right(self._prompts, (time_ms + _EARLY_MS - _TURN_MS, ""))
        last = bisect_right(self._prompts, (time_ms + _EARLY_MS, chr(0x10FFFF)))
        chats = {chat for _, chat in self._prompts[first:last]}
        return chats.pop() if len(chats) == 1 else ""
