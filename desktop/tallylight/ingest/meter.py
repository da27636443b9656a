"""The meter: log files in, snapshots out. Used in one thread; knows neither threads nor Qt."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from msgspec.structs import replace

from tallylight.config.paths import shown
from tallylight.config.store import read_settings, settings_path
from tallylight.domain.advice import Advice
from tallylight.domain.effect import Given
from tallylight.domain.finding import Finding
from tallylight.domain.notices import Notice
from tallylight.domain.session import SessionView
from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import RootStatus, Snapshot
from tallylight.ingest.alerting import Alerting
from tallylight.ingest.alerts import Alerts
from tallylight.ingest.billing import Billing
from tallylight.ingest.cursor_follower import CursorFollower, Place, Submit
from tallylight.ingest.cursor_spool import CursorSpool
from tallylight.ingest.files import storable
from tallylight.ingest.handed_over import MARK_NAME
from tallylight.ingest.live_sessions import LiveSessions
from tallylight.ingest.pipeline import Pipeline
from tallylight.ingest.registry import read_presence
from tallylight.ingest.roots import Root, agent_mode_folders, desktop_folders
from tallylight.ingest.running_sums import RunningSums
from tallylight.ingest.shared import SharedRoot
from tallylight.ingest.shared_child import SharedFolders
from tallylight.ingest.side_files import SideFiles
from tallylight.ledger.batch import Batch, Written
from tallylight.ledger.bills import statuses
from tallylight.ledger.days import day_of
from tallylight.ledger.ledger import Ledger
from tallylight.ledger.queries import Queries
from tallylight.ledger.sessions import Sessions


class Meter:
    """Follows the logs of one ledger. `now` gives ms since the epoch."""

    def __init__(
        self,
        ledger: Ledger,
        reader: sqlite3.Connection,
        pipeline: Pipeline,
        sessions: Sessions,
        side_files: SideFiles,
        find_roots: Callable[[], Sequence[Root]],
        now: Callable[[], int],
        week_starts_on: int = 0,
        keeps_titles: bool = True,
        is_demo: bool = False,
        alerts: Alerts | None = None,
        shared: SharedFolders | None = None,
        cursor: CursorFollower | None = None,
        hooks: CursorSpool | None = None,
    ) -> None:
        self.alerting = Alerting(alerts, now)
        self.billing = Billing(ledger, pipeline.price, statuses(reader), self._note)
        self._ledger = ledger
        self._reader = reader
        self._pipeline = pipeline
        self._queries = Queries(reader, week_starts_on)
        self._live = LiveSessions(sessions, self._queries.known, keeps_titles)
        self._sums = RunningSums(self._queries, now())
        self._side_files = side_files
        self._find_roots = find_roots
        self._now = now
        self._is_demo = is_demo
        self._shared = shared
        self._cursor = cursor
        self._hooks = hooks
        self._settings: Settings | None = None
        self._last: Snapshot | None = None
        self.is_paused = False
        self._live.find(now())

    def close(self) -> None:
        if self._cursor is not None:
            self._cursor.close()
        if self._shared is not None:
            self._shared.close()
        self._reader.close()
        self._ledger.close()

    # -- what moves it

    @property
    def is_idle(self) -> bool:
        return self.is_paused or self._pipeline.is_idle

    @property
    def has_urgent(self) -> bool:
        return not self.is_paused and self._pipeline.has_urgent

    @property
    def is_behind(self) -> bool:
        """Whether the last snapshot left something out that is due in a moment."""
        return self._sums.is_behind

    @property
    def has_live(self) -> bool:
        return bool(self._live)

    def folders(self) -> list[Path]:
        """What to watch."""
        spool = self._side_files.spool
        spool.mkdir(parents=True, exist_ok=True, mode=0o700)
        with contextlib.suppress(OSError):  # there, a budget that a shell sets is seen at once
            settings_path().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        below = [Path(root.path, name) for root in self._pipeline.roots for name in ("projects", "sessions")]
        shared = [Path(root.path) for root in self._shared.roots] if self._shared is not None else []
        hooks = [self._hooks.folder] if self._hooks is not None else []
        return [*below, *agent_mode_folders(os.environ), *shared, *hooks, spool, settings_path().parent]

    def concerns(self, changed: Iterable[str]) -> bool:
        """Whether one of these folders is, holds, or lies in one that is watched."""
        watched = [str(folder) for folder in self.folders()]
        return any(
            path == folder or path.startswith(folder + os.sep) or folder.startswith(path + os.sep)
            for path in changed
            for folder in watched
        )

    def discover(self) -> None:
        """Look for everything that changed while nobody watched."""
        self._pipeline.roots = self._find_roots()
        self._pipeline.discover()
        self._note(self._side_files.read_all(self._pipeline.roots))
        self.alerting.note_advice_shown(self._side_files.shown_advice())
        if self._shared is not None:
            self._shared.expect(self._now())
        if self._cursor is not None:
            self._cursor.look_for_folders()
        self._take_hooks()
        self.look()

    def follow(self, submit: Submit) -> None:
        """From now on take in what agents write that keep databases; `submit` runs work in the thread of this meter."""
        if self._cursor is not None:
            self._cursor.follow(self.take, submit, lambda: self.is_paused)

    def take(self, batch: Batch) -> None:
        """Write down what was read beside the logs, and show how that went. Raises sqlite3.Error."""
        if batch.events:
            self._pipeline.price({event.model for event in batch.events}, False)
        self._note(self._ledger.write(batch))
        self._sums.note_history()

    def look(self) -> None:
        """See which sessions still run, and let what depends on the clock follow it."""
        self._name_anew()
        self._forget_old()
        # Not while history is read: the other process would read prices and pages beside it.
        if self._shared is not None and self._can_share and self._shared.look(self._now()):
            self.look_again()
        now = self._now()
        self._live.look(read_presence(self._pipeline.roots, now), now)
        self.alerting.note_time()

    def _take_hooks(self) -> None:
        if self._hooks is not None:
            for batch in self._hooks.batches():
                self.take(batch)

    def touch(self, paths: Iterable[str]) -> None:
        """Take note of files that just changed."""
        logs = []
        for path in paths:
            if path == str(self._side_files.spool / MARK_NAME):
                self.look_again()
            elif path.startswith(str(self._side_files.spool)):
                self._note(self._side_files.take([path]))
                self.alerting.note_advice_shown(self._side_files.shown_advice())
            elif self._hooks is not None and path.startswith(str(self._hooks.folder)):
                self._take_hooks()
            elif path == str(settings_path()):
                settings = read_settings()
                if settings is not None:  # else it is being written: it will be told again
                    self.take_settings(settings)
            elif self._shared is not None and self._shared.concerns(path):
                self._shared.expect(self._now())
            elif path.endswith(".json") and os.sep + "sessions" + os.sep in path:
                self.look()
            else:
                logs.append(path)
        touched = self._pipeline.touch(logs)
        if touched:
            # Another Tallylight (a report, say) may have read what is new before us: then our own reading finds
            # nothing, and yet what is shown is old.
            self._live.note_touched(touched)
            self._sums.note_written()

    def look_again(self) -> None:
        """Another process wrote to the ledger: what is shown of it may be old, however far back."""
        self._live.note_all(self._now())
        self._sums.note_written()
        self._sums.hurry()
        self.alerting.note_written(has_backlog=True)

    def step(self) -> None:
        """Read a little. Raises sqlite3.Error when the ledger cannot be written; the same is read again later."""
        if self._pipeline.is_idle or self.is_paused:
            return
        had_backlog = self._pipeline.progress is not None
        self._note(self._pipeline.step())
        if had_backlog and self._pipeline.progress is None:
            self._ledger.relax()
            self._queries.relax()
            self.alerting.note_written(has_backlog=True)

    def read_from(
        self,
        find_roots: Callable[[], Sequence[Root]],
        shared: Sequence[SharedRoot] = (),
        cursor: Callable[[], Sequence[Place]] = lambda: (),
    ) -> None:
        """Read other folders from now on."""
        self._find_roots = find_roots
        if self._cursor is not None:
            self._cursor.find = cursor
        if self._shared is not None:
            self._shared.roots = shared
        self._sums.hurry()  # what was found is part of it
        self.discover()

    def take_settings(self, settings: Settings) -> None:
        """Budgets, quiet hours and thresholds as the user has them now."""
        self._settings = settings
        self._name_anew()
        self._keep_titles(settings.keep_titles)
        self._ledger.keep_months = settings.keep_months
        self._forget_old()
        self.alerting.take_settings(settings)

    def _keep_titles(self, is_wanted: bool) -> None:
        if is_wanted == self._ledger.keeps_titles:
            return
        if is_wanted:
            self._ledger.keeps_titles = True
        else:
            self._ledger.forget_titles()
        self._live.keeps_titles = is_wanted
        self.look_again()

    def _forget_old(self) -> None:
        if self._ledger.forget_old(day_of(self._now())):
            self.look_again()

    def _name_anew(self) -> None:
        """Let the user's rules name all requests when there are others: tried again when the ledger was locked."""
        if self._settings is not None and self._settings.tags != self._ledger.tags:  # noqa: SIM102
            if self._ledger.use_tags(self._settings.tags):
                self.look_again()

    def advise(self) -> tuple[Advice, ...]:
        """What would make the live sessions cheaper. What of it is shown is for whoever asks to say."""
        self._live.renew(self._now())
        return self.alerting.advise(self._live.details)

    def untold(self) -> list[str]:
        """The live sessions whose agents tell no tokens: what would make them cheaper cannot be known."""
        self._live.renew(self._now())
        return [view.session_id for view in self._live.views if view.has_no_tokens]

    def advice_given(self, within_ms: int) -> list[Given]:
        """What was advised not longer ago than that, and what became of it."""
        return list(self._ledger.advice(self._now() - within_ms).values())

    def findings(self) -> tuple[list[Finding], tuple[Notice, ...]]:
        """What the rules find now, and the notices so far. Tells nothing."""
        now = self._now()
        self._live.renew(now)
        return self.alerting.findings(self._live.details, self._queries.typical_day(now))

    @property
    def due_s(self) -> float | None:
        """Seconds until it must be looked at again although nothing moved, None for no such time."""
        now = self._now()
        shared = self._shared.due_ms if self._shared is not None and self._can_share else None
        soonest = min((ms for ms in (self.alerting.due_ms, shared) if ms is not None), default=None)
        return None if soonest is None else max(0.1, (soonest - now) / 1000)

    @property
    def _can_share(self) -> bool:
        return self._pipeline.is_idle and not self.is_paused

    def _note(self, written: Written) -> None:
        if not written.sessions:
            return
        self._sums.note_written(written.new)
        self.alerting.note_written(since_ms=written.since_ms)
        self._live.note_written(written.sessions, self._now())

    # -- what it shows

    def snapshot(self, problem: str = "") -> Snapshot | None:
        """This moment, None when it looks like the last one."""
        now = self._now()
        self._live.renew(now)
        made, has_history = self._sums.renew(self._last or Snapshot(), now, is_first=self._last is None)
        if has_history:
            made = replace(made, roots=self._roots(), places=() if self._is_demo else looked_below())
        # Not before all history is known: half of it would mislead budgets and rules; nor before the first figure is
        # out, which should not wait for ten weeks of it.
        if self._pipeline.progress is None and self._last is not None:
            self.alerting.look(self._live.details, made.typical_day_picousd)
        standing = self.alerting.standing
        live = self._live.views
        snapshot = replace(
            made,
            burn_picousd_per_h=sum(view.burn_picousd_per_h for view in live),
            sessions=tuple(live),
            budgets=standing.budgets,
            notices=standing.notices,
            settings=self._settings,
            told_before=standing.told_before,
            hushes=standing.hushes,
            advice=standing.advice,
            month_forecast=standing.month_forecast,
            feeds=self.billing.statuses,
            progress=self._pipeline.progress,
            is_demo=self._is_demo,
            is_paused=self.is_paused,
            problem=problem,
            next_change_ms=_next_change(live, now),
        )
        if self._last is not None and snapshot == self._last:
            return None
        self._last = replace(snapshot, at_ms=now, sequence=snapshot.sequence + 1)
        return self._last

    def _roots(self) -> tuple[RootStatus, ...]:
        """All that is read, or was looked for."""
        beside = (part.statuses(self._queries) for part in (self._cursor, self._shared) if part is not None)
        return (*self._log_roots(), *chain.from_iterable(beside))

    def _log_roots(self) -> Iterator[RootStatus]:
        stated = self._queries.known.roots()
        for root in self._pipeline.roots:
            yield RootStatus(
                source=root.source,
                path=shown(storable(root.path)),
                account=root.account,
                is_found=root.is_found,
                problem=root.problem,
                added=root.added,
                files=stated.get(storable(root.path), (0, 0))[0],
                newest_ms=stated.get(storable(root.path), (0, 0))[1],
                sessions=self._queries.known.sessions_of(root.account) if root.is_found else 0,
            )


def looked_below() -> tuple[RootStatus, ...]:
    """Where Claude Desktop would keep the folders of its sessions."""
    return tuple(
        RootStatus(
            source="claude-desktop",
            path=shown(storable(str(folder))),
            is_found=os.path.isdir(folder),  # noqa: PTH112 - False where Path.is_dir raises
        )
        for folder in desktop_folders(os.environ)
    )


def _next_change(live: Sequence[SessionView], now: int) -> int | None:
    """When the soonest cache expires."""
    times = [v.next_turn.expires_ms for v in live if v.next_turn is not None and v.next_turn.expires_ms > now]
    return min(times, default=None)
