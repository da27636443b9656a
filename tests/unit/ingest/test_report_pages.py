"""Which days of a report are read, and when: none is left out, none is asked for in vain."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from provider_server import DAY_MS, NOW_MS, TODAY_MS
from tallylight.domain.billing import Span
from tallylight.domain.feed import FeedState, Trouble
from tallylight.ingest.report_pages import due_days, read_days
from tallylight.ledger.batch import Progress
from tallylight.providers import anthropic
from tallylight.providers.base import Page, Report

USAGE = replace(anthropic.PROVIDER.reports[0], settles_days=2)
SPAN = Span(TODAY_MS - DAY_MS, TODAY_MS)


def read_through(report: Report, progress: Progress, now_ms: int) -> tuple[list[Span], Progress]:
    found = list(due_days(report, progress, now_ms))
    return [span for span, _ in found], found[-1][1]


def test_first_all_of_its_history_is_read_in_portions() -> None:
    spans, progress = read_through(USAGE, Progress(), NOW_MS)
    assert spans[0].since_ms == TODAY_MS + DAY_MS - 92 * DAY_MS
    assert spans[-1].until_ms == TODAY_MS + DAY_MS
    assert all(a.until_ms == b.since_ms for a, b in pairwise(spans))
    assert max(span.until_ms - span.since_ms for span in spans) <= 31 * DAY_MS
    assert progress == Progress(since_ms=spans[0].since_ms, settled_ms=TODAY_MS)


@given(st.lists(st.integers(0, 80 * DAY_MS), min_size=1, max_size=6), st.booleans())
def test_however_long_it_was_off_no_day_of_the_history_is_left_out(pauses: list[int], is_past: bool) -> None:
    report = replace(USAGE, is_of_past_days=is_past)
    _, progress = read_through(report, Progress(), NOW_MS)
    now, end = NOW_MS, TODAY_MS
    for pause in pauses:
        settled = end
        now += pause
        spans, progress = read_through(report, progress, now)
        end = now // DAY_MS * DAY_MS
        assert spans[0].since_ms <= settled - 2 * DAY_MS  # what was not final then, and all since
        assert spans[-1].until_ms == end + (0 if is_past else DAY_MS)


def test_a_clock_that_was_ahead_leaves_nothing_out_once_it_is_right_again() -> None:
    _, progress = read_through(USAGE, Progress(), NOW_MS + 300 * DAY_MS)
    spans, progress = read_through(USAGE, progress, NOW_MS)
    assert (spans[0].since_ms, progress.settled_ms) == (TODAY_MS - 2 * DAY_MS, TODAY_MS)


@pytest.mark.parametrize("page", [Page([], "", has_more=True), Page([], "again", has_more=True)])
def test_a_listing_that_leads_nowhere_or_round_in_circles_ends(page: Page) -> None:
    asked: list[str] = []

    def ask(cursor: str) -> Page:
        asked.append(cursor)
        return page

    found = read_days(ask, SPAN, "Anthropic")
    assert isinstance(found, Trouble)
    assert found.state is FeedState.CHANGED
    assert len(asked) <= 2


def test_a_listing_without_an_end_is_given_up() -> None:
    counter = iter(range(10**6))
    found = read_days(lambda _cursor: Page([], str(next(counter)), has_more=True), SPAN, "Anthropic")
    assert isinstance(found, Trouble)
    assert next(counter) == 200
