"""What the window says while there is nothing to show."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from tallylight.domain.snapshot import RootStatus, Snapshot
from tallylight.gui import wording
from tallylight.gui.pieces import Card, caption, label


class Welcome(QScrollArea):
    """Says what was looked for and where, and offers the demo or a folder."""

    demo_requested = Signal()
    folder_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._roots: tuple[RootStatus, ...] = ()
        title = label(self.tr("No agent's log was found yet"), factor=1.8, weight=QFont.Weight.Bold)
        lead = caption(
            self.tr(
                "Tallylight shows what coding agents cost from the logs they leave on this machine. "
                "It looked in these places and keeps looking: the first session shows up by itself."
            )
        )
        self._where = QVBoxLayout()
        self._where.setSpacing(6)
        card = Card()
        card.setAccessibleName(self.tr("Places"))
        card.setLayout(self._where)
        self._where.setContentsMargins(14, 12, 14, 12)
        foot = caption(
            self.tr(
                "The demo replays three invented sessions: nothing of yours is read, "
                "and nothing is sent anywhere."
            )
        )
        body = QWidget()
        body.setProperty("role", "plain")
        column = QVBoxLayout(body)
        column.setContentsMargins(40, 36, 40, 24)
        column.setSpacing(14)
        for text in (title, lead, foot):
            text.setWordWrap(True)
        for part in (title, lead, card):
            column.addWidget(part)
        column.addLayout(self._buttons())
        column.addWidget(foot)
        column.addStretch(1)
        self.setWidget(body)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setAccessibleName(self.tr("Welcome"))
        self.viewport().setAccessibleName(self.tr("Welcome"))

    def _buttons(self) -> QHBoxLayout:
        demo, folder = QPushButton(self.tr("Show the demo")), QPushButton(self.tr("Add a folder"))
        demo.setProperty("role", "primary")
        demo.clicked.connect(self.demo_requested)
        folder.clicked.connect(self.folder_wanted)
        row = QHBoxLayout()
        row.addWidget(demo)
        row.addWidget(folder)
        row.addStretch(1)
        return row

    def show_snapshot(self, snapshot: Snapshot) -> None:
        if snapshot.roots == self._roots:
            return
        self._roots = snapshot.roots
        while (item := self._where.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        for root in snapshot.roots:
            self._where.addWidget(self._line(root))

    def _line(self, root: RootStatus) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(label(wording.source_name(root.source)), 0, Qt.AlignmentFlag.AlignTop)
        path = caption(root.path)
        path.setWordWrap(True)
        row.addWidget(path, 1)
        state = self.tr("found, nothing in it yet") if root.is_found else self.tr("not found")
        row.addWidget(caption(root.problem or state), 0, Qt.AlignmentFlag.AlignTop)
        return line


def is_empty(snapshot: Snapshot) -> bool:
    """Nothing is known and nothing is being read."""
    return not (snapshot.requests_known or snapshot.progress or snapshot.sessions or snapshot.is_demo)
