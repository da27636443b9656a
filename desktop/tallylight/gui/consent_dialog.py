"""Asking before a provider is asked: what is read, sent and kept, and the key where one is needed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from tallylight.domain.consent import Agreement, Offer
from tallylight.domain.secret import Secret
from tallylight.gui.pieces import CAPTION, Wrapped, caption, label, set_role, set_text

_WIDTH_EM = 30


class ConsentDialog(QDialog):
    """`agreed` carries an `Agreement`; a key is tested then, and the dialog stays until it was told how that went.

    `variable` is the environment's, where that holds the key already.
    """

    agreed = Signal(object)

    def __init__(
        self, offer: Offer, whose: str = "", variable: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._offer, self._variable = offer, variable
        self._is_testing = False
        self.setWindowTitle(self.tr("Connect {}").format(offer.label))
        self._key, self._whose = QLineEdit(), QLineEdit(whose)
        self._key.setEchoMode(QLineEdit.EchoMode.Password)
        self._key.setAccessibleName(self.tr("Key"))
        self._whose.setAccessibleName(offer.whose.label if offer.whose is not None else "")
        self._says = Wrapped(label(role="over"))
        self._connect = QPushButton(self.tr("Test and connect") if offer.key else self.tr("Connect"))
        self._connect.setProperty("role", "primary")
        self._connect.setDefault(True)
        self._connect.clicked.connect(self._agree)
        self._cancel = QPushButton(self.tr("Cancel"))
        self._cancel.setAutoDefault(False)
        self._cancel.clicked.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(label(offer.label, factor=1.2, weight=QFont.Weight.Bold))
        column.addLayout(self._terms())
        column.addWidget(self._says)
        column.addStretch(1)
        column.addLayout(self._buttons())
        set_text(self._says, "")
        self.setMinimumWidth(self.fontMetrics().height() * _WIDTH_EM)
        self._follow()
        self._fit()

    def _terms(self) -> QGridLayout:
        grid = _grid()
        parts = (
            (self.tr("Reads"), self._offer.reads),
            (self.tr("Sends"), self._offer.sends),
            (self.tr("Keeps"), self._offer.keeps),
            (self.tr("Note"), self._offer.warns),
        )
        for name, text in parts:
            _add(grid, Wrapped(label(text)), name)
        if self._offer.key:
            self._add_key(grid)
        if self._offer.whose is not None:
            _add(grid, self._whose, self._offer.whose.label)
            _add(grid, Wrapped(caption(self._offer.whose.says)))
            self._whose.textChanged.connect(self._follow)
        return grid

    def _add_key(self, grid: QGridLayout) -> None:
        kind = Wrapped(label(self._offer.key, role="caption", factor=CAPTION))
        if self._variable:
            stands = self.tr("The one in {} is used.").format(self._variable)
            _add(grid, Wrapped(label(stands)), self.tr("Key"))
            _add(grid, kind)
        else:
            _add(grid, self._key, self.tr("Key"))
            _add(grid, kind)
            instead = self.tr(
                "It is kept in the system’s keychain alone. Or set {} and start Tallylight anew."
            )
            _add(grid, Wrapped(caption(instead.format(self._offer.variable))))
            self._key.textChanged.connect(self._follow)

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._cancel)
        row.addWidget(self._connect)
        return row

    @Slot()
    def _follow(self) -> None:
        has_key = bool(self._key.text().strip()) or not self._offer.key or bool(self._variable)
        whose, wanted = self._whose.text().strip(), self._offer.whose
        has_whose = wanted is None or (bool(whose) and wanted.sign in whose)
        self._connect.setEnabled(has_key and has_whose)

    @Slot()
    def _agree(self) -> None:
        key = self._key.text().strip()
        agreement = Agreement(
            name=self._offer.name,
            is_on=True,
            key=Secret(key) if key else None,
            whose=self._whose.text().strip() if self._offer.whose is not None else "",
        )
        self._key.clear()
        if not self._offer.key:
            self.agreed.emit(agreement)
            self.accept()
            return
        self._set_testing(True)
        self._say(self.tr("Testing the key…"), "caption")
        self.agreed.emit(agreement)

    def _set_testing(self, is_testing: bool) -> None:
        """What is on its way to the provider cannot be called back: for so long nothing else can be answered."""
        self._is_testing = is_testing
        for part in (self._key, self._whose, self._connect, self._cancel):
            part.setEnabled(not is_testing)

    def reject(self) -> None:
        if not self._is_testing:
            super().reject()

    def show_refusal(self, says: str) -> None:
        """Nothing was connected: another key may be entered."""
        self._set_testing(False)
        self._say(f"{says[:1].upper()}{says[1:]}.", "over")
        self._follow()
        self._key.setFocus()

    def show_success(self, says: str) -> None:
        """It is connected; what the test told stays to be read."""
        self._set_testing(False)
        self._say(self.tr("Connected: {}.").format(says), "")
        self._key.setEnabled(False)
        self._whose.setEnabled(False)
        self._connect.hide()
        self._cancel.setText(self.tr("Done"))
        self._cancel.setDefault(True)
        self._cancel.setFocus()

    def _say(self, says: str, role: str) -> None:
        set_role(self._says, role)
        set_text(self._says, says)
        self._fit()

    def _fit(self) -> None:
        """As high as its texts are: a dialog does not follow lines that break."""
        layout = self.layout()
        is_shown = self.testAttribute(Qt.WidgetAttribute.WA_WState_Created)
        width, height = (self.width(), self.height()) if is_shown else (self.minimumWidth(), 0)
        if layout is not None:
            layout.activate()
            self.resize(width, max(height, layout.totalHeightForWidth(width)))


def _grid() -> QGridLayout:
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(14)
    grid.setVerticalSpacing(8)
    grid.setColumnStretch(1, 1)
    return grid


def _add(grid: QGridLayout, what: QWidget, head: str = "") -> None:
    """A row below the others."""
    at = grid.rowCount()
    grid.addWidget(label(head, weight=QFont.Weight.DemiBold), at, 0, Qt.AlignmentFlag.AlignTop)
    grid.addWidget(what, at, 1)
