"""Moments written down for the benchmarks: `TALLYLIGHT_TRACE` names the file, without it nothing happens."""

from __future__ import annotations

import os
import time
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer

_TICK_MS = 10
_GAP_NS = 50_000_000


class Trace(QObject):
    """Lines of `event monotonic_ns`; and `gap` with the nanoseconds for which the GUI thread did not come round."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        path = os.environ.get("TALLYLIGHT_TRACE")
        self._path = Path(path) if path else None
        self._last_ns = time.monotonic_ns()
        if self._path is not None:
            timer = QTimer(self, timerType=Qt.TimerType.PreciseTimer)
            timer.timeout.connect(self._tick)
            timer.start(_TICK_MS)

    def note(self, event: str, value: int | None = None) -> None:
        if self._path is not None:
            with self._path.open("a") as stream:
                stream.write(f"{event} {time.monotonic_ns() if value is None else value}\n")

    def note_when_painted(self, event: str) -> None:
        """Once the event loop has come round, and with it the repainting that was asked for."""
        if self._path is not None:
            QTimer.singleShot(0, self, lambda: self.note(event))

    def _tick(self) -> None:
        now = time.monotonic_ns()
        if now - self._last_ns > _GAP_NS:
            self.note("gap", now - self._last_ns)
        self._last_ns = now
