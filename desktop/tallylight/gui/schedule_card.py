"""Exports that come again: what there is, when each comes next, and one more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from uuid import uuid4

from msgspec.structs import replace
from PySide6.QtCore import QLocale, QTime, Signal, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tallylight.domain.order import Order
from tallylight.domain.schedule import Rhythm, Schedule, ScheduledRun, wake_ms
from tallylight.gui import export_words as words
from tallylight.gui.boxes import TimeBox, level, named_choice
from tallylight.gui.export_form import offer_also
from tallylight.gui.export_words import Offer
from tallylight.gui.flow import Flow
from tallylight.gui.pieces import CAPTION, Card, Wrapped, caption, label, set_role, set_text

_MONTH = "month"


class ScheduleCard(Card):
    """`changed` tells all schedules when one is added, changed or removed; `order_wanted` one to be changed."""

    changed = Signal(object)
    order_wanted = Signal(object)

    def __init__(self, now_ms: Callable[[], int], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._now_ms = now_ms
        self._schedules: tuple[Schedule, ...] = ()
        self._runs: tuple[ScheduledRun, ...] = ()
        self._offers: Sequence[Offer] = ()
        self._order: Order | None = None
        self._folder = ""
        self._edited: Schedule | None = None
        self._lines: list[QWidget] = []
        self.setAccessibleName(self.tr("Scheduled exports"))
        self._when = named_choice(self.tr("When"), _days())
        self._at = TimeBox(self.tr("Time of day"))
        self._at.setTime(QTime(9, 0))
        self._range = named_choice(
            self.tr("Period of each"), {name: words.periods()[name].lower() for name in words.MOVING}
        )
        self._when.setMinimumContentsLength(17)
        self._range.setMinimumContentsLength(12)
        self._replaces = QCheckBox(self.tr("Replace its own older file of the same name"))
        self._add = QPushButton(self.tr("Add schedule"))
        self._leave = QPushButton(self.tr("Cancel"))
        self._place = Wrapped(caption())
        self._none = Wrapped(
            caption(
                self.tr(
                    "Nothing is scheduled yet. What is chosen above can be written again each week or month."
                )
            )
        )
        self._problem = Wrapped(label(role="over", factor=CAPTION))
        self._arrange()
        self._connect()
        self._edit(None)

    def _arrange(self) -> None:
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(14, 10, 14, 12)
        self._column.setSpacing(6)
        self._column.addWidget(label(self.tr("On a schedule"), weight=QFont.Weight.DemiBold))
        self._column.addWidget(self._none)
        editor = QWidget()
        flow = Flow(editor)
        parts = (self._when, caption(self.tr("at")), self._at, caption(self.tr("for")), self._range)
        for part in (*parts, self._add, self._leave):
            flow.addWidget(part)
        level(*parts, self._add, self._leave)
        for row in (editor, self._replaces, self._place, self._problem):
            self._column.addWidget(row)

    def _connect(self) -> None:
        self._when.currentIndexChanged.connect(self._propose)
        self._add.clicked.connect(self._keep)
        self._leave.clicked.connect(lambda: self._edit(None))

    # -- what there is

    def show_schedules(
        self, schedules: Sequence[Schedule], runs: Sequence[ScheduledRun], offers: Sequence[Offer]
    ) -> None:
        self._schedules, self._runs, self._offers = tuple(schedules), tuple(runs), offers
        if self._edited is not None and self._edited.id not in {schedule.id for schedule in schedules}:
            self._edit(None)
        self._list()

    def show_order(self, order: Order, folder: str) -> None:
        """What a new one would export, and where to."""
        self._order, self._folder = order, folder
        where = self.tr("As chosen above, into {}").format(folder)
        set_text(self._place, where if folder else self.tr("Choose a folder above first."))

    def _list(self) -> None:
        for line in self._lines:
            line.hide()
            line.deleteLater()
        self._lines = [self._line(schedule) for schedule in self._schedules]
        for place, line in enumerate(self._lines, start=1):
            self._column.insertWidget(place, line)
        self._none.setVisible(not self._lines)

    def _line(self, schedule: Schedule) -> QWidget:
        last = next((run for run in reversed(self._runs) if run.schedule_id == schedule.id), None)
        title = words.rhythm(schedule)
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 2, 0, 4)
        column = QVBoxLayout()
        column.setSpacing(1)
        is_edited = self._edited is not None and self._edited.id == schedule.id
        column.addWidget(Wrapped(label(f"{title} · {words.summary(schedule, self._offers)}")))
        if is_edited:
            being = self.tr("Being changed: choose above and below, then save.")
            column.addWidget(Wrapped(label(being, role="info", factor=CAPTION)))
        standing = Wrapped(caption(words.standing(self._next(schedule), last)))
        if last is not None and last.problem:
            set_role(standing, "over")
        column.addWidget(standing)
        row.addLayout(column, 1)
        for text, act in ((self.tr("Change"), self._edit), (self.tr("Remove"), self._remove)):
            button = QPushButton(text)
            button.setProperty("role", "link")
            button.setAccessibleName(f"{text}: {title}")
            button.clicked.connect(partial(_call, act, schedule))
            row.addWidget(button)
        return line

    def _next(self, schedule: Schedule) -> int:
        return wake_ms([schedule], self._runs, self._now_ms()) or 0

    # -- one more, or another one

    def _edit(self, schedule: Schedule | None) -> None:
        self._edited = schedule
        self._add.setText(self.tr("Save schedule") if schedule else self.tr("Add schedule"))
        self._leave.setVisible(schedule is not None)
        self._problem.hide()
        self._list()
        if schedule is not None:
            is_month = schedule.rhythm is Rhythm.MONTH
            self._when.setCurrentIndex(self._when.findData(_MONTH if is_month else str(schedule.weekday % 7)))
            self._at.setTime(QTime.fromString(schedule.at, "HH:mm"))
            offer_also(self._range, schedule.order.range)
            self._range.setCurrentIndex(self._range.findData(schedule.order.range))
            self._replaces.setChecked(schedule.replaces)
            self.order_wanted.emit(schedule)
            self._when.setFocus()

    @Slot()
    def _propose(self) -> None:
        """The period that goes with the rhythm."""
        is_month = self._when.currentData() == _MONTH
        self._range.setCurrentIndex(self._range.findData("last-month" if is_month else "last-week"))

    @Slot()
    def _keep(self) -> None:
        if self._order is None or not self._folder:
            set_text(self._problem, self.tr("Choose a format and a folder above first."))
            return
        when = str(self._when.currentData())
        made = Schedule(
            id=self._edited.id if self._edited else uuid4().hex[:8],
            order=replace(self._order, range=str(self._range.currentData())),
            folder=self._folder,
            rhythm=Rhythm.MONTH if when == _MONTH else Rhythm.WEEK,
            weekday=0 if when == _MONTH else int(when),
            at=self._at.time().toString("HH:mm"),
            replaces=self._replaces.isChecked(),
            since_ms=self._now_ms(),
        )
        is_new = self._edited is None
        kept = [made if schedule.id == made.id else schedule for schedule in self._schedules]
        self._edit(None)
        self.changed.emit((*kept, made) if is_new else tuple(kept))

    def _remove(self, schedule: Schedule | None) -> None:
        self.changed.emit(tuple(kept for kept in self._schedules if kept != schedule))


def _days() -> dict[str, str]:
    every = {str(day): words.every(QLocale().standaloneDayName(day + 1)) for day in range(7)}
    return every | {_MONTH: words.every_month()}


def _call(act: Callable[[Schedule | None], None], schedule: Schedule, _is_checked: bool = False) -> None:
    act(schedule)
