"""What reports say, body by body: units, classes of tokens, and everything that is not as it usually is."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_server import NOW_MS, TODAY_MS, YESTERDAY_MS, a_charge, some_tokens, stamp
from tallylight.domain.billing import Span
from tallylight.domain.consent import offer
from tallylight.domain.feed import FeedState, Plan, Trouble
from tallylight.domain.reported import Figure
from tallylight.domain.secret import Secret
from tallylight.ingest.connections import PROVIDERS
from tallylight.net.request import Answer
from tallylight.providers import anthropic, deepseek, huggingface, openai, openrouter, xai
from tallylight.providers.base import Page, Provider, Report

NOW = datetime.fromtimestamp(NOW_MS / 1000, UTC)
DAY = Span(YESTERDAY_MS, TODAY_MS)
REPORTS = [
    (provider, form)
    for provider in PROVIDERS
    for report in provider.reports
    for form in (report, report.instead)
    if form is not None
]


def report_of(provider: Provider, name: str) -> Report:
    return next(report for report in provider.reports if report.name == name)


def read(provider: Provider, name: str, body: Any) -> Page | Trouble:
    """In the form that lists buckets, where there are two."""
    report = report_of(provider, name)
    return (report.instead or report).read(Answer(status=200, body=json.dumps(body).encode()), DAY, NOW)


def figures(provider: Provider, name: str, *rows: Any, rejected: int = 0) -> list[Figure]:
    """The lines of one bucket."""
    bucket = {
        "starting_at": stamp(YESTERDAY_MS),
        "ending_at": stamp(TODAY_MS),
        "start_time": YESTERDAY_MS // 1000,
        "end_time": TODAY_MS // 1000,
        "results": list(rows),
    }
    page = read(provider, name, {"data": [bucket], "has_more": False, "next_page": None})
    assert isinstance(page, Page)
    assert (page.rejected, page.buckets[0].span) == (rejected, DAY)
    return list(page.buckets[0].figures)


# -- Anthropic


def test_anthropics_classes_do_not_overlap_and_are_taken_as_they_are() -> None:
    row = some_tokens(input=1, output=2, read=3, write_5m=4, write_1h=5, searches=6, new_field={"x": 1})
    assert figures(anthropic.PROVIDER, "messages", row) == [
        Figure(
            model="claude-opus-5-5", key="apikey_laptop", tier="standard", item="0-200k",
            input=1, output=2, cache_read=3, cache_write_5m=4, cache_write_1h=5, searches=6,
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "tokens"),
    [
        (some_tokens() | {"output_tokens": None, "cache_creation": None, "server_tool_use": None}, 0),
        (some_tokens() | {"output_tokens": "17"}, 17),
        (some_tokens(service_tier="some_new_tier") | {"model": None}, 0),
    ],
)
def test_what_is_not_stated_is_none_of_it(row: dict[str, Any], tokens: int) -> None:
    (figure,) = figures(anthropic.PROVIDER, "messages", row)
    assert figure.tokens == tokens


@pytest.mark.parametrize("odd", [{"output_tokens": -1}, {"output_tokens": "x"}, {"cache_creation": [1]}])
def test_a_line_with_a_count_that_is_none_is_counted_as_not_understood(odd: dict[str, Any]) -> None:
    assert figures(anthropic.PROVIDER, "messages", some_tokens() | odd, rejected=1) == []


def test_anthropics_charges_are_cents_as_text() -> None:
    found = figures(anthropic.PROVIDER, "cost", a_charge("123.45"), a_charge("0.00000000000000000001"))
    assert [figure.amount_picousd for figure in found] == [1_234_500_000_000, 0]


def test_charges_told_apart_by_what_they_are_for_stay_apart() -> None:
    kinds = [a_charge("1", token_type=kind) for kind in ("output_tokens", "cache_read_input_tokens")]
    assert len({figure.same for figure in figures(anthropic.PROVIDER, "cost", *kinds)}) == 2


@pytest.mark.parametrize("odd", [{"currency": "EUR"}, {"amount": None}, {"amount": "NaN"}])
def test_a_charge_in_another_currency_or_none_is_not_taken_for_dollars(odd: dict[str, Any]) -> None:
    assert figures(anthropic.PROVIDER, "cost", a_charge("1") | odd, rejected=1) == []


def test_claude_codes_own_report_has_cents_as_a_number_and_keeps_no_address() -> None:
    record = {
        "actor": {"type": "user_actor", "email_address": "jo@example.test"},
        "customer_type": "api",
        "model_breakdown": [
            {
                "model": "claude-opus-5-5",
                "tokens": {"input": 182340, "output": 91877, "cache_read": 6120400, "cache_creation": 410200},
                "estimated_cost": {"currency": "USD", "amount": 883},
            }
        ],
    }
    page = read(anthropic.PROVIDER, "claude-code", {"data": [record], "has_more": False})
    assert isinstance(page, Page)
    (figure,) = page.buckets[0].figures
    assert (figure.amount_picousd, figure.cache_write_5m) == (8_830_000_000_000, 410200)
    assert "jo@" not in repr(page)


def test_claude_codes_report_is_asked_day_by_day() -> None:
    report = report_of(anthropic.PROVIDER, "claude-code")
    request = report.ask(Secret("planted"), DAY, "", "https://h")
    assert (
        request.url == "https://h/v1/organizations/usage_report/claude_code?starting_at=2026-11-21&limit=1000"
    )
    assert (request.key_header, request.headers["anthropic-version"]) == ("x-api-key", "2023-06-01")
    assert "planted" not in repr(request)


@pytest.mark.parametrize("beginning", ["sk-ant-api03-x", "sk-ant-oat01-x", "sk-x"])
def test_a_key_of_anthropics_that_is_for_requests_or_a_plan_is_told_at_sight(beginning: str) -> None:
    assert "no Admin key" in anthropic.PROVIDER.key_problem(Secret(beginning))
    assert anthropic.PROVIDER.key_problem(Secret("sk-ant-admin01-x")) == ""


# -- OpenAI


@pytest.mark.parametrize(
    "stated",
    [
        {
            "input_tokens": 950,
            "input_uncached_tokens": 150,
            "input_cached_tokens": 780,
            "input_cache_write_tokens": 20,
        },
        {"input_tokens": 950, "input_cached_tokens": 780, "input_cache_write_tokens": 20},
        {
            "input_tokens": 950,
            "input_uncached_tokens": None,
            "input_cached_tokens": 780,
            "input_cache_write_tokens": 20,
        },
    ],
)
def test_openais_input_holds_what_came_from_the_cache(stated: dict[str, Any]) -> None:
    row = stated | {
        "output_tokens": 42,
        "num_model_requests": 3,
        "model": "gpt-6-astra",
        "project_id": "proj_demo",
    }
    (figure,) = figures(openai.PROVIDER, "completions", row)
    assert figure == Figure(
        model="gpt-6-astra",
        place="proj_demo",
        input=150,
        cache_read=780,
        cache_write_5m=20,
        output=42,
        requests=3,
    )


@pytest.mark.parametrize(
    ("value", "currency", "picousd"),
    [
        (0.63, "usd", 630_000_000_000), ("0.63", "USD", 630_000_000_000), (1.2e-5, "usd", 12_000_000),
        (3, "usd", 3 * 10**12),
    ],
)  # fmt: skip
def test_openais_charges_are_dollars_as_number_or_text(value: object, currency: str, picousd: int) -> None:
    row = {"amount": {"value": value, "currency": currency}, "line_item": "gpt-6-astra, output_tokens"}
    (figure,) = figures(openai.PROVIDER, "costs", row)
    assert (figure.model, figure.amount_picousd) == ("gpt-6-astra", picousd)


@pytest.mark.parametrize("item", [None, "Assistants storage"])
def test_a_charge_that_names_no_model_has_none(item: str | None) -> None:
    (figure,) = figures(
        openai.PROVIDER, "costs", {"amount": {"value": 1, "currency": "usd"}, "line_item": item}
    )
    assert (figure.model, figure.item) == ("", item or "")


def test_what_is_not_counted_in_tokens_is_no_tokens() -> None:
    (figure,) = figures(openai.PROVIDER, "audio_transcriptions", {"seconds": 61.5, "num_model_requests": 2})
    assert (figure.quantity, figure.requests, figure.tokens) == (62, 2, 0)


# -- OpenRouter and DeepSeek


def test_openrouters_days_are_buckets_of_tokens_and_dollars() -> None:
    row = {"date": "2026-11-20", "model": "anthropic/claude-opus-5.5", "usage": 1.2345, "requests": 17,
           "byok_usage_inference": 9, "prompt_tokens": 210_000, "completion_tokens": 18_000}  # fmt: skip
    page = read(openrouter.PROVIDER, "activity", {"data": [row, {"date": "soon"}]})
    assert isinstance(page, Page)
    (bucket,) = page.buckets
    assert (bucket.span, page.rejected) == (Span(YESTERDAY_MS - 86_400_000, YESTERDAY_MS), 1)
    assert (bucket.figures[0].amount_picousd, bucket.figures[0].tokens) == (1_234_500_000_000, 228_000)


def test_a_balance_in_yuan_is_not_called_dollars() -> None:
    body = json.dumps({"balance_infos": [{"currency": "CNY", "total_balance": "110.00"}]}).encode()
    plan = deepseek.PROVIDER.balances[0].read(Answer(status=200, body=body), NOW)
    assert isinstance(plan, Plan)
    assert plan.says == "110.00 CNY left"


# -- what is told of the moment


def told(provider: Provider, body: Any, at: int = 0) -> Plan | Trouble:
    return provider.balances[at].read(Answer(status=200, body=json.dumps(body).encode()), NOW)


@pytest.mark.parametrize("name", ["is_management_key", "is_provisioning_key"])
def test_a_management_key_of_openrouters_has_nothing_to_tell_of_itself(name: str) -> None:
    plan = told(openrouter.PROVIDER, {"data": {name: True, "usage_monthly": 0, "limit": None}})
    assert plan == Plan(on_demand_limit_picousd=0)


def test_a_key_for_requests_tells_its_own_use_and_limit_and_that_it_is_no_more() -> None:
    data = {"usage_monthly": 3.1, "limit": 10, "limit_remaining": 6.5, "expires_at": "2027-01-31T00:00:00Z"}
    plan = told(openrouter.PROVIDER, {"data": data})
    assert isinstance(plan, Plan)
    assert plan.says == (
        "a key for requests, which tells its own use alone: $3.10 this month, $6.50 of its limit of $10.00 left, "
        "it expires on 2027-01-31"
    )
    assert [(gauge.name, gauge.percent) for gauge in plan.gauges] == [("Limit of this key", 35)]


@pytest.mark.parametrize(
    ("value", "says"),
    [("-2500", "$25.00 of prepaid"), (-250, "$2.50 of prepaid"), ("130", "-$1.30 of prepaid")],
)
def test_xais_credit_is_cents_with_the_sign_turned_round(value: object, says: str) -> None:
    plan = told(xai.PROVIDER, {"changes": [], "total": {"val": value}})
    assert isinstance(plan, Plan)
    assert plan.says.startswith(says)


@pytest.mark.parametrize(
    ("key", "team"),
    [
        ({"scope": "SCOPE_TEAM", "teamId": "t-1"}, "t-1"),
        ({"scope": "SCOPE_TEAM", "scopeId": "t-2"}, "t-2"),
        ({"scope": "SCOPE_ORGANIZATION", "scopeId": "o-1"}, FeedState.REFUSED),
        ({}, FeedState.REFUSED),
    ],
)
def test_xais_key_is_for_a_team(key: dict[str, str], team: object) -> None:
    assert xai.PROVIDER.read_owner is not None
    found = xai.PROVIDER.read_owner(Answer(status=200, body=json.dumps(key).encode()), NOW)
    assert team == (found.state if isinstance(found, Trouble) else found)


def test_xais_charges_are_dollars_by_day_and_by_what_they_are_for() -> None:
    points = [{"timestamp": "2026-11-21T00:00:00Z", "values": [1.23]}, {"timestamp": "2026-11-20", "values": [0]},
              {"timestamp": "soon", "values": [1]}, {"timestamp": "2026-11-21T00:00:00Z", "values": []}]  # fmt: skip
    page = read(xai.PROVIDER, "usage", {"timeSeries": [{"group": ["Grok 4"], "dataPoints": points}]})
    assert isinstance(page, Page)
    (bucket,) = page.buckets
    assert (bucket.span, page.rejected) == (DAY, 2)
    assert bucket.figures == [Figure(item="Grok 4", amount_picousd=1_230_000_000_000)]


def test_what_xai_left_out_is_not_taken_for_all() -> None:
    found = read(xai.PROVIDER, "usage", {"timeSeries": [], "limitReached": True})
    assert isinstance(found, Trouble)
    assert "left out" in found.says


@pytest.mark.parametrize("depth", [lambda body: body, lambda body: {"usage": body}])
def test_hugging_face_charges_nano_dollars_beyond_what_is_included(depth: Any) -> None:
    body = {"usedNanoUsd": 2_500_000_000, "includedNanoUsd": 2_000_000_000, "limitNanoUsd": 5_000_000_000}
    plan = told(huggingface.PROVIDER, depth({"inferenceProviders": body}))
    assert isinstance(plan, Plan)
    assert plan.says == "$0.50 charged this month, beyond $2.00 of included credit"
    assert [gauge.percent for gauge in plan.gauges] == [10]


def test_what_is_experimental_is_called_so_wherever_it_is_offered() -> None:
    for name in ("xai", "huggingface"):
        assert "(experimental)" in offer(name).label
        assert offer(name).warns.startswith("Experimental: ")


# -- all


@pytest.mark.parametrize(("provider", "report"), REPORTS, ids=lambda value: value.name)
def test_a_key_stands_in_no_address_and_asks_for_whole_days(provider: Provider, report: Report) -> None:
    request = report.ask(Secret("planted"), DAY, "page_2", provider.base)
    assert request.url.startswith(provider.base + "/")
    assert request.method == ("POST" if provider is xai.PROVIDER else "GET")
    assert "planted" not in request.url + repr(request)


bodies = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["data", "results", "starting_at", "ending_at", "start_time", "end_time", "amount", "value", "currency",
             "model_breakdown", "tokens", "estimated_cost", "date", "usage", "next_page", "has_more", "actor",
             "usageItems", "netAmount", "grossAmount", "grossQuantity", "timeSeries", "group", "dataPoints", "values",
             "timestamp", "limitReached", "total", "val", "inferenceProviders", "usedNanoUsd", "limit", "expires_at",
             "teamId", "login", "group", "cost", "data_refreshed_at"]
        ),
        inner,
        max_size=5,
    ),
    max_leaves=12,
)  # fmt: skip


@given(bodies)
def test_no_answer_raises(body: Any) -> None:
    for _, report in REPORTS:
        found = report.read(Answer(status=200, body=json.dumps(body).encode()), DAY, NOW)
        assert isinstance(found, Page | Trouble)
    assert anthropic.PROVIDER.read_names is not None
    named = anthropic.PROVIDER.read_names(Answer(status=200, body=json.dumps(body).encode()), NOW)
    assert isinstance(named, dict | Trouble)
    for provider in PROVIDERS:
        for balance in provider.balances:
            assert isinstance(
                balance.read(Answer(status=200, body=json.dumps(body).encode()), NOW), Plan | Trouble
            )
        if provider.read_owner is not None:
            assert isinstance(
                provider.read_owner(Answer(status=200, body=json.dumps(body).encode()), NOW), str | Trouble
            )


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"data": [1]}', b"\xff", b"[" * 9000])
def test_what_is_no_report_is_said_to_be_none(body: bytes) -> None:
    for _, report in REPORTS:
        found = report.read(Answer(status=200, body=body), DAY, NOW)
        assert isinstance(found, Trouble)
        assert found.state in (FeedState.CHANGED, FeedState.OFFLINE)
