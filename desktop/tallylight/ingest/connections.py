"""The feeds that the user agreed to, ready to be asked. Without consent there is none, and nothing is ever sent."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit

from tallylight.config.secrets import NoKeychain, read_key, variable
from tallylight.domain.feed import FeedState, Trouble
from tallylight.domain.secret import Secret
from tallylight.domain.settings import Settings
from tallylight.ingest.assembly import find_cursor
from tallylight.ingest.cursor_token import read_token, touched_ms
from tallylight.ingest.feeds import CursorAccount, CursorTeam, Feed, ProgressOf
from tallylight.ingest.report_feed import ReportFeed
from tallylight.ledger import reported
from tallylight.ledger.batch import Progress
from tallylight.ledger.bills import progress_of
from tallylight.ledger.connection import open_for_reading
from tallylight.net.client import Client
from tallylight.providers import anthropic, cursor_account, cursor_team, deepseek, openai, openrouter
from tallylight.providers.base import Provider

#: Every provider whose reports are asked with a key: to add one, write its module and put it here.
PROVIDERS: tuple[Provider, ...] = (
    anthropic.PROVIDER,
    openai.PROVIDER,
    openrouter.PROVIDER,
    deepseek.PROVIDER,
)
#: Every feed there is, by name.
FEEDS = (cursor_account.NAME, cursor_team.NAME, *(provider.name for provider in PROVIDERS))


def open_feeds(settings: Settings, ledger: Path, stopping: Event) -> list[Feed]:
    """One for each name in the settings; none of them has asked anything yet."""
    made: dict[str, Callable[[], Feed]] = {
        cursor_account.NAME: lambda: _account(settings, ledger, stopping),
        cursor_team.NAME: lambda: _team(settings.cursor_email, ledger, stopping),
        **{provider.name: partial(_reports, provider, ledger, stopping) for provider in PROVIDERS},
    }
    return [made[name]() for name in FEEDS if name in settings.feeds]


def _account(settings: Settings, ledger: Path, stopping: Event) -> Feed:
    paths = [root.database for root in find_cursor(settings)]
    return CursorAccount(
        Client(cursor_account.HOSTS, stopping),
        lambda: read_token(paths),
        _progress_in(ledger),
        touched_ms=lambda: touched_ms(paths),
    )


def _team(email: str, ledger: Path, stopping: Event) -> Feed:
    return CursorTeam(
        Client(cursor_team.HOSTS, stopping), partial(key_of, cursor_team.NAME), email, _progress_in(ledger)
    )


def _reports(provider: Provider, ledger: Path, stopping: Event) -> Feed:
    client = Client({urlsplit(provider.base).netloc}, stopping)
    return ReportFeed(
        client, provider, partial(key_of, provider.name), _progress_in(ledger, reported.progress_of)
    )


def test_key(name: str, key: Secret, now_ms: int) -> Trouble | None:
    """What a provider makes of a key, by the smallest of questions; None where it opens what it is for."""
    for provider in PROVIDERS:
        if provider.name == name:
            client = Client({urlsplit(provider.base).netloc})
            feed = ReportFeed(client, provider, lambda: key, lambda _feed, _report: Progress())
            with closing(feed):
                return feed.test(now_ms)
    return None


def is_testable(name: str) -> bool:
    return any(provider.name == name for provider in PROVIDERS)


def key_of(name: str) -> Secret | Trouble:
    """The key that was kept for a provider. May block, as the keychain does."""
    try:
        key = read_key(name)
    except NoKeychain as e:
        return Trouble(FeedState.REFUSED, str(e))
    return key or Trouble(FeedState.REFUSED, f"there is no key: connect it, or set {variable(name)}")


def _progress_in(
    path: Path, read: Callable[[sqlite3.Connection, str, str], Progress] = progress_of
) -> ProgressOf:
    def progress(feed: str, account: str) -> Progress:
        try:
            with closing(open_for_reading(path)) as connection:
                return read(connection, feed, account)
        except sqlite3.Error:  # not made yet, or held: then more is read than needed
            return Progress()

    return progress
