"""A provider's reports, asked with a key: of whole days, which are everybody's machines'."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial

from tallylight.domain.billing import Span
from tallylight.domain.feed import FeedState, Trouble
from tallylight.domain.reported import DAY_MS
from tallylight.domain.secret import Secret
from tallylight.ingest.asking import T, asked
from tallylight.ingest.feeds import News, ProgressOf
from tallylight.ingest.report_pages import due_days, read_days
from tallylight.ledger.batch import KeyNames, ReportReading
from tallylight.net.client import Client
from tallylight.net.request import Answer, Request
from tallylight.providers.base import Page, Provider, Report

#: What keeps one report from being read that an account may lack, and not the others.
_OF_ITS_OWN = frozenset({FeedState.REFUSED, FeedState.CHANGED})


class ReportFeed:
    """One provider's, used in one thread."""

    def __init__(
        self,
        client: Client,
        provider: Provider,
        read_key: Callable[[], Secret | Trouble],
        progress_of: ProgressOf,
    ) -> None:
        self.name = provider.name
        self.least_s = provider.wait_s
        self._client = client
        self._provider = provider
        self._read_key = read_key
        self._progress_of = progress_of
        self._base = provider.base

    def wait_s(self, moved_ms: int, now_ms: int) -> float:
        """Days that are summed up elsewhere come no sooner because something moves here."""
        return self.least_s

    def close(self) -> None:
        self._client.close()

    def poll(self, now_ms: int) -> Iterator[News]:
        key = self._key()
        if isinstance(key, Trouble):
            yield key
            return
        for report in self._provider.reports:
            for news in self._read(report, key, now_ms):
                if isinstance(news, Trouble):
                    if report.is_extra and news.state in _OF_ITS_OWN:
                        break
                    yield news
                    return
                yield news
        yield from self._names(key, now_ms)
        yield from self._balance(key, now_ms)

    def test(self, now_ms: int) -> Trouble | None:
        """Whether the key opens what it is for, by the smallest of questions."""
        key = self._key()
        if isinstance(key, Trouble):
            return key
        if not self._provider.reports:
            return next((news for news in self._balance(key, now_ms) if isinstance(news, Trouble)), None)
        today = now_ms // DAY_MS * DAY_MS
        page = self._page(self._provider.reports[0], key, Span(today - DAY_MS, today), now_ms, "")
        return page if isinstance(page, Trouble) else None

    def _key(self) -> Secret | Trouble:
        key = self._read_key()
        if isinstance(key, Secret) and (problem := self._provider.key_problem(key)):
            return Trouble(FeedState.REFUSED, problem)
        return key

    def _read(self, report: Report, key: Secret, now_ms: int) -> Iterator[ReportReading | Trouble]:
        """What is due of a report, span by span, so that what came before a trouble is kept."""
        for span, progress in due_days(report, self._progress_of(self.name, report.name), now_ms):
            days = read_days(partial(self._page, report, key, span, now_ms), span, self._provider.who)
            if isinstance(days, Trouble):
                yield days
                return
            yield ReportReading(
                provider=self.name,
                report=report.name,
                holds=report.holds,
                span=span,
                buckets=days.buckets,
                progress=progress,
                rejected=days.rejected,
            )

    def _page(self, report: Report, key: Secret, span: Span, now_ms: int, cursor: str) -> Page | Trouble:
        now = datetime.fromtimestamp(now_ms / 1000, UTC)
        return self._asked(
            report.ask(key, span, cursor, self._base), lambda answer: report.read(answer, span, now)
        )

    def _names(self, key: Secret, now_ms: int) -> Iterator[News]:
        """Without them keys go by their ids, which is no trouble worth telling."""
        ask, read = self._provider.ask_names, self._provider.read_names
        if ask is None or read is None:
            return
        now = datetime.fromtimestamp(now_ms / 1000, UTC)
        names = self._asked(ask(key, self._base), lambda answer: read(answer, now))
        if not isinstance(names, Trouble):
            yield KeyNames(self.name, names)

    def _balance(self, key: Secret, now_ms: int) -> Iterator[News]:
        ask, read = self._provider.ask_balance, self._provider.read_balance
        if ask is None or read is None:
            return
        now = datetime.fromtimestamp(now_ms / 1000, UTC)
        yield self._asked(ask(key, self._base), lambda answer: read(answer, now))

    def _asked(self, request: Request, read: Callable[[Answer], T | Trouble]) -> T | Trouble:
        def read_or_refusal(answer: Answer) -> T | Trouble:
            return self._provider.refusal(answer) or read(answer)

        return asked(self._client, request, read_or_refusal, self._provider.who)
