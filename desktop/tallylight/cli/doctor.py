"""`tallylight doctor`: is everything in its place, in one list."""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, version

import msgspec

from tallylight import __version__
from tallylight.cli.complaint import about_ledger
from tallylight.config.paths import data_dir, shown
from tallylight.config.secrets import keychain
from tallylight.config.store import load_settings, prices_text, problems
from tallylight.domain.consent import OFFERS
from tallylight.domain.feed import FeedState, FeedStatus, words
from tallylight.domain.format import clock, counted
from tallylight.domain.snapshot import Part
from tallylight.ingest.assembly import cursor_hooks, find_cursor, find_roots, ledger_path, now_ms
from tallylight.ingest.cursor_home import parts_of_home
from tallylight.ingest.cursor_reader import parts_of
from tallylight.ingest.cursor_roots import CursorRoot, home_root
from tallylight.ingest.files import storable
from tallylight.ingest.foreign import ForeignError
from tallylight.ingest.roots import Root, desktop_folders
from tallylight.ingest.shared import SOURCE, SharedRoot, partitions, refused, shared_roots
from tallylight.installed import lasting_command
from tallylight.ledger.bills import statuses
from tallylight.ledger.connection import SCHEMA_VERSION, open_for_reading
from tallylight.ledger.days import day_of
from tallylight.ledger.queries import Queries
from tallylight.pricebook.overrides import read_overrides
from tallylight.system.autostart import State, autostart

#: What passes by itself, or may, is no reason to fail.
_NEEDS_USER = frozenset({FeedState.SIGNED_OUT, FeedState.REFUSED, FeedState.BLOCKED, FeedState.CHANGED})


class Check(msgspec.Struct, frozen=True):
    """One thing looked at. `needs_user` alone makes the exit code 1."""

    name: str
    says: str
    is_good: bool = True
    needs_user: bool = False


class Holds(msgspec.Struct, frozen=True):
    """What the ledger tells; nothing where there is none, or where it cannot be read."""

    requests: int = 0
    files: dict[str, tuple[int, int]] = {}
    rejected: list[tuple[str, str, int]] = []
    #: Files of shared folders, with why.
    refused: list[tuple[str, str]] = []
    feeds: dict[str, FeedStatus] = {}


def run(options: argparse.Namespace) -> int:
    ledger, holds = _ledger()
    checks = [
        *_roots(holds),
        *_cursor(),
        *_shared(holds),
        *_feeds(holds),
        _data(),
        ledger,
        *_access(),
        *_not_understood(holds),
        *_user_files(),
        *_prices(),
    ]
    command = Check("Command", shown(" ".join(lasting_command())))
    checks += [*_desktop(), *_start_at_login(), *_keychain(), command, _versions()]
    if options.json:
        sys.stdout.write(msgspec.json.encode({"checks": checks, "ok": not _bad(checks)}).decode() + "\n")
    else:
        width = max(len(check.name) for check in checks)
        for check in checks:
            mark = "!" if check.needs_user else "✓" if check.is_good else "–"
            sys.stdout.write(f"{mark} {check.name.ljust(width)}  {check.says}\n")
    return 1 if _bad(checks) else 0


def _bad(checks: list[Check]) -> bool:
    return any(check.needs_user for check in checks)


def _roots(holds: Holds) -> list[Check]:
    roots = find_roots(load_settings())
    checks = [_root(root, holds) for root in roots if root.is_found or root.problem]
    if not checks:
        paths = [root.path for root in roots] + [str(folder) for folder in desktop_folders(os.environ)]
        looked = ", ".join(shown(storable(path)) for path in paths)
        checks.append(Check("Claude Code logs", f"none found; looked in {looked}", is_good=False))
    return checks


def _root(root: Root, holds: Holds) -> Check:
    path = storable(root.path)
    if root.problem:
        return Check("Claude Code logs", f"{shown(path)} {root.problem}; check its permissions", False, True)
    files, _newest = holds.files.get(path, (0, 0))
    return Check("Claude Code logs", f"{shown(path)}: {counted(files, 'file')} read")


