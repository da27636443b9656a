"""One feed and how it goes: when it is due, and what a poll of it brought."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tallylight.domain.feed import FeedState, FeedStatus, Plan, Trouble
from tallylight.ingest.billing import Billing
from tallylight.ledger.batch import BillReading, Reading

if TYPE_CHECKING:  # what asks is loaded where something is connected
    from tallylight.ingest.feeds import Feed

#: How long a feed in trouble is left alone, by how often in a row that was: seconds.
_WAITS_S: dict[FeedState, tuple[float, ...]] = {
    FeedState.WAITING: (20,),
    FeedState.SIGNED_OUT: (60,),  # looks at Cursor's storage alone
    FeedState.LIMITED: (120, 300),
    FeedState.OFFLINE: (60, 120, 300),
    FeedState.REFUSED: (900,),
    FeedState.BLOCKED: (900, 3600),
    FeedState.CHANGED: (900, 3600),
}
_JITTER = 0.1
#: Who asks for more means another day, or has another clock.
_MOST_PATIENCE_S = 6 * 3600.0


class Polling:
    """Used in one thread. `moved_ms` is when a session last moved that the feed tells about, `read_ms` when the feed
    was last read, perhaps by an earlier run."""

    def __init__(self, feed: Feed, now_ms: int, read_ms: int = 0) -> None:
        self.feed = feed
        next_ms = read_ms + round(feed.least_s * 1000) if read_ms <= now_ms else now_ms
        self.status = FeedStatus(
            name=feed.name, state=FeedState.WAITING, read_ms=read_ms, next_ms=max(now_ms, next_ms)
        )
        self._troubles = 0
        self._newest_ms = 0

    def hurry(self, moved_ms: int, now_ms: int) -> None:
        """A session that begins to move makes the feed due earlier."""
        if self.status.state is FeedState.READY:
            soonest = self.status.read_ms + round(self._wait_s(moved_ms, now_ms) * 1000)
            self.status = replace(self.status, next_ms=min(self.status.next_ms, soonest))

    def poll(
        self, now_ms: int, moved_ms: int, take: Callable[[Reading], None], is_over: Callable[[], bool]
    ) -> None:
        """Ask, hand over what comes, and note how it went; cut short when all is over."""
        trouble, plan = None, self.status.plan
        for item in self.feed.poll(now_ms):
            if isinstance(item, Reading):
                self._newest_ms = max(self._newest_ms, _newest_ms(item))
                take(item)
            elif isinstance(item, Plan):
                plan = item
            else:
                trouble = item
            if is_over():
                return
        self._troubles = self._troubles + 1 if trouble else 0
        wait = _patience_s(trouble, self._troubles) if trouble else self._wait_s(moved_ms, now_ms)
        wait *= 1 + random.uniform(0, _JITTER)  # noqa: S311 nothing secret: not all at the same moment
        self.status = FeedStatus(
            name=self.feed.name,
            state=trouble.state if trouble else FeedState.READY,
            says=trouble.says if trouble else "",
            read_ms=self.status.read_ms if trouble else now_ms,
            next_ms=now_ms + round(wait * 1000),
            # Nobody's bars are shown once somebody else may be signed in.
            plan=None if trouble and trouble.state is FeedState.SIGNED_OUT else plan,
        )

    def _wait_s(self, moved_ms: int, now_ms: int) -> float:
        return self.feed.wait_s(max(self._newest_ms, moved_ms), now_ms)


def _newest_ms(reading: Reading) -> int:
    """When the newest request was that a bill states; a report of days tells of none."""
    if not isinstance(reading, BillReading):
        return 0
    return max((line.time_ms for _, lines in reading.spans for line in lines), default=0)


def _patience_s(trouble: Trouble, times: int) -> float:
    """Longer each time, and as long as the provider asks for, within reason."""
    waits = _WAITS_S.get(trouble.state, (900.0,))
    return max(waits[min(times, len(waits)) - 1], min(trouble.wait_s, _MOST_PATIENCE_S))


def poll_once(feeds: Sequence[Feed], billing: Billing, now: Callable[[], int]) -> None:
    """For a shell: what is due of each feed goes into the ledger. Raises sqlite3.Error."""
    billing.follow([feed.name for feed in feeds])
    for feed in feeds:
        polling = Polling(feed, now(), billing.read_ms.get(feed.name, 0))
        try:
            if polling.status.next_ms <= now():
                polling.poll(now(), 0, billing.take, lambda: False)
                billing.note(polling.status)
        finally:
            feed.close()
