"""Building the meter from its parts, for the tray, the shell and the tests alike."""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tallylight.config.paths import data_dir, shown
from tallylight.config.store import prices_text
from tallylight.domain import cursor_names
from tallylight.domain.pricing import RateCard
from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import RootStatus, Snapshot
from tallylight.domain.summary import Filter
from tallylight.ingest.advising import Advising
from tallylight.ingest.alerts import Alerts
from tallylight.ingest.client_settings import ClientSettings
from tallylight.ingest.cursor_follower import CursorFollower, Place
from tallylight.ingest.cursor_roots import HOME, CursorRoot, cursor_home, cursor_roots, home_root
from tallylight.ingest.cursor_spool import CursorSpool
from tallylight.ingest.handed_over import write_advice, write_rates
from tallylight.ingest.meter import Meter, looked_below
from tallylight.ingest.pipeline import Pipeline
from tallylight.ingest.projects import project_of
from tallylight.ingest.roots import Root, claude_code_roots
from tallylight.ingest.rulebook import findings_of
from tallylight.ingest.shared import shared_roots
from tallylight.ingest.shared_child import SharedFolders
from tallylight.ingest.side_files import SideFiles
from tallylight.ledger.connection import FILE_NAME, open_for_reading
from tallylight.ledger.days import day_of, month_of, start_of
from tallylight.ledger.known import Known
from tallylight.ledger.ledger import Ledger
from tallylight.ledger.queries import Queries
from tallylight.ledger.sessions import Sessions
from tallylight.pricebook import book
from tallylight.pricebook.baked import baked_cards
from tallylight.pricebook.windows import context_window
from tallylight.sources import claude_code
from tallylight.sources.base import LogSource

if TYPE_CHECKING:  # each is loaded when it is looked at
    from tallylight.ingest.cursor_hooks import CursorHooks
    from tallylight.system.status_line import StatusLine

logger = logging.getLogger(__name__)

#: Every log format that is read: to add one, write its module and put it here.
SOURCES: tuple[LogSource, ...] = (claude_code.SOURCE,)
#: The names of all that is read, whether it keeps logs or a database.
SOURCE_NAMES = (*(source.name for source in SOURCES), cursor_names.NAME)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def machine_name() -> str:
    """What the system calls this machine now."""
    import platform

    return platform.node() or "this-machine"


def ledger_path(folder: Path | None = None) -> Path:
    return (folder or data_dir()) / FILE_NAME


def find_roots(settings: Settings) -> list[Root]:
    added = [path for source, path in settings.folders if source == claude_code.NAME]
    return claude_code_roots(os.environ, added)


def find_cursor(settings: Settings) -> list[CursorRoot]:
    return cursor_roots(
        os.environ, [path for source, path in settings.folders if source == cursor_names.NAME]
    )


def cursor_places(settings: Settings) -> list[Place]:
    """All that is read of Cursor: its databases, and what belongs to the person."""
    return [*find_cursor(settings), home_root()]


def cursor_hooks(data: Path) -> CursorHooks:
    """Cursor's hooks on this machine, with a recorder that leaves its files below `data`."""
    from tallylight.ingest.cursor_hooks import CursorHooks

    return CursorHooks(cursor_home(), CursorSpool(data))


def status_line(settings: Settings) -> StatusLine:
    """Claude Code's status line, in each folder of it that is found."""
    import shlex

    from tallylight.installed import lasting_command
    from tallylight.system.status_line import StatusLine

    folders = [Path(root.path) for root in find_roots(settings) if root.is_found]
    return StatusLine(
        folders, shlex.join([*lasting_command(), "statusline"]), data_dir() / "status-line.undo"
    )


def cursor_follower(ledger: Ledger, settings: Settings, home: Path) -> CursorFollower:
    """What reads Cursor for this ledger."""
    return CursorFollower(
        lambda: cursor_places(settings),
        lambda: {**ledger.positions(cursor_names.NAME), **ledger.positions(HOME)},
        now_ms,
        lambda: cursor_hooks(home).is_connected,
    )


def open_meter(
    settings: Settings,
    roots: Sequence[Root] | None = None,
    folder: Path | None = None,
    *,
    is_demo: bool = False,
    has_alerts: bool = False,
) -> Meter:
    """The meter over the ledger in `folder` (the data folder by default). Raises sqlite3.Error, OSError."""
    home = folder or data_dir()

    def all_roots() -> Sequence[Root]:
        return find_roots(settings) if roots is None else roots

    ledger, pipeline = open_line(settings, all_roots(), home)
    side_files = SideFiles(ledger, home / "statusline")
    reader = open_for_reading(ledger_path(home))
    folds = Sessions(
        reader,
        lambda model, at, speed: ledger.prices.card_for(model, at, speed),
        context_window,
        side_files.client_settings,
    )
    return Meter(
        ledger,
        reader,
        pipeline,
        folds,
        side_files,
        all_roots,
        now_ms,
        settings.week_starts_on,
        settings.keep_titles,
        is_demo,
        _alerts(ledger, reader, folds, settings, home) if has_alerts else None,
        None if is_demo else SharedFolders(ledger, home, shared_roots(settings)),
        cursor_follower(ledger, settings, home) if roots is None else None,
        None if is_demo else CursorSpool(home),
    )


