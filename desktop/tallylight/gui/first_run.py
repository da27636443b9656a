"""The first minute: what was found, and the few things that are worth a choice. All of it may be skipped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date as Date  # noqa: N812 parameters are called date
from uuid import uuid4

from msgspec.structs import replace
from PySide6.QtCore import QCoreApplication, Qt, Signal, Slot
from PySide6.QtGui import QFont, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QCheckBox, QProgressBar, QPushButton, QVBoxLayout, QWidget

from tallylight.domain import format as form
from tallylight.domain import money
from tallylight.domain.budget import Period, Suggestion, Unit, proposed
from tallylight.domain.session import Activity
from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import Snapshot
from tallylight.domain.upkeep import Past, Switch, Upkeep
from tallylight.gui import budget_words, sentences, wording
from tallylight.gui.caretaker import Caretaker
from tallylight.gui.flow import Tiles
from tallylight.gui.jobs import Jobs
from tallylight.gui.library import Library
from tallylight.gui.pieces import Wrapped, caption, label, set_text
from tallylight.gui.question import Question
from tallylight.gui.scroll_page import ScrollPage
from tallylight.gui.section import in_line
from tallylight.gui.switch_row import SwitchRow
from tallylight.gui.tile import Tile

#: The rule that tells of an agent left alone.
_ALONE = "unattended"
#: The page stays as narrow as its sentences.
_WIDTH_EM = 112
_STEPS = 1000


class FirstRun(ScrollPage):
    """`settings_changed` tells the fields that change when it is over; `ended` that it is."""

    settings_changed = Signal(object)
    ended = Signal()

    def __init__(
        self, library: Library, caretaker: Caretaker, jobs: Jobs, parent: QWidget | None = None
    ) -> None:
        super().__init__(QCoreApplication.translate("FirstRun", "First run"), parent)
        self._library, self._caretaker = library, caretaker
        self._settings, self._snapshot = Settings(), Snapshot()
        self._proposal: Suggestion | None = None
        self._known = -1
        self._past: Question[Past] = Question(jobs, self._show_past, self._say_nothing, self)
        self._months: Question[Sequence[Suggestion]] = Question(jobs, self._propose, self._say_nothing, self)
        self._state: Question[Upkeep] = Question(jobs, self._show_upkeep, self._say_nothing, self)
        self._lead, self._found = Wrapped(caption()), Wrapped(caption())
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, _STEPS)
        self._bar.setAccessibleName(self.tr("Reading history"))
        policy = self._bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # or all below would jump when history is read
        self._bar.setSizePolicy(policy)
        self._all, self._typical, self._live = (
            Tile(self.tr("So far")), Tile(self.tr("Typical day")), Tile(self.tr("Live now")),
        )  # fmt: skip
        self._budget = QCheckBox(self.tr("Tell me of a budget"))
        self._alone = QCheckBox(self.tr("Tell me when an agent works on without me"))
        self._why = Wrapped(caption())
        self._rows = [
            SwitchRow(
                Switch.STATUS_LINE, self.tr("Show the fare in Claude Code’s status line"), caretaker, jobs
            ),
            SwitchRow(Switch.AUTOSTART, self.tr("Start when I log in, without a window"), caretaker, jobs),
        ]
        self._foot = Wrapped(caption())
        self._start, skip = QPushButton(self.tr("Start the meter")), QPushButton(self.tr("Not now"))
        self._start.setProperty("role", "primary")
        self._start.clicked.connect(self._finish)
        skip.clicked.connect(self.ended)
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self.ended.emit)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._compose(in_line(self._start, skip))
        self._budget.hide()
        self._budget.setChecked(True)

    def _compose(self, buttons: QWidget) -> None:
        body, middle = QWidget(), QWidget()
        middle.setMaximumWidth(self.fontMetrics().averageCharWidth() * _WIDTH_EM)
        column = QVBoxLayout(middle)
        column.setContentsMargins(40, 36, 40, 24)
        column.setSpacing(8)
        column.addWidget(
            label(self.tr("Here is what your agents cost"), factor=1.8, weight=QFont.Weight.Bold)
        )
        parts: tuple[QWidget, ...] = (
            self._lead, self._bar, Tiles([self._all, self._typical, self._live]), self._found,
        )  # fmt: skip
        for part in parts:
            column.addWidget(part)
        column.addSpacing(10)
        self._why.setContentsMargins(20, 0, 0, 0)
        for part in (self._budget, self._why, self._alone, *self._rows):
            column.addWidget(part)
        column.addSpacing(10)
        column.addWidget(buttons)
        column.addWidget(self._foot)
        column.addStretch(1)
        outer = QVBoxLayout(body)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(middle)
        self.hold(body)

    def show_settings(self, settings: Settings) -> None:
        self._settings = settings
        self._alone.setChecked(_ALONE not in settings.silenced_rules)
        self._show_proposal()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        progress = snapshot.progress
        self._bar.setVisible(progress is not None)
        if progress is not None:
            self._bar.setValue(round(_STEPS * progress.bytes_done / max(1, progress.bytes)))
            files = f"{form.exact(progress.files_done)} / {form.exact(progress.files)}"
            self._lead.setText(self.tr("Reading your history, newest first: {} files.").format(files))
        else:
            self._lead.setText(self.tr("Read from this machine. Nothing was sent anywhere."))
        self._found.setText(_found(snapshot))
        typical = snapshot.typical_day_picousd
        self._typical.show_figure("–" if typical is None else money.show(typical), _usual(snapshot))
        live = sum(view.activity is not Activity.ENDED for view in snapshot.sessions)
        running = wording.sessions(live) if live else self.tr("none")
        self._live.show_figure(running, self.tr("today {}").format(sentences.today(snapshot)))
        if self.isVisible():
            self._look()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look()
        self._state.ask(self._caretaker.upkeep)
        self._start.setFocus()

    def _look(self) -> None:
        """History is summed anew only when there is more of it."""
        if self._snapshot.requests_known != self._known:
            self._known = self._snapshot.requests_known
            self._past.ask(self._library.past)
            if self._snapshot.progress is None:
                self._months.ask(self._library.suggestions)
        elif self._snapshot.progress is None and self._proposal is None:
            self._propose(())

    def _show_past(self, past: Past) -> None:
        cost = form.at_least(money.show(past.cost_picousd), past.unpriced)
        since = self.tr("since {}").format(wording.day(Date.fromisoformat(past.since))) if past.since else ""
        self._all.show_figure(cost, " · ".join(filter(None, (since, wording.requests(past.requests)))))

    def _propose(self, suggestions: Sequence[Suggestion]) -> None:
        self._proposal = proposed(suggestions, self._snapshot.typical_day_picousd)
        self._show_proposal()

    def _show_proposal(self) -> None:
        """Nothing is proposed to somebody who has budgets."""
        proposal = None if self._settings.budgets else self._proposal
        self._budget.setVisible(proposal is not None)
        if proposal is None:
            set_text(self._why, "")
            return
        is_month = proposal.budget.period is Period.MONTH
        amount = budget_words.amount(proposal.budget.amount, Unit.USD)
        typical = budget_words.amount(budget_words.round_figure(proposal.typical, Unit.USD), Unit.USD)
        text = (
            self.tr("Tell me at 50, 80 and 100 % of {} a month")
            if is_month
            else self.tr("Tell me at 50, 80 and 100 % of {} a day")
        )
        why = (
            self.tr("Your typical month is {}. A budget only tells, it stops nothing.")
            if is_month
            else self.tr("Your typical day is {}. A budget only tells, it stops nothing.")
        )
        self._budget.setText(text.format(amount))
        set_text(self._why, why.format(typical))

    def _show_upkeep(self, upkeep: Upkeep) -> None:
        for row, switch in zip(self._rows, (Switch.STATUS_LINE, Switch.AUTOSTART), strict=True):
            row.show_state(upkeep.switches[switch])
        self._foot.setText(
            self.tr(
                "Agents delete their logs after some weeks. Tallylight keeps the figures, not the text, in {}. "
                "All of this can be changed on the page Settings."
            ).format(upkeep.ledger)
        )

    def _say_nothing(self, _problem: str) -> None:
        """What cannot be known is left out here; the pages say why."""

    @Slot()
    def _finish(self) -> None:
        rules = tuple(name for name in self._settings.silenced_rules if name != _ALONE)
        changes: dict[str, object] = {
            "silenced_rules": rules if self._alone.isChecked() else (*rules, _ALONE),
        }
        if self._budget.isChecked() and not self._budget.isHidden() and self._proposal is not None:
            budget = replace(self._proposal.budget, id=uuid4().hex[:8])
            changes["budgets"] = (*self._settings.budgets, budget)
        self.settings_changed.emit(changes)
        self.ended.emit()


def _found(snapshot: Snapshot) -> str:
    """ "Found: Claude Code 1,204 sessions · Cursor 12 sessions"; before they were counted, by name alone."""
    counts: dict[str, int] = {}
    for root in snapshot.roots:
        if root.is_found:
            counts[root.source] = counts.get(root.source, 0) + root.sessions
    said = (
        f"{wording.source_name(source)} {wording.sessions(count)}" if count else wording.source_name(source)
        for source, count in counts.items()
    )
    text = " · ".join(said)
    return QCoreApplication.translate("FirstRun", "Found: {}").format(text) if text else ""


def _usual(snapshot: Snapshot) -> str:
    if snapshot.typical_day_picousd is None:
        return QCoreApplication.translate("FirstRun", "not known yet")
    return QCoreApplication.translate("FirstRun", "half of your active days cost less")
