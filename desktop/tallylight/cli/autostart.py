"""`tallylight autostart`: what the desktop does at login, shown before it is changed."""

from __future__ import annotations

import argparse
import sys

import msgspec

from tallylight.config.paths import shown
from tallylight.installed import lasting_command
from tallylight.system.autostart import State, autostart
from tallylight.system.change import Change

_SAYS = {
    State.ON: "Tallylight starts when you log in, without a window: {}",
    State.OFF: "Tallylight does not start when you log in.",
    State.DISABLED: "The entry {} is there, but switched off by you or your desktop; it is left so.",
    State.BROKEN: "The entry {} names a program that is not there; `tallylight autostart on` mends it.",
}


def run(options: argparse.Namespace) -> int:
    """`on` and `off` were said by the user: they are done without asking, and shown."""
    entry = autostart(lasting_command())
    changes = [] if options.what == "status" else entry.to_switch(options.what == "on")
    if not options.json:
        for change in changes:
            sys.stdout.write(change.diff())
    if not options.dry_run:
        entry.make(changes)
    state = entry.state()
    if options.json:
        sys.stdout.write(_as_json(state, str(entry.place), changes))
    elif not options.dry_run:
        sys.stdout.write(_SAYS[state].format(shown(entry.place)) + "\n")
    return 0


def _as_json(state: State, place: str, changes: list[Change]) -> str:
    said = {
        "state": state,
        "is_on": state is State.ON,
        "path": place,
        "changed": [change.diff() for change in changes],
    }
    return msgspec.json.encode(said).decode() + "\n"
