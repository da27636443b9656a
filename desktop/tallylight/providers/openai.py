"""OpenAI's organization reports: what was used, by kind of request, and what is charged for it.

Amounts are dollars, as a number or as text. Input tokens are told with those from the cache inside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tallylight.domain.billing import Span
from tallylight.domain.reported import Figure, Holds
from tallylight.domain.secret import Secret
from tallylight.domain.stated import count, dollars, number, whole
from tallylight.net.request import Request
from tallylight.providers.base import Provider, Report, bucketed, get, is_usd, text

_WHO = "OpenAI"
_ROOT = "/v1/organization"
#: What is counted otherwise than in tokens: the path, the field that counts, and what it may be told apart by.
_OTHERS = (
    ("images", "images", ("model", "api_key_id", "project_id")),
    ("audio_speeches", "characters", ("model", "api_key_id", "project_id")),
    ("audio_transcriptions", "seconds", ("model", "api_key_id", "project_id")),
    ("vector_stores", "usage_bytes", ("project_id",)),
    ("code_interpreter_sessions", "num_sessions", ("project_id",)),
    ("file_search_calls", "num_requests", ("api_key_id", "project_id")),
    ("web_search_calls", "num_requests", ("model", "api_key_id", "project_id")),
)
_OF_TOKENS = ("model", "api_key_id", "project_id")


def _ask(path: str, groups: tuple[str, ...], limit: int = 31) -> Callable[[Secret, Span, str, str], Request]:
    def ask(key: Secret, span: Span, page: str, base: str) -> Request:
        query: list[tuple[str, object]] = [
            ("start_time", span.since_ms // 1000),
            ("end_time", span.until_ms // 1000),
            ("bucket_width", "1d"),
            ("limit", limit),
            *(("group_by[]", name) for name in groups),
            ("page", page),
        ]
        return get(f"{base}{_ROOT}/{path}", query, key)

    return ask


def _span(item: Mapping[str, Any]) -> Span | None:
    since, until = whole(item.get("start_time")), whole(item.get("end_time"))
    return None if since is None or until is None else Span(since * 1000, until * 1000)


def _tokens(row: Mapping[str, Any]) -> Figure | None:
    names = ("input_tokens", "output_tokens", "input_cached_tokens", "input_cache_write_tokens")
    stated, output, cached, written, requests = (count(row.get(n)) for n in (*names, "num_model_requests"))
    if stated is None or output is None or cached is None or written is None or requests is None:
        return None
    uncached = row.get("input_uncached_tokens")
    fresh = None if uncached is None else count(uncached)
    return Figure(
        **_whose(row),
        tier=text(row.get("service_tier")) or ("batch" if row.get("batch") is True else ""),
        input=max(0, stated - cached - written) if fresh is None else fresh,
        cache_read=cached,
        cache_write_5m=written,
        output=output,
        requests=requests,
    )


def _counted(field: str) -> Callable[[Mapping[str, Any]], Figure | None]:
    def figure_of(row: Mapping[str, Any]) -> Figure | None:
        quantity = number(row.get(field) or 0)
        requests = count(row.get("num_model_requests"))
        if quantity is None or requests is None:
            return None
        return Figure(**_whose(row), item=field, quantity=round(quantity), requests=requests)

    return figure_of


def _charge(row: Mapping[str, Any]) -> Figure | None:
    amount = row.get("amount")
    if not isinstance(amount, Mapping) or not is_usd(amount.get("currency")):
        return None
    picousd, item = dollars(amount.get("value")), text(row.get("line_item"))
    if picousd is None:
        return None
    model, _, measure = item.partition(", ")  # other items are free text, without a model
    whose = _whose(row) | {"model": model if measure else ""}
    quantity = number(row.get("quantity") or 0)
    return Figure(**whose, item=item, quantity=round(quantity or 0), amount_picousd=picousd)


def _whose(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "model": text(row.get("model")),
        "key": text(row.get("api_key_id")),
        "place": text(row.get("project_id")),
    }


PROVIDER = Provider(
    name="openai",
    who=_WHO,
    base="https://api.openai.com",
    key_starts=("sk-admin-",),
    wrong_key="this is no Admin key (those begin with sk-admin-): a project’s key cannot read usage",
    refusals={
        401: "OpenAI does not know this key, or it is of another kind: an Admin key is needed",
        403: "this key may not read usage: it lacks the right api.usage.read",
        404: "OpenAI has no usage report for this account",
    },
    reports=(
        Report(
            name="completions",
            holds=Holds.TOKENS,
            ask=_ask("usage/completions", (*_OF_TOKENS, "service_tier", "batch")),
            read=bucketed(_WHO, _span, _tokens),
            settles_days=3,
        ),
        Report(
            name="costs",
            holds=Holds.MONEY,
            ask=_ask("costs", ("project_id", "line_item"), 180),
            read=bucketed(_WHO, _span, _charge),
            most_days=92,
            settles_days=3,
        ),
        *(
            Report(
                name=path,
                holds=Holds.TOKENS,
                ask=_ask(f"usage/{path}", _OF_TOKENS),
                read=bucketed(_WHO, _span, _tokens),
                settles_days=3,
                is_extra=True,
            )
            for path in ("embeddings", "moderations", "decisions")
        ),
        *(
            Report(
                name=path,
                holds=Holds.EVIDENCE,
                ask=_ask(f"usage/{path}", groups),
                read=bucketed(_WHO, _span, _counted(field)),
                settles_days=3,
                is_extra=True,
            )
            for path, field, groups in _OTHERS
        ),
    ),
)
