"""The top of a session's page: whose it is, what it has cost, what comes next, and five figures."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from tallylight.domain import format as form
from tallylight.domain import money
from tallylight.domain.session import SessionView
from tallylight.gui import chat_words, sentences, wording
from tallylight.gui.flow import Tiles
from tallylight.gui.fullness import fullness
from tallylight.gui.pieces import BIG_FIGURE, Elided, caption, figure, label
from tallylight.gui.tile import Tile


class SessionHead(QWidget):
    """Name, facts, fare and the five figures of one session."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = Elided(label(factor=1.4, weight=QFont.Weight.Bold))
        self._branch = Elided(label(factor=1.4, role="caption"))
        self._facts, self._next = caption(), caption()
        self._facts.setWordWrap(True)
        self._next.setWordWrap(True)
        self._fare = figure(factor=BIG_FIGURE * 0.9)
        for widget in (self._fare, self._next):
            widget.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        self._context = Tile(self.tr("Context"))
        self._compact = Tile(self.tr("Until auto-compact"))
        self._cache = Tile(self.tr("Served from cache"))
        self._burn = Tile(self.tr("Burn rate"))
        self._alone = Tile(self.tr("Since your last message"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(self._top())
        column.addWidget(Tiles([self._context, self._compact, self._cache, self._burn, self._alone]))

    def _top(self) -> QGridLayout:
        names = QHBoxLayout()
        names.setSpacing(8)
        # Where both do not fit it is the branch that is cut: the project tells sessions apart.
        self._name.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self._name.setMaximumWidth(self._name.fontMetrics().averageCharWidth() * 40)
        names.addWidget(self._name)
        names.addWidget(self._branch, 1)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(0)
        grid.addLayout(names, 0, 0, Qt.AlignmentFlag.AlignBottom)
        grid.addWidget(self._fare, 0, 1)
        grid.addWidget(self._facts, 1, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._next, 1, 1, Qt.AlignmentFlag.AlignTop)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(1, 2)
        return grid

    def show_view(self, view: SessionView, now_ms: int) -> None:
        self._name.setText(view.project or self.tr("no project"))
        self._branch.setText(view.branch)
        self._facts.setText(self._facts_of(view))
        self._fare.setText(wording.session_fare(view))
        self._fare.setAccessibleName(self.tr("Cost of the session: {}").format(wording.session_fare(view)))
        self._next.setText(wording.next_turn(view.next_turn, now_ms) or sentences.untold(view))
        self._show_context(view)
        self._show_pace(view, now_ms)

    def _facts_of(self, view: SessionView) -> str:
        facts = [
            wording.source_name(view.source),
            self.tr("on {}").format(view.host) if view.host else "",
            form.short_model(view.model),
            wording.turns(view.turns),
            form.duration_s((view.last_ms - view.started_ms) / 1000),
            wording.subagents(len(view.subagents)) if view.subagents else "",
            self.tr("{} without a price").format(wording.requests(view.unpriced)) if view.unpriced else "",
            *(chat_words.facts(view.chat) if view.chat else ()),
        ]
        # A line may break between facts, not inside one.
        kept = [fact.replace(" ", "\N{NO-BREAK SPACE}") for fact in facts]
        return " · ".join(fact for fact in ([view.title] if view.title else []) + kept if fact)

    def _show_context(self, view: SessionView) -> None:
        note = ""
        if view.context_window:
            share = form.percent(view.context_share)
            note = self.tr("of {}, {} full").format(form.tokens(view.context_window), share)
            if view.window_source == "assumed":
                note = self.tr("of {} (assumed)").format(form.tokens(view.context_window))
        self._context.show_figure(form.tokens(view.context), note, fullness(view))
        if view.has_no_tokens:
            self._cache.show_figure("–", self.tr("the agent tells no tokens"))
        else:
            self._cache.show_figure(form.percent(view.cache_share), self.tr("of all that was sent"))
        if view.turns_until_compact is None:
            passed = "" if view.compact_at else self.tr("not seen to compact yet")
            if view.chat is not None:
                passed = self.tr("where it compacts is not known")
            self._compact.show_figure("–", self.tr("too early to say") if view.turns < 5 else passed)
            return
        at = form.tokens(view.compact_at)
        note = self.tr("at {}, {} a turn").format(
            at if view.compact_is_learned else f"≈ {at}", f"+{form.tokens(view.growth_per_turn)}"
        )
        self._compact.show_figure(f"≈ {wording.turns(view.turns_until_compact)}", note)

    def _show_pace(self, view: SessionView, now_ms: int) -> None:
        if view.burn_picousd_per_h:
            self._burn.show_figure(money.show(view.burn_picousd_per_h), self.tr("an hour"))
        else:
            self._burn.show_figure("–", "")
        if not view.last_prompt_ms:
            self._alone.show_figure("–", self.tr("the log names none"))
            return
        spent = wording.unknown() if view.has_no_tokens else money.show(view.spent_since_prompt_picousd)
        if view.unpriced:  # unknown is not free
            spent = form.at_least(spent, True) if view.spent_since_prompt_picousd else self.tr("no price")
        note = self.tr("{}, {}").format(wording.ago(view.last_prompt_ms, now_ms), spent)
        self._alone.show_figure(wording.turns(view.turns_since_prompt), note)
