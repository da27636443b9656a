"""What the window says while there is nothing to show."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tallylight.domain.snapshot import RootStatus, Snapshot
from tallylight.gui import wording
from tallylight.gui.pieces import Card, caption, label
from tallylight.gui.scroll_page import ScrollPage


class Welcome(ScrollPage):
    """Says what was looked for and where, and offers the demo or a folder."""

    demo_requested = Signal()
    folder_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("Welcome", "Welcome"), parent)
        self._roots: tuple[RootStatus, ...] = ()
        title = label(self.tr("No agent's log was found yet"), factor=1.8, weight=QFont.Weight.Bold)
        lead = caption(
            self.tr(
                "Tallylight shows what coding agents cost from the logs they leave on this machine. "
                "It looked in these places and keeps looking: the first session shows up by itself."
            )
        )
        self._where = QGridLayout()
        self._where.setVerticalSpacing(6)
        self._where.setHorizontalSpacing(12)
        self._where.setColumnStretch(1, 1)
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
        self.hold(body)

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
        looked_for = (*snapshot.roots, *snapshot.places)
        if looked_for == self._roots:
            return
        self._roots = looked_for
        while (item := self._where.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for at, root in enumerate(looked_for):
            self._write(at, root)

    def _write(self, at: int, root: RootStatus) -> None:
        path = caption(root.path)
        path.setWordWrap(True)
        state = self.tr("found, nothing in it yet") if root.is_found else self.tr("not found")
        parts = (label(wording.source_name(root.source)), path, caption(root.problem or state))
        for column, part in enumerate(parts):
            self._where.addWidget(
                part, at, column, Qt.AlignmentFlag.AlignTop if column != 1 else Qt.AlignmentFlag(0)
            )
