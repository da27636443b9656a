"""The program's own files and switches, as the window asks for them. Used in jobs: holds nothing of Qt."""

from __future__ import annotations

import os
from pathlib import Path

from tallylight.config.paths import data_dir, shown
from tallylight.config.store import (
    load_settings,
    make_folders,
    prices_path,
    prices_text,
    settings_path,
    settings_problems,
    write_whole,
)
from tallylight.domain.money import show
from tallylight.domain.upkeep import Leaving, Switch, SwitchState, Upkeep
from tallylight.ingest.assembly import ledger_path, status_line
from tallylight.installed import lasting_command
from tallylight.ledger.connection import back_up
from tallylight.ledger.days import utc_day_of
from tallylight.pricebook.overrides import Entry, read_overrides
from tallylight.system.autostart import Autostart, State, autostart
from tallylight.system.change import Change
from tallylight.system.removal import Deletion
from tallylight.system.status_line import StatusLine

_SAYS = {
    State.DISABLED: "The entry is there, but you or your desktop switched it off.",
    State.BROKEN: "The entry is there, but the program that it names is not.",
}
_NO_PRICES = '{\n  "version": 1,\n  "prices": [\n  ]\n}\n'


class Caretaking:
    """Implements `gui.caretaker.Caretaker` over the user's own files, whatever is read now."""

    def upkeep(self) -> Upkeep:
        entries, problems = read_overrides(prices_text())
        path = ledger_path()
        return Upkeep(
            settings_file=shown(settings_path()),
            settings_problems=tuple(settings_problems()),
            prices_file=shown(prices_path()),
            prices=tuple(map(_price, entries)),
            price_problems=tuple(problems),
            ledger=shown(path),
            ledger_bytes=sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*")),
            switches={Switch.AUTOSTART: _autostart_state(), Switch.STATUS_LINE: _line_state()},
        )

    def plan(self, switch: Switch, is_on: bool) -> str:
        _target, changes = _planned(switch, is_on)
        return "".join(change.diff() for change in changes)

    def make(self, switch: Switch, is_on: bool, shown: str) -> None:
        target, changes = _planned(switch, is_on)
        if "".join(change.diff() for change in changes) != shown:
            raise OSError("the file was changed meanwhile: nothing was written to it")
        target.make(changes)

    def settings_file(self) -> str:
        if not settings_path().exists():
            from tallylight.config.settings_words import template

            make_folders()
            write_whole(settings_path(), template())
        return str(settings_path())

    def prices_file(self) -> str:
        if not prices_path().exists():
            make_folders()
            write_whole(prices_path(), _NO_PRICES)
        return str(prices_path())

    def back_up(self, path: str) -> str:
        if not ledger_path().exists():
            raise ValueError("There is no ledger yet: nothing to back up.")
        back_up(ledger_path(), Path(path))
        return (
            f"Backed up to {shown(path)}. To restore it, quit Tallylight and copy it to {shown(ledger_path())}; "
            f"or merge it: tallylight merge {shown(path)}"
        )

    def leaving(self, *, has_settings: bool) -> Leaving:
        deletion = Deletion(has_settings=has_settings)
        return Leaving(goes=tuple(map(shown, deletion.files())), stays=tuple(map(shown, deletion.staying())))


def _planned(switch: Switch, is_on: bool) -> tuple[Autostart | StatusLine, list[Change]]:
    target = autostart(lasting_command()) if switch is Switch.AUTOSTART else status_line(load_settings())
    return target, target.to_switch(is_on)


def _autostart_state() -> SwitchState:
    try:
        state = autostart(lasting_command()).state()
    except OSError as e:
        return SwitchState(says=f"{shown(e.filename or data_dir())}: {os.strerror(e.errno or 0)}")
    return SwitchState(is_on=state is State.ON, says=_SAYS.get(state, ""))


def _line_state() -> SwitchState:
    line = status_line(load_settings())
    try:
        return SwitchState(is_on=line.is_on, is_possible=line.is_possible)
    except OSError as e:
        return SwitchState(says=f"{shown(e.filename or '')}: {os.strerror(e.errno or 0)}")


def _price(entry: Entry) -> str:
    """ "claude-sonnet-4-6, fast, from 2026-10-01: $2.40 in, $12.00 out"."""
    variants = [word for word in (entry.speed, entry.service) if word != "standard"]
    since = [f"from {utc_day_of(entry.from_ms)}"] if entry.from_ms else []
    until = [f"until {utc_day_of(entry.until_ms)}"] if entry.until_ms is not None else []
    rates = entry.tiers[-1].rates
    per_million = (show(rate * 1_000_000) for rate in (rates.input, rates.output))
    named = ", ".join([entry.model, *variants, *since, *until])
    return "{}: {} in, {} out".format(named, *per_million)
