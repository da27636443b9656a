"""What providers' interfaces do to those who read them, each over a real connection, from the answer to the ledger."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from msgspec.structs import replace

from loopback import Reply, serving
from provider_reading import a_feed, figures, polled, read_with, troubles
from provider_server import (
    DAY_MS,
    KEYS,
    NOW_MS,
    TODAY_MS,
    YESTERDAY_MS,
    ProviderServer,
    a_charge,
    a_copilot_line,
    some_tokens,
)
from tallylight.domain.feed import FeedState
from tallylight.domain.reported import Holds
from tallylight.ingest.connections import PROVIDERS
from tallylight.ledger.ledger import Ledger
from tallylight.providers import anthropic, github, openai, openrouter
from tallylight.providers.base import Provider

REPORTING = [provider for provider in PROVIDERS if provider.reports]
#: The first question of each about its figures.
FIRST = {
    "anthropic": "messages",
    "openai": "completions",
    "openrouter": "activity",
    "github": "ai_credit",
    "github-org": "ai_credit",
    "xai": "team-7",
    "deepseek": "balance",
    "huggingface": "usage-v2",
}


def filled(server: ProviderServer) -> None:
    """A day's figures for every provider."""
    used = {"model": "m", "usage": 1.5, "prompt_tokens": 5, "completion_tokens": 5, "requests": 1}
    charge = {"amount": {"value": 0.63, "currency": "usd"}, "line_item": "m, output_tokens"}
    server.days |= {
        "messages": {YESTERDAY_MS: [some_tokens(input=1)]},
        "cost_report": {YESTERDAY_MS: [a_charge("7")]},
        "completions": {YESTERDAY_MS: [{"input_tokens": 5, "output_tokens": 5, "num_model_requests": 1}]},
        "costs": {YESTERDAY_MS: [charge]},
        "activity": {YESTERDAY_MS: [used]},
        "ai_credit": {YESTERDAY_MS: [a_copilot_line()]},
        "team-7": {YESTERDAY_MS: [{"for": "Grok 4", "usd": 1.23}]},
    }


def short(provider: Provider) -> Provider:
    """Asked for a few days alone."""
    return replace(provider, reports=[replace(made, history_days=3) for made in provider.reports])


def everything(ledger: Ledger, provider: Provider) -> list[Any]:
    return [figure for kind in Holds for figure in figures(ledger, kind, provider.name)]


# -- refusals and pauses


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda made: made.name)
@pytest.mark.parametrize(
    ("reply", "state"),
    [
        (Reply(401, b'{"error": {"message": "planted in the answer"}}'), FeedState.REFUSED),
        (Reply(429), FeedState.LIMITED),
        (Reply(429, headers={"Retry-After": "600"}), FeedState.LIMITED),
        (Reply(429, headers={"Retry-After": "Sun, 22 Nov 2099 09:00:00 GMT"}), FeedState.LIMITED),
        (Reply(403, headers={"Retry-After": "600"}), FeedState.LIMITED),
        (Reply(529), FeedState.OFFLINE),
        (Reply(200, b"<html>Sign in</html>"), FeedState.BLOCKED),
        (Reply(302, headers={"Location": "https://example.org/"}), FeedState.CHANGED),
        (Reply(422), FeedState.CHANGED),
        (Reply(200, b"[]"), FeedState.CHANGED),
    ],
    ids=lambda value: str(value.status) if isinstance(value, Reply) else "",
)
def test_in_every_trouble_figures_stay_and_the_state_is_of_its_own(
    server: ProviderServer, ledger: Ledger, provider: Provider, reply: Reply, state: FeedState
) -> None:
    filled(server)
    feed = a_feed(server, ledger, short(provider))
    assert troubles(read_with(feed, ledger)) == []
    before = everything(ledger, provider)
    # An own limit is told by OpenRouter's key, whatever becomes of activity; elsewhere it is the report that counts.
    asked = ["key", "activity", "credits"] if provider is openrouter.PROVIDER else [FIRST[provider.name]]
    server.replies = {name: [reply] * 9 for name in asked}
    (trouble,) = troubles(read_with(feed, ledger, NOW_MS + 3_600_000))
    feed.close()
    assert trouble.state is state
    assert "planted" not in trouble.says
    assert everything(ledger, provider) == before
    assert before or not provider.reports


