"""Asking before a provider is asked: what is read, sent and kept, and the key where one is needed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from tallylight.domain.consent import Agreement, Offer
from tallylight.domain.secret import Secret
from tallylight.gui.pieces import CAPTION, Wrapped, caption, label

_WIDTH_EM = 46


class ConsentDialog(QDialog):
    """`agreement` is what was answered, None while nothing was."""

    def __init__(self, offer: Offer, whose: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offer = offer
        self.agreement: Agreement | None = None
        self.setWindowTitle(self.tr("Connect {}").format(offer.label))
        self._key, self._whose = QLineEdit(), QLineEdit(whose)
        self._key.setEchoMode(QLineEdit.EchoMode.Password)
        self._key.setAccessibleName(self.tr("Key"))
        self._whose.setAccessibleName(offer.whose.label if offer.whose is not None else "")
        self._connect = QPushButton(self.tr("Connect"))
        self._connect.setProperty("role", "primary")
        self._connect.setDefault(True)
        self._connect.clicked.connect(self._agree)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(label(offer.label, factor=1.2, weight=QFont.Weight.Bold))
        column.addLayout(self._terms())
        if offer.key:
            column.addLayout(self._fields())
        column.addStretch(1)
        column.addLayout(self._buttons())
        self.setMinimumWidth(self.fontMetrics().height() * _WIDTH_EM // 2)
        self._follow()

    def _terms(self) -> QFormLayout:
        form = _form()
        parts = (
            (self.tr("Reads"), self._offer.reads),
            (self.tr("Sends"), self._offer.sends),
            (self.tr("Keeps"), self._offer.keeps),
            (self.tr("Note"), self._offer.warns),
        )
        for name, text in parts:
            form.addRow(label(name, weight=QFont.Weight.DemiBold), Wrapped(label(text)))
        return form

    def _fields(self) -> QFormLayout:
        form = _form()
        form.addRow(label(self.tr("Key"), weight=QFont.Weight.DemiBold), self._key)
        form.addRow("", Wrapped(label(self._offer.key, role="caption", factor=CAPTION)))
        self._key.textChanged.connect(self._follow)
        if self._offer.whose is not None:
            form.addRow(label(self._offer.whose.label, weight=QFont.Weight.DemiBold), self._whose)
            form.addRow("", caption(self._offer.whose.says))
            self._whose.textChanged.connect(self._follow)
        return form

    def _buttons(self) -> QHBoxLayout:
        cancel = QPushButton(self.tr("Cancel"))
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(self._connect)
        return row

    @Slot()
    def _follow(self) -> None:
        has_key = bool(self._key.text().strip()) or not self._offer.key
        whose, wanted = self._whose.text().strip(), self._offer.whose
        has_whose = wanted is None or (bool(whose) and wanted.sign in whose)
        self._connect.setEnabled(has_key and has_whose)

    @Slot()
    def _agree(self) -> None:
        key = self._key.text().strip()
        self.agreement = Agreement(
            name=self._offer.name,
            is_on=True,
            key=Secret(key) if key else None,
            whose=self._whose.text().strip() if self._offer.whose is not None else "",
        )
        self._key.clear()
        self.accept()


def _form() -> QFormLayout:
    form = QFormLayout()
    form.setContentsMargins(0, 0, 0, 0)
    form.setHorizontalSpacing(14)
    form.setVerticalSpacing(8)
    form.setLabelAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeading)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
    return form
