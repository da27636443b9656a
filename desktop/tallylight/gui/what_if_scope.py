"""Which month, or which session, a what-if is about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date as Date  # noqa: N812 parameters are called date

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from tallylight.domain import money
from tallylight.domain.summary import SummaryRow
from tallylight.domain.what_if import WhatIfQuestion
from tallylight.gui import period
from tallylight.gui.boxes import level
from tallylight.gui.period import Period
from tallylight.gui.pieces import Choice

MOST_SESSIONS = 30


class WhatIfScope(QWidget):
    """A month, back to the first that was recorded, and all of it or one of its sessions; or a session that was
    reached from elsewhere. `month_chosen` tells the Period whose sessions are to be brought to `show_sessions`."""

    changed = Signal()
    month_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._span: tuple[Date, Date] | None = None
        self._sessions: Sequence[tuple[str, str]] = ()
        self._names: dict[str, str] = {}
        self._reached: tuple[str, str] | None = None
        self.month, self.session = Choice(), Choice()
        self.month.setAccessibleName(self.tr("Which month"))
        self.session.setAccessibleName(self.tr("All of it, or one session"))
        self.month.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToContents)
        self.session.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.session.setMinimumContentsLength(8)
        level(self.month, self.session)
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.addWidget(self.month)
        across.addWidget(self.session, 1)
        self._fill_sessions("")
        self.month.currentIndexChanged.connect(self._choose_month)
        self.session.currentIndexChanged.connect(self.changed)

    def show_days(self, first: Date, today: Date) -> None:
        """Offer the months from the one to the other, the newest first."""
        if (first, today) == self._span:
            return
        is_new, self._span = self._span is None, (first, today)
        months, month = [], period.period_around("month", today)
        while month.until > first:
            months.append((period.title(month), month))
            month = month.previous
        fill(self.month, months, self.month.currentData())
        if is_new:
            self.month_chosen.emit(self.month.currentData())

    def show_sessions(self, rows: Sequence[SummaryRow]) -> None:
        """The sessions of the month, the dearest first."""
        dearest = sorted(rows, key=lambda row: row.totals.cost_picousd, reverse=True)[:MOST_SESSIONS]
        self._names |= {row.session_id or row.key: _name(row) for row in dearest}
        self._sessions = [
            (f"{_name(row)} · {money.show(row.totals.cost_picousd)}", row.session_id or row.key)
            for row in dearest
        ]
        self._fill_sessions(self.session.currentData())

    def show_session(self, session_id: str, name: str) -> None:
        """Choose a session of any time."""
        self._names[session_id] = name or session_id[:8]
        self._reached = (self._names[session_id], session_id)
        self._fill_sessions(session_id)
        self.changed.emit()

    @property
    def days(self) -> Period | None:
        """The month that is chosen; None before any is known."""
        month = self.month.currentData()
        return month if isinstance(month, Period) else None

    @property
    def question(self) -> WhatIfQuestion | None:
        if session_id := self.session.currentData():
            return WhatIfQuestion(session_id=session_id)
        days = self.days
        if days is None:
            return None
        return WhatIfQuestion(since=days.since.isoformat(), until=days.until.isoformat())

    @property
    def title(self) -> str:
        """What the chosen month or session is called."""
        return self._names.get(self.session.currentData(), self.month.currentText())

    @Slot()
    def _choose_month(self) -> None:
        """All of it: the sessions of another month are not among these."""
        self._sessions, self._reached = (), None
        self._fill_sessions("")
        self.month_chosen.emit(self.days)
        self.changed.emit()

    def _fill_sessions(self, keep: str) -> None:
        known = {key for _, key in self._sessions}
        others = [self._reached] if self._reached and self._reached[1] not in known else []
        fill(self.session, [(self.tr("All sessions"), ""), *others, *self._sessions], keep)


def fill(choice: Choice, items: Sequence[tuple[str, object]], keep: object) -> None:
    """Offer these, `keep` chosen where it is among them, and tell nobody."""
    choice.blockSignals(True)
    choice.clear()
    for text, data in items:
        choice.addItem(text, data)
    choice.setCurrentIndex(next((at for at, (_, data) in enumerate(items) if data == keep), 0))
    choice.blockSignals(False)


def _name(row: SummaryRow) -> str:
    return " · ".join(dict.fromkeys(part for part in (row.project, row.label) if part)) or row.key[:8]
