"""Reading a listing that moves while it is read: all of a span, or nothing of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec
from msgspec.structs import replace

from tallylight.domain.billing import Span, Statement
from tallylight.domain.feed import FeedState, Trouble
from tallylight.ledger.batch import Progress
from tallylight.providers.cursor_events import Page

_MINUTE_MS = 60_000
_HOUR_MS = 60 * _MINUTE_MS
_DAY_MS = 24 * _HOUR_MS
#: Lines turn up late with an older time: mostly within the hour, some within two days.
_UNSETTLED_MS, _LATE_MS = _HOUR_MS, 2 * _DAY_MS
#: The provider's clock may go ahead of ours.
_AHEAD_MS = 5 * _MINUTE_MS
_SPAN_MS, _HISTORY_MS = 30 * _DAY_MS, 400 * _DAY_MS
_MOST_PAGES = 40
_TRIES = 3

Ask = Callable[[Span, int], Page | Trouble]


class Listing(msgspec.Struct, frozen=True):
    """All that a span held."""

    statements: Sequence[Statement]
    rejected: int = 0


def due_spans(progress: Progress, now_ms: int) -> Iterator[tuple[Span, Progress]]:
    """What is to be read now, in order, and how far each brings the reading. What is new comes before what is old."""
    end, settled = now_ms + _AHEAD_MS, now_ms - _UNSETTLED_MS
    if not progress.settled_ms:
        since = end - _SPAN_MS
        progress = Progress(since_ms=since, settled_ms=settled, deep_ms=now_ms)
        yield Span(since, end), progress
    else:
        is_deep = abs(now_ms - progress.deep_ms) >= _DAY_MS
        since = min(progress.settled_ms, now_ms - _UNSETTLED_MS)
        if is_deep:  # whatever turned up since the last time it was looked for
            since = min(since, progress.deep_ms - _LATE_MS)
        while since < end:
            until = min(since + _SPAN_MS, end)
            is_last = until == end
            progress = replace(
                progress,
                settled_ms=min(until, settled),
                deep_ms=now_ms if is_deep and is_last else progress.deep_ms,
            )
            yield Span(since, until), progress
            since = until
    while progress.since_ms > now_ms - _HISTORY_MS:
        until, since = progress.since_ms, max(progress.since_ms - _SPAN_MS, now_ms - _HISTORY_MS)
        progress = replace(progress, since_ms=since)
        yield Span(since, until), progress


def read_span(ask: Ask, span: Span, page_size: int) -> Listing | Trouble:
    """Every line of a span. A listing that moved between two pages is read again from its first."""
    for _ in range(_TRIES):
        first = ask(span, 1)
        if isinstance(first, Trouble):
            return first
        if first.total > _MOST_PAGES * page_size and span.until_ms - span.since_ms > 1:
            return _in_halves(ask, span, page_size)
        found = _rest(ask, span, page_size, first)
        if found is not None:
            return found
    return Trouble(FeedState.LIMITED, "Cursor’s list kept moving while it was read: it is tried again later")


def _rest(ask: Ask, span: Span, page_size: int, first: Page) -> Listing | Trouble | None:
    """The first page and those after it; None when they do not belong together."""
    pages = [first]
    rows = first.rows
    while pages[-1].rows >= page_size or (pages[-1].rows and rows < first.total):
        if len(pages) > _MOST_PAGES:
            return None
        page = ask(span, len(pages) + 1)
        if isinstance(page, Trouble):
            return page
        if page.total != first.total:
            return None
        pages.append(page)
        rows += page.rows
    if first.total and rows != first.total:
        return None
    within = [
        statement
        for page in pages
        for statement in page.statements
        if span.since_ms <= statement.time_ms < span.until_ms
    ]
    return Listing(within, sum(page.rejected for page in pages))


def _in_halves(ask: Ask, span: Span, page_size: int) -> Listing | Trouble:
    """A span that holds more than one listing should."""
    middle = (span.since_ms + span.until_ms) // 2
    newer = read_span(ask, Span(middle, span.until_ms), page_size)
    if isinstance(newer, Trouble):
        return newer
    older = read_span(ask, Span(span.since_ms, middle), page_size)
    if isinstance(older, Trouble):
        return older
    return Listing([*newer.statements, *older.statements], newer.rejected + older.rejected)
