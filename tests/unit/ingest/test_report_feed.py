"""From a provider's reports to the ledger, over a real connection."""

from __future__ import annotations

import pytest

from loopback import Reply
from provider_reading import a_feed, figures, polled, troubles
from provider_server import (
    CUT_OFF,
    DAY_MS,
    ENDED_EARLY,
    NO_RIGHT,
    NOT_AN_ORGANIZATION,
    NOW_MS,
    OVERLOADED,
    PAGE_FOR_PEOPLE,
    TODAY_MS,
    TOO_OFTEN,
    TOO_OFTEN_AS_403,
    TOO_OFTEN_UNTIL,
    UNKNOWN_KEY,
    YESTERDAY_MS,
    ProviderServer,
    a_charge,
    a_provider_server,
    some_tokens,
)
from tallylight.domain.feed import FeedState, Plan, Trouble
from tallylight.domain.reported import Holds
from tallylight.ingest.connections import PROVIDERS
from tallylight.ledger.batch import KeyNames
from tallylight.ledger.ledger import Ledger
from tallylight.providers import anthropic, deepseek, github, huggingface, openai, openrouter, xai
from tallylight.providers.base import Provider


def test_tokens_and_charges_of_three_months_are_read_page_by_page(
    server: ProviderServer, ledger: Ledger
) -> None:
    server.most_buckets = 12
    server.days["messages"] = {TODAY_MS - n * DAY_MS: [some_tokens(input=n + 1)] for n in range(91)}
    server.days["cost_report"] = {YESTERDAY_MS: [a_charge("229.6925")]}
    assert troubles(polled(server, ledger)) == []
    assert [figure.input for figure in figures(ledger)] == list(range(91, 0, -1))
    assert [figure.amount_picousd for figure in figures(ledger, Holds.MONEY)] == [2_296_925_000_000]
    (asked, *_) = [query for name, query in server.asked if name == "messages"]
    assert asked["group_by[]"][:2] == ["model", "api_key_id"]


def test_a_bucket_over_a_pages_border_counts_once(server: ProviderServer, ledger: Ledger) -> None:
    server.most_buckets, server.repeats_at_borders = 10, True
    server.days["messages"] = {TODAY_MS - n * DAY_MS: [some_tokens(input=1)] for n in range(40)}
    polled(server, ledger)
    assert len(figures(ledger)) == 40


def test_days_without_usage_may_be_empty_or_left_out(server: ProviderServer, ledger: Ledger) -> None:
    server.days["messages"] = {TODAY_MS: [some_tokens(input=1)]}
    polled(server, ledger)
    server.hides_empty_days = True
    server.days["messages"] = {YESTERDAY_MS: [some_tokens(input=2)]}
    polled(server, ledger)
    assert [figure.input for figure in figures(ledger)] == [2]


def test_only_days_that_may_still_change_are_read_again(server: ProviderServer, ledger: Ledger) -> None:
    polled(server, ledger)
    server.asked.clear()
    polled(server, ledger, now_ms=NOW_MS + 900_000)
    (asked,) = [query for name, query in server.asked if name == "messages"]
    assert (asked["starting_at"], asked["ending_at"]) == (["2026-10-24T00:00:00Z"], ["2026-11-23T00:00:00Z"])


def test_after_days_without_a_connection_all_of_them_are_read(server: ProviderServer, ledger: Ledger) -> None:
    polled(server, ledger, now_ms=NOW_MS - 9 * DAY_MS)
    server.days["messages"] = {YESTERDAY_MS - 6 * DAY_MS: [some_tokens(input=7)]}
    polled(server, ledger)
    assert [figure.input for figure in figures(ledger)] == [7]


def test_a_correction_replaces_what_was_said_and_what_is_gone_goes(
    server: ProviderServer, ledger: Ledger
) -> None:
    server.days["cost_report"] = {
        YESTERDAY_MS: [a_charge("100"), a_charge("5", description="Web Search Usage")]
    }
    polled(server, ledger)
    server.days["cost_report"] = {YESTERDAY_MS: [a_charge("1.2E+2")]}
    polled(server, ledger)
    assert [figure.amount_picousd for figure in figures(ledger, Holds.MONEY)] == [1_200_000_000_000]


