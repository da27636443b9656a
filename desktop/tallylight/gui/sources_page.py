"""The Sources page: where usage is read from, what was not understood, and what leaves the machine."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QCoreApplication, QDir, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QFont
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from tallylight.domain.consent import OFFERS
from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import Snapshot
from tallylight.gui.bill_card import BillCard
from tallylight.gui.feeds_card import FeedsCard
from tallylight.gui.folders_card import FoldersCard
from tallylight.gui.hooks_card import HooksCard
from tallylight.gui.imported_card import ImportedCard
from tallylight.gui.jobs import Jobs
from tallylight.gui.library import Library
from tallylight.gui.pieces import caption, label
from tallylight.gui.scroll_page import ScrollPage
from tallylight.gui.section import Section
from tallylight.gui.source_tables import rejected_model
from tallylight.gui.table import Table
from tallylight.gui.theme import Theme

#: Nothing is looked up on the disk while something is dragged.
_BILL = re.compile(r"\.(csv|csv\.gz|parquet|zip)$|^[^.]+$", re.IGNORECASE)


class SourcesPage(ScrollPage):
    """Signals carry the user's choices; nothing is stored here."""

    folder_added = Signal(str)
    folder_removed = Signal(str)
    #: What the user answered to an offer.
    agreed = Signal(object)
    #: See `HooksCard`.
    hooks_asked = Signal(bool)
    hooks_confirmed = Signal()

    def __init__(
        self,
        theme: Theme,
        library: Library,
        jobs: Jobs,
        command: Sequence[str] = (),
        given_keys: Mapping[str, str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(QCoreApplication.translate("SourcesPage", "Sources"), parent)
        self._folders = FoldersCard(theme)
        self._folders.removed.connect(self.folder_removed)
        self._folders.restored.connect(self.folder_added)
        self.feeds = FeedsCard(theme, given_keys or {})
        self.feeds.agreed.connect(self.agreed)
        self.bills = BillCard(theme, library, jobs)
        self.imported = ImportedCard(theme, library, jobs, command)
        self.imported.listed.connect(self.bills.show_imported)
        self.setAcceptDrops(True)
        self._hooks = HooksCard()
        self._hooks.asked.connect(self.hooks_asked)
        self._hooks.confirmed.connect(self.hooks_confirmed)
        self._rejected = rejected_model(theme, self)
        self._all_clear = caption(self.tr("Every line so far was understood."))
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(20, 16, 20, 20)
        column.setSpacing(12)
        column.addLayout(self._top())
        column.addWidget(self._folders)
        column.addWidget(self.bills)
        column.addWidget(self.feeds)
        column.addWidget(self.imported)
        column.addWidget(self._hooks)
        self._rejected_table = Table(self._rejected, self.tr("Not understood"))
        self._rejected_table.show_all_rows()
        column.addWidget(Section(self.tr("Not understood"), self._all_clear, self._rejected_table))
        column.addWidget(self._card_of_privacy())
        column.addStretch(1)
        self.hold(body)

    def _top(self) -> QHBoxLayout:
        add = QPushButton(self.tr("Add folder"))
        add.setAccessibleDescription(self.tr("Read logs, or what machines export, from one more folder"))
        add.clicked.connect(self.choose_folder)
        row = QHBoxLayout()
        row.addWidget(label(self.tr("Sources"), factor=1.4, weight=QFont.Weight.Bold))
        row.addStretch(1)
        row.addWidget(add)
        return row

    def _card_of_privacy(self) -> Section:
        self._leaves = label()
        text = label(
            self.tr(
                "Tallylight reads the agents' logs on this machine and keeps tokens, times, models, "
                "the names of folders and branches, and the titles that agents give their sessions. "
                "No prompt, answer or file content is stored."
            )
        )
        self._leaves.setWordWrap(True)
        text.setWordWrap(True)
        return Section(self.tr("What leaves this machine"), self._leaves, text)

    def show_settings(self, settings: Settings) -> None:
        """What was chosen before, without telling it back."""
        self.feeds.show_settings(settings)
        self.bills.show_settings(settings)
        asked = " · ".join(offer.label for offer in OFFERS if offer.name in settings.feeds)
        connected = self.tr("Only what you connected sends anything: {}, as you agreed.").format(asked)
        self._leaves.setText(connected if asked else self.tr("Nothing."))

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self._folders.show_roots(snapshot.roots, snapshot.at_ms)
        self.feeds.show_snapshot(snapshot)
        self.bills.show_snapshot(snapshot)
        self.imported.show_snapshot(snapshot)
        self._hooks.show_roots(snapshot.roots)
        self._rejected.show(sorted(snapshot.rejected, key=lambda item: -item.count))
        self._rejected_table.setVisible(bool(snapshot.rejected))
        self._all_clear.setVisible(not snapshot.rejected)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _bills(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.ensureWidgetVisible(self.imported)
        self.imported.take(_bills(event))

    @Slot(str, str)
    def show_hooks_change(self, diff: str, problem: str) -> None:
        """What connecting or disconnecting would change, or why it cannot be done."""
        self._hooks.show_change(diff, problem)

    @Slot()
    def choose_folder(self) -> None:
        dialog = QFileDialog(self, self.tr("Add a folder with logs or shared exports"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setFilter(
            dialog.filter() | QDir.Filter.Hidden
        )  # agents keep their logs in folders like .claude
        if dialog.exec() and dialog.selectedFiles():
            self._folders.forget()
            self.folder_added.emit(dialog.selectedFiles()[0])


def _bills(event: QDropEvent) -> tuple[str, ...]:
    """Paths of the tables and archives that are being dragged, and of what is called like a folder."""
    paths = (url.toLocalFile() for url in event.mimeData().urls())
    return tuple(path for path in paths if path and _BILL.search(path.rpartition("/")[2]))
