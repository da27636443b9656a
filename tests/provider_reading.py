"""Reading a provider's reports from the server on loopback into a ledger."""

from __future__ import annotations

from msgspec.structs import replace

from provider_server import KEYS, NOW_MS, ProviderServer
from tallylight.domain.billing import Span
from tallylight.domain.feed import Trouble
from tallylight.domain.reported import Figure, Holds
from tallylight.domain.secret import Secret
from tallylight.ingest.feeds import News
from tallylight.ingest.report_feed import ReportFeed
from tallylight.ledger.batch import ReportReading
from tallylight.ledger.ledger import Ledger
from tallylight.ledger.reported import progress_of, reports
from tallylight.net.client import Client
from tallylight.providers import anthropic
from tallylight.providers.base import Provider

_EVER = Span(0, 1 << 52)
_OWNERS = {"github-org": "acme"}


def a_feed(
    server: ProviderServer, ledger: Ledger, provider: Provider = anthropic.PROVIDER, key: str = ""
) -> ReportFeed:
    return ReportFeed(
        Client({server.base.removeprefix("http://")}),
        replace(provider, base=server.base),
        lambda: Secret(key or KEYS[provider.name]),
        lambda feed, report: progress_of(ledger._connection, feed, report),
        _OWNERS.get(provider.name, ""),
    )


def read_with(feed: ReportFeed, ledger: Ledger, now_ms: int = NOW_MS) -> list[News]:
    """What a poll brought, all of it written."""
    news: list[News] = []
    for item in feed.poll(now_ms):
        news.append(item)
        if isinstance(item, ReportReading):
            ledger.write_report(item)
    return news


def polled(
    server: ProviderServer, ledger: Ledger, provider: Provider = anthropic.PROVIDER, now_ms: int = NOW_MS
) -> list[News]:
    """The same with a feed of its own, as after a start."""
    feed = a_feed(server, ledger, provider)
    try:
        return read_with(feed, ledger, now_ms)
    finally:
        feed.close()


def figures(ledger: Ledger, holds: Holds = Holds.TOKENS, provider: str = "anthropic") -> list[Figure]:
    found = reports(ledger._connection, provider, _EVER)
    return [figure for kind, bucket in found if kind is holds for figure in bucket.figures]


def troubles(news: list[News]) -> list[Trouble]:
    return [item for item in news if isinstance(item, Trouble)]
