"""The program as its user has it: a process, its windows, their pixels."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from xsession import XSession, end, until

#: What is started: TALLYLIGHT_PROGRAM names another than the checkout's, as /usr/bin/tallylight.
PROGRAM = shlex.split(os.environ.get("TALLYLIGHT_PROGRAM", "")) or [sys.executable, "-m", "tallylight"]
ICON, MENU, WINDOW, PANEL, METER, EXPORT = "icon", "menu", "window", "panel", "meter", "export"
_TITLES = {"Tallylight panel": PANEL, "Tallylight meter": METER, "Export": EXPORT}
_DOUBLE_CLICK_S = 0.6
_PROBE = Path(__file__).with_name("accessible.py")
#: `0x800007 "Tallylight": ("tallylight" "tallylight")  22x26+0+0  +1257+1`
_LINE = re.compile(
    r'(0x[0-9a-f]+) "([^"]*)": \("[^"]*" "[Tt]allylight"\)\s+(\d+)x(\d+)\S+\s+\+(-?\d+)\+(-?\d+)'
)


class Place(NamedTuple):
    """A window on the screen, in pixels."""

    id: str
    x: int
    y: int
    width: int
    height: int

    @property
    def centre(self) -> tuple[str, str]:
        return str(self.x + self.width // 2), str(self.y + self.height // 2)


class Lamp:
    """One running Tallylight and everything a person can do with it."""

    def __init__(self, session: XSession, home: Path, arguments: tuple[str, ...], **environment: str) -> None:
        self.session = session
        self.home = home
        self._may_click_at = 0.0
        self._environment = {
            "HOME": str(home),
            "TALLYLIGHT_DATA_DIR": str(home / "data"),
            "PYTHONFAULTHANDLER": "1",
        } | environment
        self._log = home / f"program-{os.urandom(3).hex()}.log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [*PROGRAM, *arguments],
                env=session.environment | self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def said(self) -> str:
        return self._log.read_text("utf-8")

    # -- windows

    def places(self) -> dict[str, Place]:
        """Its windows by what they are. Window, menu and icon have one title; their size tells them apart."""
        tree = self.session.ask("xwininfo", "-root", "-tree")
        found = {}
        for id_, title, *figures in _LINE.findall(tree):
            width, height, x, y = (int(figure) for figure in figures)
            title = title.partition(" — ")[0]  # Qt puts the program's name behind it
            name = _TITLES.get(title) or (ICON if width < 100 else MENU if width < 500 else WINDOW)
            if width > 3 and "IsViewable" in self.session.ask("xwininfo", "-id", id_):
                found[name] = Place(id_, x, y, width, height)
        return found

    def shows(self, name: str, seconds: float = 10.0) -> Place:
        """Where `name` is, waiting for it to be there and to hold still: hosts move icons as they come."""
        was: list[Place | None] = [None]

        def look() -> Place | None:
            assert self.process.poll() is None, f"it ended with {self.process.returncode}: {self.said()}"
            place = self.places().get(name)
            is_still = place == was[0]
            was[0] = place
            return place if is_still else None

        return until(look, f"{name} is on the screen; it said: {self.said()}", seconds)

    def hides(self, name: str) -> None:
        until(lambda: name not in self.places(), f"{name} is gone")

    # -- hands

    def click(self, place: Place, button: int = 1) -> None:
        """Never so soon after the last that the two would be a double click."""
        time.sleep(max(0.0, self._may_click_at - time.monotonic()))
        self._may_click_at = time.monotonic() + _DOUBLE_CLICK_S
        self.session.ask("xdotool", "mousemove", *place.centre, "click", str(button))

    def press(self, *keys: str) -> None:
        self.session.ask("xdotool", "key", *keys)

    def tab_to(self, name: str, key: str = "Tab", most: int = 60) -> None:
        """Move the focus to what is called so, by keys."""
        passed = []
        for _ in range(most):
            passed.append(self.accessible("focused"))
            if passed[-1] == name:
                return
            self.press(key)
        raise AssertionError(f"{key} does not reach {name}, only {passed}")

    def close_window(self) -> None:
        """As the cross in its frame does."""
        self.session.ask("xdotool", "windowclose", self.shows(WINDOW).id)

    # -- eyes

    def pixels(self, place: Place) -> bytes:
        """The screen at that place, as red, green, blue."""
        crop = f"{place.width}x{place.height}+{place.x}+{place.y}"
        done = subprocess.run(
            ["import", "-silent", "-window", "root", "-crop", crop, "-depth", "8", "rgb:-"],
            env=self.session.environment,
            capture_output=True,
            timeout=20,
            check=True,
        )
        return done.stdout

    def shoot(self, name: str, place: Place) -> None:
        """A picture for people, where a folder for them is named."""
        folder = os.environ.get("TALLYLIGHT_SCREENSHOTS")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            crop = f"{place.width}x{place.height}+{place.x}+{place.y}"
            picture = str(Path(folder, f"{name}.png"))
            self.session.ask("import", "-silent", "-window", "root", "-crop", crop, "+repage", picture)

    # -- what a screen reader has

    def accessible(self, *question: str) -> Any:
        """The answer of the accessibility bus; the system's own Python has its library."""
        done = subprocess.run(
            ["/usr/bin/python3", str(_PROBE), str(self.process.pid), *question],
            env=self.session.environment,
            capture_output=True,
            timeout=60,
            check=False,
            encoding="utf-8",
        )
        assert done.returncode == 0, f"{done.stderr}\nthe program: {self.process.poll()}"
        return json.loads(done.stdout)

    def has_text(self, text: str) -> bool:
        return any(text in name for name in self.accessible("names"))

    def reads(self, text: str, seconds: float = 15.0) -> None:
        """Waits until `text` is in the name of something that is showing."""
        until(lambda: self.has_text(text), f'"{text}" on the screen', seconds)


Start = Callable[..., Lamp]


def write_settings(home: Path, *lines: str) -> Path:
    """Settings of somebody who has met Tallylight, with more lines; where they are."""
    path = home / "data" / "config" / "settings.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["is_introduced = true", *lines, ""]), "utf-8")
    return path


@contextlib.contextmanager
def running(session: XSession, home: Path, *arguments: str, **environment: str) -> Iterator[Lamp]:
    """A Tallylight that is ended with the test, if it has not ended by itself. Without settings it has been met."""
    if "TALLYLIGHT_DATA_DIR" not in environment and not (home / "data").exists():
        write_settings(home)
    lamp = Lamp(session, home, arguments, **environment)
    try:
        yield lamp
    finally:
        end(lamp.process)
