"""The ingest thread: owns the ledger, follows the logs, publishes snapshots."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue

from tallylight.domain.snapshot import Snapshot
from tallylight.ingest.meter import Meter
from tallylight.ingest.watch import Watch
from tallylight.ledger.connection import LedgerIsNewer

logger = logging.getLogger(__name__)

_STOP = object()
#: How often processes that may have been killed are looked at while any session is live.
_LOOK_S = 30.0
#: A scan of everything, for what no notification told (queues overflow, network folders are silent).
_RESCAN_S = 600.0
_RETRY_S = 20.0
#: After the last change, until the figures that look at all of history are renewed.
_SETTLE_S = 3.1


class Worker:
    """Runs `Meter` in a thread of its own. `publish` is called from that thread."""

    def __init__(
        self,
        open_meter: Callable[[], Meter],
        publish: Callable[[Snapshot], None],
        read_only: Callable[[], Snapshot] = lambda: Snapshot(is_read_only=True),
    ) -> None:
        self._open_meter = open_meter
        self._read_only = read_only
        self._publish = publish
        self._queue: SimpleQueue[object] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="ingest", daemon=True)
        self._is_stopping = False
        self._problem = ""
        self._scanned = 0.0
        #: Whether what was submitted may have changed where to look.
        self._has_worked = False

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop and wait; nothing is left running."""
        self._is_stopping = True
        self._queue.put(_STOP)
        if self._thread.is_alive():
            self._thread.join(30)

    def submit(self, work: Callable[[Meter], None]) -> None:
        """Run `work` in the ingest thread, then publish."""
        self._queue.put(work)

    # -- in the thread

    def _run(self) -> None:
        try:
            meter = self._open_meter()
        except LedgerIsNewer as e:
            logger.info("%s", e)
            self._publish(self._read_only())
            return
        except (sqlite3.Error, OSError) as e:
            logger.warning("the ledger cannot be opened: %s", e)
            self._publish(Snapshot(problem=f"The ledger cannot be opened: {e}"))
            return
        watch = Watch(self._queue.put)
        try:
            self._say(meter)
            watch.start()
            watch.add(meter.folders())
            meter.follow(self.submit)
            self._rescan(meter)
            self._say(meter)
            while not self._is_stopping:
                self._turn(meter, watch)
        except Exception:
            # A bug. It is not survived, but whoever waits for snapshots must not wait for ever.
            self._publish(
                Snapshot(problem="Reading stopped on an error of Tallylight's own.", has_failed=True)
            )
            raise
        finally:
            watch.stop()
            meter.close()

    def _turn(self, meter: Meter, watch: Watch) -> None:
        """Read a little if there is something to read, else wait to be told."""
        try:
            changed = self._drain(meter, block=meter.is_idle)
            if self._is_stopping:
                return
            if self._has_worked:
                self._has_worked = False
                watch.add(meter.folders())
            self._take_up(meter, watch, changed)
            self._problem = ""
        except sqlite3.Error as e:
            logger.warning("the ledger cannot be written: %s", e)
            self._problem = _sentence(e)
            self._scanned = -_RESCAN_S  # what could not be noted is found again by looking at everything
            self._wait(_RETRY_S)
        self._say(meter)

    def _take_up(self, meter: Meter, watch: Watch, changed: list[str]) -> None:
        folders = [path for path in changed if os.path.isdir(path)]  # noqa: PTH112 names come by the hundred
        if folders and meter.concerns(folders):
            meter.discover()
            watch.add(meter.folders())
        meter.touch(changed)
        while not self._is_stopping:
            meter.step()
            if not meter.has_urgent:
                break

    def _drain(self, meter: Meter, block: bool) -> list[str]:
        """Everything that was asked or told since, in order; waits for the first when there is nothing to do."""
        changed: dict[str, None] = {}
        wait = self._patience(meter) if block else 0.0
        while True:
            try:
                item = self._queue.get(timeout=wait) if wait else self._queue.get_nowait()
            except Empty:
                if wait:
                    self._look(meter)
                return list(changed)
            wait = 0.0
            if item is _STOP:
                return []
            if isinstance(item, str):
                changed[item] = None
            elif callable(item):
                item(meter)
                self._has_worked = True

    def _patience(self, meter: Meter) -> float:
        if meter.is_behind:
            return _SETTLE_S
        times = [max(1.0, self._scanned + _RESCAN_S - time.monotonic())]
        if meter.has_live:
            times.append(_LOOK_S)
        if meter.due_s is not None:
            times.append(meter.due_s)
        return min(times)

    def _look(self, meter: Meter) -> None:
        meter.look()
        if time.monotonic() - self._scanned >= _RESCAN_S:
            self._rescan(meter)

    def _rescan(self, meter: Meter) -> None:
        self._scanned = time.monotonic()
        try:
            meter.discover()
        except sqlite3.Error as e:
            self._problem = _sentence(e)

    def _say(self, meter: Meter) -> None:
        snapshot = meter.snapshot(self._problem)
        if snapshot is not None:
            self._publish(snapshot)

    def _wait(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        held: list[object] = []
        while not self._is_stopping and (left := deadline - time.monotonic()) > 0:
            try:
                held.append(self._queue.get(timeout=left))
            except Empty:
                break
        for item in held:
            self._queue.put(item)


def _sentence(error: sqlite3.Error) -> str:
    text = str(error)
    if "full" in text:
        return "The disk is full: nothing is lost, reading goes on when there is room."
    if "locked" in text or "busy" in text:
        return "Another program holds the ledger: reading goes on when it lets go."
    return f"The ledger cannot be written: {text}"
