"""When a finding is told: once, not too often, and not when the user wants quiet. Pure: the clock is handed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import time

import msgspec
from msgspec.structs import replace

from tallylight.domain.finding import Finding

#: At most one notice in this time; what comes meanwhile is gathered into one.
_GAP_MS = 60_000
#: A notice that is on screen is rewritten when what is at stake grew by this share.
_GROWTH = 0.1


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A finding and what became of it. Times are ms, 0 for never.

    `done` is what the user did: "" nothing, "opened", "snoozed", "muted", "dismissed".
    """

    finding: Finding
    first_ms: int
    #: When it was told by itself or in a gathered notice. Never told: it came in quiet and ended, or was muted.
    told_ms: int = 0
    #: When it was last told or rewritten on screen.
    shown_ms: int = 0
    is_gathered: bool = False
    ended_ms: int = 0
    done: str = ""
    done_ms: int = 0

    @property
    def holds(self) -> bool:
        return not self.ended_ms

    @property
    def waits(self) -> bool:
        """Whether it is still to be told: for the first time, or once more after a snooze."""
        return self.holds and (self.done == "snoozed" or not (self.told_ms or self.done))


class Quiet(msgspec.Struct, frozen=True, kw_only=True):
    """What the user wants not to hear now."""

    is_paused: bool = False
    #: Local times between which nothing is told, None for no such hours; may go over midnight.
    hours: tuple[time, time] | None = None
    #: ms until which a subject is snoozed.
    snoozed: Mapping[str, int] = {}
    muted_sessions: frozenset[str] = frozenset()
    silenced_rules: frozenset[str] = frozenset()

    def is_quiet_at(self, clock: time) -> bool:
        if self.is_paused:
            return True
        if self.hours is None or self.hours[0] == self.hours[1]:
            return False
        start, end = self.hours
        return start <= clock < end if start < end else clock >= start or clock < end


def decide(
    known: Mapping[str, Notice], findings: Sequence[Finding], quiet: Quiet, now_ms: int, clock: time
) -> list[Notice]:
    """The notices that change now, by what holds: to be written down before anything is shown.

    `known` has every notice of every key so far. A key that was told is never told again, whether it ended since
    or not. `clock` is the local time of day of `now_ms`.
    """
    changed: dict[str, Notice] = {}
    holding = {f.key: f for f in findings if f.rule not in quiet.silenced_rules}
    for key, notice in known.items():
        if notice.holds and key not in holding:
            changed[key] = replace(notice, ended_ms=now_ms)
    for key, finding in holding.items():
        before = known.get(key)
        if before is None:
            changed[key] = Notice(finding=finding, first_ms=now_ms)
        elif (renewed := _renewed(before, finding, now_ms)) != before:
            changed[key] = renewed
    current = {**known, **changed}
    for notice in _told(current.values(), quiet, now_ms, clock):
        changed[notice.finding.key] = notice
    return list(changed.values())


def _renewed(notice: Notice, finding: Finding, now_ms: int) -> Notice:
    """The same finding with its newest figures; on screen only when they grew, and not more often than others."""
    before = notice.finding
    grew = finding.severity != before.severity or finding.picousd > before.picousd * (1 + _GROWTH)
    is_on_screen = notice.told_ms and not notice.done and notice.holds
    if not (is_on_screen and grew and _is_over(notice.shown_ms, now_ms)):
        # What is at stake stays that of the last showing, so that slow growth adds up.
        kept = replace(finding, picousd=before.picousd) if notice.told_ms and notice.holds else finding
        return replace(notice, finding=kept, ended_ms=0)
    return replace(notice, finding=finding, shown_ms=now_ms)


def _told(notices: Iterable[Notice], quiet: Quiet, now_ms: int, clock: time) -> list[Notice]:
    """Those that are told now: all that wait, as one gathered notice when they are several."""
    notices = list(notices)
    if quiet.is_quiet_at(clock):
        return []
    last = max((n.told_ms for n in notices), default=0)
    if last and not _is_over(last, now_ms):
        return []
    waiting = [n for n in notices if n.waits and not _is_silent(n, quiet, now_ms)]
    is_gathered = len({n.finding.subject for n in waiting}) > 1
    return [
        replace(n, told_ms=now_ms, shown_ms=now_ms, is_gathered=is_gathered, done="", done_ms=0)
        for n in waiting
    ]


def _is_silent(notice: Notice, quiet: Quiet, now_ms: int) -> bool:
    finding = notice.finding
    return quiet.snoozed.get(finding.subject, 0) > now_ms or finding.session_id in quiet.muted_sessions


def _is_over(since_ms: int, now_ms: int) -> bool:
    """Whether the gap is over; a clock that was set back does not make it longer."""
    return not 0 <= now_ms - since_ms < _GAP_MS
