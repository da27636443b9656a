"""The tray application in a private X session, as a benchmark needs it: its start, its trace, its windows."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from lamp import WINDOW, Lamp, running
from xsession import XSession, end, until

_TOOLS = (
    "Xvfb", "dbus-daemon", "openbox", "trayer", "dunst", "gnome-keyring-daemon", "xdotool", "xwininfo", "xprop", "xev",
)  # fmt: skip
#: The least a Qt program needs to have an icon in the tray: what of a start is not ours.
LEAST_TRAY = """
import sys
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QApplication, QMenu, QSystemTrayIcon
application = QApplication(sys.argv)
pixmap = QPixmap(22, 22)
pixmap.fill("red")
menu = QMenu()
menu.addAction("Quit")
icon = QSystemTrayIcon(QIcon(pixmap))
icon.setContextMenu(menu)
icon.show()
application.exec()
"""


def missing_tools() -> str:
    """A sentence when there can be no X session here, else nothing."""
    missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
    return f"needs an X session; missing here: {', '.join(missing)}" if missing else ""


@contextlib.contextmanager
def x_session(folder: Path) -> Iterator[XSession]:
    """With a tray host, and without what only tests of accessibility need: it would be measured too."""
    place = folder / "session"
    place.mkdir()
    with XSession(place, (1600, 1200)) as session:
        session.environment.pop("QT_LINUX_ACCESSIBILITY_ALWAYS_ON", None)
        with session.tray_host():
            yield session


class Trace:
    """The moments that the application writes down, with what was there before left out."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, event: str) -> list[int]:
        """The values of `event` in the order they came."""
        return [value for name, value in self._lines() if name == event]

    def gaps(self) -> list[tuple[int, int]]:
        """How long the window's thread did not come round, each with the last moment noted before."""
        found, moment = [], 0
        for name, value in self._lines():
            if name == "gap":
                found.append((moment, value))
            else:
                moment = value
        return found

    def _lines(self) -> list[tuple[str, int]]:
        text = self.path.read_text() if self.path.exists() else ""
        lines = (line.split() for line in text.splitlines() if line.count(" ") == 1)
        return [(name, int(value)) for name, value in lines]

    def wait(self, event: str, seconds: float = 20.0) -> int:
        found = until(lambda: self.read(event), f"{event} in the trace", seconds)
        return found[0]


@contextlib.contextmanager
def lamp_at(
    session: XSession, home: Path, logs: Path | None = None, trace: Trace | None = None
) -> Iterator[Lamp]:
    """The application on the home's own logs and on `logs`."""
    more = {"CLAUDE_CONFIG_DIR": str(logs)} if logs else {}
    if trace:
        trace.path.unlink(missing_ok=True)
        more["TALLYLIGHT_TRACE"] = str(trace.path)
    with running(session, home, **more) as lamp:
        yield lamp


def raise_window(lamp: Lamp, home: Path, logs: Path | None = None) -> None:
    """By a second start, as people do."""
    more = {"CLAUDE_CONFIG_DIR": str(logs)} if logs else {}
    with running(lamp.session, home, **more) as second:
        second.process.wait(20)
    lamp.shows(WINDOW)


class Embedding:
    """Tells when a window leaves the root for the tray host's: that is the icon on the screen."""

    def __init__(self, session: XSession) -> None:
        self._process = subprocess.Popen(
            ["stdbuf", "-oL", "xev", "-root", "-event", "substructure"],
            env=session.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._moments: list[int] = []
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        if self._process.stdout is not None:
            for line in self._process.stdout:
                if line.startswith(b"ReparentNotify"):
                    self._moments.append(time.monotonic_ns())

    def after(self, start_ns: int) -> int:
        return until(
            lambda: next((ns for ns in self._moments if ns > start_ns), 0), "an icon in the tray", 20
        )

    def close(self) -> None:
        end(self._process)
        self._thread.join(5)
        if self._process.stdout is not None:
            self._process.stdout.close()
