"""Ending in order when the system asks for it."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable

from PySide6.QtCore import QSocketNotifier


class Termination:
    """While it is entered, SIGTERM, SIGINT and SIGHUP call `quit` in the GUI thread.

    Python runs its handlers only between its own instructions, and Qt's loop is none: a socket that Qt watches
    wakes it.
    """

    def __init__(self, quit: Callable[[], None]) -> None:
        self._quit = quit

    def __enter__(self) -> None:
        if os.name != "posix":
            return
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._before = signal.set_wakeup_fd(self._writer.fileno())
        self._notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read)
        self._notifier.activated.connect(lambda *_: self._reader.recv(64))
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: self._quit())

    def __exit__(self, *exception: object) -> None:
        if os.name == "posix":
            self._notifier.setEnabled(False)
            signal.set_wakeup_fd(self._before)
            self._reader.close()
            self._writer.close()
