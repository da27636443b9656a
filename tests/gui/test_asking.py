"""The tray's own threads: what a provider says goes through the fetching thread and the ingest thread to the screen."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from cursor_server import CursorServer, a_cursor_server, a_usage_row, sign_in, stand_in
from tallylight.config.store import save_settings
from tallylight.domain.feed import FeedState
from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import Snapshot
from tallylight.gui.jobs import Jobs
from tallylight.ingest.assembly import ledger_path, now_ms
from tallylight.parts.reading import Reading
from tallylight.parts.settings_keeper import SettingsKeeper


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[CursorServer]:
    """In place of Cursor's own, with a Cursor on this machine that is signed in."""
    monkeypatch.setenv("TALLYLIGHT_DATA_DIR", str(tmp_path / "data"))
    sign_in()
    with a_cursor_server() as made:
        stand_in(made, monkeypatch)
        yield made


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.close()


@pytest.fixture
def published() -> SimpleQueue[Snapshot]:
    return SimpleQueue()


@pytest.fixture
def reading(server: CursorServer, jobs: Jobs, published: SimpleQueue[Snapshot]) -> Iterator[Reading]:
    settings = SettingsKeeper(jobs)
    made = Reading(settings, published.put)
    made.kept = settings  # type: ignore[attr-defined]
    made.start()
    yield made
    made.stop()


def first(published: SimpleQueue[Snapshot], holds: Any) -> Snapshot:
    while True:
        snapshot = published.get(timeout=15)
        if holds(snapshot):
            return snapshot


def is_fetching() -> bool:
    return any(thread.name == "fetch" for thread in threading.enumerate())


def test_without_consent_nobody_is_asked(
    reading: Reading, server: CursorServer, published: SimpleQueue[Snapshot]
) -> None:
    assert first(published, lambda _: True).feeds == ()
    assert not is_fetching()
    assert server.asked == []


def test_what_is_agreed_to_is_asked_and_seen_and_ends_with_it(
    server: CursorServer, jobs: Jobs, published: SimpleQueue[Snapshot]
) -> None:
    save_settings(Settings(feeds=("cursor",)))
    server.events = [a_usage_row(now_ms() - 60_000, cents=31)]
    server.plan = {"planUsage": {"limit": 2000, "autoPercentUsed": 3}}
    reading = Reading(SettingsKeeper(jobs), published.put)
    reading.start()
    seen = first(published, lambda s: s.requests_known and any(f.state is FeedState.READY for f in s.feeds))
    reading.stop()
    assert not is_fetching()
    assert [(view.session_id, view.cost_picousd) for view in seen.sessions] == [("chat-1", 31 * 10**10)]
    (status,) = seen.feeds
    assert status.plan is not None
    assert [gauge.percent for gauge in status.plan.gauges] == [3, 0]
    assert b"planted-token" not in b"".join(
        f.read_bytes() for f in ledger_path().parent.iterdir() if f.is_file()
    )


def test_consent_that_is_taken_back_stops_it(
    reading: Reading, server: CursorServer, published: SimpleQueue[Snapshot]
) -> None:
    reading.kept.current = Settings(feeds=("cursor",))  # type: ignore[attr-defined]
    reading.follow_feeds()
    first(published, lambda s: any(f.state is FeedState.READY for f in s.feeds))
    reading.kept.current = Settings()  # type: ignore[attr-defined]
    reading.follow_feeds()
    assert first(published, lambda s: not s.feeds).feeds == ()


def test_a_demo_asks_nobody(server: CursorServer, jobs: Jobs, published: SimpleQueue[Snapshot]) -> None:
    save_settings(Settings(feeds=("cursor",)))
    settings = SettingsKeeper(jobs)
    reading = Reading(settings, published.put)
    reading.start_demo()
    reading.follow_feeds()
    assert first(published, lambda s: s.is_demo).feeds == ()
    assert not is_fetching()
    reading.stop()
    reading.close()
    assert server.asked == []
