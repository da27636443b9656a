"""The way down: from a day, a bar or a group to its sessions, and from a session to its requests."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tallylight.domain.session import Turn
from tallylight.domain.summary import Summary, SummaryRow
from tallylight.gui import wording
from tallylight.gui.flow import Beside
from tallylight.gui.history_tables import session_rows_model
from tallylight.gui.pieces import Card, caption
from tallylight.gui.request_pane import RequestPane
from tallylight.gui.search_field import SearchField
from tallylight.gui.table import Table
from tallylight.gui.theme import Theme
from tallylight.gui.turn_line import TurnLine, request_lines
from tallylight.gui.turn_model import turn_model


class Crumbs(QWidget):
    """Where one is, and every step back. `left_to` tells how many steps remain."""

    left_to = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2)

    def show_path(self, names: Sequence[str]) -> None:
        while (item := self._row.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        back = QPushButton(self.tr("Back"))
        back.setToolTip(self.tr("Esc"))
        back.clicked.connect(lambda: self.left_to.emit(len(names) - 2))
        self._row.addWidget(back)
        self._row.addSpacing(8)
        for depth, name in enumerate(names[:-1]):
            step = QPushButton(_short(name))
            step.setProperty("role", "link")
            step.setAccessibleName(self.tr("Back to {}").format(name))
            step.clicked.connect(lambda _checked=False, depth=depth: self.left_to.emit(depth))
            self._row.addWidget(step)
            self._row.addWidget(caption("›"))
            self._row.addSpacing(6)
        self._row.addWidget(caption(_short(names[-1])))
        self._row.addStretch(1)


def _short(name: str) -> str:
    return name if len(name) <= 36 else name[:35] + "…"


class SessionsLevel(QWidget):
    """Sessions of a day or a group."""

    opened = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = session_rows_model(theme, self)
        table = Table(self._model, self.tr("Sessions"), can_sort=True)
        table.opened.connect(self.opened)
        table.optional = (3, 2, 1)
        self._search = SearchField(table)
        self._sum = caption()
        card = Card()
        column = QVBoxLayout(card)
        column.setContentsMargins(14, 10, 14, 12)
        top = QHBoxLayout()
        top.addWidget(self._sum, 1)
        top.addWidget(self._search)
        column.addLayout(top)
        column.addWidget(table, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(card)
        self.table = table

    def show_answer(self, summary: Summary) -> None:
        self._model.show(summary.rows)
        self.table.begin_at_top()
        count, fare = wording.sessions(len(summary.rows)), wording.totals_fare(summary.totals)
        self._sum.setText(self.tr("{}, {}. Enter opens one to its requests.").format(count, fare))

    def clear(self) -> None:
        self._model.show([])
        self._sum.setText(self.tr("Reading …"))


class RequestsLevel(QWidget):
    """Requests of one session, and the one that is opened."""

    session_wanted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row: SummaryRow | None = None
        self._model = turn_model(theme, self)
        self.table = Table(self._model, self.tr("Requests"), can_sort=True)
        self.table.optional = (1, 4)
        self.table.selected.connect(self._open)
        self._pane = RequestPane()
        self._sum = caption()
        whole = QPushButton(self.tr("Show the whole session"))
        whole.clicked.connect(self._want)
        card = Card()
        column = QVBoxLayout(card)
        column.setContentsMargins(14, 10, 14, 12)
        top = QHBoxLayout()
        top.addWidget(self._sum, 1)
        top.addWidget(whole)
        column.addLayout(top)
        column.addWidget(self.table, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(Beside([card, self._pane], em=45, shares=(3, 2)))

    def show_answer(self, row: SummaryRow, turns: Sequence[Turn]) -> None:
        self._row = row
        self._model.show(request_lines(turns))
        self.table.begin_at_top()
        text = self.tr("{}, {}").format(
            wording.requests(row.totals.requests), wording.totals_fare(row.totals)
        )
        if len(turns) < row.totals.requests:
            text += " · " + self.tr("the newest {} are listed").format(len(turns))
        self._sum.setText(text)

    def clear(self) -> None:
        self._model.show([])
        self._pane.show_line(None)
        self._sum.setText(self.tr("Reading …"))

    @Slot(object)
    def _open(self, line: TurnLine) -> None:
        self._pane.show_line(line)

    @Slot()
    def _want(self) -> None:
        if self._row is not None:
            self.session_wanted.emit(self._row.session_id or self._row.key)
