"""What the user chose."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from tallylight.domain.budget import Budget
from tallylight.domain.money import PICO
from tallylight.domain.schedule import Schedule
from tallylight.domain.tag import Tag

Clock = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The user's choices; every field has a default that suits a first start."""

    #: Folders to read besides those that are found by themselves: (source, path) pairs.
    folders: tuple[tuple[str, str], ...] = ()
    keep_titles: bool = True
    theme: Literal["auto", "light", "dark"] = "auto"
    #: 0 Monday … 6 Sunday.
    week_starts_on: Annotated[int, msgspec.Meta(ge=0, le=6)] = 0
    is_meter_pinned: bool = False
    budgets: tuple[Budget, ...] = ()
    #: No notices at all, until it is taken back.
    is_quiet: bool = False
    #: Local times ("19:00", "08:00") between which no notice is shown; may go over midnight.
    quiet_hours: tuple[Clock, Clock] | None = None
    #: Rules that never speak, by name.
    silenced_rules: tuple[str, ...] = ()
    #: Thresholds of rules that are not their defaults: rule, then limit, by name.
    limits: dict[str, dict[str, float]] = {}
    #: Kinds of advice that are never given, by name; what it must save to be given at all, and to be a notice.
    silenced_advice: tuple[str, ...] = ()
    advice_floor_picousd: int = PICO // 4
    advice_notice_picousd: int = 2 * PICO
    #: What a subscription costs in a month, in pico-USD; 0 for none.
    plan_fee_picousd: int = 0
    #: Exports that are written by themselves.
    schedules: tuple[Schedule, ...] = ()
    #: Which requests bear which name, for budgets and splits; the first that admits a request holds.
    tags: tuple[Tag, ...] = ()
    #: Feeds that the user agreed to, by name; nothing is asked of any other.
    feeds: tuple[str, ...] = ()
    #: Whose events the team's interface is asked for.
    cursor_email: str = ""
    #: Whose Copilot bill GitHub is asked for.
    github_organization: str = ""
    #: Whether the first run is over, be it that everything was chosen or nothing.
    is_introduced: bool = False
    #: Requests older than so many months are deleted; 0 keeps everything.
    keep_months: Annotated[int, msgspec.Meta(ge=0, le=1200)] = 0

    @property
    def asked(self) -> tuple[object, ...]:
        """Who is asked, and for whom: where this changes, others are asked from then on."""
        return (self.feeds, self.cursor_email, self.github_organization)
