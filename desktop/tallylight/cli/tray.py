"""Starting the tray application from the shell, or saying why it cannot show itself."""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import socket
import sys

from tallylight.lean import keep_heap_small


def run(options: argparse.Namespace) -> int:
    """Without a screen the same figures go to the terminal."""
    if has_screen():
        keep_heap_small()
        try:
            from tallylight.app import run as run_app
        except ImportError as e:
            sys.stderr.write(f"tallylight: the window cannot be shown: {missing_library(str(e))}\n")
            return 1
        return run_app(is_demo=options.demo, is_in_background=options.background)
    sys.stderr.write("tallylight: no screen here; following the sessions in the terminal (Ctrl+C ends it)\n")
    from tallylight.cli.live import run as run_live

    logging.getLogger().addHandler(logging.NullHandler())
    options.json = False
    return run_live(options)


def has_screen() -> bool:
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("WAYLAND_DISPLAY")) or _answers(os.environ.get("DISPLAY", ""))


def _answers(display: str) -> bool:
    """Whether somebody listens at an X display of this machine: Qt ends the program where nobody does."""
    number = display.partition(":")[2].partition(".")[0]
    if not number.isdigit():
        return False
    if display.partition(":")[0] not in ("", "unix"):
        return True  # another machine's, as through ssh -X
    for address in (f"\0/tmp/.X11-unix/X{number}", f"/tmp/.X11-unix/X{number}"):  # noqa: S108 X's own place
        with socket.socket(socket.AF_UNIX) as probe, contextlib.suppress(OSError):
            probe.connect(address)
            return True
    return False


#: The Debian package that brings a library Qt links to.
_PACKAGES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
}


def missing_library(message: str) -> str:
    """The loader's complaint with the package that ends it."""
    for library, package in _PACKAGES.items():
        if library in message:
            return f"{library} is missing; install it with: sudo apt-get install {package}"
    return message
