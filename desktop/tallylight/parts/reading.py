"""What is read from: the user's own logs and ledger, or the demo's."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tallylight.config.store import load_settings
from tallylight.domain.billing import BILLED
from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import Snapshot
from tallylight.ingest.assembly import (
    client_settings,
    cursor_places,
    find_roots,
    ledger_path,
    now_ms,
    open_meter,
    read_only_snapshot,
)
from tallylight.ingest.fetcher import Fetcher
from tallylight.ingest.meter import Meter
from tallylight.ingest.shared import shared_roots
from tallylight.ingest.worker import Worker
from tallylight.parts.settings_keeper import SettingsKeeper
from tallylight.pricebook.windows import context_window

if TYPE_CHECKING:  # loaded when the demo is started, something is connected, or the window asks
    from threading import Event

    from tallylight.ingest.demo import Demo
    from tallylight.ingest.feeds import Feed
    from tallylight.ledger.library import LedgerLibrary


class Reading:
    """The ingest thread of the moment. `publish` is called from that thread."""

    def __init__(self, settings: SettingsKeeper, publish: Callable[[Snapshot], None]) -> None:
        self._settings = settings
        self._publish = publish
        self._demo: Demo | None = None
        self._library: LedgerLibrary | None = None
        self._begin()

    @property
    def is_demo(self) -> bool:
        return self._demo is not None

    def submit(self, work: Callable[[Meter], None]) -> None:
        """Run `work` in the ingest thread, then publish."""
        self._worker.submit(work)

    def start(self) -> None:
        self._worker.start()
        self.follow_feeds()

    def stop(self) -> None:
        """No thread is left."""
        self._fetcher.stop()
        self._worker.stop()

    def pause(self, is_paused: bool) -> None:
        """Read and ask nothing for a while."""
        self._fetcher.is_paused = is_paused
        self.submit(lambda meter: setattr(meter, "is_paused", is_paused))

    def follow_feeds(self) -> None:
        """Ask the providers that the user agreed to. Not before the ledger is open: what they say must go somewhere."""
        settings, fetcher = self._settings.current, self._fetcher
        if self._demo is None:  # which asks nobody
            self.submit(
                lambda meter: fetcher.follow(_feeds(settings, fetcher.stopping), meter.billing.read_ms)
            )

    def close(self) -> None:
        """No file of a demo is left. To be called when nobody asks the library any more."""
        if self._demo is not None:
            self._demo.close()

    def start_demo(self) -> None:
        """From now on only the demo is read."""
        from tallylight.ingest.demo import Demo

        self.stop()
        self._demo = Demo()
        self._demo.__enter__()
        settings = self._settings.current
        self._worker = Worker(self._demo.open_meter, self._publish)
        self._worker.start()
        self.submit(lambda meter: meter.take_settings(settings))

    def end_demo(self) -> None:
        self.stop()
        self.close()
        self._demo = None
        self._begin()
        self.start()

    def look_anew_for_folders(self) -> None:
        settings = self._settings.current
        if self._demo is None:  # which reads nothing of the user's
            self.submit(
                lambda meter: meter.read_from(
                    lambda: find_roots(settings), shared_roots(settings), lambda: cursor_places(settings)
                )
            )

    def library(self) -> LedgerLibrary:
        """What the window asks while this is read."""
        from tallylight.ledger.library import LedgerLibrary
        from tallylight.pricebook.families import facts_of

        path = ledger_path() if self._demo is None else self._demo.ledger_path
        settings = self._settings.current
        self._library = LedgerLibrary(
            path,
            context_window,
            now_ms,
            settings.week_starts_on,
            settings.keep_titles,
            lambda: client_settings(load_settings()),
            facts_of,
        )
        return self._library

    def take_settings(self, settings: Settings) -> None:
        """Whatever reads and whatever is asked goes by these from now on."""
        self.submit(lambda meter: meter.take_settings(settings))
        if self._library is not None:
            self._library.week_starts_on = settings.week_starts_on
            self._library.keeps_titles = settings.keep_titles

    def _begin(self) -> None:
        """A worker and a fetcher over the user's own ledger."""
        settings, publish = self._settings.current, self._publish  # their threads may hold nothing of Qt

        def publish_and_tell(snapshot: Snapshot) -> None:
            moved = (view.last_ms for view in snapshot.sessions if view.source == BILLED)
            fetcher.moved_ms = max(moved, default=0)
            publish(snapshot)

        worker = Worker(
            lambda: open_meter(settings, has_alerts=True),
            publish_and_tell,
            lambda: read_only_snapshot(settings),
        )
        fetcher = Fetcher(lambda work: worker.submit(lambda meter: work(meter.billing)), now_ms)
        self._worker, self._fetcher = worker, fetcher


def _feeds(settings: Settings, stopping: Event) -> list[Feed]:
    """What asks, and all that it needs, is loaded where something is connected."""
    if not settings.feeds:
        return []
    from tallylight.ingest.connections import open_feeds

    return open_feeds(settings, ledger_path(), stopping)
