"""The thread that asks: when, how often, and what it does without consent, which is nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import enumerate as threads

import pytest

from bills import ACCOUNT, a_statement, billed_rows
from cursor_server import NOW_MS
from factories import a_ledger
from tallylight.domain.billing import Origin, Span
from tallylight.domain.feed import FeedState, FeedStatus, Plan, PlanGauge, Trouble
from tallylight.ingest.billing import Billing
from tallylight.ingest.feeds import News
from tallylight.ingest.fetcher import Fetcher
from tallylight.ingest.polling import Polling, poll_once
from tallylight.ledger.batch import BillReading
from tallylight.ledger.bills import statuses
from tallylight.ledger.ledger import Ledger


class AFeed:
    """Brings what it is told to, one list per poll, and then nothing."""

    def __init__(self, *polls: list[News], name: str = "cursor", wait_s: float = 60.0) -> None:
        self.name = name
        self._polls = list(polls)
        self._wait = wait_s
        self.least_s = 60.0
        self.asked: list[int] = []
        self.is_closed = False

    def poll(self, now_ms: int) -> Iterator[News]:
        self.asked.append(now_ms)
        yield from (self._polls.pop(0) if self._polls else [])

    def wait_s(self, moved_ms: int, now_ms: int) -> float:
        return 30.0 if now_ms - moved_ms < 600_000 else self._wait

    def close(self) -> None:
        self.is_closed = True


def a_reading(at: int = NOW_MS) -> BillReading:
    spans = [(Span(at, at + 1), [a_statement(at)])]
    return BillReading(feed="cursor", origin=Origin.ACCOUNT, account=ACCOUNT, spans=spans)


PLAN = Plan(gauges=(PlanGauge(name="Cursor Models", percent=3),))


def polled(feed: AFeed, times: list[int], moved_ms: int = 0) -> list[FeedStatus]:
    polling = Polling(feed, times[0])
    made = []
    for at in times:
        polling.poll(at, moved_ms, lambda _reading: None, lambda: False)
        made.append(polling.status)
    return made


# -- when


@pytest.mark.parametrize(
    ("state", "waits"),
    [
        (FeedState.LIMITED, [120, 300, 300]), (FeedState.OFFLINE, [60, 120, 300, 300]),
        (FeedState.SIGNED_OUT, [60, 60]), (FeedState.BLOCKED, [900, 3600]), (FeedState.REFUSED, [900, 900]),
    ],
)  # fmt: skip
def test_a_feed_in_trouble_is_left_alone_for_longer_each_time(state: FeedState, waits: list[int]) -> None:
    feed = AFeed(*([Trouble(state, "no")] for _ in waits))
    for status, wait in zip(polled(feed, [NOW_MS] * len(waits)), waits, strict=True):
        assert wait <= (status.next_ms - NOW_MS) / 1000 <= wait * 1.1
        assert (status.state, status.says) == (state, "no")


def test_the_providers_own_wish_goes_before_ours() -> None:
    (status,) = polled(AFeed([Trouble(FeedState.LIMITED, "no", 1000.0)]), [NOW_MS])
    assert 1000 <= (status.next_ms - NOW_MS) / 1000 <= 1100


def test_a_pause_until_another_century_is_cut_short() -> None:
    (status,) = polled(AFeed([Trouble(FeedState.LIMITED, "no", 2.3e9)]), [NOW_MS])
    assert (status.next_ms - NOW_MS) / 3_600_000 <= 6.6


def test_no_two_waits_are_quite_alike() -> None:
    waits = [polled(AFeed(wait_s=900), [NOW_MS])[0].next_ms - NOW_MS for _ in range(20)]
    assert len(set(waits)) > 10
    assert all(900_000 <= wait <= 990_000 for wait in waits)


def test_it_asks_sooner_while_a_chat_moves() -> None:
    idle, moving = polled(AFeed(), [NOW_MS])[0], polled(AFeed(), [NOW_MS], NOW_MS - 1000)[0]
    new = polled(AFeed([a_reading(NOW_MS - 1000)]), [NOW_MS])[0]
    assert [round((s.next_ms - NOW_MS) / 35_000) for s in (idle, moving, new)] == [2, 1, 1]


def test_a_chat_that_begins_to_move_brings_the_next_time_forward() -> None:
    polling = Polling(AFeed(wait_s=900), NOW_MS)
    polling.poll(NOW_MS, 0, lambda _reading: None, lambda: False)
    assert polling.status.next_ms >= NOW_MS + 900_000
    polling.hurry(NOW_MS + 90_000, NOW_MS + 100_000)
    assert polling.status.next_ms == NOW_MS + 30_000


@pytest.mark.parametrize(("ago_s", "wait_s"), [(10, 50), (60, 0), (4000, 0), (-10, 0)])
def test_what_an_earlier_run_read_just_now_is_not_read_again_at_once(ago_s: int, wait_s: int) -> None:
    polling = Polling(AFeed(), NOW_MS, NOW_MS - ago_s * 1000)
    assert polling.status.next_ms == NOW_MS + wait_s * 1000


def test_a_success_ends_the_row_of_troubles_and_trouble_keeps_the_age_of_the_figures() -> None:
    feed = AFeed([Trouble(FeedState.OFFLINE, "no")], [PLAN], [Trouble(FeedState.OFFLINE, "no")])
    _, good, bad = polled(feed, [NOW_MS, NOW_MS + 1, NOW_MS + 2])
    assert (good.state, good.read_ms, good.plan) == (FeedState.READY, NOW_MS + 1, PLAN)
    assert (bad.read_ms, bad.plan) == (NOW_MS + 1, PLAN)
    assert bad.next_ms < NOW_MS + 70_000


def test_nobodys_bars_are_shown_once_signed_out() -> None:
    _, out = polled(AFeed([PLAN], [Trouble(FeedState.SIGNED_OUT, "no")]), [NOW_MS, NOW_MS])
    assert out.plan is None


# -- the thread


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with a_ledger(tmp_path) as made:
        yield made


def a_billing(ledger: Ledger) -> Billing:
    return Billing(ledger, lambda _models, _wait: None, statuses(ledger._connection), lambda _written: None)


class Following:
    """A fetcher whose work is done here, in the test's thread."""

    def __init__(self, ledger: Ledger) -> None:
        self.billing = a_billing(ledger)
        self.work: list[Callable[[Billing], None]] = []
        self.fetcher = Fetcher(self.work.append, lambda: NOW_MS)

    def until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 10
        while not holds():
            assert time.monotonic() < deadline
            while self.work:
                self.work.pop(0)(self.billing)
            time.sleep(0.005)


