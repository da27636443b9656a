"""Which chat a billed request belongs to, as far as what was read of the chats themselves tells."""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_right
from collections.abc import Collection, Sequence

import msgspec
from msgspec.structs import replace

from tallylight.domain.billing import BILLED, UNATTRIBUTED, Billed, Origin, Span, Statement, stretches
from tallylight.domain.cursor_names import AUTO, NO_CHATS, cursor_model, is_routed
from tallylight.domain.usage import UsageEvent
from tallylight.ledger.recorded import Recorded

#: A bill may date a request a little before the prompt that caused it, and a little after the chat last moved.
_EARLY_MS, _AFTER_MS = 5_000, 60_000
#: A prompt that is older than this has nothing to do with a request.
_TURN_MS = 86_400_000
#: Requests of bills whose chat's folder, or whose parent chat, was not known when they were written. From the few
#: threads to their requests: asked at every poll.
_MOVED = """SELECT DISTINCT r.time_ms FROM thread t
    CROSS JOIN chat c ON c.source = t.source AND c.session_id = t.session_id
    CROSS JOIN request r ON r.thread_id = t.id AND r.key >= 'cursor:' AND r.key < 'cursor;'
    WHERE t.source = 'cursor' AND t.host = '' AND t.agent_id = '' AND (t.cwd = '' AND c.cwd <> '' OR c.parent <> '')
    ORDER BY 1 DESC LIMIT ?"""
#: So many at once, the newest first; the rest at the next poll.
_MOST_MOVED = 2000


class Home(msgspec.Struct, frozen=True, kw_only=True):
    """The session of a request, and where that is at work."""

    session_id: str = UNATTRIBUTED
    agent_id: str = ""
    cwd: str = ""
    branch: str = ""
    #: The machine that knows the chat, "" for this one.
    host: str = ""
    #: Found by its time, not named by the bill.
    is_inferred: bool = False

    def event(self, billed: Billed) -> UsageEvent:
        """The request as one of this session's."""
        stated = billed.statement
        model, speed = cursor_model(stated.model)
        return UsageEvent(
            key=billed.key,
            source=BILLED,
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
            context=stated.input + stated.cache_read + stated.cache_write,
            reported_picousd=stated.value_picousd,
            kind="message" if self.session_id != UNATTRIBUTED else "unattributed",
            is_final=True,
            is_sidechain=bool(self.agent_id),
            agent_id=self.agent_id,
            account=billed.account or "cursor",  # a file does not say whose it is
            cwd=self.cwd,
            branch=self.branch,
            host=self.host,
        )


class _Chat(msgspec.Struct, frozen=True):
    parent: str = ""
    cwd: str = ""
    branch: str = ""
    model: str = ""
    host: str = ""
    moved_ms: int = 0


class Homes:
    """Reads the table `chat` and the marks of prompts, of one connection."""

    def __init__(self, connection: sqlite3.Connection, recorded: Recorded) -> None:
        self._connection = connection
        self._recorded = recorded
        #: The chats of requests that a recorder counted, by their keys.
        self._counted: dict[str, str] = {}
        self._chats: dict[str, _Chat] = {}
        #: (time, chat, the model that was chosen for it) of each prompt, in order.
        self._prompts: list[tuple[int, str, str]] = []

    def moved(self) -> list[Span]:
        """When there were requests that now belong elsewhere, the newest first."""
        return stretches(time_ms for (time_ms,) in self._connection.execute(_MOVED, (_MOST_MOVED,)))

    def look_at(self, span: Span, billed: Sequence[Billed]) -> None:
        """Read what `of` needs for the requests of a span."""
        self._prompts = self._connection.execute(
            """SELECT time_ms, session_id, label FROM mark WHERE source = 'cursor' AND kind = 'prompt'
               AND time_ms >= ? AND time_ms <= ? ORDER BY 1, 2""",
            (span.since_ms - _TURN_MS, span.until_ms + _EARLY_MS),
        ).fetchall()
        self._counted = self._recorded.chats_of(span, billed)
        named = {b.statement.conversation for b in billed}
        self._read_chats({*named, *self._counted.values(), *(chat for _, chat, _ in self._prompts)})

    def placed(self, turn: UsageEvent) -> UsageEvent:
        """A recorded turn, a subagent's under its parent."""
        self._read_chats({turn.session_id})
        parent = self._chats.get(turn.session_id, _Chat()).parent
        if not parent or turn.host:
            return turn
        return replace(
            turn, session_id=parent, file_session_id=parent, agent_id=turn.session_id, is_sidechain=True
        )

    def _read_chats(self, wanted: Collection[str]) -> None:
        columns = ", ".join(_Chat.__struct_fields__)
        known = f"""SELECT session_id, {columns} FROM chat WHERE source = 'cursor' AND (
            session_id IN (SELECT value FROM json_each(?1)) OR session_id IN (
                SELECT parent FROM chat WHERE session_id IN (SELECT value FROM json_each(?1))))"""
        rows = self._connection.execute(known, (json.dumps(list(wanted)),))
        self._chats = {row[0]: _Chat(*row[1:]) for row in rows}

    def of(self, billed: Billed) -> Home:
        """Where a request belongs: a subagent's under its parent, one of a file under the only chat at work then."""
        named = billed.statement.conversation
        chat = named or self._inferred(billed)
        if not chat or chat == UNATTRIBUTED:
            return Home()
        session = self._chats.get(chat, _Chat()).parent or chat
        place = self._chats.get(session, _Chat())
        return Home(
            session_id=session,
            agent_id=chat if session != chat else "",
            cwd=place.cwd,
            branch=place.branch,
            host=place.host,
            is_inferred=not named,
        )

    def _inferred(self, billed: Billed) -> str:
        """The chat that a bill names none for: where it was counted, else of a file the only one at work."""
        if billed.statement.model in NO_CHATS:
            return ""
        found = self._counted.get(billed.key, "")
        return found or (self._at_work(billed.statement) if billed.origin is Origin.FILE else "")

    def _at_work(self, stated: Statement) -> str:
        """The chat that had a turn open with this model; "" where none or several had."""
        latest = stated.time_ms + _EARLY_MS
        first = bisect_right(self._prompts, latest - _TURN_MS, key=lambda prompt: prompt[0])
        last = bisect_right(self._prompts, latest, key=lambda prompt: prompt[0])
        newest = {chat: (at, model) for at, chat, model in self._prompts[first:last]}
        model, _speed = cursor_model(stated.model)
        chosen_for_it = {"", model, AUTO} if is_routed(stated.model) else {"", model}
        chats = [
            chat
            for chat, (at, chosen) in newest.items()
            if (chosen or self._selected(chat)) in chosen_for_it
            and stated.time_ms <= self._last_moved(chat, at) + _AFTER_MS
        ]
        return chats[0] if len(chats) == 1 else ""

    def _selected(self, chat: str) -> str:
        """For a prompt of which the model is not recorded: what its chat is set to."""
        return self._chats.get(chat, _Chat()).model

    def _last_moved(self, chat: str, prompt_ms: int) -> int:
        """Until when the newest turn of a chat may have gone on."""
        return max(prompt_ms, self._chats.get(chat, _Chat()).moved_ms)
