"""A private X desktop: server, message bus, window manager, notices, keychain, accessibility. Nothing of it
touches the screen, the keychain or the bus of whoever runs the tests.

Also a command: `python xsession.py COMMAND…` runs a command in one, with a tray host.
"""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, TypeVar

T = TypeVar("T")
SCREEN_SIZE = (2400, 1600)
TRAY_HOST = ("trayer", "--edge", "top", "--align", "right", "--widthtype", "request", "--height", "28")
_AT_SPI = Path("/usr/libexec/at-spi-bus-launcher")
#: For each step of the set-up. A window manager that meets no cache of the fonts first reads all of them.
SET_UP_S = 30.0
#: What the programs of a session need of the machine; everything else could tell them of its user.
_KEPT = ("PATH", "LD_LIBRARY_PATH", "COVERAGE_PROCESS_START", "TALLYLIGHT_SCREENSHOTS")


def until(look: Callable[[], T | None], what: str, seconds: float = 10.0) -> T:
    """The first true answer of `look`; fails after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        time.sleep(0.1)


class XSession:
    """Up while it is open. `environment` is what a program needs to be part of it."""

    def __init__(self, folder: Path, size: tuple[int, int] = SCREEN_SIZE) -> None:
        self._folder = folder
        self._screen = f"{size[0]}x{size[1]}x24"
        self._processes: list[subprocess.Popen[bytes]] = []
        self._log = (folder / "session.log").open("wb")
        self.environment: dict[str, str] = {}

    def __enter__(self) -> XSession:
        try:
            self._start_all()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def _start_all(self) -> None:
        home, run, temporary = (self._folder / name for name in ("home", "run", "tmp"))
        for folder in (home, run, temporary):
            folder.mkdir(mode=0o700)
        self.environment = {name: os.environ[name] for name in _KEPT if name in os.environ} | {
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(run),
            "TMPDIR": str(temporary),
            "XDG_SESSION_TYPE": "x11",
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "QT_QPA_PLATFORM": "xcb",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "PYTHONFAULTHANDLER": "1",  # a crash leaves its stack in the program's log
        }
        # By itself each server takes the first free number, and two that start at once take each other's socket.
        number = str(random.randrange(100, 30_000))
        self._announced(
            lambda fd: [
                "Xvfb",
                f":{number}",
                "-displayfd",
                fd,
                "-screen",
                "0",
                self._screen,
                "-nolisten",
                "tcp",
                # By itself it starts anew when its only client leaves, and whoever comes just then is turned away.
                "-noreset",
            ]
        )
        self.environment["DISPLAY"] = f":{number}"
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = self._announced(
            lambda fd: ["dbus-daemon", "--session", "--nofork", f"--print-address={fd}"]
        )
        self.start("openbox")
        self.start("dunst")
        keychain = self.start(
            "gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets", stdin=subprocess.PIPE
        )
        if keychain.stdin is not None:
            keychain.stdin.write(b"test")
            keychain.stdin.close()
        if _AT_SPI.exists():
            self.start(str(_AT_SPI), "--launch-immediately")
        self._until(
            lambda: "window id" in self.ask("xprop", "-root", "_NET_SUPPORTING_WM_CHECK"), "a window manager"
        )

    def _until(self, look: Callable[[], object], what: str) -> None:
        """Wait for a step of the set-up; its failure names the programs that ended before their time."""
        try:
            until(look, what, SET_UP_S)
        except AssertionError as e:
            raise AssertionError("; ".join([str(e), *self._ended()])) from None

    def _ended(self) -> list[str]:
        codes = ((process.args[0], process.poll()) for process in self._processes)
        return [
            f"{name} ended early with {code}; see {self._log.name}"
            for name, code in codes
            if code is not None
        ]

    def _announced(self, command: Callable[[str], list[str]]) -> str:
        """Start a server that tells its address through a file descriptor; that address."""
        reader, writer = os.pipe()
        with os.fdopen(reader, "rb") as pipe:
            self.start(*command(str(writer)), pass_fds=(writer,))
            os.close(writer)
            address = pipe.readline().decode().strip()
        if not address:
            raise AssertionError(f"{command('…')[0]} did not start; see {self._log.name}")
        return address

    def start(
        self,
        *command: str,
        pass_fds: tuple[int, ...] = (),
        stdin: int | IO[bytes] = subprocess.DEVNULL,
        **environment: str,
    ) -> subprocess.Popen[bytes]:
        """A program of the session, ended with it."""
        process = subprocess.Popen(
            command,
            env=self.environment | environment,
            stdin=stdin,
            stdout=self._log,
            stderr=self._log,
            pass_fds=pass_fds,
        )
        self._processes.append(process)
        return process

    def ask(self, *command: str) -> str:
        """What a short command prints; "" when it fails."""
        done = subprocess.run(
            command, env=self.environment, capture_output=True, timeout=20, check=False, encoding="utf-8"
        )
        return done.stdout if done.returncode == 0 else ""

    @contextlib.contextmanager
    def tray_host(self) -> Iterator[subprocess.Popen[bytes]]:
        host = self.start(*TRAY_HOST)
        try:
            self._until(lambda: self.ask("xdotool", "search", "--class", "trayer"), "a tray host")
            yield host
        finally:
            end(host)
            self._processes.remove(host)

    def close(self) -> None:
        while self._processes:
            end(self._processes.pop())
        self._log.close()


def end(process: subprocess.Popen[bytes]) -> int:
    """Politely, then not; the exit code."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait(5)


def main(command: list[str]) -> int:
    with tempfile.TemporaryDirectory() as folder, XSession(Path(folder)) as session, session.tray_host():
        return subprocess.run(command, env=session.environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
