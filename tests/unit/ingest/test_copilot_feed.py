"""GitHub's bill for Copilot over a real connection: two eras, whose it is, and what it is not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from loopback import Reply
from provider_reading import a_feed, figures, polled, read_with, troubles
from provider_server import (
    DAY_MS,
    NOW_MS,
    TOO_OFTEN_AS_403,
    YESTERDAY_MS,
    ProviderServer,
    a_copilot_line,
)
from tallylight.domain.feed import FeedState, Plan, Trouble
from tallylight.domain.reported import Figure, Holds
from tallylight.ledger.ledger import Ledger
from tallylight.providers import github
from tallylight.providers.base import Provider

JUNE_MS = round(datetime(2026, 6, 1, tzinfo=UTC).timestamp() * 1000)
A_PREMIUM_LINE = a_copilot_line(
    product="Copilot",
    sku="Copilot Premium Request",
    unitType="requests",
    grossQuantity=0.33,
    grossAmount=0.0132,
    netAmount=0,
)


def bill(ledger: Ledger, name: str = "github") -> list[Figure]:
    return figures(ledger, Holds.MONEY, name)


@pytest.mark.parametrize("provider", [github.PROVIDER, github.ORGANIZATION], ids=lambda made: made.name)
def test_each_day_is_asked_of_the_report_of_its_time(
    server: ProviderServer, ledger: Ledger, provider: Provider
) -> None:
    server.days["ai_credit"] = {JUNE_MS: [a_copilot_line()], JUNE_MS - DAY_MS: [a_copilot_line()]}
    server.days["premium_request"] = {JUNE_MS - DAY_MS: [A_PREMIUM_LINE], JUNE_MS: [A_PREMIUM_LINE]}
    assert troubles(polled(server, ledger, provider)) == []
    assert [(f.item, f.quantity) for f in bill(ledger, provider.name)] == [
        ("requests", 0.33),
        ("ai-credits", 1840.5),
    ]


def test_what_is_charged_is_what_the_plan_does_not_include(server: ProviderServer, ledger: Ledger) -> None:
    server.days["ai_credit"] = {YESTERDAY_MS: [a_copilot_line(), {"model": "x"}]}
    polled(server, ledger, github.PROVIDER)
    assert bill(ledger) == [
        Figure(
            model="Claude Opus 5.5", place="Copilot AI Credits", tier="AI Credit", item="ai-credits",
            quantity=1840.5, amount_picousd=3_405_000_000_000, list_picousd=18_405_000_000_000,
        )
    ]  # fmt: skip


def test_the_running_month_is_read_again_and_replaced(server: ProviderServer, ledger: Ledger) -> None:
    server.days["ai_credit"] = {YESTERDAY_MS - 18 * DAY_MS: [a_copilot_line()]}
    polled(server, ledger, github.PROVIDER)
    server.asked.clear()
    server.days["ai_credit"] = {YESTERDAY_MS - 18 * DAY_MS: [a_copilot_line(netAmount=0)]}
    polled(server, ledger, github.PROVIDER, NOW_MS + 3_600_000)
    assert [figure.amount_picousd for figure in bill(ledger)] == [0]
    assert sum(name == "ai_credit" for name, _ in server.asked) == 34


def test_days_that_did_not_change_are_told_as_such_and_stay(server: ProviderServer, ledger: Ledger) -> None:
    server.days["ai_credit"] = {YESTERDAY_MS: [a_copilot_line()]}
    feed = a_feed(server, ledger, github.PROVIDER)
    read_with(feed, ledger)
    server.unchanged = 0
    assert troubles(read_with(feed, ledger, NOW_MS + 3_600_000)) == []
    feed.close()
    assert server.unchanged == 35  # 34 days, and whose they are
    assert len(bill(ledger)) == 1


@pytest.mark.parametrize(
    ("path", "reply", "state", "says"),
    [
        ("user", Reply(401), FeedState.REFUSED, "expired"),
        ("ai_credit", Reply(403), FeedState.REFUSED, "“Plan”, read"),
        ("ai_credit", Reply(404), FeedState.REFUSED, "an organization pays for your seat"),
        ("ai_credit", TOO_OFTEN_AS_403, FeedState.LIMITED, "wants a pause"),
        ("ai_credit", Reply(403, headers={"x-ratelimit-remaining": "0"}), FeedState.LIMITED, "wants a pause"),
        ("user", Reply(200, b'{"login": null}'), FeedState.CHANGED, "otherwise than"),
    ],
)
def test_a_token_that_does_not_do_is_told_why(
    server: ProviderServer, ledger: Ledger, path: str, reply: Reply, state: FeedState, says: str
) -> None:
    feed = a_feed(server, ledger, github.PROVIDER)
    server.replies[path] = [reply]
    found = feed.test(NOW_MS)
    feed.close()
    assert isinstance(found, Trouble)
    assert (found.state, says in found.says) == (state, True)


def test_an_organizations_token_is_not_asked_whose_it_is(server: ProviderServer, ledger: Ledger) -> None:
    feed = a_feed(server, ledger, github.ORGANIZATION)
    assert isinstance(feed.test(NOW_MS), Plan)
    feed._owner = ""
    missing = feed.test(NOW_MS)
    feed.close()
    assert isinstance(missing, Trouble)
    assert "whose usage" in missing.says
    assert [name for name, _ in server.asked] == ["ai_credit"]


def test_an_owners_name_cannot_lead_elsewhere(server: ProviderServer, ledger: Ledger) -> None:
    feed = a_feed(server, ledger, github.ORGANIZATION)
    feed._owner = "../user?x=#"
    assert isinstance(feed.test(NOW_MS), Trouble)
    feed.close()
    assert [name for name, _ in server.asked] == ["ai_credit"]
