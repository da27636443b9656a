"""Asking the ledger again while it grows: not with every snapshot, but soon after there was news."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

#: At most so often.
REFRESH_MS = 3000


class AskingAgain(QTimer):
    """`ask` is called once for all the news of a few seconds."""

    def __init__(self, ask: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent, singleShot=True, interval=REFRESH_MS)
        self.timeout.connect(ask)

    def note_news(self) -> None:
        """There is something new; what is under way is not put off."""
        if not self.isActive():
            self.start()
