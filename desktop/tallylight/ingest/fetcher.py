"""The thread that asks providers. It changes nothing itself: what it brings goes to the ingest thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from tallylight.ingest.billing import Billing
from tallylight.ingest.polling import Polling

if TYPE_CHECKING:  # what asks is loaded where something is connected
    from tallylight.ingest.feeds import Feed

#: A session may begin to move, or the clock be set, while nothing is due.
_LOOK_S = 5.0
#: Work for the thread that has the ledger.
Submit = Callable[[Callable[[Billing], None]], None]


class Fetcher:
    """Asks each feed when it is due. There is no thread while there is no feed."""

    def __init__(self, submit: Submit, now: Callable[[], int]) -> None:
        self._submit = submit
        self._now = now
        self._queue: SimpleQueue[Sequence[tuple[Feed, int]] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._polled: list[Polling] = []
        #: Set when the program ends: whatever waits, ends too.
        self.stopping = threading.Event()
        self.is_paused = False
        #: When a session last moved that a feed tells about.
        self.moved_ms = 0

    def follow(self, feeds: Sequence[Feed], read_ms: Mapping[str, int]) -> None:
        """Ask these from now on, and no others, given when each was last read. To be called in one thread."""
        names = tuple(feed.name for feed in feeds)
        self._submit(lambda billing: billing.follow(names))
        if self._thread is None and feeds and not self.stopping.is_set():
            self._thread = threading.Thread(target=self._run, name="fetch", daemon=True)
            self._thread.start()
        if self._thread is not None:
            self._queue.put([(feed, read_ms.get(feed.name, 0)) for feed in feeds])

    def stop(self) -> None:
        """Stop and wait; nothing is left running."""
        self.stopping.set()
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join(30)

    # -- in the thread

    def _run(self) -> None:
        try:
            while not self.stopping.is_set():
                self._take_up()
                for polling in self._polled:
                    self._poll_if_due(polling)
        finally:
            self._close()

    def _take_up(self) -> None:
        """Wait until a feed is due, or others are to be followed."""
        now = self._now()
        for polling in self._polled:
            polling.hurry(self.moved_ms, now)
        due_s = min(((polling.status.next_ms - now) / 1000 for polling in self._polled), default=3600.0)
        try:
            feeds = self._queue.get(timeout=_LOOK_S if self.is_paused else min(max(due_s, 0.01), _LOOK_S))
        except Empty:
            return
        if feeds is not None:
            self._close()
            self._polled = [Polling(feed, now, read_ms) for feed, read_ms in feeds]

    def _poll_if_due(self, polling: Polling) -> None:
        now = self._now()
        if self.is_paused or self.stopping.is_set() or polling.status.next_ms > now:
            return
        polling.poll(
            now,
            self.moved_ms,
            lambda reading: self._submit(lambda billing: billing.take(reading)),
            self.stopping.is_set,
        )
        status = polling.status
        self._submit(lambda billing: billing.note(status))

    def _close(self) -> None:
        for polling in self._polled:
            polling.feed.close()
