"""Which chat a billed request belongs to, as far as what was read of the chats themselves tells."""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_right
from collections.abc import Collection, Sequence

import msgspec
from msgspec.structs import replace

from tallylight.domain.billing import BILLED, UNATTRIBUTED, Billed, Origin, Span, Statement, stretches
from tallylight.domain.chat import top_of
from tallylight.domain.cursor_names import AUTO, NO_CHATS, cursor_model, is_routed
from tallylight.domain.usage import UsageEvent
from tallylight.ledger.recorded import Recorded

#: A bill may date a request a little before the prompt that caused it, and a little after the chat last moved.
_EARLY_MS, _AFTER_MS = 5_000, 60_000
#: A prompt that is older than this has nothing to do with a request.
_TURN_MS = 86_400_000
#: Threads of bills whose chat's folder, or whose chat's parent, may not have been known when they were written: few,
#: and asked at every poll.
_DOUBTFUL = """SELECT DISTINCT t.id, t.session_id, t.agent_id, t.cwd FROM thread t
    CROSS JOIN chat c ON c.source = t.source AND c.session_id IN (t.session_id, t.agent_id)
    WHERE t.source = 'cursor' AND t.host = '' AND (t.cwd = '' AND c.cwd <> '' OR c.parent <> '')"""
_OF_THREADS = """SELECT DISTINCT r.time_ms FROM json_each(?) t
    CROSS JOIN request r ON r.thread_id = t.value AND r.key >= 'cursor:' AND r.key < 'cursor;'
    WHERE EXISTS (SELECT 1 FROM bill WHERE bill.time_ms = r.time_ms)
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
        doubtful = self._connection.execute(_DOUBTFUL).fetchall()
        self._read_chats({agent or session for _, session, agent, _ in doubtful})
        moved = []
        for thread, session, agent, cwd in doubtful:
            place = self._place(agent or session)
            if (session, agent or "") != (place.session_id, place.agent_id) or (place.cwd and not cwd):
                moved.append(thread)
        times = self._connection.execute(_OF_THREADS, (json.dumps(moved), _MOST_MOVED)) if moved else ()
        return stretches(time_ms for (time_ms,) in times)

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
        place = self._place(turn.session_id)
        if not place.agent_id or turn.host:
            return turn
        return replace(
            turn,
            session_id=place.session_id,
            file_session_id=place.session_id,
            agent_id=place.agent_id,
            is_sidechain=True,
        )

    def _read_chats(self, wanted: Collection[str]) -> None:
        """These chats, and all those they were sent out by."""
        columns = ", ".join(_Chat.__struct_fields__)
        rows = self._connection.execute(
            f"""WITH RECURSIVE above (id) AS (
                SELECT value FROM json_each(?)
                UNION SELECT parent FROM chat JOIN above ON session_id = id WHERE source = 'cursor' AND parent <> '')
            SELECT session_id, {columns} FROM chat JOIN above ON session_id = id WHERE source = 'cursor'""",
            (json.dumps(list(wanted)),),
        )
        self._chats = {row[0]: _Chat(*row[1:]) for row in rows}

    def _place(self, chat: str) -> Home:
        """A chat as a session, or as a subagent of the one that it comes from through all its parents. Where that one
        was never seen, its folder is the subagent's."""
        top = top_of(chat, {name: of.parent for name, of in self._chats.items()})
        place = self._chats.get(top) or self._chats.get(chat, _Chat())
        return Home(
            session_id=top,
            agent_id=chat if top != chat else "",
            cwd=place.cwd,
            branch=place.branch,
            host=place.host,
        )

    def of(self, billed: Billed) -> Home:
        """Where a request belongs: a subagent's under its parent, one of a file under the only chat at work then."""
        named = billed.statement.conversation
        chat = named or self._inferred(billed)
        if not chat or chat == UNATTRIBUTED:
            return Home()
        return replace(self._place(chat), is_inferred=not named)

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
