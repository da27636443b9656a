"""Settings: where the ledger is, for how long it keeps, its copies, and its end."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QPushButton, QWidget

from tallylight.domain import format as form
from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import Snapshot
from tallylight.domain.upkeep import Upkeep
from tallylight.gui.agreeing import agrees
from tallylight.gui.caretaker import Caretaker
from tallylight.gui.delete_dialog import DeleteDialog
from tallylight.gui.jobs import Jobs
from tallylight.gui.pieces import Choice, Wrapped, caption, label, set_role, set_text
from tallylight.gui.section import Section, in_line

#: Months to choose from; 0 is for ever.
_KEEP = (0, 36, 24, 12, 6, 3)


class DataSection(Section):
    """`deletion_wanted` tells whether the settings and the keys go as well; it ends the program."""

    settings_changed = Signal(object)
    deletion_wanted = Signal(bool, bool)

    def __init__(self, caretaker: Caretaker, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("DataSection", "Data"), parent=parent)
        self._caretaker, self._jobs = caretaker, jobs
        self._settings, self._requests = Settings(), 0
        self._upkeep = Upkeep()
        self._where, self._said = Wrapped(caption()), Wrapped(caption())
        self._keep = Choice()
        self._keep.setAccessibleName(self.tr("Keep requests"))
        self._keep.activated.connect(self._choose_keep)
        back_up, delete = QPushButton(self.tr("Back up now…")), QPushButton(self.tr("Delete my data…"))
        back_up.clicked.connect(self._choose_backup)
        delete.clicked.connect(self._ask_deletion)
        keep = in_line(label(self.tr("Keep requests")), self._keep)
        for part in (self._where, keep, in_line(back_up, delete), self._said):
            self.add(part)
        set_text(self._said, "")

    def show_settings(self, settings: Settings) -> None:
        self._settings = settings
        choices = sorted({*_KEEP, settings.keep_months} - {0}, reverse=True)
        self._keep.clear()
        self._keep.addItem(self.tr("for ever"), 0)
        for months in choices:
            self._keep.addItem(self.tr("for {} months").format(months), months)
        self._keep.setCurrentIndex(self._keep.findData(settings.keep_months))

    def show_snapshot(self, snapshot: Snapshot) -> None:
        if not snapshot.is_demo and snapshot.requests_known != self._requests:
            self._requests = snapshot.requests_known
            self._say_where()

    def show_upkeep(self, upkeep: Upkeep) -> None:
        self._upkeep = upkeep
        self._say_where()

    def _say_where(self) -> None:
        size = QLocale().formattedDataSize(
            self._upkeep.ledger_bytes, 1, QLocale.DataSizeFormat.DataSizeSIFormat
        )
        requests = form.counted(self._requests, "request")
        place = f"{self._upkeep.ledger} · {requests} · {size}"
        set_text(self._where, place if self._upkeep.ledger else "")

    @Slot(int)
    def _choose_keep(self, _at: int) -> None:
        """A shorter time deletes: it is asked for once more."""
        months, before = int(self._keep.currentData()), self._settings.keep_months
        if months and (not before or months < before) and not self._agrees_to(months):
            self._keep.setCurrentIndex(self._keep.findData(before))
        elif months != before:
            self.settings_changed.emit({"keep_months": months})

    def _agrees_to(self, months: int) -> bool:
        return agrees(
            self,
            self.tr("Delete what is older"),
            self.tr("Delete everything older than {} months, now and from now on?").format(months),
            self.tr(
                "Requests, sessions, bills and notices from before go for good. The days stay in History as "
                "not recorded, never as zero. A backup keeps them."
            ),
            self.tr("Delete them"),
        )

    @Slot()
    def _choose_backup(self) -> None:
        path, _kind = QFileDialog.getSaveFileName(
            self, self.tr("Back up the ledger"), "tallylight-backup.sqlite"
        )
        if path:
            caretaker = self._caretaker
            self._jobs.run(lambda: caretaker.back_up(path), self._say, self._say_problem)

    def _say(self, sentence: str) -> None:
        set_role(self._said, "caption")
        set_text(self._said, sentence)

    def _say_problem(self, sentence: str) -> None:
        set_role(self._said, "over")
        set_text(self._said, sentence)

    @Slot()
    def _ask_deletion(self) -> None:
        dialog = DeleteDialog(self._caretaker, self._jobs, self)
        if dialog.exec():
            self.deletion_wanted.emit(dialog.has_settings, dialog.has_keys)
        dialog.deleteLater()
