"""Cursor's interfaces on loopback, with all the ways in which they have misled their readers."""

from __future__ import annotations

import base64
import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from loopback import Reply, serving
from tallylight.ingest import connections
from tallylight.ingest.cursor_roots import cursor_roots
from tallylight.ingest.feeds import CursorAccount, CursorTeam
from tallylight.net.client import Client

Json = dict[str, Any]
#: 2026-09-10T12:00:00Z
NOW_MS = 1_789_041_600_000
HOUR_MS = 3_600_000
USER_ID = 12_345_678
TEAM_KEY = "crsr_planted_team_key_51"
EMAIL = "dev@example.com"


def a_token(expires_s: int = 4_102_444_800, mark: str = "planted-token-signature") -> str:
    claims = {"sub": "auth0|user_01TEST", "type": "session", "exp": expires_s}
    parts = [{"alg": "none"}, claims]
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*encoded, mark])


def a_usage_row(at: int = NOW_MS, **given: Any) -> Json:
    """An event as the interfaces spell it: `a_usage_row(input=5, cents=26.2)`. Zeros are left out, counts are text."""
    names = {
        "input": "inputTokens",
        "output": "outputTokens",
        "write": "cacheWriteTokens",
        "read": "cacheReadTokens",
    }
    tokens: Json = {theirs: str(n) for ours, theirs in names.items() if (n := given.pop(ours, 0))}
    cents = given.pop("cents", 0)
    if cents:
        tokens["totalCents"] = cents
    row: Json = {
        "timestamp": str(at),
        "model": given.pop("model", "claude-opus-5-thinking-high"),
        "kind": given.pop("kind", "USAGE_EVENT_KIND_INCLUDED_IN_PRO"),
        "requestsCosts": 1.2,
        "usageBasedCosts": "$0.00",
        "isTokenBasedCall": True,
    }
    conversation = given.pop("conversation", "chat-1")
    if conversation:
        row["conversationId"] = conversation
    if given.pop("tokens", True):
        row["tokenUsage"] = tokens
    return row | given


TOO_MANY = Reply(429, b'{"error":"Too Many Requests","message":"later"}', {"Retry-After": "240"})
TOO_MANY_FOR_A_MOMENT = Reply(429, b"{}", {"Retry-After": "0"})
SIGNED_OUT = Reply(401, b'{"code":"unauthenticated"}', {"Content-Type": "application/json"})
WALL = Reply(403, b"<!doctype html><title>Checkpoint</title>", {"x-vercel-mitigated": "challenge"})
QUIET_WALL = Reply(200, b"<html>are you human?</html>", {"Content-Type": "text/html"})
BROKEN = Reply(500, b'{"code":"internal"}')
CUT = Reply(200, b'{"totalUsageEventsCount": 2, "usageEv', is_cut=True)
CUT_UNSEEN = Reply(200, b'{"totalUsageEventsCount": 2, "usageEv')
OTHERWISE = Reply(200, b'{"usage":{"rows":[]},"totalUsageEventsCount":7}')
AWAY = Reply(302, b"", {"Location": "http://127.0.0.1:9/stolen"})


@dataclass
class CursorServer:
    """The account's events as they are now, what is to go wrong next, and what was asked."""

    base: str = ""
    events: list[Json] = field(default_factory=list)
    #: By method: what to say in place of the next answers, in order.
    replies: dict[str, list[Reply]] = field(default_factory=dict)
    #: Called with the page's number before it is served: an event may arrive between two pages.
    before_page: Callable[[int], None] = lambda _page: None
    me: Json = field(default_factory=lambda: {"authId": "auth0|user_01TEST", "userId": USER_ID})
    plan: Json = field(default_factory=dict)
    asked: list[tuple[str, Json]] = field(default_factory=list)
    most_rows: int = 10_000
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, path: str, headers: Any, body: Json) -> Reply:
        method = path.rsplit("/", 1)[-1]
        with self.lock:
            self.asked.append((method, body))
            if self.replies.get(method):
                return self.replies[method].pop(0)
            if method == "filtered-usage-events":
                expected = "Basic " + base64.b64encode(f"{TEAM_KEY}:".encode()).decode()
                if headers["authorization"] != expected:
                    return SIGNED_OUT
                return self._page(body, "usageEvents")
            if not str(headers["authorization"]).startswith("Bearer e"):
                return SIGNED_OUT
            if method == "GetMe":
                return Reply(body=json.dumps(self.me).encode())
            if method == "GetCurrentPeriodUsage":
                return Reply(body=json.dumps(self.plan).encode())
            if method == "GetFilteredUsageEvents":
                return self._page(body, "usageEventsDisplay")
        return Reply(404)

    def _page(self, body: Json, name: str) -> Reply:
        page, size = int(body["page"]), min(int(body["pageSize"]), self.most_rows)
        self.before_page(page)
        since, until = int(body["startDate"]), int(body["endDate"])
        within = [row for row in self.events if since <= int(row["timestamp"]) < until]
        within.sort(key=lambda row: -int(row["timestamp"]))
        rows = within[(page - 1) * size : page * size]
        made: Json = {}
        if within:
            made["totalUsageEventsCount"] = len(within)
        if rows:
            made[name] = rows
        if name == "usageEvents":
            made["pagination"] = {"currentPage": page, "pageSize": size}
        return Reply(body=json.dumps(made).encode())


@contextmanager
def a_cursor_server(**given: Any) -> Iterator[CursorServer]:
    """Serves on a free port of this machine until the block ends."""
    state = CursorServer(**given)
    with serving(
        lambda path, headers, body: state.answer(path, headers, json.loads(body or b"{}"))
    ) as state.base:
        yield state


def sign_in() -> None:
    """A Cursor on this machine that somebody is signed in to."""
    path = cursor_roots(os.environ)[0].database
    path.parent.mkdir(parents=True)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("CREATE TABLE ItemTable (key TEXT, value BLOB)")
    connection.execute("INSERT INTO ItemTable VALUES ('cursorAuth/accessToken', ?)", (a_token(),))
    connection.close()


def stand_in(server: CursorServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a connected account ask this server in place of Cursor's own."""

    def local(client: Client, *rest: Any, **named: Any) -> CursorAccount:
        client._hosts = frozenset({server.base.removeprefix("http://")})
        return CursorAccount(client, *rest, base=server.base, **named)

    monkeypatch.setattr(connections, "CursorAccount", local)


def local_team(server: CursorServer) -> Callable[..., CursorTeam]:
    """In place of the feed of a team's, with the server's address."""

    def made(client: Client, *rest: Any, **named: Any) -> CursorTeam:
        client._hosts = frozenset({server.base.removeprefix("http://")})
        return CursorTeam(client, *rest, base=server.base, **named)

    return made
