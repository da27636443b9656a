"""What the Settings page and the first run show of the program itself, beside the settings."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Switch(StrEnum):
    """What changes files of other programs: shown first, undone by the same switch."""

    AUTOSTART = "autostart"
    STATUS_LINE = "status line"


class SwitchState(msgspec.Struct, frozen=True):
    """Whether it is on, and a sentence where the user must know more. `is_possible`: whether there is anything to
    switch on this machine."""

    is_on: bool = False
    is_possible: bool = True
    says: str = ""


class Upkeep(msgspec.Struct, frozen=True, kw_only=True):
    """How things stand. Paths are for people."""

    settings_file: str = ""
    settings_problems: tuple[str, ...] = ()
    prices_file: str = ""
    #: The user's own prices, a line for each, and what is wrong with others.
    prices: tuple[str, ...] = ()
    price_problems: tuple[str, ...] = ()
    ledger: str = ""
    ledger_bytes: int = 0
    switches: dict[Switch, SwitchState] = {}


class Past(msgspec.Struct, frozen=True):
    """All that the ledger knows, in a line: the first day, ISO, and what came of it."""

    since: str = ""
    requests: int = 0
    cost_picousd: int = 0
    unpriced: int = 0


class Leaving(msgspec.Struct, frozen=True, kw_only=True):
    """What "delete my data" would delete, and what it leaves. Paths are for people."""

    goes: tuple[str, ...] = ()
    stays: tuple[str, ...] = ()
