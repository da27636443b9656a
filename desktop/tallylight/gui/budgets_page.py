"""The Budgets page: what may be spent, how it goes, and what is watched."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date as Date  # noqa: N812 parameters are called date

from PySide6.QtCore import QCoreApplication, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tallylight.domain.budget import Budget, BudgetCourse, Suggestion
from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import Snapshot
from tallylight.gui import notice_words, wording
from tallylight.gui.asking_again import AskingAgain
from tallylight.gui.budget_card import BudgetCard
from tallylight.gui.budget_editor import BudgetEditor
from tallylight.gui.budget_facts import facts, standings
from tallylight.gui.budget_list import BudgetList, open_suggestions
from tallylight.gui.day_course import course_of
from tallylight.gui.flow import Beside
from tallylight.gui.following import Following
from tallylight.gui.jobs import Jobs
from tallylight.gui.library import Library
from tallylight.gui.page_head import PageHead
from tallylight.gui.plan_card import PlanCard
from tallylight.gui.question import Question
from tallylight.gui.rules_card import RuleRow, RulesCard
from tallylight.gui.scopes import Names, known_names
from tallylight.gui.scroll_page import ScrollPage
from tallylight.gui.tab_order import put_after
from tallylight.gui.tags_card import TagsCard
from tallylight.gui.theme import Theme


class BudgetsPage(ScrollPage):
    """Keeps nothing: `settings_changed` tells what the user changed, and `show_settings` what is kept."""

    settings_changed = Signal(object)

    def __init__(
        self,
        theme: Theme,
        library: Library,
        jobs: Jobs,
        rules: Sequence[RuleRow] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(QCoreApplication.translate("BudgetsPage", "Budgets"), parent)
        self._library = library
        self._settings, self._snapshot = Settings(), Snapshot()
        self._suggestions: list[Suggestion] = []
        self._chosen = ""
        self._editor: BudgetEditor | None = None
        self._shown: Budget | None = None  # in the chart
        self._course = Question[tuple[BudgetCourse, str]](jobs, self._show_course, self._say, self)
        self._typical = Question[Sequence[Suggestion]](jobs, self._show_suggestions, self._say, self)
        self._names = Question[Names](jobs, self._show_names, self._say, self)
        self._card, self._list = BudgetCard(theme, jobs), BudgetList(theme)
        self._seat = Following(self._card, self)
        self._rules, self._tags, self._plan = RulesCard(rules, theme), TagsCard(), PlanCard()
        self._seat.hide()  # until there is a budget to look at
        self._later = AskingAgain(self._ask, self)
        self._compose()
        self._connect()
        self._show_statuses()

    # -- building

    def _compose(self) -> None:
        self._head = PageHead(self.tr("Budgets"), self.tr("Add budget"))
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(20, 16, 20, 20)
        column.setSpacing(12)
        column.addWidget(self._head)
        column.addWidget(Beside([self._seat, self._list], em=42, shares=[8, 5], below=0))
        for part in (self._rules, self._tags, self._plan):
            column.addWidget(part)
        column.addStretch(1)
        self.hold(body)

    def _connect(self) -> None:
        self._head.button.clicked.connect(lambda: self._open_editor(Budget(id="", amount=0)))
        self._list.arranged.connect(lambda: put_after(self._head.button, self._list.parts()))
        self._list.chosen.connect(self._choose)
        self._list.edit_wanted.connect(self._edit)
        self._list.suggestion_taken.connect(self._open_editor)
        self._card.change_wanted.connect(lambda: self._edit(self._chosen))
        for part in (self._rules, self._tags, self._plan):
            part.settings_changed.connect(self.settings_changed)

    # -- what is shown

    @property
    def _today(self) -> Date:
        return wording.day_of(self._snapshot.at_ms)

    def show_settings(self, settings: Settings) -> None:
        is_other = settings.budgets != self._settings.budgets
        self._settings = settings
        for part in (self._rules, self._tags, self._plan):
            part.show_settings(settings)
        if is_other:
            self._show_statuses()
            self._list.show_suggestions(open_suggestions(self._suggestions, settings.budgets))
            self._ask()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Follow the clock and the ledger: the chart is asked for again at most every few seconds."""
        is_news = snapshot.requests_known != self._snapshot.requests_known
        is_news = is_news or snapshot.budgets != self._snapshot.budgets
        self._snapshot = snapshot
        if not self.isVisible():
            return
        self._follow()
        if is_news:
            self._later.note_news()

    def _follow(self) -> None:
        self._plan.show_snapshot(self._snapshot)
        self._show_facts()
        self._show_statuses()

    def _show_facts(self) -> None:
        self._head.show_facts(facts(self._snapshot, self._suggestions))

    def _show_statuses(self) -> None:
        """The budgets that are kept, with the figures of the newest snapshot; a new one has none yet."""
        statuses = standings(self._settings, self._snapshot, self._today)
        ids = [status.budget.id for status in statuses]
        if self._chosen not in ids:
            self._chosen = ids[0] if ids else ""
        self._list.show_statuses(statuses, self._today, notice_words.snoozed_budgets(self._snapshot.notices))
        self._list.choose(self._chosen)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._follow()
        self._typical.ask(self._library.suggestions)
        self._ask()

    # -- asking

    @Slot()
    def _ask(self) -> None:
        """How what is edited, else chosen, else suggested goes."""
        if not self.isVisible() or self._snapshot.at_ms == 0:
            return
        draft = self._editor.draft(is_final=False) if self._editor is not None else None
        budget = next((b for b in self._settings.budgets if b.id == self._chosen), None)
        if draft is not None:
            self._ask_about(draft, self.tr("Preview"))
        elif budget is not None:
            self._ask_about(budget, "")
        elif self._suggestions:
            self._ask_about(self._suggestions[0].budget, self.tr("Suggestion"))
        else:
            self._seat.hide()

    def _ask_about(self, budget: Budget, prefix: str) -> None:
        is_other, today = budget != self._shown, self._today
        self._shown = budget
        self._seat.show()
        library = self._library  # a job may hold nothing of Qt
        self._course.ask(lambda: (course_of(library, budget, today), prefix), replaces=is_other)

    def _show_course(self, answer: tuple[BudgetCourse, str]) -> None:
        self._head.show_trouble("")
        course, prefix = answer
        self._card.show_course(course, self._snapshot.at_ms, prefix=prefix)

    def _show_suggestions(self, suggestions: Sequence[Suggestion]) -> None:
        self._suggestions = list(suggestions)
        self._list.show_suggestions(open_suggestions(suggestions, self._settings.budgets))
        self._show_facts()
        if not self._settings.budgets and self._editor is None:
            self._ask()

    def _say(self, sentence: str) -> None:
        self._head.show_trouble(self.tr("Could not be read: {}").format(sentence))

    # -- editing

    @Slot(str)
    def _choose(self, id_: str) -> None:
        self._chosen = id_
        self._list.choose(id_)
        if self._editor is None:
            self._ask()

    @Slot(str)
    def _edit(self, id_: str) -> None:
        budget = next((b for b in self._settings.budgets if b.id == id_), None)
        if budget is not None:
            self._choose(id_)
            self._open_editor(budget)

    @Slot(object)
    def _open_editor(self, budget: Budget) -> None:
        self._list.close_editor()
        editor = BudgetEditor(budget)
        editor.drafted.connect(self._ask)
        editor.saved.connect(self._keep)
        editor.removed.connect(self._remove)
        editor.left.connect(self._close_editor)
        self._editor = editor
        self._list.open_editor(editor, budget.id)
        self.ensureWidgetVisible(editor)
        editor.start()
        today = self._today
        library = self._library  # a job may hold nothing of Qt
        self._names.ask(lambda: known_names(library, today), replaces=True)

    def _show_names(self, names: Names) -> None:
        if self._editor is not None:
            self._editor.show_names(names)

    @Slot()
    def _close_editor(self) -> None:
        self._editor = None
        self._list.close_editor()
        self._ask()

    @Slot(object)
    def _keep(self, budget: Budget) -> None:
        kept = self._settings.budgets
        known = {b.id: b for b in kept}
        if self._editor is not None and self._editor.is_overtaken(known.get(budget.id)):
            return
        changed = tuple(budget if b.id == budget.id else b for b in kept)
        self._chosen = budget.id
        self._close_editor()
        self.settings_changed.emit({"budgets": changed if budget.id in known else (*kept, budget)})

    @Slot(str)
    def _remove(self, id_: str) -> None:
        self._close_editor()
        self.settings_changed.emit({"budgets": tuple(b for b in self._settings.budgets if b.id != id_)})
