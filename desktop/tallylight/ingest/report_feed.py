"""A provider's reports, asked with a key: of whole days, which are everybody's machines'."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple
from urllib.parse import quote

from tallylight.domain.billing import Span
from tallylight.domain.feed import FeedState, Plan, Trouble, together
from tallylight.domain.reported import DAY_MS
from tallylight.domain.secret import Secret
from tallylight.ingest.asking import T, asked
from tallylight.ingest.feeds import News, ProgressOf
from tallylight.ingest.report_pages import Days, due_days, read_days
from tallylight.ledger.batch import KeyNames, ReportReading
from tallylight.net.client import Client
from tallylight.net.request import Answer, Request
from tallylight.providers.base import Balance, Page, Provider, Report

#: What keeps one thing from being read that an account or a key may lack, and not the others.
_OF_ITS_OWN = frozenset({FeedState.REFUSED, FeedState.CHANGED})


class _Way(NamedTuple):
    """What every question of a poll needs: the key, the address below which all lies, and the time."""

    key: Secret
    base: str
    now_ms: int

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.now_ms / 1000, UTC)


class ReportFeed:
    """One provider's, used in one thread. `owner` is whose figures the user named, where that is needed."""

    def __init__(
        self,
        client: Client,
        provider: Provider,
        read_key: Callable[[], Secret | Trouble],
        progress_of: ProgressOf,
        owner: str = "",
    ) -> None:
        self.name = provider.name
        self.least_s = provider.wait_s
        self._client = client
        self._provider = provider
        self._read_key = read_key
        self._progress_of = progress_of
        self._owner = owner

    def wait_s(self, moved_ms: int, now_ms: int) -> float:
        """Days that are summed up elsewhere come no sooner because something moves here."""
        return self.least_s

    def close(self) -> None:
        self._client.close()

    def poll(self, now_ms: int) -> Iterator[News]:
        way = self._way(now_ms)
        if isinstance(way, Trouble):
            yield way
            return
        for report in self._provider.reports:
            for news in self._read(report, way):
                if isinstance(news, Trouble):
                    if report.is_extra and news.state in _OF_ITS_OWN:
                        break
                    yield news
                    return
                yield news
        yield from self._names(way)
        yield from self._left(way)

    def test(self, now_ms: int) -> Plan | Trouble:
        """Whether the key opens what it is for, by the smallest of questions, and what that tells already."""
        way = self._way(now_ms)
        if isinstance(way, Trouble):
            return way
        for balance in self._provider.balances[:1]:
            if not balance.is_extra:
                return self._balance(balance, way)
        today = now_ms // DAY_MS * DAY_MS
        days = self._days(self._provider.reports[0], way, Span(today - DAY_MS, today))
        return days if isinstance(days, Trouble) else Plan(on_demand_limit_picousd=0)

    def _way(self, now_ms: int) -> _Way | Trouble:
        key = self._read_key()
        if isinstance(key, Trouble):
            return key
        if problem := self._provider.key_problem(key):
            return Trouble(FeedState.REFUSED, problem)
        way = _Way(key, self._provider.base, now_ms)
        owner = self._owner or self._asked_owner(way)
        if isinstance(owner, Trouble):
            return owner
        if not owner and "{}" in self._provider.place:
            return Trouble(
                FeedState.REFUSED, "it was not said whose usage to ask for: disconnect and connect it again"
            )
        return way._replace(base=way.base + self._provider.place.format(quote(owner, safe="")))

    def _asked_owner(self, way: _Way) -> str | Trouble:
        ask, read = self._provider.ask_owner, self._provider.read_owner
        if ask is None or read is None:
            return ""
        return self._asked(ask(way.key, way.base), lambda answer: read(answer, way.now))

    def _read(self, report: Report, way: _Way) -> Iterator[ReportReading | Trouble]:
        """What is due of a report, span by span, so that what came before a trouble is kept."""
        for span, progress in due_days(report, self._progress_of(self.name, report.name), way.now_ms):
            days = self._days(report, way, span)
            if isinstance(days, Trouble):
                yield days
                return
            yield ReportReading(
                provider=self.name,
                report=report.name,
                holds=report.holds,
                span=span,
                buckets=days.buckets,
                progress=days.reached(progress),
                rejected=days.rejected,
            )

    def _days(self, report: Report, way: _Way, span: Span) -> Days | Trouble:
        """All of a span, in the older form where there is none of the newer."""
        days = read_days(partial(self._page, report, way, span), span, self._provider.who)
        if isinstance(days, Trouble) and days.state in _OF_ITS_OWN and report.instead is not None:
            return self._days(report.instead, way, span)
        return days

    def _page(self, report: Report, way: _Way, span: Span, cursor: str) -> Page | Trouble:
        request = report.ask(way.key, span, cursor, way.base)
        return self._asked(request, lambda answer: report.read(answer, span, way.now))

    def _names(self, way: _Way) -> Iterator[News]:
        """Without them keys go by their ids, which is no trouble worth telling."""
        ask, read = self._provider.ask_names, self._provider.read_names
        if ask is None or read is None:
            return
        names = self._asked(ask(way.key, way.base), lambda answer: read(answer, way.now))
        if not isinstance(names, Trouble):
            yield KeyNames(self.name, names)

    def _left(self, way: _Way) -> Iterator[News]:
        """All that is said of the moment, as one."""
        plans: list[Plan] = []
        for balance in self._provider.balances:
            found = self._balance(balance, way)
            if isinstance(found, Plan):
                plans.append(found)
            elif not (balance.is_extra and found.state in _OF_ITS_OWN):
                yield found
                return
        if plans:
            yield together(plans)

    def _balance(self, balance: Balance, way: _Way) -> Plan | Trouble:
        request = balance.ask(way.key, way.base, way.now)
        return self._asked(request, lambda answer: balance.read(answer, way.now))

    def _asked(self, request: Request, read: Callable[[Answer], T | Trouble]) -> T | Trouble:
        def read_or_refusal(answer: Answer) -> T | Trouble:
            return self._provider.refusal(answer) or read(answer)

        return asked(self._client, request, read_or_refusal, self._provider.who)
