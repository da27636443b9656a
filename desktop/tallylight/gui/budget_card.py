"""One budget looked at closely: its chart, when it speaks, and on which days it would have spoken."""

from __future__ import annotations

from types import ModuleType

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from tallylight.domain.budget import BudgetCourse
from tallylight.gui import budget_words
from tallylight.gui.chart_place import ChartPlace
from tallylight.gui.jobs import Jobs
from tallylight.gui.pieces import Card, Elided, Wrapped, caption, label
from tallylight.gui.theme import Theme

#: Letters of a name that are shown whatever else has to give way.
LONG_NAME = 34


class BudgetCard(Card):
    """`change_wanted` asks to edit what is shown."""

    change_wanted = Signal()

    def __init__(self, theme: Theme, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._answer: tuple[BudgetCourse, int] | None = None
        self._title, self._rule = Elided(label(weight=QFont.Weight.DemiBold)), Elided(caption())
        self._rule.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._change = QPushButton(self.tr("Change"))
        self._change.setProperty("role", "link")
        self._change.clicked.connect(self.change_wanted)
        self._told, self._nothing = Wrapped(caption()), Wrapped(caption())
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._place = ChartPlace(jobs, "tallylight.gui.budget_chart", self._build)
        self._place.built.connect(self._draw)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._place)
        self._stack.addWidget(self._nothing)
        self._change.hide()
        self._arrange()

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self._title)
        top.addWidget(self._rule, 1)
        top.addWidget(self._change)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 9, 12, 11)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(self._stack, 1)
        column.addWidget(self._told)

    def _build(self, module: ModuleType) -> QWidget:
        chart: QWidget = module.BudgetChart(self._theme)
        return chart

    def show_course(self, course: BudgetCourse, at_ms: int, *, prefix: str = "") -> None:
        """`prefix` says that the budget is not one of the user's: "Suggested", "Preview"."""
        status = course.status
        name = budget_words.name(status.budget, status.span, status.label)
        end = budget_words.end_of_name(status.budget, status.span, status.label)
        self._title.show_ended(f"{prefix}: {name}" if prefix else name, end)
        most = self.fontMetrics().averageCharWidth() * LONG_NAME
        self._title.setMinimumWidth(min(self._title.sizeHint().width(), most))
        self._rule.setText(budget_words.thresholds(status.budget))
        self._change.setVisible(not prefix)
        self._change.setAccessibleName(self.tr("Change the budget {}").format(name))
        self._told.setText(budget_words.told(course))
        self._answer = (course, at_ms)
        if status.span is None:
            self._nothing.setText(self._of_sessions(course))
        self._stack.setCurrentWidget(self._nothing if status.span is None else self._place)
        self._draw()

    def _of_sessions(self, course: BudgetCourse) -> str:
        status = course.status
        text = self.tr("Each session has this amount to itself, so there is no pace and no forecast.")
        if status.budget.session_id:
            text = self.tr("This session has the amount to itself: there is no pace and no forecast.")
        if not status.label:
            return f"{text}\n{budget_words.standing(status)}"
        return f"{text}\n{status.label}: {budget_words.spent(status)}"

    @Slot()
    def _draw(self) -> None:
        if self._place.chart is not None and self._answer is not None:
            self._place.chart.show_course(*self._answer)
