"""A month or a session of the past, and what it would have cost otherwise."""

from __future__ import annotations

from datetime import date as Date  # noqa: N812 parameters are called date

from msgspec.structs import replace
from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from tallylight.domain import format as form
from tallylight.domain import money
from tallylight.domain.what_if import WhatIf, WhatIfQuestion
from tallylight.gui import wording
from tallylight.gui.pieces import Card, Wrapped, caption, figure, label, line, set_role, set_text
from tallylight.gui.table import Table
from tallylight.gui.theme import Theme
from tallylight.gui.what_if_scope import WhatIfScope
from tallylight.gui.what_if_table import lines_of, what_if_model
from tallylight.gui.what_if_wishes import WhatIfWishes
from tallylight.gui.what_if_words import caveats


class WhatIfCard(Card):
    """`asked` tells a WhatIfQuestion; the answer is to be brought to `show_answer`."""

    asked = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("What if"))
        self._today: Date | None = None
        self.scope, self.wishes = WhatIfScope(), WhatIfWishes()
        self._caption, self._was = caption(), figure("–")
        self._would, self._share = label(factor=1.2, weight=QFont.Weight.Bold), label(role="saved")
        self._note = Wrapped(caption())
        self._model = what_if_model(theme, self)
        self._arrange()
        for part in (self.scope, self.wishes):
            part.changed.connect(self._ask)

    def _arrange(self) -> None:
        sums = QGridLayout()
        sums.addWidget(self._would, 0, 0)
        sums.addWidget(self._share, 0, 1)
        sums.setColumnStretch(0, 1)
        self._table = Table(self._model, self.tr("What it was and would be, by token class"))
        self._table.show_all_rows()
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(6)
        column.addWidget(label(self.tr("What if"), weight=QFont.Weight.DemiBold))
        for part in (self.scope, self._caption, self._was, self.wishes):
            column.addWidget(part)
        column.addWidget(line())
        column.addLayout(sums)
        column.addWidget(self._table)
        column.addWidget(self._note)
        column.addStretch(1)

    # -- what is asked

    def show_day(self, today: Date) -> None:
        """From which day on months are counted back; how far, an answer says."""
        if today != self._today:
            self._today = today
            self.scope.show_days(today, today)

    @property
    def question(self) -> WhatIfQuestion | None:
        asked = self.scope.question
        return asked and replace(asked, wishes=self.wishes.wishes)

    @Slot()
    def _ask(self) -> None:
        if self.question is not None:
            self.asked.emit(self.question)

    # -- what is answered

    def show_answer(self, answer: WhatIf) -> None:
        if self._today is not None and answer.first_day:
            self.scope.show_days(min(Date.fromisoformat(answer.first_day), self._today), self._today)
        if self.wishes.show_models(answer.models):
            self._ask()
        was, left_out = sum(answer.was), answer.unpriced + answer.untold
        self._caption.setText(self._caption_of(answer))
        known = form.at_least(money.show(was), left_out)
        self._was.setText(wording.unknown() if answer.is_unknown else known)
        self.wishes.show_answer(answer)
        if not answer.would:
            return
        would = answer.would[-1]
        together = sum(would.costs)
        self._would.setText("" if answer.is_unknown else money.show(together))
        set_text(self._share, _change_of(was, together))
        set_role(self._share, "saved" if together <= was else "over")
        self._model.show(lines_of(answer.was, would.costs))
        self._table.setVisible(answer.requests > 0)
        self._note.setText("" if answer.is_unknown else self._note_of(answer))

    def _caption_of(self, answer: WhatIf) -> str:
        if answer.is_unknown:
            text = self.tr("{}: what {} cost is unknown, the agent tells no tokens.")
            return text.format(self.scope.title, wording.sessions(answer.untold))
        if not answer.requests:
            return self.tr("{}: nothing was recorded. Choose another month.").format(self.scope.title)
        return self.tr("{}, as it was: {}").format(self.scope.title, wording.requests(answer.requests))

    def _note_of(self, answer: WhatIf) -> str:
        """How it counts, and what it leaves out."""
        model = answer.question.wishes[-1].model
        said = [*caveats(model, answer.would[-1])]
        if answer.unpriced:
            said.append(self.tr("{} without a price left out.").format(wording.requests(answer.unpriced)))
        if answer.untold:
            text = self.tr("{} of agents that tell no tokens left out.")
            said.append(text.format(wording.sessions(answer.untold)))
        said.append(self.tr("The same turns, at list prices and with the surcharges that were paid."))
        if model:
            said.append(self.tr("{} may need more of them.").format(form.short_model(model)))
        return " ".join(said)


def _change_of(was: int, would: int) -> str:
    if not was or was == would:
        return ""
    return form.change(would / was - 1)
