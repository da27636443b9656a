"""From the provider's interface to the ledger, over a real connection."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bills import billed_rows
from cursor_server import (
    BROKEN,
    CUT,
    EMAIL,
    HOUR_MS,
    NOW_MS,
    OTHERWISE,
    SIGNED_OUT,
    TEAM_KEY,
    TOO_MANY,
    WALL,
    CursorServer,
    Reply,
    a_cursor_server,
    a_token,
    a_usage_row,
)
from factories import a_ledger
from tallylight.domain.feed import FeedState, Plan, Trouble
from tallylight.domain.secret import Secret
from tallylight.ingest.feeds import CursorAccount, CursorTeam, Feed, News
from tallylight.ledger.batch import BillReading
from tallylight.ledger.bills import progress_of
from tallylight.ledger.ledger import Ledger
from tallylight.net.client import Client

OPUS = "cursor/claude-opus-5-thinking-high"


@pytest.fixture
def server() -> Iterator[CursorServer]:
    with a_cursor_server() as made:
        yield made


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with a_ledger(tmp_path, [OPUS]) as made:
        yield made


def client_of(server: CursorServer) -> Client:
    return Client({server.base.removeprefix("http://")})


def an_account(
    server: CursorServer, ledger: Ledger, read_token: Callable[[], Secret | Trouble] | None = None
) -> CursorAccount:
    return CursorAccount(
        client_of(server),
        read_token or (lambda: Secret(a_token())),
        lambda feed, account: progress_of(ledger._connection, feed, account),
        server.base,
    )


def a_team(server: CursorServer, ledger: Ledger, key: str = TEAM_KEY) -> CursorTeam:
    return CursorTeam(
        client_of(server),
        lambda: Secret(key),
        EMAIL,
        lambda feed, account: progress_of(ledger._connection, feed, account),
        server.base,
    )


def polled(feed: Feed, ledger: Ledger, now_ms: int = NOW_MS) -> list[News]:
    """What a poll brought, all bills of it written."""
    news = []
    try:
        for item in feed.poll(now_ms):
            news.append(item)
            if isinstance(item, BillReading):
                ledger.write_bill(item)
    finally:
        feed.close()
    return news


def trouble(news: list[News]) -> Trouble:
    (found,) = [item for item in news if isinstance(item, Trouble)]
    assert news[-1] is found
    return found


def sessions(ledger: Ledger) -> list[str]:
    return sorted(row[2] for row in billed_rows(ledger))


def test_all_of_a_years_events_are_read_page_by_page(server: CursorServer, ledger: Ledger) -> None:
    server.most_rows = 3
    server.events = [a_usage_row(NOW_MS - n * 40 * HOUR_MS, input=n + 1) for n in range(230)]
    assert not any(isinstance(item, Trouble) for item in polled(an_account(server, ledger), ledger))
    assert len(billed_rows(ledger)) == 230


def test_the_second_poll_asks_for_the_last_hour_only(server: CursorServer, ledger: Ledger) -> None:
    polled(an_account(server, ledger), ledger)
    server.asked.clear()
    later = NOW_MS + 60_000
    polled(an_account(server, ledger), ledger, later)
    (asked,) = [body for method, body in server.asked if method == "GetFilteredUsageEvents"]
    assert int(asked["startDate"]) == NOW_MS - HOUR_MS
    assert int(asked["endDate"]) > later


def test_an_event_that_arrives_between_two_pages_is_neither_lost_nor_counted_twice(
    server: CursorServer, ledger: Ledger
) -> None:
    server.most_rows = 2
    server.events = [a_usage_row(NOW_MS - n * 1000, input=n + 1) for n in range(1, 5)]

    def arrive(page: int) -> None:
        if page == 2 and len(server.events) == 4:
            server.events.append(a_usage_row(NOW_MS, input=77))

    server.before_page = arrive
    polled(an_account(server, ledger), ledger)
    assert sorted(row[8] for row in billed_rows(ledger)) == [2, 3, 4, 5, 77]


def test_a_straggler_with_an_older_time_is_found(server: CursorServer, ledger: Ledger) -> None:
    server.events = [a_usage_row(NOW_MS - 1000, input=1)]
    polled(an_account(server, ledger), ledger)
    server.events.append(a_usage_row(NOW_MS - 5000, input=2))
    polled(an_account(server, ledger), ledger, NOW_MS + 5 * 60_000)
    assert len(billed_rows(ledger)) == 2


def test_what_has_no_conversation_or_no_counts_is_kept(server: CursorServer, ledger: Ledger) -> None:
    server.events = [
        a_usage_row(conversation="", model="tab", input=3),
        a_usage_row(NOW_MS - 1, tokens=False),
        a_usage_row(NOW_MS - 2, input=9),
    ]
    polled(an_account(server, ledger), ledger)
    assert sessions(ledger) == ["chat-1", "chat-1", "cursor-unattributed"]


@pytest.mark.parametrize(
    ("reply", "state"),
    [
        ([SIGNED_OUT], FeedState.SIGNED_OUT), ([WALL], FeedState.BLOCKED), ([TOO_MANY], FeedState.LIMITED),
        ([BROKEN] * 4, FeedState.OFFLINE), ([CUT] * 4, FeedState.OFFLINE), ([OTHERWISE], FeedState.CHANGED),
        ([Reply(body=b" " * (17 << 20))], FeedState.CHANGED),
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GetMe", "GetFilteredUsageEvents"])
def test_in_trouble_what_was_known_stays_as_it_was(
    server: CursorServer, ledger: Ledger, reply: list[Reply], state: FeedState, method: str
) -> None:
    server.events = [a_usage_row(input=1)]
    polled(an_account(server, ledger), ledger)
    before = billed_rows(ledger)
    server.events.clear()
    server.replies[method] = [*reply]
    assert trouble(polled(an_account(server, ledger), ledger, NOW_MS + 1000)).state is state
    assert billed_rows(ledger) == before
    server.replies.clear()
    server.events = [a_usage_row(input=1), a_usage_row(NOW_MS - 1, input=2)]
    polled(an_account(server, ledger), ledger, NOW_MS + 2000)
    assert len(billed_rows(ledger)) == 2


def test_a_pause_that_is_asked_for_is_told(server: CursorServer, ledger: Ledger) -> None:
    server.replies["GetMe"] = [TOO_MANY]
    assert trouble(polled(an_account(server, ledger), ledger)).wait_s == 240


def test_nobody_is_asked_with_a_token_that_expired(server: CursorServer, ledger: Ledger) -> None:
    feed = an_account(server, ledger, lambda: Secret(a_token(NOW_MS // 1000 + 30)))
    assert trouble(polled(feed, ledger)).state is FeedState.SIGNED_OUT
    assert server.asked == []


def test_the_token_is_read_anew_for_each_poll(server: CursorServer, ledger: Ledger) -> None:
    tokens = iter([a_token(NOW_MS // 1000 + 90), a_token()])
    feed = an_account(server, ledger, lambda: Secret(next(tokens)))
    polled(feed, ledger)
    news = polled(feed, ledger, NOW_MS + 60_000)
    assert not any(isinstance(item, Trouble) for item in news)


def test_another_account_does_not_go_on_where_the_first_was(server: CursorServer, ledger: Ledger) -> None:
    feed = an_account(server, ledger)
    server.events = [a_usage_row(NOW_MS - 500 * 60_000, input=1)]
    polled(feed, ledger)
    server.me = {"userId": 777}
    server.events = [a_usage_row(NOW_MS - 600 * 60_000, input=2)]
    polled(feed, ledger, NOW_MS + 1000)
    rows = billed_rows(ledger)
    assert len(rows) == 2
    assert len({row[13] for row in rows}) == 2


def test_the_plan_comes_with_the_poll(server: CursorServer, ledger: Ledger) -> None:
    server.plan = {"planUsage": {"limit": 2000, "autoPercentUsed": 3.1, "apiPercentUsed": 11.9}}
    (plan,) = [item for item in polled(an_account(server, ledger), ledger) if isinstance(item, Plan)]
    assert [(gauge.name, gauge.percent) for gauge in plan.gauges] == [
        ("Cursor Models", 3.1),
        ("Other Models", 11.9),
    ]


def test_without_a_plan_the_events_still_come(server: CursorServer, ledger: Ledger) -> None:
    server.events = [a_usage_row(input=1)]
    server.replies["GetCurrentPeriodUsage"] = [Reply(404)]
    (plan,) = [item for item in polled(an_account(server, ledger), ledger) if isinstance(item, Plan)]
    assert plan.says
    assert len(billed_rows(ledger)) == 1


def test_a_teams_key_brings_one_members_events(server: CursorServer, ledger: Ledger) -> None:
    server.events = [a_usage_row(input=1, kind="Usage-based", chargedCents=4)]
    polled(a_team(server, ledger), ledger)
    assert len(billed_rows(ledger)) == 1
    assert {body["email"] for _, body in server.asked} == {EMAIL}
    assert all(int(body["endDate"]) - int(body["startDate"]) <= 30 * 24 * HOUR_MS for _, body in server.asked)


def test_the_account_and_the_team_state_the_same_request_once(server: CursorServer, ledger: Ledger) -> None:
    server.events = [a_usage_row(input=1), a_usage_row(input=1)]
    polled(a_team(server, ledger), ledger)
    polled(an_account(server, ledger), ledger)
    assert len(billed_rows(ledger)) == 2


def test_a_wrong_key_is_refused(server: CursorServer, ledger: Ledger) -> None:
    assert trouble(polled(a_team(server, ledger, "crsr_wrong"), ledger)).state is FeedState.REFUSED


def test_no_secret_reaches_the_ledger_the_log_or_what_is_told(
    server: CursorServer, ledger: Ledger, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.events = [a_usage_row(input=1, owningUser="12345678", userEmail=EMAIL)]
    server.me |= {"email": EMAIL}
    told = [*polled(an_account(server, ledger), ledger), *polled(a_team(server, ledger), ledger)]
    server.replies["GetMe"] = [SIGNED_OUT]
    told += polled(an_account(server, ledger), ledger)
    ledger.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    for secret in (a_token(), "planted-token-signature", TEAM_KEY, EMAIL, "12345678"):
        assert secret.encode() not in kept
        assert secret not in repr(told)
        assert secret not in caplog.text
    assert b"chat-1" in kept  # it did look