def test_a_short_pause_is_waited_for_and_a_long_one_is_not(server: ProviderServer, ledger: Ledger) -> None:
    filled(server)
    server.replies["messages"] = [Reply(429, headers={"Retry-After": "1"})]
    assert troubles(polled(server, ledger)) == []
    server.replies["messages"] = [Reply(429, headers={"Retry-After": "600"})] * 2
    (trouble,) = troubles(polled(server, ledger))
    assert (trouble.wait_s, len(server.replies["messages"])) == (600, 1)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("provider", REPORTING, ids=lambda made: made.name)
def test_no_key_goes_where_an_answer_points(
    server: ProviderServer, ledger: Ledger, provider: Provider, status: int
) -> None:
    seen: list[str] = []

    def noted(path: str, headers: Any, _body: bytes) -> Reply:
        seen.append(f"{path} {headers}")
        return Reply()

    with serving(noted) as elsewhere:
        away = Reply(status, headers={"Location": f"{elsewhere}/stolen"})
        server.replies = {
            name: [away] * 5 for name in (*FIRST.values(), "key", "user", "validation", "credits")
        }
        assert troubles(polled(server, ledger, short(provider)))
    assert seen == []


# -- bodies


def test_a_slow_body_is_waited_for(server: ProviderServer, ledger: Ledger) -> None:
    body = json.dumps({"data": [], "has_more": False, "next_page": ""}).encode()
    server.replies["messages"] = [Reply(body=body, pause_s=0.2)]
    assert troubles(polled(server, ledger)) == []


def test_a_body_that_is_packed_all_the_same_is_read(server: ProviderServer, ledger: Ledger) -> None:
    rows = [some_tokens(input=42)]
    bucket = {"starting_at": "2026-11-21T00:00:00Z", "ending_at": "2026-11-22T00:00:00Z", "results": rows}
    body = gzip.compress(json.dumps({"data": [bucket], "has_more": False}).encode())
    plain = Reply(body=b'{"data": [], "has_more": false}')
    server.replies["messages"] = [plain, plain, Reply(body=body, headers={"Content-Encoding": "gzip"})]
    assert troubles(polled(server, ledger)) == []
    assert [figure.input for figure in figures(ledger)] == [42]


def test_a_body_that_swells_when_it_is_unpacked_is_given_up(server: ProviderServer, ledger: Ledger) -> None:
    bomb = gzip.compress(b" " * (17 << 20))
    server.replies["messages"] = [Reply(body=bomb, headers={"Content-Encoding": "gzip"})]
    (trouble,) = troubles(polled(server, ledger))
    assert trouble.says == "Anthropic’s answer is not used: the answer is larger than it may be"


def test_a_listing_without_an_end_is_left_as_it_was(server: ProviderServer, ledger: Ledger) -> None:
    filled(server)
    polled(server, ledger)
    pages = [json.dumps({"data": [], "has_more": True, "next_page": f"p{n}"}).encode() for n in range(250)]
    server.replies["messages"] = [Reply(body=page) for page in pages]
    (trouble,) = troubles(polled(server, ledger, now_ms=NOW_MS + 900_000))
    assert "more pages than one can believe" in trouble.says
    assert len(server.replies["messages"]) == 50
    assert len(figures(ledger)) == 1


# -- figures