def _alerts(
    ledger: Ledger, reader: sqlite3.Connection, sessions: Sessions, settings: Settings, folder: Path
) -> Alerts:
    advising = Advising(
        ledger,
        reader,
        sessions.detail,
        lambda advice, now: write_advice(folder, advice, now),
    )
    return Alerts(ledger, reader, findings_of, settings, advising=advising)


def open_line(
    settings: Settings, roots: Sequence[Root], folder: Path | None = None
) -> tuple[Ledger, Pipeline]:
    """The ledger and the line into it, without what live figures need. Raises sqlite3.Error, OSError."""
    home = folder or data_dir()
    ledger = open_ledger(home, settings)
    return ledger, Pipeline(ledger, SOURCES, roots, Prices(ledger, home).provide)


def open_ledger(folder: Path, settings: Settings) -> Ledger:
    """The ledger in `folder`, machine and tags known to it. Raises sqlite3.Error, OSError, LedgerIsNewer."""
    ledger = Ledger(ledger_path(folder), project_of)
    ledger.note_machine(machine_name)
    if not settings.keep_titles:
        ledger.forget_titles()
    ledger.use_tags(settings.tags)
    ledger.keep_months = settings.keep_months
    ledger.forget_old(day_of(now_ms()))
    return ledger


def known_cards() -> tuple[list[RateCard], list[str]]:
    """All rate cards in force for the models that turned up (the usual ones before any did), and the models
    without a price."""
    overrides = prices_text()
    fingerprint = book.fingerprint(overrides)
    models: set[str] = set()
    if ledger_path().exists():
        connection = open_for_reading(ledger_path())
        try:
            models = Known(connection).models()
        finally:
            connection.close()
    cards = baked_cards(fingerprint)
    missing = (models or set(book.USUAL)) - {card.model for card in cards}
    if missing or overrides:
        more, _problems = book.run_compile(models | missing, overrides)
        cards = more if overrides else [*cards, *more]
    wanted = models or {card.model for card in cards}
    return [card for card in cards if card.model in wanted], sorted(models - {card.model for card in cards})


def client_settings(settings: Settings) -> ClientSettings:
    """What the clients' own settings say now, for whoever asks outside the meter."""
    read = ClientSettings()
    for root in find_roots(settings):
        read.read(root.account, Path(root.path))
    return read


def read_only_snapshot(settings: Settings) -> Snapshot:
    """What a ledger that a newer Tallylight wrote still tells this one."""
    now = now_ms()
    day = day_of(now)
    connection = open_for_reading(ledger_path())
    try:
        queries = Queries(connection, settings.week_starts_on)
        today = queries.totals(Filter(since_ms=start_of(day)))
        return Snapshot(
            at_ms=now,
            today_picousd=today.cost_picousd,
            today_requests=today.requests,
            today_unpriced=today.unpriced,
            today_at_least=today.at_least,
            month_picousd=queries.totals(Filter(since_ms=start_of(month_of(day)))).cost_picousd,
            typical_day_picousd=queries.typical_day(now),
            requests_known=queries.known.requests_known(),
            roots=tuple(
                RootStatus(
                    source=r.source,
                    path=shown(r.path),
                    account=r.account,
                    is_found=r.is_found,
                    problem=r.problem,
                    added=r.added,
                )
                for r in find_roots(settings)
            ),
            places=looked_below(),
            is_read_only=True,
        )
    except sqlite3.Error as e:
        return Snapshot(is_read_only=True, problem=f"The ledger cannot be read: {e}")
    finally:
        connection.close()


class Prices:
    """Sees to it that every model that turned up has been looked up once in the price book as it is now."""

    def __init__(self, ledger: Ledger, folder: Path) -> None:
        self._ledger = ledger
        self._folder = folder
        self._overrides = prices_text()
        self._fingerprint = book.fingerprint(self._overrides)
        self._known = ledger.load_prices(self._fingerprint)
        self._later: set[str] = set()
        self._has_asked = False
        self.provide(ledger.models())

    def provide(self, models: Iterable[str], can_wait: bool = False) -> None:
        """Have cards for these models if there are any; a model without a price is asked for once.

        While history is read, models that turn up later are asked for together at its end: asking costs a
        quarter of a second, whether for one or for all.
        """
        wanted = {model for model in models if model and model not in self._known} | self._later
        if not wanted:
            return
        if can_wait and self._has_asked:
            self._later = wanted
            return
        self._later = set()
        cards, found = self._look_up(wanted)
        self._known |= wanted | found
        self._ledger.add_prices(found, cards, self._fingerprint)
        write_rates(self._folder, self._ledger.prices, now_ms())

    def _look_up(self, wanted: set[str]) -> tuple[list[RateCard], set[str]]:
        """Their cards, and all models of which it is known now whether they have any."""
        baked = baked_cards(self._fingerprint)
        usual = {card.model for card in baked}
        missing = wanted - usual
        if not missing:
            return baked, usual
        self._has_asked = True
        try:
            cards, _problems = book.run_compile(missing, self._overrides)
        except book.CompileError as e:  # the next start asks again
            logger.warning("%s", e)
            return baked, usual
        return [*baked, *cards], usual | missing
