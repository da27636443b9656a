"""Asking before everything is deleted: what goes, what stays, and what happens then."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tallylight.domain.upkeep import Leaving
from tallylight.gui.caretaker import Caretaker
from tallylight.gui.jobs import Jobs
from tallylight.gui.pieces import Wrapped, caption, label
from tallylight.gui.question import Question

_WIDTH_EM = 30


class DeleteDialog(QDialog):
    """What is listed is what is there, for what is ticked."""

    def __init__(self, caretaker: Caretaker, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._caretaker = caretaker
        self._question: Question[Leaving] = Question(jobs, self._show, self._show_trouble, self)
        self.setWindowTitle(self.tr("Delete my data"))
        self._settings = QCheckBox(self.tr("My settings and my own prices too"))
        self._keys = QCheckBox(self.tr("The providers’ keys in the keychain too"))
        self._settings.clicked.connect(self._ask)
        self._keys.clicked.connect(self._ask)
        self._goes, self._stays = Wrapped(caption()), Wrapped(caption())
        then = self.tr(
            "Tallylight ends then. Started again, it reads the agents’ logs anew, as far as they are left."
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(8)
        for part in (
            label(self.tr("Delete the ledger for good?"), factor=1.2, weight=QFont.Weight.Bold),
            label(self.tr("Goes"), weight=QFont.Weight.DemiBold),
            self._goes,
            label(self.tr("Stays"), weight=QFont.Weight.DemiBold),
            self._stays,
            self._settings,
            self._keys,
            Wrapped(label(then)),
        ):
            column.addWidget(part)
        column.addStretch(1)
        column.addLayout(self._buttons())
        self.setMinimumWidth(self.fontMetrics().height() * _WIDTH_EM)
        self._ask()

    @property
    def has_settings(self) -> bool:
        return self._settings.isChecked()

    @property
    def has_keys(self) -> bool:
        return self._keys.isChecked()

    def _buttons(self) -> QHBoxLayout:
        cancel, delete = QPushButton(self.tr("Cancel")), QPushButton(self.tr("Delete and quit"))
        cancel.setDefault(True)
        delete.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        delete.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(delete)
        row.addWidget(cancel)
        return row

    @Slot()
    def _ask(self) -> None:
        caretaker, has_settings = self._caretaker, self.has_settings
        self._question.ask(lambda: caretaker.leaving(has_settings=has_settings), replaces=True)

    def _show(self, leaving: Leaving) -> None:
        keys = self.tr("the providers’ keys in the keychain")
        goes = [
            self.tr("all that was recorded: requests, sessions, bills, notices"),
            *leaving.goes,
            *([keys] if self.has_keys else []),
        ]
        stays = [*leaving.stays, *([] if self.has_keys else [keys])]
        stays += [
            self.tr("the start at login, the status line and Cursor’s hooks, as they are"),
            self.tr("the agents’ own logs, your exports and your backups"),
        ]
        self._goes.setText("\n".join(goes))
        self._stays.setText("\n".join(stays))
        self.adjustSize()

    def _show_trouble(self, sentence: str) -> None:
        self._goes.setText(sentence)
