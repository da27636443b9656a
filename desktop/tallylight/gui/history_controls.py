"""What History is asked: which days, and split by what."""

from __future__ import annotations

from datetime import date as Date  # noqa: N812 parameters are called date
from datetime import timedelta

from PySide6.QtCore import QDate, Signal, Slot
from PySide6.QtGui import QFont, QKeySequence
from PySide6.QtWidgets import QDateEdit, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tallylight.domain.settings import Settings
from tallylight.gui.flow import Flow
from tallylight.gui.period import Period, period_around, title
from tallylight.gui.pieces import Choice, caption, label
from tallylight.gui.segments import Segments


class HistoryControls(QWidget):
    """`changed` tells that another question is to be asked; `period` and `by` say which."""

    changed = Signal()
    export_wanted = Signal()

    def __init__(self, week_starts_on: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.week_starts_on = week_starts_on
        self._today = Date(1970, 1, 1)
        self.period = period_around("month", self._today)
        self._title = label(factor=1.4, weight=QFont.Weight.Bold)
        self._kinds = Segments(
            self.tr("Period"),
            {
                "day": self.tr("Day"),
                "week": self.tr("Week"),
                "month": self.tr("Month"),
                "range": self.tr("Range"),
            },
        )
        self._kinds.choose("month")
        self._kinds.chosen.connect(self._choose_kind)
        self._by = Choice()
        self._by.setAccessibleName(self.tr("Split by"))
        for key, text in self._groups().items():
            self._by.addItem(text, key)
        self._by.currentIndexChanged.connect(self.changed)
        self._range = self._range_row()
        self._compose()

    def _groups(self) -> dict[str, str]:
        return {
            "model": self.tr("by model"),
            "project": self.tr("by project"),
            "branch": self.tr("by branch"),
            "session": self.tr("by session"),
            "agent": self.tr("by agent"),
            "subagent_type": self.tr("by subagent type"),
            "skill": self.tr("by skill"),
            "mcp_server": self.tr("by MCP server"),
        }

    def _compose(self) -> None:
        self._back = self._arrow("‹", self.tr("The period before"))
        self._on = self._arrow("›", self.tr("The period after"))
        self._back.clicked.connect(lambda: self._go(self.period.previous))
        self._on.clicked.connect(lambda: self._go(self.period.next))
        steps = QWidget()
        row = QHBoxLayout(steps)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self._back)
        row.addWidget(self._on)
        choices = QWidget()
        self._flow = Flow(choices, gap=10)
        for widget in (steps, self._kinds, self._by):
            self._flow.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        top = QHBoxLayout()
        top.addWidget(self._title)
        top.addStretch(1)
        export = QPushButton(self.tr("Export …"))
        export.setAccessibleName(self.tr("Export this period"))
        export.setToolTip(QKeySequence("Ctrl+E").toString(QKeySequence.SequenceFormat.NativeText))
        export.clicked.connect(self.export_wanted)
        top.addWidget(export)
        column.addLayout(top)
        column.addWidget(choices)
        column.addWidget(self._range)
        self._range.hide()

    def _arrow(self, text: str, name: str) -> QPushButton:
        button = QPushButton(text)
        button.setAccessibleName(name)
        button.setToolTip(name)
        button.setMaximumWidth(button.fontMetrics().averageCharWidth() * 6)
        return button

    def _range_row(self) -> QWidget:
        self._first, self._last = QDateEdit(), QDateEdit()
        for field, name in ((self._first, self.tr("First day")), (self._last, self.tr("Last day"))):
            field.setCalendarPopup(True)
            field.setDisplayFormat("yyyy-MM-dd")
            field.setAccessibleName(name)
            field.setKeyboardTracking(False)
            field.dateChanged.connect(self._choose_range)
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        for widget in (caption(self.tr("from")), self._first, caption(self.tr("to")), self._last):
            line.addWidget(widget)
        line.addStretch(1)
        return row

    def add(self, widget: QWidget) -> None:
        """One more thing to do with the period, behind the others."""
        self._flow.addWidget(widget)

    def offer_machines(self) -> None:
        """There is more than one machine to split by."""
        self._offer("host", self.tr("by machine"))

    def offer_accounts(self) -> None:
        """There is more than one account to split by."""
        self._offer("account", self.tr("by account"))

    def show_settings(self, settings: Settings) -> None:
        self.start_weeks_on(settings.week_starts_on)
        if settings.tags:
            self._offer("tag", self.tr("by tag"))

    def _offer(self, by: str, title: str) -> None:
        if self._by.findData(by) < 0:
            self._by.addItem(title, by)

    @property
    def today(self) -> Date:
        return self._today

    @property
    def by(self) -> str:
        return str(self._by.currentData())

    def by_text(self) -> str:
        return self._by.currentText().removeprefix(self.tr("by") + " ")

    def start(self, today: Date) -> None:
        """Begin at the current month; later days only move the end of what can be looked at."""
        is_first = self._today.year == 1970
        followed = self.period.holds(self._today) and self.period.kind != "range"
        moved = today != self._today
        self._today = today
        if is_first:
            self._go(period_around("month", today, self.week_starts_on))
        elif moved and followed and not self.period.holds(today):
            self._go(period_around(self.period.kind, today, self.week_starts_on))

    def start_weeks_on(self, weekday: int) -> None:
        if weekday != self.week_starts_on:
            self.week_starts_on = weekday
            if self.period.kind == "week":
                self._go(period_around("week", self.period.since, weekday))

    def show_days(self, since: str, until: str) -> None:
        """The days from `since` up to and without `until`, ISO dates, or as far as there are any."""
        first = Date.fromisoformat(since)
        end = Date.fromisoformat(until) if until else first + timedelta(days=1)
        kind = "range" if (end - first).days > 1 else "day"
        self._kinds.choose(kind)
        self._go(Period(kind, first, max(end, first + timedelta(days=1))))

    @Slot(str)
    def _choose_kind(self, kind: str) -> None:
        if kind == "range":
            self._go(
                Period("range", self.period.since, min(self.period.until, self._today + timedelta(days=1)))
            )
            return
        # The part of the period that is nearest to today keeps most of what was on screen.
        anchor = self._today if self.period.holds(self._today) else self.period.until - timedelta(days=1)
        self._go(period_around(kind, anchor, self.week_starts_on))

    @Slot()
    def _choose_range(self) -> None:
        first, last = _date(self._first.date()), _date(self._last.date())
        self._go(Period("range", min(first, last), max(first, last) + timedelta(days=1)))

    def _go(self, period: Period) -> None:
        if period.since >= period.until:
            period = period_around("day", period.since)
        self.period = period
        self._title.setText(title(period))
        self._on.setEnabled(period.until <= self._today)
        self._range.setVisible(period.kind == "range")
        for field, date in ((self._first, period.since), (self._last, period.until - timedelta(days=1))):
            field.blockSignals(True)
            field.setDate(QDate(date.year, date.month, date.day))
            field.blockSignals(False)
        self.changed.emit()


def _date(date: QDate) -> Date:
    return Date(date.year(), date.month(), date.day())