@pytest.mark.parametrize(
    ("reply", "state"),
    [
        ([UNKNOWN_KEY], FeedState.REFUSED), ([NO_RIGHT], FeedState.REFUSED),
        ([NOT_AN_ORGANIZATION], FeedState.REFUSED), ([TOO_OFTEN], FeedState.LIMITED),
        ([TOO_OFTEN_UNTIL], FeedState.LIMITED), ([TOO_OFTEN_AS_403], FeedState.LIMITED),
        ([OVERLOADED] * 4, FeedState.OFFLINE), ([CUT_OFF] * 4, FeedState.OFFLINE),
        ([ENDED_EARLY], FeedState.OFFLINE), ([PAGE_FOR_PEOPLE], FeedState.BLOCKED),
        ([Reply(302, b"", {"Location": "http://127.0.0.1:9/stolen"})], FeedState.CHANGED),
        ([Reply(400, b'{"error": {"message": "bad group_by"}}')], FeedState.CHANGED),
        ([Reply(200, b'{"data": {}}')], FeedState.CHANGED),
        ([Reply(200, b'{"data": [], "has_more": true, "next_page": ""}')], FeedState.CHANGED),
        ([Reply(200, b'{"data": [], "has_more": true, "next_page": "a"}')] * 2, FeedState.CHANGED),
    ],
)  # fmt: skip
@pytest.mark.parametrize("report", ["messages", "cost_report"])
def test_in_trouble_what_was_known_stays_and_nothing_of_it_shows_the_key(
    server: ProviderServer, ledger: Ledger, reply: list[Reply], state: FeedState, report: str
) -> None:
    server.days["messages"] = {YESTERDAY_MS: [some_tokens(input=1)]}
    server.days["cost_report"] = {YESTERDAY_MS: [a_charge("7")]}
    polled(server, ledger)
    server.replies[report] = [*reply]
    (trouble,) = troubles(polled(server, ledger, now_ms=NOW_MS + 900_000))
    assert trouble.state is state
    assert "planted" not in trouble.says
    assert [figure.input for figure in figures(ledger)] == [1]
    assert [figure.amount_picousd for figure in figures(ledger, Holds.MONEY)] == [70_000_000_000]


def test_a_page_of_many_that_fails_leaves_the_whole_span_as_it_was(
    server: ProviderServer, ledger: Ledger
) -> None:
    server.days["messages"] = {YESTERDAY_MS: [some_tokens(input=1)]}
    polled(server, ledger)
    server.days["messages"] = {YESTERDAY_MS: [some_tokens(input=9)]}
    server.most_buckets, server.later_replies = 2, [UNKNOWN_KEY]
    assert troubles(polled(server, ledger, now_ms=NOW_MS + 900_000))
    assert [figure.input for figure in figures(ledger)] == [1]


@pytest.mark.parametrize(
    ("provider", "key", "says"),
    [
        (anthropic.PROVIDER, "sk-ant-api03-planted", "no Admin key"),
        (openai.PROVIDER, "sk-proj-planted", "no Admin key"),
        (openrouter.PROVIDER, "planted", "no key of OpenRouter"),
        (openai.PROVIDER, "sk-admin-plant ed", "no key"),
        (github.PROVIDER, "gho_planted", "no personal access token"),
        (huggingface.PROVIDER, "api_planted", "no token of Hugging Face"),
    ],
)
def test_a_key_of_another_kind_is_told_by_its_beginning_and_not_sent(
    server: ProviderServer, ledger: Ledger, provider: Provider, key: str, says: str
) -> None:
    feed = a_feed(server, ledger, provider, key)
    trouble = feed.test(NOW_MS)
    assert isinstance(trouble, Trouble)
    assert says in trouble.says
    assert key not in trouble.says
    assert troubles(list(feed.poll(NOW_MS))) == [trouble]
    assert server.asked == []


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)
def test_a_usable_key_passes_its_test_with_hardly_a_question(
    server: ProviderServer, ledger: Ledger, provider: Provider
) -> None:
    feed = a_feed(server, ledger, provider)
    assert isinstance(feed.test(NOW_MS), Plan)
    feed.close()
    assert len(server.asked) <= 2


def test_a_report_that_an_account_lacks_does_not_keep_the_others_back(
    server: ProviderServer, ledger: Ledger
) -> None:
    server.replies["claude_code"] = [NO_RIGHT] * 40
    server.replies["images"] = [Reply(404)]
    server.days["costs"] = {
        YESTERDAY_MS: [{"amount": {"value": "0.63", "currency": "usd"}, "line_item": None}]
    }
    assert troubles(polled(server, ledger)) == []
    assert troubles(polled(server, ledger, openai.PROVIDER)) == []
    assert [f.amount_picousd for f in figures(ledger, Holds.MONEY, "openai")] == [630_000_000_000]


