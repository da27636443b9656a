"""The one object at which the worker's thread and the window meet."""

from __future__ import annotations

import threading
import time

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from tallylight.gui.crossing import Crossing

#: At most ten a second: more would freeze the window while history is read.
INTERVAL_S = 0.1


class _Signals(QObject):
    snapshot = Signal(object)
    failed = Signal(object)


class Bridge:
    """Takes snapshots from any thread and hands the newest to the GUI thread, in which it is made.

    A snapshot that a newer one overtakes within the interval is never shown; the last one always is. Nothing
    runs while nothing is published. It is no object of Qt itself, as other threads use it: see `crossing`.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        self._signals = _Signals(parent)
        self.snapshot, self.failed = self._signals.snapshot, self._signals.failed
        self._lock = threading.Lock()
        self._waiting: list[object] = []
        self._is_closed = False
        self._delivered_s = float("-inf")
        self._timer = QTimer(self._signals)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._deliver)
        self._crossing = Crossing(self._signals)

    @property
    def is_ticking(self) -> bool:
        """Whether something is held back until the interval is over."""
        return self._timer.isActive()

    def publish(self, snapshot: object) -> None:
        """Hand over a snapshot, from any thread, without waiting."""
        with self._lock:
            if self._is_closed:
                return
            is_first = not self._waiting
            self._waiting[:] = [snapshot]
            if is_first:
                self._crossing.call(self._schedule)

    def fail(self, sentence: str) -> None:
        """Tell the user what went wrong, from any thread."""
        with self._lock:
            if not self._is_closed:
                self._crossing.call(lambda: self.failed.emit(sentence))

    def close(self) -> None:
        """Drop what comes from now on: the window is going, the worker may not have noticed yet."""
        with self._lock:
            self._is_closed = True
            self._waiting.clear()
        self._crossing.close()
        self._timer.stop()

    def _schedule(self) -> None:
        wait_s = self._delivered_s + INTERVAL_S - time.monotonic()
        if wait_s <= 0:
            self._deliver()
        else:
            self._timer.start(int(wait_s * 1000) + 1)

    def _deliver(self) -> None:
        with self._lock:
            if not self._waiting:
                return
            newest = self._waiting.pop()
        self._delivered_s = time.monotonic()
        self.snapshot.emit(newest)
