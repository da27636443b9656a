"""One budget in the list: what it is, how far it is, and what that means."""

from __future__ import annotations

from datetime import date as Date  # noqa: N812 a parameter is called date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QHBoxLayout,
    QSizePolicy,
    QStyle,
    QStyleOption,
    QVBoxLayout,
    QWidget,
)

from tallylight.domain.budget import BudgetStatus
from tallylight.gui import budget_words
from tallylight.gui.gauges import Bar
from tallylight.gui.pieces import Elided, Wrapped, caption, label, set_role, set_text
from tallylight.gui.theme import Theme


class BudgetRow(QAbstractButton):
    """A press chooses it, Enter or a double click asks to edit it. Updated in place."""

    edit_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "budget")
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._name, self._standing = Elided(label(weight=QFont.Weight.DemiBold)), label()
        self._bar = Bar(theme)
        self._outlook, self._left, self._forecast = Elided(caption()), caption(), Wrapped(caption())
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 7, 10, 7)
        column.setSpacing(2)
        column.addLayout(_apart(self._name, self._standing))
        column.addWidget(self._bar)
        column.addLayout(_apart(self._outlook, self._left))
        column.addWidget(self._forecast)

    def show_status(self, status: BudgetStatus, today: Date, note: str) -> None:
        """`note` is what else is to be known: that its notices are snoozed."""
        name = budget_words.name(status.budget, status.span, status.label)
        standing = budget_words.standing(status)
        self._name.show_ended(name, budget_words.end_of_name(status.budget, status.span, status.label))
        self._standing.setText(standing)
        colour = budget_words.colour(status)
        outlook = budget_words.outlook(status, today)
        self._outlook.setText(outlook)
        set_role(self._outlook, colour if colour == "over" else "caption")
        left = budget_words.left(status, today)
        set_text(self._left, left)
        forecast = " · ".join(filter(None, (budget_words.forecast(status), note)))
        set_text(self._forecast, forecast)
        pace = status.pace / status.budget.amount if status.pace and status.budget.amount else None
        self._bar.show_share(status.share, outlook, tick=pace, colour=colour)
        self.setAccessibleName(f"{name}: {standing}")
        self.setAccessibleDescription(". ".join(filter(None, (outlook, left, forecast))))

    def nextCheckState(self) -> None:
        """A press on the chosen one leaves it chosen."""
        self.setChecked(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            self.edit_wanted.emit()
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        self.edit_wanted.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        option = QStyleOption()
        option.initFrom(self)
        option.state |= QStyle.StateFlag.State_On if self.isChecked() else QStyle.StateFlag.State_Off
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_Widget, option, QPainter(self), self)


def _apart(left: QWidget, right: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(10)
    row.addWidget(left, 1)
    row.addWidget(right)
    return row
