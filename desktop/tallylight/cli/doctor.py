"""`tallylight doctor`: is everything in its place, in one list."""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import sys
from importlib.metadata import PackageNotFoundError, version

import msgspec

from tallylight import __version__
from tallylight.config.paths import data_dir, shown
from tallylight.config.secrets import keychain
from tallylight.config.store import load_settings, prices_text
from tallylight.ingest.assembly import find_roots, ledger_path
from tallylight.ledger.connection import SCHEMA_VERSION, open_for_reading, schema_version
from tallylight.ledger.queries import Queries
from tallylight.pricebook.overrides import read_overrides


class Check(msgspec.Struct, frozen=True):
    """One thing looked at. `needs_user` alone makes the exit code 1."""

    name: str
    says: str
    is_good: bool = True
    needs_user: bool = False


def run(options: argparse.Namespace) -> int:
    checks = [*_roots(), *_ledger(), *_prices(), *_desktop(), *_keychain(), *_versions()]
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


def _roots() -> list[Check]:
    roots = find_roots(load_settings())
    checks = []
    for root in roots:
        if root.is_found:
            readable = os.access(os.path.join(root.path, "projects"), os.R_OK | os.X_OK)  # noqa: PTH118
            says = (
                shown(root.path) if readable else f"{shown(root.path)} cannot be read: check its permissions"
            )
            checks.append(Check("Claude Code logs", says, readable, not readable))
    if not checks:
        looked = ", ".join(shown(root.path) for root in roots)
        checks.append(Check("Claude Code logs", f"none found; looked in {looked}", is_good=False))
    return checks


def _ledger() -> list[Check]:
    path = ledger_path()
    if not path.exists():
        return [Check("Ledger", f"none yet; it will be {shown(path)}", is_good=False)]
    try:
        found = schema_version(path)
        if found > SCHEMA_VERSION:
            return [Check("Ledger", "a newer Tallylight wrote it: update to go on recording", False, True)]
        connection = open_for_reading(path)
        try:
            queries = Queries(connection)
            integrity = queries.integrity()
            known, rejected = queries.requests_known(), queries.rejections()
        finally:
            connection.close()
    except sqlite3.Error as e:
        return [Check("Ledger", f"{shown(path)}: {e}", False, True)]
    is_whole = integrity == "ok"
    says = f"{known:,} requests in {shown(path)}" if is_whole else f"{shown(path)} is damaged: {integrity}"
    checks = [Check("Ledger", says, is_whole, not is_whole)]
    mode = path.stat().st_mode & 0o077
    if mode and os.name == "posix":
        checks.append(
            Check("Ledger access", f"other users may read it: chmod 600 {shown(path)}", False, True)
        )
    not_understood = sum(count for _, _, count in rejected)
    reasons = "; ".join(f"{reason} ({count:,})" for _, reason, count in rejected[:5])
    checks.append(
        Check("Not understood", f"{not_understood:,} lines{': ' + reasons if reasons else ''}", True)
    )
    return checks


def _prices() -> list[Check]:
    entries, problems = read_overrides(prices_text())
    if problems:
        return [Check("Your prices", problem, False, True) for problem in problems]
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


def _keychain() -> list[Check]:
    name, problem = keychain()
    return [Check("Keychain", problem or name, is_good=not problem)]


def _versions() -> list[Check]:
    parts = [f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}"]
    for package in ("PySide6-Essentials", "genai-prices", "watchdog"):
        try:
            parts.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            parts.append(f"{package} missing")
    return [
        Check("Versions", f"Tallylight {__version__}, " + ", ".join(parts)),
        Check("Data", shown(data_dir())),
    ]
