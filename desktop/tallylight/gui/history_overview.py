"""A period at a glance: four figures, the bars, what changed, and where the money went."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from tallylight.domain import format as form
from tallylight.domain import money
from tallylight.domain.summary import History, Stack
from tallylight.gui import wording
from tallylight.gui.chart_place import ChartPlace
from tallylight.gui.flow import Beside, Tiles
from tallylight.gui.history_controls import HistoryControls
from tallylight.gui.history_tables import (
    OF_SESSIONS,
    Share,
    cache_share,
    change_model,
    class_model,
    group_model,
)
from tallylight.gui.jobs import Jobs
from tallylight.gui.period import Period, heads, name_of_previous, title
from tallylight.gui.pieces import Card, caption, label, set_text
from tallylight.gui.scroll_page import ScrollPage
from tallylight.gui.search_field import SearchField
from tallylight.gui.table import Table
from tallylight.gui.theme import Theme
from tallylight.gui.tile import Tile

#: How many letters each of two tables takes beside the other, with names that can be read.
SIDE_EM = 52


class HistoryOverview(ScrollPage):
    """`slot_opened` tells a slot and a series or "", `row_opened` a row of the groups."""

    slot_opened = Signal(str, str)
    row_opened = Signal(object)

    def __init__(self, theme: Theme, jobs: Jobs, controls: HistoryControls) -> None:
        super().__init__(QCoreApplication.translate("HistoryOverview", "History"))
        self._theme = theme
        #: What the chart is to show once it is built, and how that is split.
        self._stack, self._by = Stack(slots=(), series=(), labels=(), values=()), ""
        self._spend, self._requests = Tile(self.tr("Spend")), Tile(self.tr("Requests"))
        self._typical, self._cache = Tile(self.tr("Typical day")), Tile(self.tr("Served from cache"))
        self._notice = caption()
        self._notice.setWordWrap(True)
        self._place = ChartPlace(jobs, "tallylight.gui.history_chart", self._build_chart)
        self._share = Share()
        self._changes = change_model(theme, self)
        self._classes = class_model(theme, self._share, self)
        self._groups = group_model(theme, self._share, self)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(20, 16, 20, 20)
        column.setSpacing(12)
        column.addWidget(controls)
        column.addWidget(Tiles([self._spend, self._requests, self._typical, self._cache]))
        column.addWidget(self._notice)
        column.addWidget(self._place, 1)
        column.addWidget(Beside([self._card_of_changes(), self._card_of_classes()], em=SIDE_EM))
        column.addWidget(self._card_of_groups())
        self.hold(body)

    def _card_of_changes(self) -> Card:
        self._no_change = caption(self.tr("Nothing to compare with yet."))
        table = Table(self._changes, self.tr("Biggest changes"))
        table.show_all_rows()
        return _card(self.tr("Biggest changes"), table, self._no_change)

    def _card_of_classes(self) -> Card:
        table = Table(self._classes, self.tr("Where the money went"))
        table.show_all_rows()
        return _card(self.tr("Where the money went"), table)

    def _card_of_groups(self) -> Card:
        table = Table(self._groups, self.tr("Groups"), can_sort=True)
        table.show_all_rows()
        table.opened.connect(self.row_opened)
        table.optional = (4, 5, 6)
        self._groups_table = table
        self._groups_title = label(weight=QFont.Weight.DemiBold)
        self._hint = caption(self.tr("Enter or a double click opens a row to its sessions."))
        card = Card()
        top = QHBoxLayout()
        top.addWidget(self._groups_title)
        top.addStretch(1)
        top.addWidget(SearchField(table))
        column = QVBoxLayout(card)
        column.setContentsMargins(14, 10, 14, 12)
        column.addLayout(top)
        column.addWidget(table)
        column.addWidget(self._hint)
        return card

    def show_answer(self, history: History, period: Period, by_text: str) -> None:
        self._stack, self._by = history.stack, history.question.by
        totals = history.groups.totals
        before = name_of_previous(period)
        self._share.whole_picousd = totals.cost_picousd
        self._spend.show_figure(wording.totals_fare(totals), _change(history, before))
        self._requests.show_figure(form.exact(totals.requests), wording.tokens(form.tokens(totals.tokens)))
        typical = history.stack.typical_day_picousd
        self._typical.show_figure(
            "–" if typical is None else money.show(typical),
            self.tr("too few days yet") if typical is None else self.tr("of the days with any use"),
        )
        self._cache.show_figure(cache_share(history), self.tr("of all that was sent"))
        set_text(self._notice, "\n".join(self._notices(history)))
        self._changes.rename(0, by_text.capitalize())
        for column, head in enumerate(heads(period), start=1):
            self._changes.rename(column, head)
        self._changes.show(history.changes)
        self._no_change.setVisible(not history.changes)
        self._classes.show(history.groups.classes)
        share = self.tr("Share of priced") if totals.unpriced else self.tr("Share")
        self._classes.rename(3, share)
        self._groups.rename(0, by_text.capitalize())
        self._groups.rename(8, share)
        self._groups_table.do_without(() if self._by == "session" else OF_SESSIONS)
        self._groups.show(history.groups.rows)
        self._groups_title.setText(self.tr("{} by {}").format(title(period), by_text))
        self._hint.setVisible(bool(history.groups.rows))
        if self._place.chart is not None:
            self._place.chart.show_stack(self._stack, self._by)

    def _notices(self, history: History) -> list[str]:
        """What the figures above do not hold."""
        notices = []
        for unpriced in history.groups.unpriced:
            count = wording.requests(unpriced.totals.requests)
            if unpriced.is_untold:
                text = self.tr(
                    "{}: the bill does not state the tokens of {}. Totals are at least what is shown."
                )
                notices.append(text.format(unpriced.model, count))
                continue
            text = self.tr("{}: no price for {}, {}. Totals are at least what is shown.")
            size = wording.tokens(form.tokens(unpriced.totals.tokens))
            notices.append(text.format(unpriced.model, count, size))
        if history.groups.not_itemised_picousd > 0:
            text = self.tr("Not itemised: {} that the agents' own totals hold beyond their logs.")
            notices.append(text.format(money.show(history.groups.not_itemised_picousd)))
        if (charged := history.groups.charged) is not None:
            text = self.tr("Charged on top of plans: {} for {} that bills state; they are worth {}.")
            count = wording.requests(charged.requests)
            worth = form.at_least(money.show(charged.worth_picousd), charged.unpriced)
            notices.append(text.format(money.show(charged.picousd), count, worth))
        if history.groups.untold_sessions:
            text = self.tr("{} of agents that tell no tokens: they are in none of these figures.")
            notices.append(text.format(wording.sessions(history.groups.untold_sessions)))
        return notices

    def _build_chart(self, module: ModuleType) -> Any:  # noqa: ANN401
        chart = module.HistoryChart(self._theme)
        chart.show_stack(self._stack, self._by)
        chart.opened.connect(self.slot_opened)
        return chart


def _card(title_text: str, *parts: QWidget) -> Card:
    card = Card()
    column = QVBoxLayout(card)
    column.setContentsMargins(14, 10, 14, 12)
    column.addWidget(label(title_text, weight=QFont.Weight.DemiBold))
    for part in parts:
        column.addWidget(part)
    column.addStretch(1)
    return card


def _change(history: History, before: str) -> str:
    """How the spend moved, as long as there is something to compare with."""
    now, earlier = history.groups.totals, history.before
    if not earlier.cost_picousd:
        return wording.unpriced_before(before) if earlier.unpriced else wording.nothing_before(before)
    share = (now.cost_picousd - earlier.cost_picousd) / earlier.cost_picousd
    sign = "+" if share >= 0 else "−"
    about = "≈ " if now.is_floor or earlier.is_floor else ""
    return wording.against(f"{about}{sign}{form.percent(abs(share))}", before)