@pytest.fixture
def following(ledger: Ledger) -> Iterator[Following]:
    made = Following(ledger)
    yield made
    made.fetcher.stop()


def test_without_feeds_there_is_no_thread(following: Following) -> None:
    before = set(threads())
    following.fetcher.follow([], {})
    assert set(threads()) == before
    following.until(lambda: not following.work)
    assert following.billing.statuses == ()


def test_what_a_feed_brings_is_written_and_said(following: Following, ledger: Ledger) -> None:
    following.fetcher.follow([AFeed([a_reading(), PLAN])], {})
    following.until(lambda: any(s.state is FeedState.READY for s in following.billing.statuses))
    (status,) = following.billing.statuses
    assert (status.read_ms, status.plan) == (NOW_MS, PLAN)
    assert len(billed_rows(ledger)) == 1
    assert statuses(ledger._connection)["cursor"] == status


def test_a_feed_that_is_followed_no_more_is_closed_and_not_shown(following: Following) -> None:
    feed = AFeed([PLAN])
    following.fetcher.follow([feed], {})
    following.until(lambda: bool(feed.asked) and bool(following.billing.statuses))
    following.fetcher.follow([], {})
    following.until(lambda: feed.is_closed and not following.billing.statuses)


def test_paused_it_asks_nobody(following: Following) -> None:
    feed = AFeed()
    following.fetcher.is_paused = True
    following.fetcher.follow([feed], {})
    time.sleep(0.1)
    assert feed.asked == []


def test_stopping_cuts_a_poll_short(following: Following, ledger: Ledger) -> None:
    def endless() -> Iterator[News]:
        while True:
            time.sleep(0.01)
            yield PLAN

    feed = AFeed()
    feed.poll = lambda now_ms: endless()  # type: ignore[method-assign]
    following.fetcher.follow([feed], {})
    time.sleep(0.05)
    began = time.monotonic()
    following.fetcher.stop()
    assert time.monotonic() - began < 5
    assert feed.is_closed


# -- a shell


def test_a_shell_asks_each_feed_once_and_not_again_within_a_minute(ledger: Ledger) -> None:
    first, again, later = AFeed([a_reading()]), AFeed(), AFeed()
    poll_once([first], a_billing(ledger), lambda: NOW_MS)
    poll_once([again], a_billing(ledger), lambda: NOW_MS + 59_000)
    poll_once([later], a_billing(ledger), lambda: NOW_MS + 61_000)
    assert ([len(feed.asked) for feed in (first, again, later)]) == [1, 0, 1]
    assert first.is_closed
    assert again.is_closed
    assert len(billed_rows(ledger)) == 1
