"""What every rule is, and the evidence it is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from math import floor, log2

import msgspec

from tallylight.domain.budget import BudgetStatus
from tallylight.domain.finding import Finding
from tallylight.domain.forecast import Forecast
from tallylight.domain.session import SessionDetail

#: Beyond it doublings are no longer told apart.
_MOST = 2.0**40
#: A rule's thresholds by name: its defaults with the user's own laid over them.
Limits = Mapping[str, float]


class DaySlice(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What one local day came to in one project with one model. Money is pico-USD at list price."""

    day: date
    project: str
    model: str
    picousd: int = 0
    requests: int = 0
    #: Requests without a price.
    unpriced: int = 0
    #: Requests of main threads, and tokens sent with all requests: in all and from the cache.
    turns: int = 0
    prompt: int = 0
    cache_read: int = 0


class PlanLimit(msgspec.Struct, frozen=True):
    """One limit of a subscription as the client's status line states it: "five_hour" or "seven_day"."""

    name: str
    used_percent: float
    resets_ms: int


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """All that rules may look at, at one moment.

    `days` holds slices of the last ten weeks, oldest first, today included; a day without any was idle.
    `sessions` are the live ones. `projects` names paths as people know them.
    """

    now_ms: int
    today: date
    #: How much of today is over, 0 to 1.
    share_of_today: float
    #: 0 is Monday.
    week_starts_on: int = 0
    days: Sequence[DaySlice] = ()
    #: Human prompts by day, over the same ten weeks.
    prompts: Mapping[date, int] = {}
    #: pico-USD that clients account for beyond their transcripts, by the day of a session's last statement.
    beyond_transcripts: Mapping[date, int] = {}
    #: Days on which a client was used but nothing was recorded: not zeros.
    not_recorded: frozenset[date] = frozenset()
    sessions: Sequence[SessionDetail] = ()
    projects: Mapping[str, str] = {}
    #: A budget of any session is here once for each session that it speaks of, the dearest first.
    budgets: Sequence[BudgetStatus] = ()
    #: Median of the active days among the last 28 before today; None with fewer than three.
    typical_day_picousd: int | None = None
    #: Median of the whole calendar months before this one; None without any.
    typical_month_picousd: int | None = None
    month_picousd: int = 0
    month_forecast: Forecast | None = None
    #: pico-USD per output token at list price, by model as spelled, where it has a price.
    output_rates: Mapping[str, int] = {}
    plan_limits: Sequence[PlanLimit] = ()

    @property
    def week_start(self) -> date:
        return self.today - timedelta(days=(self.today.weekday() - self.week_starts_on) % 7)

    def between(self, first: date, end: date) -> list[DaySlice]:
        """The slices of the days from `first` up to, not including, `end`."""
        return [part for part in self.days if first <= part.day < end]

    @property
    def has_begun(self) -> bool:
        """Whether anything was requested today: the clock alone is no news."""
        return self.active_days(self.today, self.today + timedelta(days=1)) > 0

    def active_days(self, first: date, end: date) -> int:
        """On how many of these days anything was requested: how much history a comparison rests on."""
        return len({part.day for part in self.days if first <= part.day < end and part.requests})

    def is_recorded(self, first: date, end: date) -> bool:
        """Whether sums over these days are whole."""
        return not any(first <= day < end for day in self.not_recorded)

    def project_name(self, path: str) -> str:
        return self.projects.get(path) or path


def doublings(value: float, threshold: float) -> int | None:
    """The largest of 1, 2, 4, … times the threshold that `value` reaches, None below it.

    What grows is told again when it has doubled; a threshold of nothing turns a rule off.
    """
    if threshold <= 0 or value < threshold:
        return None
    return int(2 ** floor(log2(min(value / threshold, _MOST))))


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule. `limits` are its thresholds' defaults; `label` and `limit_labels` are English, for a settings page.

    `check` is pure and silent when history is too short. A finding's `key` names rule, subject, threshold and
    period, so that what was told once is known again after a restart.
    """

    name: str
    label: str
    limits: Mapping[str, float]
    limit_labels: Mapping[str, str]
    check: Callable[[Evidence, Limits], Iterator[Finding]]
