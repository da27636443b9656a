"""What providers report, on loopback: paged, corrected, refused, broken off."""

from __future__ import annotations

import json
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from loopback import Reply, serving

Json = dict[str, Any]
DAY_MS = 86_400_000
#: 2026-11-22T08:55:00Z, and the days before it.
NOW_MS = 1_795_337_700_000
TODAY_MS = NOW_MS // DAY_MS * DAY_MS
YESTERDAY_MS = TODAY_MS - DAY_MS
KEYS = {
    "anthropic": "sk-ant-admin01-planted-key-71",
    "openai": "sk-admin-planted-key-72",
    "openrouter": "sk-or-planted-key-73",
    "deepseek": "sk-planted-key-74",
    "github": "github_pat_planted-key-75",
    "github-org": "ghp_planted-key-76",
    "xai": "planted-key-77",
    "huggingface": "hf_planted-key-78",
}
#: How the paths of each begin.
_WHOSE = {
    "/v1/organizations/": "anthropic",
    "/v1/organization/": "openai",
    "/api/v1/": "openrouter",
    "/user/": "deepseek",
    "/organizations/acme/": "github-org",
    "/user": "github",
    "/auth/": "xai",
    "/v1/billing/teams/team-7/": "xai",
    "/api/settings/": "huggingface",
}
UNKNOWN_KEY = Reply(401, b'{"error": {"type": "authentication_error", "message": "invalid x-api-key"}}')
NO_RIGHT = Reply(403, b'{"error": {"message": "missing scope"}}')
NOT_AN_ORGANIZATION = Reply(404, b'{"error": {"type": "not_found_error"}}')
TOO_OFTEN = Reply(429, b"{}", {"Retry-After": "240"})
TOO_OFTEN_UNTIL = Reply(429, b"{}", {"Retry-After": "Sun, 22 Nov 2099 09:00:00 GMT"})
TOO_OFTEN_AS_403 = Reply(403, b"{}", {"Retry-After": "60"})
OVERLOADED = Reply(529, b"{}")
PAGE_FOR_PEOPLE = Reply(200, b"<html><title>Sign in</title>", {"Content-Type": "text/html"})
CUT_OFF = Reply(200, b'{"data": [{"starting_at": "2026-', is_cut=True)
ENDED_EARLY = Reply(200, b'{"data": [{"starting_at": "2026-')