def test_without_names_keys_go_by_their_ids(server: ProviderServer, ledger: Ledger) -> None:
    server.keys = [{"id": "apikey_ci", "name": "ci-runner"}]
    (named,) = [item for item in polled(server, ledger) if isinstance(item, KeyNames)]
    assert named.names == {"apikey_ci": "ci-runner"}
    server.replies["api_keys"] = [NO_RIGHT]
    news = polled(server, ledger, now_ms=NOW_MS + 900_000)
    assert not any(isinstance(item, KeyNames | Trouble) for item in news)


def test_days_that_openrouter_forgets_are_kept(server: ProviderServer, ledger: Ledger) -> None:
    row = {
        "model": "anthropic/claude-opus-5.5",
        "usage": 1.2345,
        "prompt_tokens": 210_000,
        "completion_tokens": 18,
    }
    server.days["activity"] = {TODAY_MS - n * DAY_MS: [row] for n in range(29, -1, -1)}
    assert troubles(polled(server, ledger, openrouter.PROVIDER)) == []
    assert len(figures(ledger, Holds.BOTH, "openrouter")) == 29  # never today
    server.now_ms = NOW_MS + 3 * DAY_MS
    polled(server, ledger, openrouter.PROVIDER, server.now_ms)
    found = figures(ledger, Holds.BOTH, "openrouter")
    assert len(found) == 30
    assert {figure.amount_picousd for figure in found} == {1_234_500_000_000}


@pytest.mark.parametrize(
    ("provider", "says"),
    [
        (openrouter.PROVIDER, "$12.34 of credit"),
        (deepseek.PROVIDER, "12.34 USD"),
        (xai.PROVIDER, "$25.00 of prepaid credit left"),
        (huggingface.PROVIDER, "$0.50 charged this month, beyond $2.00 of included credit"),
    ],
)  # fmt: skip
def test_what_is_left_comes_with_the_poll(
    server: ProviderServer, ledger: Ledger, provider: Provider, says: str
) -> None:
    (plan,) = [item for item in polled(server, ledger, provider) if isinstance(item, Plan)]
    assert says in plan.says


def test_no_provider_there_is_a_quiet_state(ledger: Ledger) -> None:
    with a_provider_server() as gone:
        pass
    (trouble,) = troubles(polled(gone, ledger))
    assert trouble.state is FeedState.OFFLINE
    assert trouble.says == "Anthropic could not be reached: no connection"


def test_a_key_for_requests_is_taken_for_what_it_is(server: ProviderServer, ledger: Ledger) -> None:
    server.key = {"usage_monthly": 3.1, "limit": 10, "limit_remaining": 6.9, "is_management_key": False}
    server.replies = {"activity": [NO_RIGHT], "credits": [NO_RIGHT]}
    (plan,) = polled(server, ledger, openrouter.PROVIDER)
    assert isinstance(plan, Plan)
    assert plan.says.startswith("a key for requests, which tells its own use alone")
    assert len(plan.gauges) == 1


def test_an_unknown_key_is_refused_whatever_else_it_may_lack(server: ProviderServer, ledger: Ledger) -> None:
    server.replies = {name: [UNKNOWN_KEY] for name in ("key", "activity", "credits")}
    (trouble,) = troubles(polled(server, ledger, openrouter.PROVIDER))
    assert "does not know this key" in trouble.says


def test_xais_days_are_replaced_and_lie_below_its_team(server: ProviderServer, ledger: Ledger) -> None:
    server.days["team-7"] = {
        YESTERDAY_MS: [{"for": "Grok 4", "usd": 1.23}],
        TODAY_MS: [{"for": "Grok 4", "usd": 2}],
    }
    polled(server, ledger, xai.PROVIDER)
    server.days["team-7"] = {YESTERDAY_MS: [{"for": "Grok 4", "usd": 1.5}]}
    assert troubles(polled(server, ledger, xai.PROVIDER, NOW_MS + 3_600_000)) == []
    assert [f.amount_picousd for f in figures(ledger, Holds.MONEY, "xai")] == [1_500_000_000_000]
