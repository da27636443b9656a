"""What is read from: the user's own logs and ledger, or the demo's."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tallylight.config.store import load_settings
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
from tallylight.ingest.meter import Meter
from tallylight.ingest.shared import shared_roots
from tallylight.ingest.worker import Worker
from tallylight.ledger.library import LedgerLibrary
from tallylight.parts.settings_keeper import SettingsKeeper
from tallylight.pricebook.windows import context_window

if TYPE_CHECKING:  # loaded when the demo is started
    from tallylight.ingest.demo import Demo


class Reading:
    """The ingest thread of the moment. `publish` is called from that thread."""

    def __init__(self, settings: SettingsKeeper, publish: Callable[[Snapshot], None]) -> None:
        self._settings = settings
        self._publish = publish
        self._demo: Demo | None = None
        self._worker = self._own_worker()

    @property
    def is_demo(self) -> bool:
        return self._demo is not None

    def submit(self, work: Callable[[Meter], None]) -> None:
        """Run `work` in the ingest thread, then publish."""
        self._worker.submit(work)

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        """No thread is left."""
        self._worker.stop()

    def close(self) -> None:
        """No file of a demo is left. To be called when nobody asks the library any more."""
        if self._demo is not None:
            self._demo.close()

    def start_demo(self) -> None:
        """From now on only the demo is read."""
        from tallylight.ingest.demo import Demo

        self._worker.stop()
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
        self._worker = self._own_worker()
        self._worker.start()

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
        path = ledger_path() if self._demo is None else self._demo.ledger_path
        settings = self._settings.current
        return LedgerLibrary(
            path,
            context_window,
            now_ms,
            settings.week_starts_on,
            settings.keep_titles,
            lambda: client_settings(load_settings()),
        )

    def _own_worker(self) -> Worker:
        settings = self._settings.current  # the worker's thread may hold nothing of Qt
        return Worker(
            lambda: open_meter(settings, has_alerts=True),
            self._publish,
            lambda: read_only_snapshot(settings),
        )
