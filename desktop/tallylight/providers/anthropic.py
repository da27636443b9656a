"""Anthropic's Admin API: tokens and charges of an organization, and what Claude Code reports of itself.

Tokens and charges are told in two forms, of which the analytics are the newer; the other is asked where they are not
open. Amounts are cents: as text in both, as a number in Claude Code's. Token classes do not overlap.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from msgspec.structs import replace

from tallylight.domain.billing import Span
from tallylight.domain.feed import Trouble
from tallylight.domain.reported import Bucket, Figure, Holds
from tallylight.domain.secret import Secret
from tallylight.domain.stated import cents, count
from tallylight.net.request import Answer, Request
from tallylight.providers.base import (
    Page,
    Provider,
    Report,
    bucketed,
    get,
    is_usd,
    listed,
    listing,
    page_of,
    text,
)

_WHO = "Anthropic"
_ROOT = "/v1/organizations"
_HEADERS = {"anthropic-version": "2023-06-01"}


class _Form(NamedTuple):
    """How days are asked for, besides which."""

    query: tuple[tuple[str, object], ...]
    headers: Mapping[str, str]


_ROWS = _Form(
    (("time_bucket_width", "1d"), ("limit", 1000), ("order_by", "time"), ("order", "asc")),
    {**_HEADERS, "anthropic-beta": "analytics-usage-cost-2026-08-24"},
)
_BUCKETS = _Form((("bucket_width", "1d"), ("limit", 31)), _HEADERS)
#: At most five, besides the last two of the analytics' charges.
_BY_KEY = ("model", "api_key_id", "workspace_id", "service_tier", "context_window")
_BY_CHARGE = ("model", "api_key_id", "workspace_id", "service_tier", "product", "cost_type", "token_type")
#: An enterprise's figures may be revised for that long; it is one question as well.
_SETTLES_DAYS = 29


def _ask_days(path: str, groups: tuple[str, ...], form: _Form) -> Callable[[Secret, Span, str, str], Request]:
    def ask(key: Secret, span: Span, page: str, base: str) -> Request:
        query: list[tuple[str, object]] = [
            ("starting_at", _stamp(span.since_ms)),
            ("ending_at", _stamp(span.until_ms)),
            *form.query,
            *(("group_by[]", name) for name in groups),
            ("page", page),
        ]
        return get(f"{base}{_ROOT}/{path}", query, key, form.headers, "x-api-key")

    return ask


def _read_analytics(
    part: str, figure_of: Callable[[Mapping[str, Any]], Figure | None]
) -> Callable[[Answer, Span, datetime], Page | Trouble]:
    """Rows that stand alone, each with its day, and how far the figures go."""

    def read(answer: Answer, span: Span, now: datetime) -> Page | Trouble:
        found = listing(answer, _WHO, now)
        if isinstance(found, Trouble):
            return found
        body, rows = found
        days: dict[Span, list[Figure]] = {}
        for row in rows:
            at, group, stated = _span(row), row.get("group"), row.get(part)
            if not isinstance(group, Mapping) or not isinstance(stated, Mapping):
                continue
            figure = figure_of({**group, **stated})
            if at is not None and figure is not None:
                days.setdefault(at, []).append(figure)
        buckets = [Bucket(at, figures) for at, figures in days.items()]
        page = page_of(body, buckets, len(rows) - sum(map(len, days.values())))
        return replace(page, refreshed_ms=_moment(body.get("data_refreshed_at")) or 0)

    return read


def _ask_claude_code(key: Secret, span: Span, page: str, base: str) -> Request:
    day = _stamp(span.since_ms)[:10]
    query = [("starting_at", day), ("limit", 1000), ("page", page)]
    return get(f"{base}{_ROOT}/usage_report/claude_code", query, key, _HEADERS, "x-api-key")


def _read_claude_code(answer: Answer, span: Span, now: datetime) -> Page | Trouble:
    found = listing(answer, _WHO, now)
    if isinstance(found, Trouble):
        return found
    body, records = found
    figures, rejected = [], 0
    for record in records:
        for part in listed(record.get("model_breakdown")) or []:
            figure = _agent_figure(record, part)
            rejected += figure is None
            figures += [figure] if figure is not None else []
    return page_of(body, [Bucket(span, figures)], rejected)


def _ask_names(key: Secret, base: str) -> Request:
    return get(f"{base}{_ROOT}/api_keys", [("limit", 1000)], key, _HEADERS, "x-api-key")


def _read_names(answer: Answer, now: datetime) -> Mapping[str, str] | Trouble:
    found = listing(answer, _WHO, now)
    if isinstance(found, Trouble):
        return found
    _body, rows = found
    return {of: name for row in rows if (of := text(row.get("id"))) and (name := text(row.get("name")))}


def _tokens(row: Mapping[str, Any]) -> Figure | None:
    written, tools = row.get("cache_creation") or {}, row.get("server_tool_use") or {}
    if not isinstance(written, Mapping) or not isinstance(tools, Mapping):
        return None
    stated = {
        "input": row.get("uncached_input_tokens"),
        "output": row.get("output_tokens"),
        "cache_read": row.get("cache_read_input_tokens"),
        "cache_write_5m": written.get("ephemeral_5m_input_tokens"),
        "cache_write_1h": written.get("ephemeral_1h_input_tokens"),
        "searches": tools.get("web_search_requests"),
    }
    counts = _counted(stated)
    if counts is None:
        return None
    return Figure(
        model=text(row.get("model")),
        key=text(row.get("api_key_id")),
        place=text(row.get("workspace_id")),
        tier=text(row.get("service_tier")),
        item=text(row.get("context_window")),
        requests=count(row.get("requests")) or 0,
        **counts,
    )


def _charge(row: Mapping[str, Any]) -> Figure | None:
    amount, listed_at = cents(row.get("amount")), cents(row.get("list_amount"))
    if amount is None or not is_usd(row.get("currency")):
        return None
    # The kind of a charge and what it is for: a charge without a model is for no tokens.
    names = ("description", "product", "cost_type", "token_type", "context_window", "inference_geo")
    return Figure(
        model=text(row.get("model")),
        key=text(row.get("api_key_id")),
        place=text(row.get("workspace_id")),
        tier=text(row.get("service_tier")),
        item=" · ".join(part for name in names if (part := text(row.get(name)))),
        amount_picousd=amount,
        list_picousd=listed_at,
    )


def _agent_figure(record: Mapping[str, Any], part: Mapping[str, Any]) -> Figure | None:
    """Of whom it is stays away: a record holds an e-mail address."""
    tokens, estimate = part.get("tokens"), part.get("estimated_cost")
    actor = record.get("actor")
    if not isinstance(tokens, Mapping) or not isinstance(estimate, Mapping):
        return None
    amount = cents(estimate.get("amount", 0))
    if amount is None or not is_usd(estimate.get("currency")):
        return None
    stated = {
        "input": tokens.get("input"),
        "output": tokens.get("output"),
        "cache_read": tokens.get("cache_read"),
        "cache_write_5m": tokens.get("cache_creation"),
    }
    counts = _counted(stated)
    if counts is None:
        return None
    return Figure(
        model=text(part.get("model")),
        key=text(actor.get("api_key_name")) if isinstance(actor, Mapping) else "",
        tier=text(record.get("customer_type")),
        item=text(record.get("terminal_type")),
        amount_picousd=amount,
        **counts,
    )


def _counted(stated: Mapping[str, object]) -> dict[str, Any] | None:
    """None where a count is none."""
    counts = {name: count(value) for name, value in stated.items()}
    return None if None in counts.values() else counts


def _span(item: Mapping[str, Any]) -> Span | None:
    since, until = _moment(item.get("starting_at")), _moment(item.get("ending_at"))
    return None if since is None or until is None else Span(since, until)


def _stamp(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(value: object) -> int | None:
    try:
        return round(datetime.fromisoformat(text(value)).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None


def _in_both_forms(
    newer: Report,
    ask: Callable[[Secret, Span, str, str], Request],
    read: Callable[[Answer, Span, datetime], Page | Trouble],
) -> Report:
    return replace(newer, instead=replace(newer, ask=ask, read=read))


PROVIDER = Provider(
    name="anthropic",
    who=_WHO,
    base="https://api.anthropic.com",
    key_starts=("sk-ant-",),
    wrong_starts=("sk-ant-api", "sk-ant-oat"),
    wrong_key="this is no Admin key (those begin with sk-ant-admin): a key for requests cannot read usage",
    refusals={
        401: "Anthropic does not know this key: it was mistyped, removed, or has expired",
        403: "this key may not read usage: it takes an Admin key, which an organization’s admin makes, or the right "
        "read:analytics",
        404: "this account has no organization, so it has no usage report: set one up in the Console, Settings, "
        "Organization",
    },
    ask_names=_ask_names,
    read_names=_read_names,
    reports=(
        _in_both_forms(
            Report(
                name="messages",
                holds=Holds.TOKENS,
                ask=_ask_days("analytics/usage", _BY_KEY, _ROWS),
                read=_read_analytics("usage", _tokens),
                settles_days=_SETTLES_DAYS,
            ),
            _ask_days("usage_report/messages", _BY_KEY, _BUCKETS),
            bucketed(_WHO, _span, _tokens),
        ),
        _in_both_forms(
            Report(
                name="cost",
                holds=Holds.MONEY,
                ask=_ask_days("analytics/cost", _BY_CHARGE, _ROWS),
                read=_read_analytics("cost", _charge),
                settles_days=_SETTLES_DAYS,
            ),
            _ask_days("cost_report", ("workspace_id", "description"), _BUCKETS),
            bucketed(_WHO, _span, _charge),
        ),
        Report(
            name="claude-code",
            holds=Holds.EVIDENCE,
            ask=_ask_claude_code,
            read=_read_claude_code,
            most_days=1,
            history_days=14,
            is_extra=True,
        ),
    ),
)
