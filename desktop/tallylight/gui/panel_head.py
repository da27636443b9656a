"""The top of the panel: what today costs, against a typical day, and what the user should know."""

from __future__ import annotations

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from tallylight.domain import format as form
from tallylight.domain import money
from tallylight.domain.budget import BudgetStatus
from tallylight.domain.snapshot import Snapshot
from tallylight.gui import budget_words, sentences
from tallylight.gui.gauges import Bar
from tallylight.gui.lamp import Mood, day_share, month_budget, mood_of
from tallylight.gui.pieces import BIG_FIGURE, CAPTION, Wrapped, caption, figure, label, set_role, set_text
from tallylight.gui.theme import Theme


class PanelHead(QWidget):
    """Today's fare, the bar, the progress of the first reading, and banners."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._today, self._fare = caption(self.tr("Today")), figure(factor=BIG_FIGURE)
        self._typical, self._burn = caption(), label(factor=CAPTION, weight=QFont.Weight.DemiBold)
        self._bar, self._share, self._month = Bar(theme), caption(), caption()
        self._progress, self._read = Wrapped(caption()), Bar(theme, thickness=3)
        self._banner = Wrapped(label(role="info", factor=CAPTION))
        self._arrange()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self._fare.setText(sentences.today(snapshot))
        self._fare.setAccessibleName(self.tr("Today {}").format(sentences.today(snapshot)))
        set_text(self._typical, sentences.typical_day(snapshot))
        set_text(self._burn, sentences.burn(snapshot))
        self._show_share(snapshot)
        self._show_progress(snapshot)
        self._show_banner(snapshot)

    def _show_share(self, snapshot: Snapshot) -> None:
        if (budget := month_budget(snapshot)) is not None:
            self._show_budget(budget)
        else:
            self._show_day(snapshot)

    def _show_budget(self, status: BudgetStatus) -> None:
        when = budget_words.period(status.budget, status.span)
        words = f"{when} {budget_words.standing(status)}"
        set_text(self._share, words)
        set_text(self._month, budget_words.short_forecast(status))
        pace = status.pace / status.budget.amount if status.pace and status.budget.amount else None
        self._bar.setVisible(True)
        self._bar.show_share(status.share, words, tick=pace, colour=budget_words.colour(status))

    def _show_day(self, snapshot: Snapshot) -> None:
        share = day_share(snapshot)
        self._bar.setVisible(share is not None)
        words = "" if share is None else self.tr("{} of a typical day").format(form.percent(share))
        month = self.tr("this month {}").format(
            form.at_least(money.show(snapshot.month_picousd), snapshot.month_is_at_least)
        )
        set_text(self._share, words or month)
        set_text(self._month, month if words else "")
        if share is not None:
            mood = mood_of(share, is_live=True)
            colour = {Mood.NEAR: "near", Mood.OVER: "over"}.get(mood, "accent")
            # Past a typical day the bar is full, and the tick shows where that day ended.
            self._bar.show_share(share, words, tick=1 / share if share > 1 else None, colour=colour)

    def _show_progress(self, snapshot: Snapshot) -> None:
        state = snapshot.progress
        self._read.setVisible(state is not None)
        set_text(self._progress, "" if state is None else sentences.progress(state))
        if state is not None:
            share = state.bytes_done / state.bytes if state.bytes else 0.0
            self._read.show_share(share, sentences.progress(state))

    def _show_banner(self, snapshot: Snapshot) -> None:
        lines = [snapshot.problem] if snapshot.problem else []
        if snapshot.is_read_only:
            lines.append(self.tr("A newer Tallylight wrote this ledger: it is shown here and not changed."))
        set_role(self._banner, "hint" if lines else "info")
        if snapshot.is_demo:
            lines.append(self.tr("Demo: these sessions are made up and leave no trace in your ledger."))
        if snapshot.is_paused:
            lines.append(self.tr("Paused: logs are not read until you resume."))
        set_text(self._banner, "\n".join(lines))

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 14, 18, 10)
        column.setSpacing(2)
        column.addLayout(_apart(self._today, self._typical))
        column.addLayout(_apart(self._fare, self._burn))
        column.addSpacing(4)
        column.addWidget(self._bar)
        column.addSpacing(2)
        column.addLayout(_apart(self._share, self._month))
        column.addWidget(self._progress)
        column.addWidget(self._read)
        column.addSpacing(4)
        column.addWidget(self._banner)


def _apart(left: QWidget, right: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addWidget(left)
    row.addStretch(1)
    row.addWidget(right)
    return row