def stamp(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def some_tokens(**given: Any) -> Json:
    """A line of Anthropic's usage report: `some_tokens(input=5, key="apikey_1")`."""
    return {
        "uncached_input_tokens": given.pop("input", 0),
        "cache_creation": {
            "ephemeral_5m_input_tokens": given.pop("write_5m", 0),
            "ephemeral_1h_input_tokens": given.pop("write_1h", 0),
        },
        "cache_read_input_tokens": given.pop("read", 0),
        "output_tokens": given.pop("output", 0),
        "server_tool_use": {"web_search_requests": given.pop("searches", 0)},
        "api_key_id": given.pop("key", "apikey_laptop"),
        "workspace_id": None,
        "model": given.pop("model", "claude-opus-5-5"),
        "service_tier": "standard",
        "context_window": "0-200k",
    } | given


def a_charge(amount: object, **given: Any) -> Json:
    """A line of Anthropic's cost report, in cents."""
    return {
        "amount": amount,
        "currency": "USD",
        "description": given.pop("description", "Claude Opus 5.5 Usage - Output Tokens"),
        "cost_type": given.pop("cost_type", "tokens"),
        "model": given.pop("model", "claude-opus-5-5"),
        "token_type": given.pop("token_type", "output_tokens"),
        "service_tier": "standard",
        "workspace_id": None,
        "context_window": "0-200k",
        "inference_geo": "global",
    } | given


@dataclass
class ProviderServer:
    """What each report holds, by its path and day; what is to go wrong next, by a path's end; what was asked."""

    base: str = ""
    now_ms: int = NOW_MS
    days: dict[str, dict[int, list[Json]]] = field(default_factory=dict)
    credits: Json = field(default_factory=lambda: {"total_credits": 25, "total_usage": 12.66})
    #: What OpenRouter says of the key itself.
    key: Json = field(default_factory=lambda: {"usage_monthly": 0, "is_management_key": True})
    #: Whom xAI's key is for, and its ledger turned round.
    team: Json = field(default_factory=lambda: {"scope": "SCOPE_TEAM", "teamId": "team-7"})
    prepaid: Json = field(default_factory=lambda: {"total": {"val": "-2500"}})
    inference: Json = field(
        default_factory=lambda: {"usedNanoUsd": 2_500_000_000, "includedNanoUsd": 2_000_000_000}
    )
    keys: list[Json] = field(default_factory=list)
    replies: dict[str, list[Reply]] = field(default_factory=dict)
    #: The same for pages after the first.
    later_replies: list[Reply] = field(default_factory=list)
    #: How many buckets a page has at most, and whether each page begins with the last bucket of the one before.
    most_buckets: int = 31
    repeats_at_borders: bool = False
    hides_empty_days: bool = False
    asked: list[tuple[str, Json]] = field(default_factory=list)
    refreshed_ms: int = 0
    #: Whether Anthropic's newer form is open to the key.
    has_analytics: bool = False
    #: How many answers were nothing but that the last one still holds.
    unchanged: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    _bound: dict[str, str] = field(default_factory=dict)

    def answer(self, path: str, headers: Any, body: bytes) -> Reply:
        parts = urlsplit(path)
        query: Json = dict(parse_qs(parts.query)) | (json.loads(body) if body else {})
        name = parts.path.removesuffix("/usage").rsplit("/", 1)[-1]
        with self.lock:
            self.asked.append((name, query))
            if "/analytics/" in parts.path and not self.has_analytics:
                return NOT_AN_ORGANIZATION
            if self.replies.get(name):
                return self.replies[name].pop(0)
            if "page" in query and self.later_replies:
                return self.later_replies.pop(0)
            whose = next((who for start, who in _WHOSE.items() if parts.path.startswith(start)), "")
            if whose == "anthropic" and not headers["anthropic-version"]:
                return Reply(400)
            if whose.startswith("github") and "Tallylight" not in str(headers["user-agent"]):
                return Reply(403, b'{"message": "Request forbidden by administrative rules."}')
            key = (
                headers["x-api-key"]
                if whose == "anthropic"
                else str(headers["authorization"]).removeprefix("Bearer ")
            )
            if key != KEYS.get(whose) or "Tallylight" not in str(headers["user-agent"]):
                return UNKNOWN_KEY
            makers: dict[str, Callable[[Json], Reply]] = {
                "api_keys": lambda _: _json({"data": self.keys, "has_more": False}),
                "credits": lambda _: _json({"data": self.credits}),
                "balance": lambda _: _json(
                    self.prepaid
                    if whose == "xai"
                    else {"balance_infos": [{"currency": "USD", "total_balance": "12.34"}]}
                ),
                "analytics": lambda asked: self._analytics("messages", "usage", asked),
                "cost": lambda asked: self._analytics("cost_report", "cost", asked),
                "activity": lambda _: self._activity(),
                "claude_code": self._claude_code,
                "key": lambda _: _json({"data": self.key}),
                "user": lambda _: _json({"login": "octo-jo"}),
                "ai_credit": lambda asked: self._copilot("ai_credit", asked),
                "premium_request": lambda asked: self._copilot("premium_request", asked),
                "validation": lambda _: _json(self.team),
                "team-7": self._team,
                "usage-v2": lambda _: _json({"usage": {"inferenceProviders": self.inference}}),
            }
            if whose.startswith("github"):
                return self._marked(makers[name](query), headers)
            if name in makers:
                return makers[name](query)
            return self._buckets(name, query, is_seconds=whose == "openai")

    def _buckets(self, name: str, query: Json, *, is_seconds: bool) -> Reply:
        if is_seconds:
            since, until = (int(query[n][0]) * 1000 for n in ("start_time", "end_time"))
        else:
            since, until = (_ms(query[n][0]) for n in ("starting_at", "ending_at"))
        known = self.days.get(name, {})
        days = [day for day in range(since, until, DAY_MS) if not self.hides_empty_days or known.get(day)]
        begins, ends = ("start_time", "end_time") if is_seconds else ("starting_at", "ending_at")
        shown = (lambda ms: ms // 1000) if is_seconds else stamp
        buckets = [{begins: shown(d), ends: shown(d + DAY_MS), "results": known.get(d, [])} for d in days]
        return self._paged(buckets, query, {})

    def _paged(self, items: list[Json], query: Json, more: Json) -> Reply:
        """A part of them. A place in the pages belongs to the question that it was given for."""
        cursor = query.get("page", [""])[0]
        rest = json.dumps({n: v for n, v in query.items() if n != "page"}, sort_keys=True)
        if cursor and self._bound.get(cursor) != rest:
            return Reply(400, b'{"error": {"message": "page belongs to another query"}}')
        first = int(cursor.removeprefix("page_")) if cursor else 0
        last = first + self.most_buckets
        begin = first - 1 if self.repeats_at_borders and first else first
        following = f"page_{last}" if last < len(items) else None
        if following:
            self._bound[following] = rest
        return _json(
            {"data": items[begin:last], "has_more": following is not None, "next_page": following, **more}
        )

    def _activity(self) -> Reply:
        """Days that are over alone, thirty of them."""
        today = self.now_ms // DAY_MS * DAY_MS
        rows = [
            {"date": stamp(day)[:10], **row}
            for day, of_day in self.days.get("activity", {}).items()
            if today - 30 * DAY_MS <= day < today
            for row in of_day
        ]
        return _json({"data": rows})

    def _marked(self, reply: Reply, headers: Any) -> Reply:
        """Not sent again to whoever has it."""
        mark = f'"{zlib.crc32(reply.body)}"'
        if headers["if-none-match"] == mark:
            self.unchanged += 1
            return Reply(304, b"", {"ETag": mark})
        return replace(reply, headers={**reply.headers, "ETag": mark})

    def _copilot(self, era: str, query: Json) -> Reply:
        """One day, of a user whose name it is."""
        day = datetime(*(int(query[name][0]) for name in ("year", "month", "day")), tzinfo=UTC)  # type: ignore[misc]
        ms = round(day.timestamp() * 1000)
        return _json({"user": "octo-jo", "usageItems": self.days.get(era, {}).get(ms, [])})

    def _team(self, query: Json) -> Reply:
        """Dollars by what they are for: a list of points for each."""
        asked = query["analyticsRequest"]["timeRange"]
        since, until = (_ms(asked[name]) for name in ("startTime", "endTime"))
        series: dict[str, list[Json]] = {}
        for day, rows in self.days.get("team-7", {}).items():
            for row in rows if since <= day < until else []:
                point = {"timestamp": stamp(day), "values": [row["usd"]]}
                series.setdefault(row["for"], []).append(point)
        made = [{"group": [name], "dataPoints": points} for name, points in series.items()]
        return _json({"timeSeries": made, "limitReached": False})

    def _analytics(self, report: str, part: str, query: Json) -> Reply:
        """The same lines, each for itself with its day; nothing older than a year."""
        since, until = (_ms(query[n][0]) for n in ("starting_at", "ending_at"))
        is_too_long = until - since > 31 * DAY_MS or since < self.now_ms - 365 * DAY_MS
        if is_too_long or len(set(query["group_by[]"]) - {"cost_type", "token_type"}) > 5:
            return Reply(400, b'{"error": {"type": "invalid_request_error"}}')
        rows = [
            {"starting_at": stamp(day), "ending_at": stamp(day + DAY_MS), "group": row, part: row}
            for day in range(since, until, DAY_MS)
            for row in self.days.get(report, {}).get(day, ())
        ]
        return self._paged(rows, query, {"data_refreshed_at": stamp(self.refreshed_ms or self.now_ms)})

    def _claude_code(self, query: Json) -> Reply:
        """Nothing younger than an hour."""
        day = _ms(query["starting_at"][0])
        if self.now_ms - day < 3_600_000:
            return _json({"data": [], "has_more": False, "next_page": None})
        return _json(
            {"data": self.days.get("claude_code", {}).get(day, []), "has_more": False, "next_page": None}
        )


def a_copilot_line(model: str = "Claude Opus 5.5", **given: Any) -> Json:
    """A line of GitHub's bill, in dollars."""
    return {
        "product": "Copilot AI Credits",
        "sku": "AI Credit",
        "model": model,
        "unitType": "ai-credits",
        "pricePerUnit": 0.01,
        "grossQuantity": 1840.5,
        "grossAmount": 18.405,
        "discountQuantity": 1500,
        "discountAmount": 15.0,
        "netQuantity": 340.5,
        "netAmount": 3.405,
    } | given


def _json(made: Json) -> Reply:
    return Reply(body=json.dumps(made).encode())


def _ms(text: str) -> int:
    at = datetime.fromisoformat(text)
    return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


@contextmanager
def a_provider_server(**given: Any) -> Iterator[ProviderServer]:
    state = ProviderServer(**given)
    with serving(state.answer) as state.base:
        yield state
