"""Today and the month so far, summed anew only when something moved. Used in the meter's thread."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from tallylight.domain.snapshot import Snapshot
from tallylight.domain.summary import Filter, Totals
from tallylight.domain.usage import Rejected
from tallylight.ledger.days import day_of, month_of, start_of
from tallylight.ledger.queries import Queries

#: What needs a look at all of history is renewed at most this often.
_HISTORY_MS = 3000


class RunningSums:
    """Fills the parts of a snapshot that are sums over the ledger."""

    def __init__(self, queries: Queries, now_ms: int) -> None:
        self._queries = queries
        self._day = start_of(day_of(now_ms))
        self._month_before_today = Totals()
        self._is_floor_before_today = False
        self._requests_known = 0
        self._is_today_stale = True
        self._history_ms = 0
        #: Whether the last snapshot left something out that is due in a moment.
        self.is_behind = True

    def note_written(self, new: int = 0) -> None:
        """The ledger changed; `new` requests more."""
        self._is_today_stale = self.is_behind = True
        self._requests_known += new

    def note_history(self) -> None:
        """What is known of sources changed."""
        self.is_behind = True

    def hurry(self) -> None:
        """It changed far back: history is looked at with the next snapshot."""
        self.is_behind, self._history_ms = True, 0

    def renew(self, made: Snapshot, now_ms: int, *, is_first: bool) -> tuple[Snapshot, bool]:
        """The snapshot at this moment, and whether all of history was looked at for it."""
        if start_of(day_of(now_ms)) != self._day:
            self._day = start_of(day_of(now_ms))
            self.note_written()
            self.hurry()
        if self._is_today_stale or is_first:
            made = self._with_today(made, now_ms)
        if not self.is_behind or not (is_first or now_ms - self._history_ms >= _HISTORY_MS):
            return made, False
        return self._with_history(made, now_ms), True

    def _with_today(self, made: Snapshot, now_ms: int) -> Snapshot:
        day = day_of(now_ms)  # a line dated tomorrow, by a clock that was wrong, is not today's
        since, until = start_of(day), start_of(day + timedelta(days=1))
        within = Filter(since_ms=since, until_ms=until)
        today, untold = self._queries.totals(within), self._queries.untold(within)
        self._is_today_stale = False
        return replace(
            made,
            today_picousd=today.cost_picousd,
            today_requests=today.requests,
            today_unpriced=today.unpriced,
            today_at_least=today.at_least,
            today_untold=untold,
            month_picousd=self._month_before_today.cost_picousd + today.cost_picousd,
            month_is_at_least=self._is_floor_before_today or today.is_floor or bool(untold),
            requests_known=self._requests_known,
        )

    def _with_history(self, made: Snapshot, now_ms: int) -> Snapshot:
        """What looks at more than today; done seldom, as it reads more."""
        day, known = day_of(now_ms), self._queries.known
        within = Filter(since_ms=start_of(month_of(day)), until_ms=start_of(day))
        before = self._queries.totals(within)
        self._month_before_today = before
        self._is_floor_before_today = before.is_floor or bool(self._queries.untold(within))
        self._requests_known = known.requests_known()
        self.is_behind, self._history_ms = False, now_ms
        return replace(
            made,
            typical_day_picousd=self._queries.typical_day(now_ms),
            month_picousd=before.cost_picousd + made.today_picousd,
            month_is_at_least=self._is_floor_before_today
            or bool(made.today_unpriced or made.today_at_least or made.today_untold),
            requests_known=self._requests_known,
            machines=tuple(known.machines()),
            rejected=tuple(Rejected(*row) for row in known.rejections()),
        )
