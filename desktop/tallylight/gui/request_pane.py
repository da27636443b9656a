"""One request, opened: what each class of its tokens cost, and at which rate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from tallylight.domain import format as form
from tallylight.domain import money
from tallylight.domain.pricing import COST_CLASSES
from tallylight.domain.session import Turn
from tallylight.gui import wording
from tallylight.gui.pieces import Card, caption, label, set_text
from tallylight.gui.turn_line import TurnLine

_SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One class of a request's tokens; the cost is None when the request has no price."""

    name: str
    count: int
    cost_picousd: int | None

    @property
    def rate_picousd(self) -> int | None:
        """pico-USD per token (or search), as it was charged."""
        return None if self.cost_picousd is None or not self.count else self.cost_picousd // self.count


def class_rows(turn: Turn) -> Iterator[ClassRow]:
    """Every class that a price list tells apart, searches only where there were any."""
    costs = dict(zip(COST_CLASSES, turn.costs, strict=False))
    for name in ("input", "cache_read", "cache_write_5m", "cache_write_1h", "output"):
        yield ClassRow(name, getattr(turn, name), costs.get(name))
    if turn.web_searches:
        yield ClassRow("web_search", turn.web_searches, costs.get("web_search"))


class RequestPane(Card):
    """The request that is current in the table beside."""

    agent_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Request"))
        self._title = label(weight=QFont.Weight.DemiBold)
        self._when = caption()
        self._why = label()
        self._facts = caption()
        for text in (self._title, self._when, self._why, self._facts):
            text.setWordWrap(True)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(0, 1)
        self._cells: list[list[QLabel]] = []
        self._open = QPushButton(self.tr("Show its requests"))
        self._agent_id = ""
        self._open.clicked.connect(lambda: self.agent_wanted.emit(self._agent_id))
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(6)
        for widget in (self._title, self._when, self._why):
            column.addWidget(widget)
        column.addLayout(self._grid)
        column.addWidget(self._open, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._facts)
        column.addStretch(1)
        self.show_line(None)

    def show_line(self, line: TurnLine | None) -> None:
        """Open a row of the table, or say that none is chosen."""
        self._open.setVisible(line is not None and line.agent is not None)
        if line is None:
            self._title.setText(self.tr("Choose a turn to see what it cost and why."))
            self._fill([])
            for text in (self._when, self._why):
                set_text(text, "")
            self._say([])
            return
        self._title.setText(line.label)
        set_text(self._when, f"{wording.moment(line.time_ms)} · {line.model}")
        set_text(self._why, line.why if line.agent is None else "")
        if line.turn is not None:
            self._show_request(line.turn, line.fare)
        elif line.agent is not None:
            self._agent_id = line.agent.agent_id
            self._fill([[self.tr("Subagent"), "", "", line.fare]])
            self._say([])

    def _say(self, facts: Iterable[str]) -> None:
        """The lines below the figures. What can be selected takes the focus, so it must have something to say."""
        text = "\n".join(facts)
        set_text(self._facts, text)
        self._facts.setVisible(bool(text))
        self._facts.setTextInteractionFlags(_SELECTABLE if text else Qt.TextInteractionFlag.NoTextInteraction)

    def _show_request(self, turn: Turn, fare: str) -> None:
        if turn.is_gauge:
            self._fill([[self.tr("Context"), form.exact(turn.context), "", ""]])
            self._say(self._facts_of(turn))
            return
        names = self._class_names(is_unstated=turn.split_is_unknown)
        head = [self.tr("Tokens"), self.tr("Count"), self.tr("Per million"), self.tr("Cost")]
        rows = [
            [names[row.name], form.exact(row.count), _rate(row), _cost(row, turn)] for row in class_rows(turn)
        ]
        self._fill([head, *rows, [self.tr("Total"), "", "", fare]])
        self._say(self._facts_of(turn))

    def _class_names(self, *, is_unstated: bool) -> dict[str, str]:
        short = self.tr("Cache write, duration not stated") if is_unstated else self.tr("Cache write, 5 min")
        return {
            "input": self.tr("Input"),
            "cache_read": self.tr("Cache read"),
            "cache_write_5m": short,
            "cache_write_1h": self.tr("Cache write, 1 h"),
            "output": self.tr("Output"),
            "web_search": self.tr("Web searches"),
        }

    def _facts_of(self, turn: Turn) -> Iterator[str]:
        if turn.reasoning:
            yield self.tr("{} of the output is reasoning").format(form.exact(turn.reasoning))
        if turn.is_at_least:
            yield self.tr("At least: the log lacks the end of this answer")
        if turn.split_is_unknown:
            yield self.tr("Nobody says how long the cache was asked to last: priced as the shortest")
        if turn.covered_by:
            known = turn.charged_picousd is not None
            charged = money.show(turn.charged_picousd or 0) if known else self.tr("unknown")
            yield self.tr("By the provider’s bill {}: charged on top of the plan {}").format(
                turn.covered_by, charged
            )
        if turn.is_inferred:
            yield self.tr("The bill names no chat: this one was at work at the time")
        if turn.is_reported:
            yield self.tr(
                "What it is worth is the bill’s own figure; how that splits follows our list prices"
            )
        if turn.tools:
            yield self.tr("Tools: {}").format(", ".join(turn.tools))
        if turn.effort or turn.speed:
            yield self.tr("Effort {}, speed {}").format(turn.effort or "–", turn.speed or self.tr("standard"))
        if turn.pause_ms:
            yield self.tr("{} after the turn before").format(form.duration_s(turn.pause_ms / 1000))
        if turn.cache_miss:
            yield self.tr("Why the cache did not serve: {}").format(turn.cache_miss.replace("_", " "))
        if turn.request_id:
            yield self.tr("Request {}").format(turn.request_id)

    def _fill(self, rows: list[list[str]]) -> None:
        while len(self._cells) < len(rows):
            self._cells.append([self._cell(len(self._cells), column) for column in range(4)])
        for at, cells in enumerate(self._cells):
            texts = rows[at] if at < len(rows) else [""] * 4
            for cell, text in zip(cells, texts, strict=True):
                cell.setText(text)
                cell.setVisible(at < len(rows))

    def _cell(self, row: int, column: int) -> QLabel:
        cell = caption() if row == 0 or column == 2 else label()
        if column:
            cell.setAlignment(_RIGHT)
        self._grid.addWidget(cell, row, column)
        return cell


def _rate(row: ClassRow) -> str:
    if row.rate_picousd is None or not row.count:
        return "–"
    if row.name == "web_search":
        return f"{money.show(row.rate_picousd)} ×1"
    return money.show(row.rate_picousd * 10**6)


def _cost(row: ClassRow, turn: Turn) -> str:
    if turn.is_inherited:
        return "$0" if row.count else "–"
    return "–" if row.cost_picousd is None or not row.count else money.show(row.cost_picousd)
