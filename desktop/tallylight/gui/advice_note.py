"""One piece of advice: what to change, what that rests on, and how it was worked out."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtGui import QFont, QPaintEvent
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from tallylight.domain import money
from tallylight.domain.advice import Advice, Line
from tallylight.gui import advice_words
from tallylight.gui.flow import Flow
from tallylight.gui.notice_words import said
from tallylight.gui.pieces import Wrapped, caption, label, set_role
from tallylight.gui.row_model import Column, RowModel
from tallylight.gui.table import Table
from tallylight.gui.theme import Theme

translate = QCoreApplication.translate
_Numbered = tuple[int, Line]


class AdviceNote(QFrame):
    """Updated in place. `seen` tells that it was painted as it is, `declined` and `silenced` that its session, or its
    kind, is to hear no more of it, `opened` the request behind a line: whose it is, "" for the session of the
    advice, and its key, "" for a turn to come."""

    seen = Signal()
    declined = Signal()
    silenced = Signal()
    opened = Signal(str, str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_unseen = False
        self._title, self._text = Wrapped(label(weight=QFont.Weight.DemiBold)), Wrapped(caption())
        self._assumption = Wrapped(caption())
        self._lines = _line_model(theme, self)
        self._working = QWidget()
        self.how = QPushButton(self.tr("How is this worked out"))
        self.how.setCheckable(True)
        self.not_session, self.never = (
            QPushButton(self.tr("Not this session")),
            QPushButton(self.tr("Never this kind")),
        )
        self.how.toggled.connect(self._working.setVisible)
        self.not_session.clicked.connect(self.declined)
        self.never.clicked.connect(self.silenced)
        self._arrange()

    def _arrange(self) -> None:
        acts, box = Flow(gap=4), QWidget()
        box.setLayout(acts)
        for button in (self.how, self.not_session, self.never):
            button.setProperty("role", "plain")
            acts.addWidget(button)
        table = Table(self._lines, self.tr("How it is worked out, turn by turn"))
        table.show_all_rows()
        table.opened.connect(lambda row: self.opened.emit(row[1].session_id, row[1].key))
        inside = QVBoxLayout(self._working)
        inside.setContentsMargins(0, 2, 0, 4)
        inside.setSpacing(4)
        inside.addWidget(self._assumption)
        inside.addWidget(table)
        self._working.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(11, 7, 10, 5)
        column.setSpacing(2)
        for part in (self._title, self._text, box, self._working):
            column.addWidget(part)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._is_unseen:
            self._is_unseen = False
            self.seen.emit()

    def show_advice(self, advice: Advice) -> None:
        self._is_unseen = True
        set_role(self, "warning" if advice.best_before_ms else "advice")
        title, text = said(advice.title), advice_words.text(advice)
        self._title.setText(title)
        self._text.setText(text)
        self._assumption.setText(said(advice.assumption))
        self._lines.show(list(enumerate(advice.lines, 1)))
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        for button in (self.how, self.not_session, self.never):
            button.setAccessibleDescription(title)


def _line_model(theme: Theme, parent: QWidget) -> RowModel[_Numbered]:
    return RowModel(
        [
            Column(translate("AdviceNote", "Turn"), lambda row: said(row[1].what)),
            Column(
                translate("AdviceNote", "As it is"),
                lambda row: money.show(row[1].now_picousd),
                is_number=True,
            ),
            Column(
                translate("AdviceNote", "Changed"),
                lambda row: money.show(row[1].then_picousd),
                is_number=True,
            ),
            Column(
                translate("AdviceNote", "Saved"),
                lambda row: money.show(row[1].saving_picousd),
                is_number=True,
                tint=lambda row: "saved" if row[1].saving_picousd > 0 else "muted",
            ),
        ],
        lambda row: row[0],
        theme,
        parent,
    )