def _cursor() -> list[Check]:
    checks = [_cursor_root(root) for root in find_cursor(load_settings()) if root.is_found or root.problem]
    if not checks and not home_root().is_found:
        return []
    is_connected = cursor_hooks(data_dir()).is_connected
    says = "its turns are counted" if is_connected else "not connected: tallylight connect cursor-hooks"
    return [*checks, *_cursor_shell(), Check("Cursor hooks", says, is_good=is_connected)]


def _cursor_shell() -> Iterator[Check]:
    """The stores of its command line, where there are any."""
    if home_root().is_found:
        parts = parts_of_home(home_root(), now_ms())
        yield Check("Cursor command line", f"{shown(home_root().path)}: {_states(parts)}", _are_good(parts))


def _cursor_root(root: CursorRoot) -> Check:
    """What of its undocumented database can be read today."""
    path = shown(storable(root.path))
    if root.problem:
        return Check("Cursor", f"{path} {root.problem}; check its permissions", False, True)
    try:
        parts = parts_of(root)
    except ForeignError as e:
        return Check("Cursor", f"{path}: {e.words}", is_good=False, needs_user=not e.is_passing)
    return Check("Cursor", f"{path}: {_states(parts)}", _are_good(parts))


def _states(parts: Iterable[Part]) -> str:
    return "; ".join(f"{part.name} {part.state}{f' ({part.says})' if part.says else ''}" for part in parts)


def _are_good(parts: Iterable[Part]) -> bool:
    return all(part.state in ("present", "absent") for part in parts)


def _shared(holds: Holds) -> list[Check]:
    return [_shared_root(root, holds) for root in shared_roots(load_settings())]


def _shared_root(root: SharedRoot, holds: Holds) -> Check:
    path = shown(storable(root.path))
    if not root.is_found:
        return Check("Shared folder", f"{path} is not there now", is_good=False)
    if root.problem:
        return Check("Shared folder", f"{path} {root.problem}", False, True)
    if not_read := refused(root, holds.refused):
        return Check("Shared folder", f"{path}: {not_read}", False, True)
    files = list(partitions(root))
    names = ", ".join(sorted({file.host for file in files if file.host})) or "no machine yet"
    return Check("Shared folder", f"{path}: {counted(len(files), 'file')} of {names}")


def _feeds(holds: Holds) -> list[Check]:
    """Each provider that may be asked: off, or how it stood when it was last asked."""
    on = load_settings().feeds
    checks = []
    for offered in OFFERS:
        status = holds.feeds.get(offered.name, FeedStatus(name=offered.name, state=FeedState.WAITING))
        if offered.name not in on:
            status = FeedStatus(name=offered.name)
        read = f"; last read {day_of(status.read_ms)} {clock(status.read_ms)}" if status.read_ms else ""
        is_good = status.state is FeedState.READY
        checks.append(Check(offered.label, words(status) + read, is_good, status.state in _NEEDS_USER))
    return checks


