"""Everything the tray, the panel and the window show, at one moment."""

from __future__ import annotations

import msgspec

from tallylight.domain.advice import Advice
from tallylight.domain.budget import BudgetStatus
from tallylight.domain.feed import FeedStatus
from tallylight.domain.forecast import Forecast
from tallylight.domain.notices import Hush, Notice
from tallylight.domain.session import SessionView
from tallylight.domain.settings import Settings
from tallylight.domain.usage import Rejected


class Progress(msgspec.Struct, frozen=True, gc=False):
    """How far the reading of history is. `left_s` None: too early to say."""

    files_done: int
    files: int
    bytes_done: int
    bytes: int
    left_s: float | None = None


class Part(msgspec.Struct, frozen=True, gc=False):
    """One part of a source that is documented nowhere: "present", "absent", "changed" into a form that we do not know,
    or "unreadable", for which `says` has the reason."""

    name: str
    state: str
    says: str = ""


class RootStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One folder that was looked for: found or not, and what came of it."""

    source: str
    path: str
    account: str = ""
    is_found: bool = False
    files: int = 0
    sessions: int = 0
    newest_ms: int = 0
    problem: str = ""
    #: As the user named it in the settings, "" for a folder that is looked for by itself.
    added: str = ""
    #: Of a folder that machines export to: the others, and how many requests of each are known.
    machines: tuple[tuple[str, int], ...] = ()
    parts: tuple[Part, ...] = ()


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """One moment. `sequence` grows by one with each; money is pico-USD at list price."""

    sequence: int = 0
    at_ms: int = 0
    today_picousd: int = 0
    today_requests: int = 0
    today_unpriced: int = 0
    today_at_least: int = 0
    #: Sessions whose agent tells no tokens: what they cost is missing from every amount.
    today_untold: int = 0
    #: Median of the active days among the last 28; None with fewer than three of them.
    typical_day_picousd: int | None = None
    month_picousd: int = 0
    #: Whether some of the month has no price, or an output count that is a floor.
    month_is_at_least: bool = False
    #: What the calendar month will come to; None: too early to say.
    month_forecast: Forecast | None = None
    burn_picousd_per_h: int = 0
    #: The user's budgets in their order, and the newest notices, newest first.
    budgets: tuple[BudgetStatus, ...] = ()
    notices: tuple[Notice, ...] = ()
    #: What would make live sessions cheaper, worth most first; at most two of one.
    advice: tuple[Advice, ...] = ()
    #: The newest that were read or handed over; None while those of the start hold. A command in a shell, or the
    #: user's own editor, may change them.
    settings: Settings | None = None
    #: The last telling of an earlier run: what it told is not shown again.
    told_before: int = 0
    #: What the user wants to hear nothing of.
    hushes: tuple[Hush, ...] = ()
    #: Live sessions, the most recently active first.
    sessions: tuple[SessionView, ...] = ()
    progress: Progress | None = None
    roots: tuple[RootStatus, ...] = ()
    #: Folders that hold no logs themselves, but below which some are looked for.
    places: tuple[RootStatus, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    #: Other machines of which requests are known, by name.
    machines: tuple[str, ...] = ()
    #: Providers that are asked, and what came of it; one that is off is not among them.
    feeds: tuple[FeedStatus, ...] = ()
    #: Requests in the ledger: 0 with progress None is the empty state.
    requests_known: int = 0
    is_demo: bool = False
    is_paused: bool = False
    is_read_only: bool = False
    #: Nothing more will come: what shows snapshots should say so.
    has_failed: bool = False
    #: A sentence when something needs the user (disk full, folder unreadable), else "".
    problem: str = ""
    #: When a figure shown here changes by itself (a cache expires, a day ends), for one timer.
    next_change_ms: int | None = None

    @property
    def is_empty(self) -> bool:
        """Nothing is known and nothing is being read."""
        return not (self.is_anything_known or self.progress or self.sessions or self.is_demo)

    @property
    def is_anything_known(self) -> bool:
        """Whether there is a past: requests, or chats of an agent that tells none."""
        return bool(self.requests_known) or any(root.sessions for root in self.roots)
