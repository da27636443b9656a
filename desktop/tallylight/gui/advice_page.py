"""The Advice page: what to change now, what came of it so far, and what the past would have cost otherwise."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Signal, Slot
from PySide6.QtGui import QFont, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from tallylight.domain import format as form
from tallylight.domain import money
from tallylight.domain.effect import Given, Score, score
from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import Snapshot
from tallylight.domain.summary import Filter, Summary
from tallylight.domain.what_if import WhatIf, WhatIfQuestion
from tallylight.gui import advice_words, wording
from tallylight.gui.advice_floors import AdviceFloors
from tallylight.gui.advice_list import AdviceList
from tallylight.gui.advice_silences import AdviceSilences
from tallylight.gui.asking_again import AskingAgain
from tallylight.gui.flow import Beside, Tiles
from tallylight.gui.given_model import given_model
from tallylight.gui.jobs import Jobs
from tallylight.gui.library import Library
from tallylight.gui.period import Period, day_start_ms
from tallylight.gui.pieces import Card, Wrapped, caption, label, set_text
from tallylight.gui.question import Question
from tallylight.gui.scroll_page import ScrollPage
from tallylight.gui.silencer import Silencer
from tallylight.gui.table import Table
from tallylight.gui.theme import Theme
from tallylight.gui.tile import Tile
from tallylight.gui.what_if_card import WhatIfCard

RECENT_MS = 30 * 86_400_000
#: So many rows of what was advised are seen at once.
MOST_ROWS = 10


class AdvicePage(ScrollPage):
    """Keeps nothing. `declined` tells the key of advice that its session is to hear no more of, `wanted` of that it
    is to hear again, `session_wanted` the session whose turns are to be seen, and a request in it or ""."""

    settings_changed = Signal(object)
    declined = Signal(str)
    wanted = Signal(str)
    session_wanted = Signal(str, str)

    def __init__(self, theme: Theme, library: Library, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("AdvicePage", "Advice"), parent)
        self._library = library
        self._snapshot, self._silencer = Snapshot(), Silencer(self)
        self._given = Question[Sequence[Given]](jobs, self._show_given, self._say, self)
        self._what_if = Question[WhatIf](jobs, self._show_what_if, self._say, self)
        self._sessions = Question[Summary](jobs, self._show_sessions, self._say, self)
        self._measured = Tile(self.tr("Measured saving"))
        self._error = Tile(self.tr("How good it is"))
        self._left = Tile(self.tr("Left on the table"))
        self.now, self.silenced, self.floors = AdviceList(theme), AdviceSilences(), AdviceFloors()
        self._nothing, self._trouble = Wrapped(caption()), Wrapped(label(role="over"))
        self._next_step = Wrapped(caption())
        self.given = given_model(theme, self)
        self.what_if = WhatIfCard(theme)
        self._later = AskingAgain(self._ask, self)
        self._compose()
        self._connect()

    def _compose(self) -> None:
        head = QHBoxLayout()
        head.addWidget(label(self.tr("Advice"), factor=1.4, weight=QFont.Weight.Bold))
        head.addStretch(1)
        head.addWidget(caption(self.tr("last 30 days")))
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(20, 16, 20, 20)
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(self._trouble)
        column.addWidget(Tiles([self._measured, self._error, self._left]))
        column.addWidget(Beside([self._now_card(), self.what_if], em=42, shares=[6, 5], below=0))
        column.addStretch(1)
        self.hold(body)
        set_text(self._trouble, "")

    def _now_card(self) -> Card:
        card = Card()
        self._table = Table(self.given, self.tr("What was advised, and what came of it"))
        self._table.optional, self._table.first_em = (4, 3), 26
        self._table.opened.connect(lambda one: self.session_wanted.emit(one.advice.session_id, ""))
        column = QVBoxLayout(card)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(8)
        column.addWidget(label(self.tr("Now"), weight=QFont.Weight.DemiBold))
        for part in (self._nothing, self.now, self._table, self._next_step, self.silenced, self.floors):
            column.addWidget(part)
        column.addStretch(1)
        return card

    def _connect(self) -> None:
        self.now.declined.connect(self.declined)
        self.now.opened.connect(self.session_wanted)
        self.now.silenced.connect(self._silencer.silence)
        self.silenced.kind_wanted.connect(self._silencer.take_back)
        self.silenced.wanted.connect(self.wanted)
        for tells in (self.now.declined, self.silenced.wanted):
            tells.connect(self._later.start)
        for part in (self._silencer, self.floors):
            part.settings_changed.connect(self.settings_changed)
        self.what_if.asked.connect(self._ask_what_if)
        self.what_if.scope.month_chosen.connect(self._ask_sessions)

    # -- what is shown

    def show_settings(self, settings: Settings) -> None:
        self._silencer.show_settings(settings)
        self.floors.show_settings(settings)
        self.silenced.show_kinds(settings.silenced_advice)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Follow what is said; what came of it is read again at most every few seconds."""
        is_news = snapshot.requests_known != self._snapshot.requests_known
        is_news = is_news or snapshot.advice != self._snapshot.advice
        self._snapshot = snapshot
        if not self.isVisible():
            return
        self._follow()
        if is_news:
            self._later.note_news()

    def _follow(self) -> None:
        self.now.show_advice(self._snapshot.advice)
        set_text(self._nothing, advice_words.beside(self._snapshot))
        if self._snapshot.at_ms:
            self.what_if.show_day(wording.day_of(self._snapshot.at_ms))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._follow()
        self._ask()
        self._ask_sessions(self.what_if.scope.days)
        if (question := self.what_if.question) is not None:
            self._ask_what_if(question)

    @Slot()
    def _ask(self) -> None:
        if self.isVisible() and self._snapshot.at_ms:
            library, since = self._library, self._snapshot.at_ms - RECENT_MS  # a job may hold nothing of Qt
            self._given.ask(lambda: library.given(since))

    def show_session(self, session_id: str, name: str) -> None:
        """What a session would have cost otherwise."""
        self.what_if.scope.show_session(session_id, name)
        self.ensureWidgetVisible(self.what_if, 0, 0)

    @Slot(object)
    def _ask_sessions(self, month: Period | None) -> None:
        if month is None or not self.isVisible():
            return
        library, days = (
            self._library,
            Filter(since_ms=day_start_ms(month.since), until_ms=day_start_ms(month.until)),
        )  # a job may hold nothing of Qt
        self._sessions.ask(lambda: library.sessions(days), replaces=True)

    @Slot(object)
    def _ask_what_if(self, question: WhatIfQuestion) -> None:
        library = self._library  # a job may hold nothing of Qt
        self._what_if.ask(lambda: library.what_if(question), replaces=True)

    def _show_given(self, given: Sequence[Given]) -> None:
        set_text(self._trouble, "")
        self._show_score(score(given))
        self.given.show(given[::-1])
        self.silenced.show_given(given)
        self._table.setVisible(bool(given))
        self._table.setFixedHeight(self._table.height_of(min(len(given), MOST_ROWS)))
        self._show_next_step(given)

    def _show_next_step(self, given: Sequence[Given]) -> None:
        """What leads to figures, where there are none."""
        text = ""
        if not given:
            text = self.tr("What came of it is kept here, what was promised beside what was measured.")
        elif not any(one.is_taken for one in given):
            text = self.tr(
                "Nothing was taken yet. Follow a piece of advice, and what it saved is measured on the turns after "
                "it."
            )
        set_text(self._next_step, text)

    def _show_score(self, made: Score) -> None:
        self._measured.show_figure(
            money.show(made.measured_picousd) if made.taken else "–",
            advice_words.measured(made, money.show(made.promised_picousd)),
            is_saving=made.measured_picousd > 0,
        )
        self._error.show_figure(
            "–" if made.error is None else f"± {form.percent(made.error)}",
            self.tr("nothing to measure yet") if made.error is None else self.tr("median error of a promise"),
        )
        worst = advice_words.kind(made.left_kind) if made.left_kind is not None else ""
        note = self.tr("mostly: {}").format(worst) if worst else self.tr("nothing was passed over")
        nothing = self.tr("nothing advised yet")
        self._left.show_figure(
            money.show(made.left_picousd) if made.shown else "–", note if made.shown else nothing
        )

    def _show_what_if(self, answer: WhatIf) -> None:
        set_text(self._trouble, "")
        self.what_if.show_answer(answer)

    def _show_sessions(self, summary: Summary) -> None:
        self.what_if.scope.show_sessions(summary.rows)

    def _say(self, sentence: str) -> None:
        set_text(self._trouble, self.tr("Could not be read: {}").format(sentence))
