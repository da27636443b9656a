"""The budgets one below the other, the editor in the place of the one that is edited, and what might be added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date as Date  # noqa: N812 a parameter is called date

from msgspec.structs import replace
from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tallylight.domain.budget import Budget, BudgetStatus, Period, Suggestion
from tallylight.gui import budget_words
from tallylight.gui.budget_row import BudgetRow
from tallylight.gui.pieces import Card, Wrapped, caption, label
from tallylight.gui.theme import Theme

translate = QCoreApplication.translate
#: Proposals at a first start, and below budgets that exist.
MOST_FIRST, MOST_LATER = 4, 1


class BudgetList(Card):
    """Tells ids of budgets; `suggestion_taken` tells a Budget without one."""

    chosen = Signal(str)
    edit_wanted = Signal(str)
    suggestion_taken = Signal(object)
    #: Something stands in another place than before, or is new there.
    arranged = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAccessibleName(self.tr("Your budgets"))
        self.rows: dict[str, BudgetRow] = {}
        self._editor: tuple[str, QWidget] | None = None
        self._suggestions: tuple[Suggestion, ...] = ()
        self._proposals: list[QWidget] = []
        self._told: list[QWidget] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(4, 6, 4, 8)
        self._column.setSpacing(2)
        self._first = self._first_words()
        self._column.addWidget(self._first)
        self._column.addStretch(1)

    def _first_words(self) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(10, 4, 10, 4)
        column.addWidget(label(self.tr("No budget yet"), weight=QFont.Weight.DemiBold))
        column.addWidget(
            Wrapped(
                caption(self.tr("A budget tells you when a part of it is spent. It never stops anything."))
            )
        )
        return box

    def show_statuses(self, statuses: Sequence[BudgetStatus], today: Date, notes: Mapping[str, str]) -> None:
        """In the user's order; rows keep their place in the focus chain."""
        wanted = {status.budget.id: status for status in statuses}
        for gone in self.rows.keys() - wanted.keys():
            row = self.rows.pop(gone)
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        was_empty = not self.rows
        for place, (id_, status) in enumerate(wanted.items(), start=1):
            row = self.rows.get(id_) or self._add(id_)
            if self._column.indexOf(row) != place:
                self._column.insertWidget(place, row)
            row.show_status(status, today, notes.get(id_, ""))
        self._first.setVisible(not self.rows)
        if was_empty != (not self.rows):
            self._propose()
        self._place_editor()
        self._tell_order()

    def _add(self, id_: str) -> BudgetRow:
        row = BudgetRow(self._theme, self)
        row.clicked.connect(lambda: self.chosen.emit(id_))
        row.edit_wanted.connect(lambda: self.edit_wanted.emit(id_))
        self.rows[id_] = row
        return row

    def parts(self) -> list[QWidget]:
        """All that is in it, from top to bottom."""
        items = (self._column.itemAt(place) for place in range(self._column.count()))
        return [widget for item in items if item is not None and (widget := item.widget()) is not None]

    def _tell_order(self) -> None:
        if (parts := self.parts()) != self._told:
            self._told = parts
            self.arranged.emit()

    def choose(self, id_: str) -> None:
        for known, row in self.rows.items():
            row.setChecked(known == id_)

    # -- editing in place

    def open_editor(self, editor: QWidget, id_: str) -> None:
        """In the place of the budget `id_`, at the end for a new one."""
        self._editor = (id_, editor)
        self._place_editor()
        self._tell_order()
        editor.show()

    def close_editor(self) -> None:
        if self._editor is not None:
            id_, editor = self._editor
            self._editor = None
            self._column.removeWidget(editor)
            editor.hide()
            editor.deleteLater()
            if id_ in self.rows:
                self.rows[id_].show()
                self.rows[id_].setFocus()
        self._show_proposals()

    def _place_editor(self) -> None:
        edited, editor = self._editor or ("", None)
        for id_, row in self.rows.items():
            row.setVisible(editor is None or id_ != edited)
        if editor is not None:
            at = self.rows.get(edited)
            place = self._column.indexOf(at) + 1 if at is not None else 1 + len(self.rows)
            if self._column.indexOf(editor) < 0:
                self._column.insertWidget(place, editor)
            self._first.hide()
        self._show_proposals()

    # -- proposals

    def show_suggestions(self, suggestions: Sequence[Suggestion]) -> None:
        """Those that no budget covers yet."""
        if tuple(suggestions) != self._suggestions:
            self._suggestions = tuple(suggestions)
            self._propose()

    def _propose(self) -> None:
        for old in self._proposals:
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()
        most = MOST_LATER if self.rows else MOST_FIRST
        self._proposals = [self._proposal(suggestion) for suggestion in self._suggestions[:most]]
        for widget in self._proposals:
            self._column.insertWidget(self._column.count() - 1, widget)
        self._show_proposals()
        self._tell_order()

    def _show_proposals(self) -> None:
        for widget in self._proposals:
            widget.setVisible(self._editor is None)

    def _proposal(self, suggestion: Suggestion) -> QWidget:
        line = QWidget(self)
        budget = suggestion.budget
        sentence = Wrapped(caption(typical(suggestion, is_first=not self.rows)))
        take = QPushButton(offer(budget) if not self.rows else self.tr("Add one"))
        take.setProperty("role", "link")
        take.setAccessibleName(f"{offer(budget)}, {budget_words.scope(budget) or self.tr('everything')}")
        take.clicked.connect(lambda: self.suggestion_taken.emit(replace(budget, id="")))
        # At first the offers stand below each other, each under what it rests on.
        row = QHBoxLayout(line) if self.rows else QVBoxLayout(line)
        row.setContentsMargins(10, 5, 4, 3)
        row.setSpacing(1)
        row.addWidget(sentence, 1)
        row.addWidget(take, 0, Qt.AlignmentFlag.AlignLeft)
        return line


def typical(suggestion: Suggestion, *, is_first: bool) -> str:
    """ "Your typical month is $212."; "No budget for docs-site. Its typical month is $44."."""
    budget = suggestion.budget
    period = {
        Period.DAY: translate("BudgetList", "day"),
        Period.WEEK: translate("BudgetList", "week"),
        Period.MONTH: translate("BudgetList", "month"),
        Period.SESSION: translate("BudgetList", "session"),
    }[budget.period]
    amount = budget_words.amount(budget_words.round_figure(suggestion.typical, budget.unit), budget.unit)
    name = suggestion.label or budget_words.scope(budget)
    if not name:
        return translate("BudgetList", "Your typical {} is {}.").format(period, amount)
    if is_first:
        return translate("BudgetList", "A typical {} of {} is {}.").format(period, name, amount)
    return translate("BudgetList", "No budget for {}. Its typical {} is {}.").format(name, period, amount)


def offer(budget: Budget) -> str:
    return translate("BudgetList", "Set a budget of {}").format(
        budget_words.amount(budget.amount, budget.unit)
    )


def open_suggestions(suggestions: Sequence[Suggestion], budgets: Sequence[Budget]) -> list[Suggestion]:
    """Those whose scope and period no budget has."""
    taken = [(budget.scope, budget.period) for budget in budgets]
    return [s for s in suggestions if (s.budget.scope, s.budget.period) not in taken]
