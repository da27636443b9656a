"""A budget's fields, in the place of the budget. What is typed is previewed before it is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from uuid import uuid4

from msgspec.structs import replace
from PySide6.QtCore import QCoreApplication, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QFrame,
    QLineEdit,
    QPushButton,
    QWidget,
)

from tallylight.domain.budget import Budget, Period, Unit
from tallylight.gui.boxes import DayBox, line, named_choice
from tallylight.gui.budget_fields import read_amount, read_thresholds, write_amount, write_thresholds
from tallylight.gui.flow import Flow
from tallylight.gui.pieces import CAPTION, Wrapped, caption, label, set_text
from tallylight.gui.scopes import FIELDS, Names, kind_of, rest_of_scope, titles

translate = QCoreApplication.translate
#: Typing is over, for the preview.
SETTLED_MS = 250
T = TypeVar("T")


class BudgetEditor(QFrame):
    """`drafted` tells a Budget that could be kept, as it is typed; `saved`, `removed` and `left` end it."""

    drafted = Signal(object)
    saved = Signal(object)
    removed = Signal(str)
    left = Signal()

    def __init__(self, budget: Budget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "editor")
        self._budget = budget
        #: The budget as it is kept, as far as the user knows.
        self._overtaken_by: Budget | None = budget
        self.setAccessibleName(self.tr("A budget’s fields"))
        self._names: Names = {}
        self._kind = named_choice(self.tr("What counts"), titles(), kind_of(budget))
        self._value = named_choice(self.tr("Which one"))
        self._unit = named_choice(self.tr("Dollars or tokens"), _units(), budget.unit)
        self._period = named_choice(self.tr("Period"), _periods(), budget.period)
        self._amount, self._first_day = QLineEdit(), DayBox(self.tr("Day on which the month begins"))
        self._first_of = caption(self.tr("from day"))
        self._thresholds = QLineEdit()
        self._forecast = QCheckBox(self.tr("also when the forecast passes the amount"))
        self._problems = {
            part: Wrapped(label(role="over", factor=CAPTION)) for part in ("scope", "amount", "told", "kept")
        }
        for problem in self._problems.values():
            problem.hide()
        self._settle = QTimer(self, singleShot=True, interval=SETTLED_MS)
        self._settle.timeout.connect(self._preview)
        self._fill()
        self._arrange()
        self._connect()
        self._follow()

    # -- building

    def _fill(self) -> None:
        budget = self._budget
        self._amount.setText(write_amount(budget.amount, budget.unit) if budget.amount else "")
        self._amount.setAccessibleName(self.tr("Amount"))
        self._first_day.setValue(budget.starts_on)
        self._thresholds.setText(write_thresholds(budget.thresholds))
        self._thresholds.setAccessibleName(self.tr("Tells at these per cents"))
        self._forecast.setChecked(budget.tells_forecast)

    def _arrange(self) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(10, 8, 10, 8)
        form.setVerticalSpacing(5)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(caption(self.tr("For")), line(self._kind, self._value))
        form.addRow(self._problems["scope"])
        form.addRow(caption(self.tr("Amount")), line(self._amount, self._unit))
        form.addRow(self._problems["amount"])
        self._each = caption(self.tr("In"))
        self._span = line(self._period, self._first_of, self._first_day)
        form.addRow(self._each, self._span)
        form.addRow(caption(self.tr("Tell at")), line(self._thresholds, caption("%")))
        form.addRow(self._problems["told"])
        form.addRow(self._forecast)
        form.addRow(self._problems["kept"])
        form.addRow(self._buttons())

    def _buttons(self) -> QWidget:
        box = QWidget()
        row = Flow(box)
        self._save = QPushButton(self.tr("Save"))
        self._save.setProperty("role", "primary")
        self._remove, self._cancel = QPushButton(self.tr("Remove")), QPushButton(self.tr("Cancel"))
        self._remove.setVisible(bool(self._budget.id))
        for button in (self._save, self._cancel, self._remove):
            row.addWidget(button)
        return box

    def _connect(self) -> None:
        for box in (self._kind, self._value, self._unit, self._period):
            box.currentIndexChanged.connect(self._follow)
        for field in (self._amount, self._thresholds):
            field.textEdited.connect(self._follow)
            field.returnPressed.connect(self._keep)
        self._first_day.valueChanged.connect(self._follow)
        self._forecast.toggled.connect(self._follow)
        self._save.clicked.connect(self._keep)
        self._cancel.clicked.connect(self.left)
        self._remove.clicked.connect(lambda: self.removed.emit(self._budget.id))

    def show_names(self, names: Names) -> None:
        """What the ledger knows of, for scopes with a name."""
        self._names = names
        self._fill_values()

    # -- following what is typed

    @Slot()
    def _follow(self) -> None:
        kind = str(self._kind.currentData())
        if self._value.property("kind") != kind:
            self._fill_values()
        is_of_sessions = kind in ("sessions", "session")
        for part in (self._each, self._span):
            part.setVisible(not is_of_sessions)
        is_month = self._period.currentData() == Period.MONTH
        self._first_of.setVisible(is_month)
        self._first_day.setVisible(is_month)
        self._forecast.setVisible(not is_of_sessions)
        self._settle.start()

    def _fill_values(self) -> None:
        kind = str(self._kind.currentData())
        field = FIELDS[kind]
        own = str(getattr(self._budget, field)) if field else ""
        chosen = self._value.currentData() if self._value.property("kind") == kind else own
        names = dict(self._names.get(kind, {}))
        if own:
            names.setdefault(own, own)
        self._value.blockSignals(True)
        self._value.clear()
        for key, text in names.items():
            self._value.addItem(text, key)
        self._value.setProperty("kind", kind)
        self._value.setCurrentIndex(max(0, self._value.findData(chosen)) if names else -1)
        self._value.blockSignals(False)
        self._value.setVisible(bool(field))
        self._settle.start()

    @Slot()
    def _preview(self) -> None:
        draft = self.draft(is_final=False)
        if draft is not None:
            self.drafted.emit(draft)

    def draft(self, *, is_final: bool) -> Budget | None:
        """The budget as typed; None when a field cannot be read. What is empty is complained of at the end."""
        kind = str(self._kind.currentData())
        field = FIELDS[kind]
        value = str(self._value.currentData() or "")
        unit = Unit(self._unit.currentData())
        is_typed = bool(self._amount.text().strip())
        named = self._told_of("scope", lambda: _named(field, value, self.tr("Nothing to choose yet.")))
        amount = (
            self._told_of("amount", lambda: read_amount(self._amount.text(), unit))
            if is_final or is_typed
            else None
        )
        shares = self._told_of("told", lambda: read_thresholds(self._thresholds.text()))
        if named is None or amount is None or shares is None:
            return None
        is_of_sessions = kind in ("sessions", "session")
        return replace(
            self._budget,
            amount=amount,
            unit=unit,
            period=Period.SESSION if is_of_sessions else Period(self._period.currentData()),
            starts_on=self._first_day.value(),
            thresholds=shares,
            tells_forecast=self._forecast.isChecked(),
            **(rest_of_scope(self._budget, kind) | named),
        )

    def _told_of(self, part: str, read: Callable[[], T]) -> T | None:
        """What was read, with its problem beside the field when it could not be."""
        try:
            found = read()
        except ValueError as problem:
            set_text(self._problems[part], str(problem))
            return None
        set_text(self._problems[part], "")
        return found

    @Slot()
    def _keep(self) -> None:
        draft = self.draft(is_final=True)
        if draft is None:
            fields = {"amount": self._amount, "told": self._thresholds, "scope": self._value}
            next(field for part, field in fields.items() if self._problems[part].text()).setFocus()
            return
        self.saved.emit(draft if draft.id else replace(draft, id=uuid4().hex[:8]))

    def is_overtaken(self, now: Budget | None) -> bool:
        """Whether somebody changed or removed it since it was opened or this was last asked; then it is said."""
        if not self._budget.id or now == self._overtaken_by:
            return False
        self._overtaken_by = now
        gone = self.tr("It was removed elsewhere meanwhile. Save again to keep it.")
        changed = self.tr("It was changed elsewhere meanwhile. Save again to keep what stands here.")
        set_text(self._problems["kept"], gone if now is None else changed)
        return True

    def start(self) -> None:
        """Where typing begins."""
        self._amount.setFocus()
        self._amount.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Cancel):
            self.left.emit()
        else:
            super().keyPressEvent(event)


def _units() -> dict[str, str]:
    return {
        Unit.USD: translate("BudgetEditor", "dollars"),
        Unit.TOKENS: translate("BudgetEditor", "tokens"),
    }


def _periods() -> dict[str, str]:
    return {
        Period.DAY: translate("BudgetEditor", "a day"),
        Period.WEEK: translate("BudgetEditor", "a week"),
        Period.MONTH: translate("BudgetEditor", "a month"),
    }


def _named(field: str, value: str, problem: str) -> dict[str, str]:
    if field and not value:
        raise ValueError(problem)
    return {field: value} if field else {}