@pytest.mark.parametrize(
    ("amount", "currency", "picousd"),
    [
        ("229.6925", "USD", 2_296_925_000_000),
        (229.6925, "usd", 2_296_925_000_000),
        (883, "Usd", 8_830_000_000_000),
        ("1.2E-5", "USD", 120_000),
        ("0.12345678901234567890", "USD", 1_234_567_890),
        ("-40", "USD", -400_000_000_000),
    ],
)
def test_an_amount_in_whatever_spelling_is_the_same_in_the_ledger(
    server: ProviderServer, ledger: Ledger, amount: object, currency: str, picousd: int
) -> None:
    server.days["cost_report"] = {YESTERDAY_MS: [a_charge(amount, currency=currency)]}
    assert troubles(polled(server, ledger)) == []
    assert [figure.amount_picousd for figure in figures(ledger, Holds.MONEY)] == [picousd]


def test_what_is_new_unknown_or_missing_in_an_answer_stops_nothing(
    server: ProviderServer, ledger: Ledger
) -> None:
    strange = some_tokens(input=3, service_tier="some_tier_of_tomorrow", carbon_grams=7) | {
        "output_tokens": None
    }
    server.days["messages"] = {YESTERDAY_MS: [strange, {"uncached_input_tokens": "many"}]}
    news = polled(server, ledger)
    assert troubles(news) == []
    (figure,) = figures(ledger)
    assert (figure.input, figure.output, figure.tier) == (3, 0, "some_tier_of_tomorrow")
    assert sum(getattr(item, "rejected", 0) for item in news) == 1


def test_an_openai_bill_that_is_paged_and_revised_is_replaced(server: ProviderServer, ledger: Ledger) -> None:
    charge = {"amount": {"value": "0.63", "currency": "usd"}, "line_item": "gpt-6-astra, output_tokens"}
    gone = charge | {"line_item": "Web search calls"}
    server.most_buckets = 20
    server.days["costs"] = {TODAY_MS - n * DAY_MS: [charge, gone] for n in range(92)}
    assert troubles(polled(server, ledger, openai.PROVIDER)) == []
    server.days["costs"][YESTERDAY_MS] = [charge | {"amount": {"value": 0.6, "currency": "usd"}}]
    polled(server, ledger, openai.PROVIDER, NOW_MS + 900_000)
    amounts = [figure.amount_picousd for figure in figures(ledger, Holds.MONEY, "openai")]
    assert (len(amounts), sum(amounts)) == (183, 182 * 630_000_000_000 + 600_000_000_000)


# -- the clock


def test_claude_codes_own_day_is_there_once_it_is_an_hour_old(server: ProviderServer, ledger: Ledger) -> None:
    part = {"model": "claude-opus-5-5", "tokens": {"input": 9}, "estimated_cost": {"amount": 883}}
    server.days["claude_code"] = {TODAY_MS: [{"actor": {}, "model_breakdown": [part]}]}
    server.now_ms = TODAY_MS + 1_800_000
    polled(server, ledger, now_ms=server.now_ms)
    assert figures(ledger, Holds.EVIDENCE) == []
    server.now_ms += 3_600_000
    polled(server, ledger, now_ms=server.now_ms)
    assert [figure.amount_picousd for figure in figures(ledger, Holds.EVIDENCE)] == [8_830_000_000_000]


def test_no_question_reaches_further_back_than_its_answer(server: ProviderServer, ledger: Ledger) -> None:
    server.has_analytics = True
    filled(server)
    assert troubles(polled(server, ledger, anthropic.PROVIDER)) == []
    assert {"messages", "cost_report"} & {name for name, _ in server.asked} == set()


def test_github_is_told_who_asks(server: ProviderServer, ledger: Ledger) -> None:
    with serving(lambda _path, headers, _body: Reply(403 if not headers["user-agent"] else 401)) as base:
        server.base = base
        feed = a_feed(server, ledger, github.PROVIDER)
        found = feed.test(NOW_MS)
        feed.close()
    assert "does not know this token" in getattr(found, "says", "")
    assert KEYS["github"] not in getattr(found, "says", "")
