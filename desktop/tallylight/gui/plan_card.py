"""A subscription beside what its usage would cost: the fee is owed, the list price is not."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from tallylight.domain import format as form
from tallylight.domain import money
from tallylight.domain.budget import Unit
from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import Snapshot
from tallylight.gui.budget_fields import read_amount, write_amount
from tallylight.gui.pieces import CAPTION, Card, Wrapped, caption, label, set_text


class PlanCard(Card):
    """`settings_changed` tells the fee, when it was typed."""

    settings_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Subscription"))
        self._fee_picousd = 0
        self._snapshot = Snapshot()
        self._fee = QLineEdit()
        self._fee.setAccessibleName(self.tr("What your plan costs in a month, in dollars"))
        self._fee.setPlaceholderText(self.tr("none"))
        self._fee.setMaximumWidth(self._fee.fontMetrics().averageCharWidth() * 14)
        self._fee.editingFinished.connect(self._tell)
        self._problem, self._worth = Wrapped(label(role="over", factor=CAPTION)), Wrapped(label())
        self._note = Wrapped(
            caption(
                self.tr(
                    "With a plan, every amount here is API-equivalent: what the usage would cost at list price, "
                    "not money owed."
                )
            )
        )
        self._arrange()
        set_text(self._problem, "")

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.addWidget(caption(self.tr("Your plan’s fee in a month, $")))
        row.addWidget(self._fee)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 9, 12, 11)
        column.setSpacing(5)
        column.addWidget(label(self.tr("Subscription"), weight=QFont.Weight.DemiBold))
        column.addLayout(row)
        for part in (self._problem, self._worth, self._note):
            column.addWidget(part)
        column.addStretch(1)

    def show_settings(self, settings: Settings) -> None:
        self._fee_picousd = settings.plan_fee_picousd
        if not self._fee.hasFocus():
            self._fee.setText(write_amount(self._fee_picousd, Unit.USD) if self._fee_picousd else "")
        self._show_worth()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._show_worth()

    def _show_worth(self) -> None:
        fee, value = self._fee_picousd, self._snapshot.month_picousd
        self._note.setVisible(bool(fee))
        if not fee:
            set_text(self._worth, "")
            return
        words = self.tr("Plan {} a month · API-equivalent this month {}").format(
            money.show(fee), form.at_least(money.show(value), self._snapshot.month_is_at_least)
        )
        if value > fee:
            words += self.tr(", {}× the fee").format(f"{value / fee:.1f}")
        set_text(self._worth, words)

    @Slot()
    def _tell(self) -> None:
        text = self._fee.text().strip()
        try:
            fee = read_amount(text, Unit.USD) if text.strip("$0 .") else 0
        except ValueError as problem:
            set_text(self._problem, str(problem))
            return
        set_text(self._problem, "")
        if fee != self._fee_picousd:
            self.settings_changed.emit({"plan_fee_picousd": fee})
