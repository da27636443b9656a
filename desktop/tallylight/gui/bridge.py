"""The one object at which the worker's thread and the window meet."""

from __future__ import annotations

import threading
import time

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

#: At most ten a second: more would freeze the window while history is read.
INTERVAL_S = 0.1


class Bridge(QObject):
    """Takes snapshots from any thread and hands the newest to the GUI thread, in which it lives.

    A snapshot that a newer one overtakes within the interval is never shown; the last one always is. Nothing
    runs while nothing is published.
    """

    snapshot = Signal(object)
    failed = Signal(object)
    _published = Signal()
    _told = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._waiting: list[object] = []
        self._is_closed = False
        self._delivered_s = float("-inf")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._deliver)
        self._published.connect(self._schedule, Qt.ConnectionType.QueuedConnection)
        self._told.connect(self.failed, Qt.ConnectionType.QueuedConnection)

    def publish(self, snapshot: object) -> None:
        """Hand over a snapshot, from any thread, without waiting."""
        with self._lock:
            if self._is_closed:
                return
            is_first = not self._waiting
            self._waiting[:] = [snapshot]
            if is_first:
                self._published.emit()

    def fail(self, sentence: str) -> None:
        """Tell the user what went wrong, from any thread."""
        with self._lock:
            if not self._is_closed:
                self._told.emit(sentence)

    def close(self) -> None:
        """Drop what comes from now on: the window is going, the worker may not have noticed yet."""
        with self._lock:
            self._is_closed = True
            self._waiting.clear()
        self._timer.stop()

    @Slot()
    def _schedule(self) -> None:
        wait_s = self._delivered_s + INTERVAL_S - time.monotonic()
        if wait_s <= 0:
            self._deliver()
        else:
            self._timer.start(int(wait_s * 1000) + 1)

    @Slot()
    def _deliver(self) -> None:
        with self._lock:
            if not self._waiting:
                return
            newest = self._waiting.pop()
        self._delivered_s = time.monotonic()
        self.snapshot.emit(newest)
