"""Following Cursor while it runs, in a thread beside the ledger's."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cursor_homes import CursorHome
from tallylight.domain.session import Activity, SessionView
from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import RootStatus, Snapshot
from tallylight.ingest.assembly import open_meter
from tallylight.ingest.cursor_follower import CursorFollower
from tallylight.ingest.cursor_roots import CursorRoot
from tallylight.ingest.worker import Worker


class Watching:
    """A worker over the home of whoever runs the test, and what it said last."""

    def __init__(self, data: Path) -> None:
        self.said: list[Snapshot] = []
        self.worker = Worker(lambda: open_meter(Settings(), folder=data), self.said.append)
        self.worker.start()

    def wait_for(self, holds: Callable[[Snapshot], object]) -> Snapshot:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if self.said and holds(self.said[-1]):
                return self.said[-1]
            time.sleep(0.01)
        raise AssertionError(self.said[-1] if self.said else "nothing was said")


@pytest.fixture
def user() -> Path:
    config = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(config, "Cursor", "User")


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[Watching]:
    made = Watching(tmp_path / "data")
    yield made
    made.worker.stop()


def now_home(user: Path) -> CursorHome:
    """A home whose chats are of today."""
    home = CursorHome(user)
    start = int(time.time() * 1000) - 5 * 60_000
    home.chat("one", 3, used=20_000, step=5_000, createdAt=start)
    return home


def the_chat(snapshot: Snapshot) -> SessionView | None:
    return next((view for view in snapshot.sessions if view.session_id == "one"), None)


def cursor_of(snapshot: Snapshot) -> RootStatus | None:
    return next((root for root in snapshot.roots if root.source == "cursor" and root.is_found), None)


def test_a_chat_that_moves_is_seen_moving(user: Path, tmp_path: Path) -> None:
    home = now_home(user)
    watching = Watching(tmp_path / "data")
    try:
        watching.wait_for(lambda snapshot: (view := the_chat(snapshot)) and view.untold == 3)
        for used in (60_000, 70_000):
            home.move(
                "one", status="generating", contextTokensUsed=used, lastUpdatedAt=int(time.time() * 1000)
            )
            shown = watching.wait_for(lambda s, used=used: (v := the_chat(s)) and v.context == used)
        view = the_chat(shown)
        assert view is not None and view.activity is Activity.BUSY and view.has_no_tokens
        status = watching.wait_for(lambda s: (root := cursor_of(s)) and root.parts)
        assert {part.state for part in cursor_of(status).parts} == {"present"}  # type: ignore[union-attr]
    finally:
        watching.worker.stop()
        home.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "cursor"]


def test_nothing_runs_where_there_is_no_cursor(watching: Watching) -> None:
    watching.wait_for(lambda snapshot: snapshot.roots)
    assert not [thread for thread in threading.enumerate() if thread.name == "cursor"]


def test_a_cursor_that_comes_later_is_taken_up_by_the_next_look(user: Path, watching: Watching) -> None:
    watching.wait_for(lambda snapshot: snapshot.roots)
    home = now_home(user)
    try:
        watching.worker.submit(lambda meter: meter.discover())
        watching.wait_for(the_chat)
    finally:
        home.close()


def test_a_pause_holds_for_cursor_too(user: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tallylight.ingest.cursor_follower._OPEN_S", 0.01)
    home, asked, written = now_home(user), [], threading.Event()
    follower = CursorFollower(
        lambda: [CursorRoot(str(user), str(user))], dict, lambda: int(time.time() * 1000)
    )

    def is_paused() -> bool:
        asked.append(written.is_set())
        return len(asked) < 5

    try:
        follower.follow(lambda _batch: written.set(), lambda work: work(None), is_paused)
        assert written.wait(20)
    finally:
        follower.close()
        home.close()
    assert asked[:5] == [False] * 5