def _data() -> Check:
    folder = data_dir()
    there = next(path for path in (folder, *folder.parents) if os.path.lexists(path))
    other = "or name another folder with TALLYLIGHT_DATA_DIR"
    if not os.path.isdir(there):  # noqa: PTH112 - False where Path.is_dir raises: in a folder closed to us
        return Check("Data", f"{shown(there)} is not a folder: move it away, {other}", False, True)
    if not os.access(there, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
        return Check("Data", f"{shown(there)} cannot be written: check its permissions, {other}", False, True)
    return Check("Data", shown(folder))


def _ledger() -> tuple[Check, Holds]:
    path = ledger_path()
    if not os.path.exists(path):  # noqa: PTH110 - False where Path.exists raises
        return Check("Ledger", f"none yet; it will be {shown(path)}", is_good=False), Holds()
    try:
        connection = open_for_reading(path)
        try:
            return _judged(connection)
        finally:
            connection.close()
    except sqlite3.Error as e:
        return Check("Ledger", about_ledger(str(e)), False, True), Holds()


def _judged(connection: sqlite3.Connection) -> tuple[Check, Holds]:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > SCHEMA_VERSION:
        return Check("Ledger", "a newer Tallylight wrote it: update to go on recording", False, True), Holds()
    queries = Queries(connection)
    integrity = queries.known.integrity()
    if integrity != "ok":
        return Check("Ledger", about_ledger(f"malformed: {integrity}"), False, True), Holds()
    if version < SCHEMA_VERSION:
        return Check("Ledger", "of an older form: the next scan brings it up to date", False), Holds()
    holds = Holds(
        queries.known.requests_known(),
        queries.known.roots(),
        queries.known.rejections(),
        queries.known.rejected_files(SOURCE),
        statuses(connection),
    )
    return Check("Ledger", f"{counted(holds.requests, 'request')} in {shown(ledger_path())}"), holds


def _access() -> list[Check]:
    path = ledger_path()
    if os.name == "posix" and os.path.exists(path) and path.stat().st_mode & 0o077:  # noqa: PTH110
        return [Check("Ledger access", f"other users may read it: chmod 600 {shown(path)}", False, True)]
    return []


def _not_understood(holds: Holds) -> list[Check]:
    lines = sum(count for _, _, count in holds.rejected)
    reasons = "; ".join(f"{reason} ({count:,})" for _, reason, count in holds.rejected[:5])
    return [Check("Not understood", f"{lines:,} lines{': ' + reasons if reasons else ''}")]


def _user_files() -> list[Check]:
    return [Check("Your files", problem, False, True) for problem in problems()]


def _prices() -> list[Check]:
    entries, mistakes = read_overrides(prices_text())
    if mistakes:
        return [Check("Your prices", mistake, False, True) for mistake in mistakes]
    return [Check("Your prices", f"{len(entries)} entries" if entries else "none; list prices are used")]


def _desktop() -> list[Check]:
    if sys.platform in ("win32", "darwin"):
        return [Check("Screen", "yes")]
    screen = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    if not screen:
        return [Check("Screen", "none here: use tallylight live", is_good=False)]
    from tallylight.cli.bus import names_on_bus

    names = names_on_bus()
    if names is None:
        return [Check("Screen", screen), Check("Desktop services", "no session bus reached", is_good=False)]
    tray = "org.kde.StatusNotifierWatcher" in names
    notices = "org.freedesktop.Notifications" in names
    return [
        Check("Screen", screen),
        Check(
            "Tray", "a host is there" if tray else "no host on the bus; the older kind may still work", tray
        ),
        Check("Notifications", "a service is there" if notices else "no service running yet", notices),
    ]


def _start_at_login() -> list[Check]:
    entry = autostart(lasting_command())
    try:
        state = entry.state()
    except OSError as e:
        return [Check("Start at login", f"{shown(entry.place)} cannot be read: {e.strerror}", False, True)]
    says = {
        State.ON: "on",
        State.OFF: "off",
        State.DISABLED: f"switched off by you or your desktop in {shown(entry.place)}",
        State.BROKEN: f"{shown(entry.place)} names a program that is not there: tallylight autostart on",
    }
    return [Check("Start at login", says[state], state in (State.ON, State.OFF), state is State.BROKEN)]


def _keychain() -> list[Check]:
    name, problem = keychain()
    return [Check("Keychain", problem or name, is_good=not problem)]


def _versions() -> Check:
    parts = [f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}"]
    for package in ("PySide6-Essentials", "genai-prices", "watchdog"):
        try:
            parts.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            parts.append(f"{package} missing")
    return Check("Versions", f"Tallylight {__version__}, " + ", ".join(parts))
