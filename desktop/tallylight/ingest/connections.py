"""The feeds that the user agreed to, ready to be asked. Without consent there is none, and nothing is ever sent."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit

from tallylight.config.secrets import NoKeychain, read_key
from tallylight.domain.consent import offer, variable
from tallylight.domain.feed import FeedState, FeedStatus, Trouble
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
from tallylight.providers import (
    anthropic,
    cursor_account,
    cursor_team,
    deepseek,
    github,
    huggingface,
    openai,
    openrouter,
    xai,
)
from tallylight.providers.base import Provider

#: Every provider whose reports are asked with a key: to add one, write its module and put it here.
PROVIDERS: tuple[Provider, ...] = (
    anthropic.PROVIDER,
    openai.PROVIDER,
    openrouter.PROVIDER,
    github.PROVIDER,
    github.ORGANIZATION,
    deepseek.PROVIDER,
    xai.PROVIDER,
    huggingface.PROVIDER,
)
#: Every feed there is, by name.
FEEDS = (cursor_account.NAME, cursor_team.NAME, *(provider.name for provider in PROVIDERS))


def open_feeds(settings: Settings, ledger: Path, stopping: Event) -> list[Feed]:
    """One for each name in the settings; none of them has asked anything yet."""
    made: dict[str, Callable[[], Feed]] = {
        cursor_account.NAME: lambda: _account(settings, ledger, stopping),
        cursor_team.NAME: lambda: _team(settings.cursor_email, ledger, stopping),
        **{p.name: partial(_reports, p, owner_of(p.name, settings), ledger, stopping) for p in PROVIDERS},
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


def _reports(provider: Provider, owner: str, ledger: Path, stopping: Event) -> Feed:
    read_key, progress = partial(key_of, provider.name), _progress_in(ledger, reported.progress_of)
    return ReportFeed(_client(provider, stopping), provider, read_key, progress, owner)


def _client(provider: Provider, stopping: Event | None = None) -> Client:
    return Client({urlsplit(provider.base).netloc}, stopping)


def owner_of(name: str, settings: Settings) -> str:
    """Whose figures the user named."""
    whose = offer(name).whose
    return getattr(settings, whose.setting) if whose is not None else ""


def test_key(name: str, key: Secret, now_ms: int, whose: str = "") -> FeedStatus:
    """What a provider makes of a key, by the smallest of questions."""
    feed = _tester(name, key, whose)
    with closing(feed):
        found = feed.test(now_ms)
    if isinstance(found, Trouble):
        return FeedStatus(name=name, state=found.state, says=found.says)
    tells = f": {found.says}" if found.says else ""
    return FeedStatus(name=name, state=FeedState.READY, says=f"the key works{tells}")


def accepted(name: str, key: Secret, now_ms: int, whose: str = "") -> str:
    """How the test of a key went, where that is no reason not to keep it. Raises ValueError with the refusal."""
    found = test_key(name, key, now_ms, whose)
    if found.state is FeedState.REFUSED:
        raise ValueError(f"{found.says}; nothing was connected")
    return found.says if found.state is FeedState.READY else f"the key is not tested yet: {found.says}"


def _tester(name: str, key: Secret, whose: str) -> ReportFeed | CursorTeam:
    """A feed that is asked once, and whose answers nobody keeps. Raises KeyError for one that takes no key."""
    if name == cursor_team.NAME:
        return CursorTeam(Client(cursor_team.HOSTS), lambda: key, whose, _unread)
    provider = {made.name: made for made in PROVIDERS}[name]
    return ReportFeed(_client(provider), provider, lambda: key, _unread, whose)


def _unread(_feed: str, _report: str) -> Progress:
    return Progress()


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
