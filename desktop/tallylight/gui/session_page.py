"""One session: its figures, its two curves, its turns, and the request one has opened."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt, Signal, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tallylight.domain import money
from tallylight.domain.session import Difference, SessionDetail, SessionView
from tallylight.gui.advice_list import AdviceList
from tallylight.gui.agent_model import AgentLine, agent_lines, agent_model
from tallylight.gui.chart_place import ChartPlace
from tallylight.gui.curves import Curves
from tallylight.gui.flow import Beside
from tallylight.gui.jobs import Jobs
from tallylight.gui.parts_card import PartsCard
from tallylight.gui.pieces import Card, Choice, caption, label, set_text
from tallylight.gui.request_pane import RequestPane
from tallylight.gui.scroll_page import ScrollPage
from tallylight.gui.segments import Segments
from tallylight.gui.session_answer import SessionAnswer
from tallylight.gui.session_head import SessionHead
from tallylight.gui.table import Table
from tallylight.gui.theme import Theme
from tallylight.gui.turn_line import TurnLine, agent_name, agent_request_lines
from tallylight.gui.turn_model import turn_model


class SessionPage(ScrollPage):
    """Shows a view at once and the turns when they have been read. `what_if_wanted` tells the session that is
    shown, and what people call it."""

    what_if_wanted = Signal(str, str)

    def __init__(self, theme: Theme, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("SessionPage", "Session"), parent)
        self._theme = theme
        self._view: SessionView | None = None
        self._detail: SessionDetail | None = None
        self._lines: Sequence[TurnLine] = ()
        self._curves = Curves()
        self._head, self.advice = SessionHead(), AdviceList(theme)
        self._axis = Segments(self.tr("Charts"), {"turn": self.tr("By turn"), "time": self.tr("By time")})
        self._axis.chosen.connect(self._lay_out)
        self._what_if = QPushButton(self.tr("What if?"))
        self._what_if.setProperty("role", "link")
        self._what_if.setToolTip(self.tr("What this session would have cost otherwise"))
        self._what_if.clicked.connect(self._ask_what_if)
        self._place = ChartPlace(jobs, "tallylight.gui.session_charts", self._build_charts)
        self._turns = turn_model(theme, self)
        self._table = Table(self._turns, self.tr("Turns"))
        self._table.setMinimumHeight(self._table.height_of(9))
        self._table.optional = (1, 4)
        self._table.selected.connect(self._open)
        self._table.opened.connect(self._enter)
        self._scope = Choice()
        self._scope.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._scope.setMaximumWidth(self.fontMetrics().averageCharWidth() * 32)
        self._scope.setAccessibleName(self.tr("Which turns"))
        self._scope.currentIndexChanged.connect(self._fill_turns)
        self._beyond = caption()
        self._beyond.setWordWrap(True)
        self._pane = RequestPane()
        self._pane.agent_wanted.connect(self._show_agent)
        self._parts = PartsCard(theme)
        self._agents = agent_model(theme, self)
        self._agent_card = self._card_of_agents()
        self.advice.opened.connect(lambda _session_id, key: self.show_request(key))
        self._compose()

    def _compose(self) -> None:
        side = QWidget()
        below = QVBoxLayout(side)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(12)
        below.addWidget(self._parts)
        below.addWidget(self._agent_card)
        below.addWidget(self._pane, 1)
        switch = QHBoxLayout()
        switch.addWidget(self._what_if)
        switch.addStretch(1)
        switch.addWidget(self._axis)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(20, 16, 20, 20)
        column.setSpacing(10)
        column.addWidget(self._head)
        column.addWidget(self.advice)
        column.addLayout(switch)
        column.addWidget(self._place, 3)
        column.addWidget(Beside([self._card_of_turns(), side], em=45, shares=(3, 2)), 2)
        self.hold(body)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def _card_of_turns(self) -> Card:
        card = Card()
        top = QHBoxLayout()
        top.addWidget(label(self.tr("Turns"), weight=QFont.Weight.DemiBold))
        top.addStretch(1)
        top.addWidget(self._scope)
        column = QVBoxLayout(card)
        column.setContentsMargins(14, 10, 14, 12)
        column.addLayout(top)
        column.addWidget(self._table, 1)
        column.addWidget(self._beyond)
        return card

    def _card_of_agents(self) -> Card:
        card = Card()
        table = Table(self._agents, self.tr("Subagents"))
        table.show_all_rows()
        table.optional = (2,)
        table.opened.connect(self._show_agent_of)
        column = QVBoxLayout(card)
        column.setContentsMargins(14, 10, 14, 12)
        column.addWidget(label(self.tr("Subagents"), weight=QFont.Weight.DemiBold))
        column.addWidget(table)
        card.hide()
        return card

    def show_view(self, view: SessionView, now_ms: int) -> None:
        """What is known without asking: the figures."""
        if self._detail is not None and self._detail.view.session_id != view.session_id:
            self._detail = None
            self._turns.show([])
            self._agents.show([])
            self._agent_card.hide()
            self._pane.show_line(None)
            self._show_beyond(None)
            self.verticalScrollBar().setValue(0)
        self._view = view
        self._head.show_view(view, now_ms)
        self._parts.show_parts(view.context_parts, view.context)

    def show_answer(self, answer: SessionAnswer, now_ms: int) -> None:
        """The turns, once they have been read."""
        view = answer.detail.view
        self.show_view(view, now_ms)
        self._detail, self._lines, self._curves = answer.detail, answer.lines, answer.curves
        self._fill_scope(answer.detail)
        self._fill_turns()
        self._agents.show(agent_lines(view.subagents))
        self._agent_card.setVisible(bool(view.subagents))
        self._show_beyond(view.not_itemised)
        if self._place.chart is not None:
            self._place.chart.show_curves(self._curves)

    def _fill_scope(self, detail: SessionDetail) -> None:
        wanted = [("", self.tr("Whole session"))]
        wanted += [(agent.agent_id, agent_name(agent)) for agent in detail.view.subagents]
        if [
            (self._scope.itemData(at), self._scope.itemText(at)) for at in range(self._scope.count())
        ] == wanted:
            return
        chosen = self._scope.currentData()
        self._scope.blockSignals(True)
        self._scope.clear()
        for agent_id, text in wanted:
            self._scope.addItem(text, agent_id)
        self._scope.setCurrentIndex(max(0, self._scope.findData(chosen)))
        self._scope.blockSignals(False)
        self._scope.setVisible(len(wanted) > 1)

    @Slot()
    def _fill_turns(self) -> None:
        if self._detail is None:
            return
        agent_id = self._scope.currentData()
        lines = agent_request_lines(self._detail, agent_id) if agent_id else self._lines
        self._turns.show(lines)
        line = self._table.current()
        self._pane.show_line(line if isinstance(line, TurnLine) else next(iter(lines), None))

    def _show_beyond(self, difference: Difference | None) -> None:
        set_text(self._beyond, "" if difference is None else self._beyond_of(difference))

    def _beyond_of(self, difference: Difference) -> str:
        itemised, reference = difference.itemised_picousd, difference.reference_picousd
        figures = (money.show(abs(difference.picousd)), money.show(reference), money.show(itemised))
        if difference.picousd < 0:
            text = self.tr(
                "The log holds {} more than the agent's own total of {}, which misses a part of {}."
            )
            return text.format(*figures)
        text = self.tr(
            "Not itemised: {}. The agent's own total is {}, its log holds {}. The rest is probably titles, "
            "compaction, web search or retries, which the log does not list."
        )
        return text.format(*figures)

    def _build_charts(self, module: ModuleType) -> Any:  # noqa: ANN401
        charts = module.SessionCharts(self._theme)
        charts.show_by_time(self._axis.choice() == "time")
        charts.show_curves(self._curves)
        charts.chosen.connect(self._table.select)
        charts.opened.connect(self._focus_pane)
        return charts

    @Slot(str)
    def _lay_out(self, axis: str) -> None:
        if self._place.chart is not None:
            self._place.chart.show_by_time(axis == "time")

    @Slot(object)
    def _open(self, line: TurnLine) -> None:
        self._pane.show_line(line)
        if self._place.chart is not None:
            self._place.chart.choose(line.key)

    @Slot(object)
    def _enter(self, line: TurnLine) -> None:
        if line.agent is not None:
            self._show_agent(line.agent.agent_id)
        else:
            self._focus_pane()

    def show_request(self, key: str) -> bool:
        """The request behind a line of advice, "" for none; False while it has not been read."""
        if not key:
            return True
        self._scope.setCurrentIndex(0)
        if self._turns.place_of(key) < 0:
            return False
        self._table.select(key)
        self._focus_pane()
        return True

    @Slot()
    def _ask_what_if(self) -> None:
        if self._view is not None:
            self.what_if_wanted.emit(self._view.session_id, self._view.project or self._view.title)

    @Slot()
    def _focus_pane(self) -> None:
        self.ensureWidgetVisible(self._pane)

    @Slot(object)
    def _show_agent_of(self, line: AgentLine) -> None:
        self._show_agent(line.agent.agent_id)

    @Slot(str)
    def _show_agent(self, agent_id: str) -> None:
        if (at := self._scope.findData(agent_id)) >= 0:
            self._scope.setCurrentIndex(at)
            self._table.setFocus()
