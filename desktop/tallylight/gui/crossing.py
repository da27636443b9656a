"""The way from other threads into the GUI thread, on which they touch nothing of Qt.

The bindings look up a class's data without holding Python's lock, through a cache that all threads share. An object
of Qt that is used beside the GUI thread now and then leaves that cache wrong for a moment, and the window's next look
at one of its own widgets, as a screen reader causes thousands, ends the program.
"""

from __future__ import annotations

import contextlib
import socket
import weakref
from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, QSocketNotifier


class Crossing:
    """Makes calls in the GUI thread, in which it is made, for whoever asks for them in another."""

    def __init__(self, parent: QObject | None = None) -> None:
        self._calls: deque[Callable[[], None]] = deque()
        self._near, self._far = socket.socketpair()
        for end in (self._near, self._far):
            end.setblocking(False)
        self._notifier = QSocketNotifier(self._near.fileno(), QSocketNotifier.Type.Read, parent)
        self._notifier.activated.connect(self._make_calls)
        weakref.finalize(self, _close, self._near, self._far)

    def call(self, work: Callable[[], None]) -> None:
        """Have `work` called soon, in the order of asking. From any thread, without waiting."""
        self._calls.append(work)
        with contextlib.suppress(OSError):  # full: then it is awake already
            self._far.send(b"\0")

    def close(self) -> None:
        """Drop what was asked for, and everything from now on."""
        self._notifier.setEnabled(False)
        self._calls.clear()

    def _make_calls(self) -> None:
        with contextlib.suppress(OSError):
            self._near.recv(4096)
        for _ in range(len(self._calls)):
            try:
                self._calls.popleft()()
            except BaseException:
                self.call(_nothing)  # an error must not keep the rest waiting
                raise


def _nothing() -> None: ...


def _close(*ends: socket.socket) -> None:
    for end in ends:
        end.close()
