"""Anthropic's tokens and charges in their newer form, and the older one where that is not open."""

from __future__ import annotations

import pytest

from loopback import Reply
from provider_reading import a_feed, figures, polled, troubles
from provider_server import (
    DAY_MS,
    NO_RIGHT,
    NOW_MS,
    TODAY_MS,
    TOO_OFTEN,
    UNKNOWN_KEY,
    YESTERDAY_MS,
    ProviderServer,
    a_charge,
    some_tokens,
)
from tallylight.domain.feed import FeedState, Plan, Trouble
from tallylight.domain.reported import Holds
from tallylight.ledger.ledger import Ledger
from tallylight.ledger.reported import covered, progress_of


@pytest.fixture(autouse=True)
def filled(server: ProviderServer) -> None:
    server.has_analytics = True
    server.days["messages"] = {
        TODAY_MS - n * DAY_MS: [some_tokens(input=n + 1), some_tokens(key="ci", read=5)] for n in range(91)
    }
    server.days["cost_report"] = {YESTERDAY_MS: [a_charge("206.72325", list_amount="229.6925")]}


def names(server: ProviderServer) -> list[str]:
    return [name for name, _ in server.asked]


def test_it_is_read_page_by_page_and_the_older_form_is_not_asked(
    server: ProviderServer, ledger: Ledger
) -> None:
    server.most_buckets = 25
    assert troubles(polled(server, ledger)) == []
    assert sorted(figure.input for figure in figures(ledger)) == [0] * 91 + list(range(1, 92))
    assert {"messages", "cost_report"} & set(names(server)) == set()
    assert sum("page" in query for name, query in server.asked if name == "analytics") >= 4


def test_a_row_over_a_pages_border_counts_once(server: ProviderServer, ledger: Ledger) -> None:
    server.most_buckets, server.repeats_at_borders = 25, True
    polled(server, ledger)
    assert len(figures(ledger)) == 182


def test_what_is_charged_after_discounts_stands_beside_the_list_price(
    server: ProviderServer, ledger: Ledger
) -> None:
    polled(server, ledger)
    (figure,) = figures(ledger, Holds.MONEY)
    assert (figure.amount_picousd, figure.list_picousd) == (2_067_232_500_000, 2_296_925_000_000)
    assert (figure.model, figure.key) == ("claude-opus-5-5", "")


@pytest.mark.parametrize(
    "reply", [NO_RIGHT, Reply(404), Reply(400, b'{"error": {}}'), Reply(200, b'{"data": {}}')]
)
def test_where_it_is_not_open_the_older_form_says_the_same(
    server: ProviderServer, ledger: Ledger, reply: Reply
) -> None:
    polled(server, ledger)
    newer = figures(ledger)
    server.replies = {"analytics": [reply] * 9, "cost": [reply] * 9}
    assert troubles(polled(server, ledger, now_ms=NOW_MS + 900_000)) == []
    assert figures(ledger) == newer
    assert "cost_report" in names(server)
    assert len(figures(ledger, Holds.MONEY)) == 1


def test_a_pause_is_kept_and_no_other_form_is_tried_meanwhile(server: ProviderServer, ledger: Ledger) -> None:
    server.replies["analytics"] = [TOO_OFTEN]
    (trouble,) = troubles(polled(server, ledger))
    assert (trouble.state, trouble.wait_s) == (FeedState.LIMITED, 240)
    assert names(server) == ["analytics"]


def test_a_key_is_tested_in_either_form(server: ProviderServer, ledger: Ledger) -> None:
    feed = a_feed(server, ledger)
    assert isinstance(feed.test(NOW_MS), Plan)
    assert names(server) == ["analytics"]
    server.has_analytics = False
    assert isinstance(feed.test(NOW_MS), Plan)
    server.replies["messages"] = [UNKNOWN_KEY]
    assert isinstance(feed.test(NOW_MS), Trouble)
    feed.close()


def test_a_key_with_rights_of_its_own_is_asked_with_too(server: ProviderServer, ledger: Ledger) -> None:
    feed = a_feed(server, ledger, key="sk-ant-scoped-planted")
    found = feed.test(NOW_MS)
    feed.close()
    assert isinstance(found, Trouble)
    assert names(server) == ["analytics", "messages"]  # this server knows another key alone


def test_days_that_were_not_counted_to_their_end_are_not_settled(
    server: ProviderServer, ledger: Ledger
) -> None:
    server.refreshed_ms = YESTERDAY_MS + 60_000
    polled(server, ledger)
    assert progress_of(ledger._connection, "anthropic", "messages").settled_ms == YESTERDAY_MS
    assert covered(ledger._connection, "anthropic").settled_ms == YESTERDAY_MS
    server.refreshed_ms = 0
    polled(server, ledger, now_ms=NOW_MS + 900_000)
    assert progress_of(ledger._connection, "anthropic", "messages").settled_ms == TODAY_MS


def test_what_an_enterprise_revises_within_a_month_is_taken_over(
    server: ProviderServer, ledger: Ledger
) -> None:
    polled(server, ledger)
    server.days["messages"][TODAY_MS - 28 * DAY_MS] = [some_tokens(input=1000)]
    polled(server, ledger, now_ms=NOW_MS + 900_000)
    assert max(figure.input for figure in figures(ledger)) == 1000
