"""What the panel says when no session is live: what was looked for, and what to do about it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tallylight.domain.snapshot import RootStatus, Snapshot
from tallylight.gui import wording
from tallylight.gui.pieces import Elided, Wrapped, caption, label, set_text

#: More folders than this are for the window.
FOLDERS = 6


class NothingLive(QWidget):
    """An honest blank: nothing found, nothing live, or nothing read yet."""

    demo_requested = Signal()
    window_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._text = label(weight=QFont.Weight.DemiBold), Wrapped(caption())
        self._folders = [Elided(caption()) for _ in range(FOLDERS)]
        self._demo, self._window = (
            QPushButton(self.tr("Show a demo")),
            QPushButton(self.tr("Open the window")),
        )
        self._demo.setAccessibleDescription(self.tr("Three made-up sessions, kept apart from your ledger"))
        self._demo.clicked.connect(self.demo_requested)
        self._window.clicked.connect(self.window_requested)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 12, 18, 16)
        column.setSpacing(6)
        for widget in (self._title, self._text, *self._folders):
            column.addWidget(widget)
        buttons = QHBoxLayout()
        buttons.addWidget(self._demo)
        buttons.addWidget(self._window)
        buttons.addStretch(1)
        column.addLayout(buttons)

    @property
    def buttons(self) -> tuple[QPushButton, ...]:
        return (self._demo, self._window)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        is_empty = not snapshot.is_anything_known and snapshot.progress is None
        title, text = self._words(snapshot)
        set_text(self._title, title)
        set_text(self._text, text)
        lines = [self._folder(root) for root in snapshot.roots[:FOLDERS]] if is_empty else []
        for line, words in zip(self._folders, [*lines, *[""] * FOLDERS], strict=False):
            set_text(line, words)
        self._demo.setVisible(is_empty and not snapshot.is_demo)
        self._window.setVisible(is_empty)

    def _words(self, snapshot: Snapshot) -> tuple[str, str]:
        if snapshot.progress is not None:
            return self.tr("Looking for live sessions"), self.tr("The newest logs are read first.")
        if snapshot.is_anything_known:
            return self.tr("No session is live"), self.tr("The next one appears here as it starts.")
        if any(root.is_found for root in snapshot.roots):
            return self.tr("No usage yet"), self.tr("The folders are there, but no log in them holds usage:")
        return self.tr("No logs found"), self.tr("Tallylight looked for the logs of coding agents here:")

    def _folder(self, root: RootStatus) -> str:
        outcome = root.problem or (self.tr("found") if root.is_found else self.tr("not there"))
        return f"{wording.source_name(root.source)}: {root.path} – {outcome}"
