"""A change to the user's files, to be read and agreed to before it is made."""

from __future__ import annotations

from PySide6.QtCore import QSizeF, Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from tallylight.gui.pieces import CAPTION, Wrapped, label, set_text

#: So many lines are seen at once; the rest is scrolled to.
_MOST_LINES = 14


class ChangeBox(QWidget):
    """`confirmed` wants what was shown made, `withdrawn` nothing. Hidden while there is nothing to show."""

    confirmed = Signal()
    withdrawn = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = QPlainTextEdit()
        self._text.setProperty("role", "change")
        self._text.setReadOnly(True)
        self._text.setTabChangesFocus(True)
        self._text.setAccessibleName(name)
        self._text.setWordWrapMode(self._text.wordWrapMode().WrapAtWordBoundaryOrAnywhere)
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSizeF(self.font().pointSizeF() * CAPTION)
        self._text.setFont(font)
        self._text.document().documentLayout().documentSizeChanged.connect(self._fit)
        self._problem = Wrapped(label(role="over"))
        self._yes, self._no = QPushButton(), QPushButton(self.tr("Cancel"))
        self._yes.setProperty("role", "primary")
        self._yes.clicked.connect(self._confirm)
        self._no.clicked.connect(self._withdraw)
        buttons = QHBoxLayout()
        buttons.addWidget(self._yes)
        buttons.addWidget(self._no)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for part in (self._text, self._problem):
            column.addWidget(part)
        column.addLayout(buttons)
        #: The change that is to be agreed to, "" for none.
        self.shown = ""
        self.show_change("")

    def show_change(self, diff: str, problem: str = "", yes: str = "") -> None:
        """What would be changed; or why nothing can be."""
        set_text(self._problem, problem)
        self.shown = diff
        self._text.setPlainText(diff.rstrip("\n"))
        self._yes.setText(yes or self.tr("Make this change"))
        for part in (self._text, self._yes, self._no):
            part.setVisible(bool(diff))
        self.setVisible(bool(diff or problem))
        if diff:
            self._yes.setFocus()

    def _fit(self, size: QSizeF) -> None:
        """As high as its lines are, which it counts instead of pixels; there are more when it gets narrower."""
        lines = min(_MOST_LINES, round(size.height()))
        self._text.setFixedHeight(self._text.fontMetrics().lineSpacing() * lines + 20)

    def _confirm(self) -> None:
        self.confirmed.emit()

    def _withdraw(self) -> None:
        self.show_change("")
        self.withdrawn.emit()
