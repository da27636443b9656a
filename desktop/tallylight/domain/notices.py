"""When a finding is told: once, not too often, and not when the user wants quiet. Pure: the clock is handed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time

import msgspec
from msgspec.structs import replace

from tallylight.domain.finding import Finding

#: At most one notice in this time; what comes meanwhile is gathered into one.
_GAP_MS = 60_000
#: So many of the newest notices reach the window; all are in the ledger.
MOST_SHOWN = 200
#: What is on screen is rewritten when what is at stake grew by this share.
_GROWTH = 0.1


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A finding and what became of it. Times are ms, 0 for never.

    `finding` is as it was when it was told, until then as it is; `grown` what it became since, None for the same.
    `done` is what the user did: "" nothing, "opened", "snoozed:1h" (":today", ":period"), "muted", "dismissed".
    """

    finding: Finding
    grown: Finding | None = None
    first_ms: int
    #: When it was told by itself or in a gathered notice. Never told: it came in quiet and ended, or was muted.
    told_ms: int = 0
    #: The how-manieth telling that was; those told together share it. Unlike times it only grows.
    telling: int = 0
    #: The same moment by the clock that nobody sets.
    told_steady_ms: int = 0
    #: When it was last told or rewritten on screen, by that clock, and with how much at stake.
    shown_steady_ms: int = 0
    shown_picousd: int = 0
    is_gathered: bool = False
    ended_ms: int = 0
    done: str = ""
    done_ms: int = 0
    #: Whether it stood in the window's list while somebody could look at it.
    is_seen: bool = False

    @property
    def latest(self) -> Finding:
        """The finding as it is now, or was when it ended."""
        return self.grown or self.finding

    @property
    def holds(self) -> bool:
        return not self.ended_ms

    @property
    def waits(self) -> bool:
        """Whether it is still to be told: for the first time, or once more after a snooze."""
        return self.holds and (self.done.startswith("snoozed") or not (self.told_ms or self.done))

    @property
    def is_open(self) -> bool:
        """Whether it was told, still holds, and nobody did anything about it."""
        return bool(self.told_ms) and self.holds and not self.done

    @property
    def is_unseen(self) -> bool:
        return bool(self.told_ms) and not (self.is_seen or self.done)


class Hush(msgspec.Struct, frozen=True, kw_only=True):
    """A "subject" that is snoozed or a "session" that is muted, until a moment; `last` was the last said about it."""

    kind: str
    name: str
    until_ms: int
    last: Finding | None = None


class Moment(msgspec.Struct, frozen=True):
    """Now: by the clock on the wall, which may be set either way, with its local time of day; and by one that only
    runs on, from an arbitrary start."""

    now_ms: int
    steady_ms: int
    clock: time


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
    known: Mapping[str, Notice], findings: Sequence[Finding], quiet: Quiet, moment: Moment
) -> list[Notice]:
    """The notices that change now, by what holds: to be written down before anything is shown.

    `known` has every notice of every key so far. A key that was told is never told again, whether it ended since
    or not.
    """
    changed: dict[str, Notice] = {}
    holding = {f.key: f for f in findings if f.rule not in quiet.silenced_rules}
    for key, notice in known.items():
        if notice.holds and key not in holding:
            changed[key] = replace(notice, ended_ms=moment.now_ms)
    for key, finding in holding.items():
        before = known.get(key)
        if before is None:
            changed[key] = Notice(finding=finding, first_ms=moment.now_ms)
        elif (renewed := _renewed(before, finding)) != before:
            changed[key] = renewed
    if not quiet.is_quiet_at(moment.clock):
        for notice in _spoken([*{**known, **changed}.values()], quiet, moment):
            changed[notice.finding.key] = notice
    return list(changed.values())


def _renewed(notice: Notice, finding: Finding) -> Notice:
    """The same finding with its newest figures; what was told stays as it was told."""
    if not notice.told_ms:
        return replace(notice, finding=finding, ended_ms=0)
    return replace(notice, grown=None if finding == notice.finding else finding, ended_ms=0)


def _spoken(notices: Sequence[Notice], quiet: Quiet, moment: Moment) -> list[Notice]:
    """Those that are told now, and those whose words on screen are to follow their growth."""
    heard = [n for n in notices if not _is_silent(n, quiet, moment.now_ms)]
    told = _told([n for n in heard if n.waits], notices, moment)
    if not told and not any(
        n.telling and 0 <= moment.steady_ms - n.shown_steady_ms < _GAP_MS for n in notices
    ):
        told += [
            replace(n, shown_steady_ms=moment.steady_ms, shown_picousd=n.latest.picousd)
            for n in heard
            if n.is_open and n.latest.picousd > n.shown_picousd * (1 + _GROWTH)
        ]
    return told


def _told(waiting: Sequence[Notice], notices: Sequence[Notice], moment: Moment) -> list[Notice]:
    """All that wait, as one gathered notice when they are several; none too soon after the last."""
    if any(n.telling and 0 <= moment.steady_ms - n.told_steady_ms < _GAP_MS for n in notices):
        return []
    telling = 1 + max((n.telling for n in notices), default=0)
    is_gathered = len({n.finding.subject for n in waiting}) > 1
    return [
        replace(
            n,
            finding=n.latest,
            grown=None,
            told_ms=moment.now_ms,
            telling=telling,
            told_steady_ms=moment.steady_ms,
            shown_steady_ms=moment.steady_ms,
            shown_picousd=n.latest.picousd,
            is_gathered=is_gathered,
            done="",
            done_ms=0,
            is_seen=False,
        )
        for n in waiting
    ]


def _is_silent(notice: Notice, quiet: Quiet, now_ms: int) -> bool:
    finding = notice.finding
    return quiet.snoozed.get(finding.subject, 0) > now_ms or finding.session_id in quiet.muted_sessions
