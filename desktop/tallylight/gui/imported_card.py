"""Bills that were imported from files: which there are, taking more in, and taking one out again."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFont, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tallylight.domain.cloud_bill import ImportedBill, show_all
from tallylight.domain.snapshot import Snapshot
from tallylight.gui import imported_words as words
from tallylight.gui import wording
from tallylight.gui.command_child import CommandChild, Outcome
from tallylight.gui.jobs import Jobs
from tallylight.gui.library import Library
from tallylight.gui.pieces import CAPTION, Card, Wrapped, caption, label, set_role, set_text
from tallylight.gui.question import Question
from tallylight.gui.row_model import Column, RowModel
from tallylight.gui.table import Table
from tallylight.gui.theme import Theme


class ImportedCard(Card):
    """Files are read by a process of its own: a month of a company's bill takes a minute. `listed` tells the bills."""

    listed = Signal(object)

    def __init__(
        self,
        theme: Theme,
        library: Library,
        jobs: Jobs,
        command: Sequence[str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Imported bills"))
        self._library = library
        self._question = Question[Sequence[ImportedBill]](jobs, self._show, lambda _problem: None, self)
        self._child = CommandChild(command, self, verb="import")
        self._child.ended.connect(self._take_answer)
        self._is_demo = False
        self._now_ms = 0
        self._rows = RowModel(self._columns(), lambda bill: bill.number, theme, self)
        self.table = Table(self._rows, self.tr("Imported bills"))
        self.table.optional = (5, 2, 4)
        self.table.show_all_rows()
        self.table.selected.connect(self._offer)
        delete = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.table, self._remove)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        self._said = Wrapped(label(role="caption", factor=CAPTION))
        self._about = Wrapped(caption())
        self._arrange()
        self._show([])
        set_text(self._said, "")

    def _columns(self) -> list[Column[ImportedBill]]:
        return [
            Column(self.tr("Provider"), lambda bill: bill.id.provider),
            Column(self.tr("Period"), lambda bill: words.period(bill.id)),
            Column(self.tr("Services"), words.services),
            Column(self.tr("Charged"), lambda bill: show_all(bill.billed), is_number=True),
            Column(
                self.tr("Effective"),
                lambda bill: show_all(bill.effective) if bill.effective else "–",
                is_number=True,
            ),
            Column(
                self.tr("Imported"), lambda bill: wording.ago(bill.imported_ms, self._now_ms), is_number=True
            ),
            Column(
                self.tr("Deviations"),
                lambda bill: str(len(bill.deviations) or "–"),
                is_number=True,
            ),
        ]

    def _arrange(self) -> None:
        self._files = QPushButton(self.tr("Import files…"))
        self._files.setAccessibleDescription(self.tr("Take in FOCUS exports, or a usage file of Cursor’s"))
        self._files.clicked.connect(self.choose_files)
        self._folder = QPushButton(self.tr("Import folder…"))
        self._folder.setAccessibleDescription(self.tr("Take in all FOCUS exports below a folder"))
        self._folder.clicked.connect(self.choose_folder)
        head = QHBoxLayout()
        head.addWidget(label(self.tr("Imported bills"), weight=QFont.Weight.DemiBold), 1)
        head.addWidget(self._files)
        head.addWidget(self._folder)
        about = self.tr(
            "What clouds and marketplaces charged, by their FOCUS exports (CSV, Parquet, .gz, .zip or a folder), and "
            "usage files (CSV) of Cursor’s dashboard: drop them on this page. Of bills only AI is kept; they are "
            "compared with the meter, and added to nothing."
        )
        self._out = QPushButton(self.tr("Remove bill"))
        self._out.setAccessibleDescription(self.tr("Take the chosen bill out of the ledger"))
        self._out.clicked.connect(self._remove)
        self._removal = QWidget()
        row = QHBoxLayout(self._removal)
        row.setContentsMargins(0, 4, 0, 0)
        row.addWidget(self._out, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._about, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(8)
        column.addLayout(head)
        for part in (Wrapped(caption(about)), self._said, self.table, self._removal):
            column.addWidget(part)

    # -- what there is

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self._now_ms = snapshot.at_ms
        self._is_demo = snapshot.is_demo
        self._let_choose()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask()  # a command in a shell may have imported some

    def _ask(self) -> None:
        library = self._library  # a job may hold nothing of Qt
        self._question.ask(library.imported_bills)

    def _show(self, bills: Sequence[ImportedBill]) -> None:
        self._rows.show(bills)
        self.table.setVisible(bool(bills))
        self._removal.setVisible(bool(bills))
        self._offer()
        self.listed.emit(bills)

    @Slot()
    def _offer(self) -> None:
        bill = self._chosen()
        self._out.setEnabled(bill is not None and not self._child.is_running)
        choose = self.tr("Choose a bill to see what it was read from, or to take it out again.")
        self._about.setText(choose if bill is None else words.about(bill))

    def _chosen(self) -> ImportedBill | None:
        bill = self.table.current()
        return bill if isinstance(bill, ImportedBill) else None

    # -- what is taken in, and out

    @Slot(object)
    def take(self, paths: Sequence[str]) -> None:
        """Read these files and folders, after those that are being read."""
        if self._is_demo or self._child.is_running:
            self._say(self.tr("Not now: wait for the files before these, or leave the demo."), is_good=False)
            return
        self._say(self.tr("Reading…"))
        self._child.start(["--json", "--", *paths])
        self._let_choose()

    @Slot()
    def _remove(self) -> None:
        bill = self._chosen()
        if bill is not None and not self._child.is_running:
            self._child.start(["--json", "--remove", str(bill.number)])
            self._let_choose()

    @Slot(object)
    def _take_answer(self, outcome: Outcome) -> None:
        self._say(outcome.problem or words.told(outcome.output), is_good=not outcome.problem)
        self._let_choose()
        self._ask()

    def _let_choose(self) -> None:
        for button in (self._files, self._folder):
            button.setEnabled(not (self._is_demo or self._child.is_running))
        self._offer()

    def _say(self, text: str, *, is_good: bool = True) -> None:
        set_role(self._said, "caption" if is_good else "over")
        set_text(self._said, text)

    @Slot()
    def choose_files(self) -> None:
        dialog = QFileDialog(self, self.tr("Bills to import"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilters([self.tr("Bills (*.csv *.csv.gz *.parquet *.zip)"), self.tr("All files (*)")])
        if dialog.exec() and dialog.selectedFiles():
            self.take(dialog.selectedFiles())

    @Slot()
    def choose_folder(self) -> None:
        dialog = QFileDialog(self, self.tr("A folder of bills to import"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        if dialog.exec() and dialog.selectedFiles():
            self.take(dialog.selectedFiles())
