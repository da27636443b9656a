"""A month or a session of the past, and what it would have cost otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date as Date  # noqa: N812 parameters are called date

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from tallylight.domain import format as form
from tallylight.domain import money
from tallylight.domain.summary import SummaryRow
from tallylight.domain.what_if import WhatIf, WhatIfQuestion, Wish
from tallylight.gui import period, wording
from tallylight.gui.pieces import Card, Choice, Wrapped, caption, figure, label, set_role, set_text
from tallylight.gui.table import Table
from tallylight.gui.theme import Theme
from tallylight.gui.what_if_table import lines_of, what_if_model

_MONTHS = 6
#: Sizes of context at which a fresh session may be begun.
_SIZES = (60_000, 80_000, 100_000, 120_000, 160_000, 200_000, 400_000)
_USUAL_SIZE = 120_000


class WhatIfCard(Card):
    """`asked` tells a WhatIfQuestion; the answer is to be brought to `show_answer`."""

    asked = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("What if"))
        self._today: Date | None = None
        self.period, self.limit, self.model = Choice(), Choice(), Choice()
        self.period.setAccessibleName(self.tr("Which month or session"))
        self.limit.setAccessibleName(self.tr("Context at which to start fresh"))
        self.model.setAccessibleName(self.tr("Which model"))
        for choice in (self.limit, self.model):
            choice.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToContents)
        for size in _SIZES:
            self.limit.addItem(form.tokens(size), size)
        self.limit.setCurrentIndex(self.limit.findData(_USUAL_SIZE))
        self.wishes = [
            QCheckBox(self.tr("Fresh start at this context")),
            QCheckBox(self.tr("Light turns on this model")),
            QCheckBox(self.tr("Everything on this model")),
            QCheckBox(self.tr("No 1-hour cache writes")),
            QCheckBox(self.tr("No cold resumes")),
        ]
        self._savings = [label() for _ in self.wishes]
        for saving in self._savings:
            saving.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._caption, self._was = caption(), figure("–")
        self._would, self._share = label(factor=1.2, weight=QFont.Weight.Bold), label(role="saved")
        self._note = Wrapped(caption())
        self._model = what_if_model(theme, self)
        self._arrange()
        for box in self.wishes:
            box.toggled.connect(self._change)
        for choice in (self.period, self.limit, self.model):
            choice.currentIndexChanged.connect(self._change)

    def _arrange(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(5)
        for at, (box, saving) in enumerate(zip(self.wishes, self._savings, strict=True)):
            grid.addWidget(box, at, 0)
            grid.addWidget(saving, at, 2)
        grid.addWidget(self.limit, 0, 1)
        grid.addWidget(self.model, 1, 1, 2, 1)
        grid.setColumnStretch(0, 1)
        sums = QGridLayout()
        sums.addWidget(self._would, 0, 0)
        sums.addWidget(self._share, 0, 1)
        sums.setColumnStretch(0, 1)
        table = Table(self._model, self.tr("What it was and would be, by token class"))
        table.show_all_rows()
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(6)
        column.addWidget(label(self.tr("What if"), weight=QFont.Weight.DemiBold))
        column.addWidget(self.period)
        column.addWidget(self._caption)
        column.addWidget(self._was)
        column.addLayout(grid)
        column.addWidget(_rule())
        column.addLayout(sums)
        column.addWidget(table)
        column.addWidget(self._note)
        column.addStretch(1)

    # -- what is asked

    def show_day(self, today: Date) -> None:
        """From which day on months are counted back."""
        if today == self._today:
            return
        self._today = today
        months, month = [], period.period_around("month", today)
        for _ in range(_MONTHS):
            months.append((period.title(month), (month.since.isoformat(), month.until.isoformat(), "")))
            month = month.previous
        self._fill(self.period, months, keep=self.period.currentData())

    def show_sessions(self, rows: Sequence[SummaryRow]) -> None:
        """Sessions that may be chosen besides months."""
        months = [
            (self.period.itemText(at), self.period.itemData(at))
            for at in range(self.period.count())
            if not self.period.itemData(at)[2]
        ]
        names = [
            (f"{row.project or row.label} · {money.show(row.totals.cost_picousd)}", ("", "", row.session_id))
            for row in rows
        ]
        self._fill(self.period, [*months, *names], keep=self.period.currentData())

    @staticmethod
    def _fill(choice: Choice, items: Sequence[tuple[str, object]], keep: object) -> None:
        choice.blockSignals(True)
        choice.clear()
        for text, data in items:
            choice.addItem(text, data)
        kept = next((at for at, (_, data) in enumerate(items) if data == keep), 0)
        choice.setCurrentIndex(kept)
        choice.blockSignals(False)

    @property
    def question(self) -> WhatIfQuestion | None:
        """Each wish alone, and last those that are chosen together."""
        if self._today is None:
            return None
        since, until, session_id = self.period.currentData()
        chosen = [box.isChecked() for box in self.wishes]
        alone = [[at == n for at in range(len(chosen))] for n in range(len(chosen))]
        wishes = tuple(map(self._wish, [*alone, chosen]))
        return WhatIfQuestion(since=since, until=until, session_id=session_id, wishes=wishes)

    def _wish(self, chosen: Sequence[bool]) -> Wish:
        reset, light, everything, no_1h, no_cold = chosen
        return Wish(
            reset_at=self.limit.currentData() if reset else 0,
            model=(self.model.currentData() or "") if light or everything else "",
            only_light=not everything,
            is_without_1h=no_1h,
            is_without_cold=no_cold,
        )

    @Slot()
    def _change(self) -> None:
        if self.question is not None:
            self.asked.emit(self.question)

    # -- what is answered

    def show_answer(self, answer: WhatIf) -> None:
        if answer.models and self.model.count() != len(answer.models):
            models = [(form.short_model(model), model) for model in answer.models]
            self._fill(self.model, models, keep=self.model.currentData())
            self._change()
        was, *would = sum(answer.was), *map(sum, answer.would)
        name, requests = self.period.currentText(), wording.requests(answer.requests)
        self._caption.setText(self.tr("{}, as it was: {}").format(name, requests))
        self._was.setText(form.at_least(money.show(was), answer.unpriced))
        for saving, costs in zip(self._savings, would, strict=False):
            _show_saving(saving, was - costs)
        together = would[-1] if would else was
        self._would.setText(money.show(together))
        set_text(self._share, _change_of(was, together))
        set_role(self._share, "saved" if together <= was else "over")
        self._model.show(lines_of(answer.was, answer.would[-1] if answer.would else answer.was))
        self._note.setText(self.tr("The same turns at list prices: another model may need more of them."))


def _rule() -> QFrame:
    line = QFrame()
    line.setProperty("role", "line")
    line.setFixedHeight(1)
    return line


def _show_saving(target: QLabel, picousd: int) -> None:
    sign = "−" if picousd > 0 else "+" if picousd < 0 else ""
    target.setText(f"{sign}{money.show(abs(picousd))}")
    set_role(target, "saved" if picousd > 0 else "over" if picousd < 0 else "caption")


def _change_of(was: int, would: int) -> str:
    if not was or was == would:
        return ""
    return f"{'−' if would < was else '+'}{form.percent(abs(was - would) / was)}"
