"""What the window may ask and have done about the program itself: its files, its switches, its ledger's copies."""

from __future__ import annotations

from typing import Protocol

from tallylight.domain.upkeep import Leaving, Switch, Upkeep


class Caretaker(Protocol):
    """Asked inside `Jobs`: each may open files. Every method raises OSError and ValueError with a sentence."""

    def upkeep(self) -> Upkeep: ...

    def plan(self, switch: Switch, is_on: bool) -> str:
        """What switching would change, for people; "" where nothing is to be changed."""
        ...

    def make(self, switch: Switch, is_on: bool, shown: str) -> None:
        """Switch, if it still is what was `shown`."""
        ...

    def settings_file(self) -> str:
        """The path of the file, which is made where there is none."""
        ...

    def prices_file(self) -> str:
        """The path of the file, which is made where there is none."""
        ...

    def back_up(self, path: str) -> str:
        """Copy the ledger; how it is restored."""
        ...

    def leaving(self, *, has_settings: bool) -> Leaving: ...
