"""Reading a report of days: which are due, and all pages of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec
from msgspec.structs import replace

from tallylight.domain.billing import Span
from tallylight.domain.feed import FeedState, Trouble
from tallylight.domain.reported import DAY_MS, Bucket, joined
from tallylight.ledger.batch import Progress
from tallylight.providers.base import Page, Report

_MOST_PAGES = 200


class Days(msgspec.Struct, frozen=True):
    """All that a report says of a span."""

    buckets: list[Bucket]
    rejected: int = 0
    #: Up to when the provider says that its figures go; 0 where it does not say.
    refreshed_ms: int = 0

    def reached(self, progress: Progress) -> Progress:
        """How far these days bring the reading: none is settled that the provider had not counted to its end."""
        if not self.refreshed_ms:
            return progress
        counted = self.refreshed_ms // DAY_MS * DAY_MS
        return replace(progress, settled_ms=min(progress.settled_ms, counted))


def due_days(report: Report, progress: Progress, now_ms: int) -> Iterator[tuple[Span, Progress]]:
    """What is to be read now, oldest first, and how far each brings the reading: days that may still change, again."""
    today = now_ms // DAY_MS * DAY_MS
    end = today if report.is_of_past_days else today + DAY_MS
    first = end - report.history_days * DAY_MS
    # A clock that was ahead once must not leave out what came since.
    read = min(progress.settled_ms, today)
    since = max(first, read - report.settles_days * DAY_MS) if progress.settled_ms else first
    begin = min(progress.since_ms or since, since)
    while since < end:
        until = min(since + report.most_days * DAY_MS, end)
        yield Span(since, until), Progress(since_ms=begin, settled_ms=min(until, today))
        since = until


def read_days(ask: Callable[[str], Page | Trouble], span: Span, who: str) -> Days | Trouble:
    """Every page of a span. What breaks off is nothing: half a day would look like a cheap one."""
    pages: list[Page] = []
    cursor, seen = "", {""}
    while len(pages) < _MOST_PAGES:
        page = ask(cursor)
        if isinstance(page, Trouble):
            return page
        pages.append(page)
        if not page.has_more:
            return _days(pages, span)
        cursor = page.next
        if cursor in seen:
            return Trouble(FeedState.CHANGED, f"{who} says that there is more, and not where")
        seen.add(cursor)
    return Trouble(FeedState.CHANGED, f"{who}’s report has more pages than one can believe")


def _days(pages: Sequence[Page], span: Span) -> Days:
    return Days(
        joined((page.buckets for page in pages), span),
        sum(page.rejected for page in pages),
        min((page.refreshed_ms for page in pages if page.refreshed_ms), default=0),
    )
