"""`tallylight connect cursor-hooks` and `claude-status-line`: put into an agent's files, and taken out again."""

from __future__ import annotations

import argparse
import sys

from tallylight.config.paths import data_dir, shown
from tallylight.config.store import load_settings
from tallylight.ingest.assembly import cursor_hooks, status_line
from tallylight.system.change import Change


def connect_hooks(options: argparse.Namespace) -> int:
    hooks = cursor_hooks(data_dir())
    changes = hooks.to_connect()
    if hooks.has_line_of_others:
        sys.stdout.write(
            "The command line has a status line of yours, which stays: of its chats, turns alone are told.\n"
        )
    if not changes:
        sys.stdout.write("Cursor runs the recorder already: nothing to change.\n")
        return 0
    if not _is_wanted(changes, options):
        return 0
    hooks.connect(changes)
    sys.stdout.write(
        "Connected. Turns that end from now on are counted; their counts are provisional.\n"
        "To undo it: tallylight disconnect cursor-hooks\n"
    )
    return 0


def disconnect_hooks(options: argparse.Namespace) -> int:
    hooks = cursor_hooks(data_dir())
    changes = hooks.to_disconnect()
    if (changes or options.dry_run) and not _is_wanted(changes, options):
        return 0
    hooks.disconnect(changes)
    sys.stdout.write("Disconnected: Cursor runs the recorder no more. What it counted is kept.\n")
    return 0


def switch_line(options: argparse.Namespace, is_on: bool) -> int:
    line = status_line(load_settings())
    changes = line.to_switch(is_on)
    if not changes:
        sys.stdout.write("Nothing to change.\n")
    elif _is_wanted(changes, options):
        line.make(changes)
        says = "the fare from its next prompt on" if is_on else "what it showed before"
        sys.stdout.write(f"Claude Code's status line shows {says}.\n")
    return 0


def _is_wanted(changes: list[Change], options: argparse.Namespace) -> bool:
    """Shows the change, and asks unless `--yes` answered."""
    for change in changes:
        sys.stdout.write(change.diff())
    if options.dry_run:
        return False
    if options.yes:
        return True
    if not sys.stdin.isatty():
        raise ValueError("nobody is there to ask: use --yes once you have seen the change with --dry-run")
    names = ", ".join(shown(change.path) for change in changes)
    sys.stdout.write(f"Change {names}? [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")
