"""The columns of what is exported, by how fine the rows are, and which of them may give something away."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Detail(StrEnum):
    """How fine the rows are: the period's groups, those of each day, sessions, or every request."""

    SUMMARY = "summary"
    DAY = "day"
    SESSION = "session"
    REQUEST = "request"


class Kind(StrEnum):
    """What a column's values are: a str, an int, pico-USD or None, ISO "2026-11-30", ms since the epoch, a bool."""

    TEXT = "text"
    COUNT = "count"
    MONEY = "money"
    DAY = "day"
    TIME = "time"
    FLAG = "flag"


class Private(StrEnum):
    """What a column may give away; each can be kept, shortened or hashed."""

    PATH = "paths"
    TITLE = "titles"
    BRANCH = "branches"
    SESSION = "sessions"
    MACHINE = "machines"


class Column(msgspec.Struct, frozen=True):
    """One column of the rows. `name` is stable and documented, `title` is for people."""

    name: str
    title: str
    kind: Kind = Kind.TEXT
    private: Private | None = None


#: What every row comes to. "Write" tokens and costs of both durations stand apart.
FIGURES = (
    Column("requests", "Requests", Kind.COUNT),
    Column("input_tokens", "Input", Kind.COUNT),
    Column("cache_read_tokens", "Cache read", Kind.COUNT),
    Column("cache_write_5m_tokens", "Cache write 5 min", Kind.COUNT),
    Column("cache_write_1h_tokens", "Cache write 1 h", Kind.COUNT),
    Column("output_tokens", "Output", Kind.COUNT),
    Column("web_search_requests", "Web searches", Kind.COUNT),
    Column("cost_usd", "Cost (USD)", Kind.MONEY),
    Column("unpriced_requests", "Unpriced requests", Kind.COUNT),
    Column("at_least_requests", "Requests of which the log lacks the end", Kind.COUNT),
)
#: Of agents that keep no token counts: the other figures lack them.
_UNTOLD = Column("sessions_without_tokens", "Sessions without tokens", Kind.COUNT)
_GROUP = (Column("group", "Group"), Column("project_path", "Path", Kind.TEXT, Private.PATH))
_SESSION = (
    Column("session", "Session", Kind.TEXT, Private.SESSION),
    Column("title", "Title", Kind.TEXT, Private.TITLE),
    Column("source", "Source"),
    Column("project", "Project", Kind.TEXT, Private.PATH),
    Column("branch", "Branch", Kind.TEXT, Private.BRANCH),
    Column("models", "Models"),
    Column("host", "Machine", Kind.TEXT, Private.MACHINE),
    Column("first_at", "First request", Kind.TIME),
    Column("last_at", "Last request", Kind.TIME),
)
#: One request: also the layout of Parquet folders that several machines write to.
_REQUEST = (
    Column("request", "Request"),
    Column("at", "Time", Kind.TIME),
    Column("day", "Day", Kind.DAY),
    Column("host", "Machine", Kind.TEXT, Private.MACHINE),
    Column("source", "Source"),
    Column("account", "Account", Kind.TEXT, Private.PATH),
    Column("session", "Session", Kind.TEXT, Private.SESSION),
    Column("project", "Project", Kind.TEXT, Private.PATH),
    Column("project_path", "Path", Kind.TEXT, Private.PATH),
    Column("branch", "Branch", Kind.TEXT, Private.BRANCH),
    Column("model", "Model"),
    Column("kind", "Kind"),
    Column("agent", "Subagent"),
    Column("agent_type", "Subagent type"),
    Column("skill", "Skill"),
    Column("mcp_server", "MCP server"),
    Column("version", "Client version"),
    Column("speed", "Speed"),
    Column("tier", "Service tier"),
    Column("geo", "Region"),
    Column("effort", "Effort"),
    Column("is_sidechain", "Subagent’s", Kind.FLAG),
    Column("is_final", "Complete", Kind.FLAG),
    Column("has_strong_id", "Id is unique", Kind.FLAG),
    Column("input_tokens", "Input", Kind.COUNT),
    Column("cache_read_tokens", "Cache read", Kind.COUNT),
    Column("cache_write_5m_tokens", "Cache write 5 min", Kind.COUNT),
    Column("cache_write_1h_tokens", "Cache write 1 h", Kind.COUNT),
    Column("output_tokens", "Output", Kind.COUNT),
    Column("reasoning_tokens", "of it reasoning", Kind.COUNT),
    Column("context_tokens", "Context", Kind.COUNT),
    Column("web_search_requests", "Web searches", Kind.COUNT),
    Column("cost_usd", "Cost (USD)", Kind.MONEY),
    Column("cost_input_usd", "Input (USD)", Kind.MONEY),
    Column("cost_cache_read_usd", "Cache read (USD)", Kind.MONEY),
    Column("cost_cache_write_5m_usd", "Cache write 5 min (USD)", Kind.MONEY),
    Column("cost_cache_write_1h_usd", "Cache write 1 h (USD)", Kind.MONEY),
    Column("cost_output_usd", "Output (USD)", Kind.MONEY),
    Column("cost_web_search_usd", "Web searches (USD)", Kind.MONEY),
    Column("basis", "Basis"),
    Column("price_table", "Price table"),
    Column("covered_by", "Paid by"),
    Column("charged_usd", "Charged (USD)", Kind.MONEY),
    Column("is_inferred", "Session is inferred", Kind.FLAG),
)
COLUMNS: dict[Detail, tuple[Column, ...]] = {
    Detail.SUMMARY: (*_GROUP, *FIGURES, _UNTOLD),
    Detail.DAY: (Column("day", "Day", Kind.DAY), *_GROUP, *FIGURES),
    Detail.SESSION: (*_SESSION, *FIGURES, Column("not_itemised_usd", "Not itemised (USD)", Kind.MONEY)),
    Detail.REQUEST: _REQUEST,
}


class Treatment(StrEnum):
    KEEP = "keep"
    SHORTEN = "short"
    HASH = "hash"


def private_group(by: str) -> Private | None:
    """What kind of name a row's group is when rows are split by this."""
    return {
        "project": Private.PATH,
        "tag": Private.PATH,  # as telling as the folders it stands for
        "account": Private.PATH,
        "branch": Private.BRANCH,
        "session": Private.SESSION,
        "host": Private.MACHINE,
    }.get(by)
