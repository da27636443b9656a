"""The meter against the bill: what this machine counted beside what a provider charges, and why the two differ."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from tallylight.domain import format as form
from tallylight.domain import money
from tallylight.domain.bill_items import Item, rows_of
from tallylight.domain.cloud_bill import ImportedBill
from tallylight.domain.consent import provider_label
from tallylight.domain.reconciliation import Part, Reconciliation, Sums
from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import Snapshot
from tallylight.gui import wording
from tallylight.gui.flow import Beside
from tallylight.gui.gauges import Bar
from tallylight.gui.jobs import Jobs
from tallylight.gui.library import Library
from tallylight.gui.pieces import Card, Wrapped, caption, label
from tallylight.gui.question import Question
from tallylight.gui.theme import Theme

#: More causes than one reads: the smaller ones are one line.
_MOST_CAUSES = 6


class BillCard(Card):
    """Hidden until a provider's bill is known. It asks when it is told that figures may be new."""

    def __init__(self, theme: Theme, library: Library, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Meter against bill"))
        self._theme, self._library = theme, library
        self._has_plan = False
        self._at_ms = 0
        self._read: tuple[object, ...] = ()
        self._imported: tuple[object, ...] = ()
        self._known: tuple[object, ...] = ()
        self._question = Question[Sequence[Reconciliation]](jobs, self._show, lambda _problem: None, self)
        self._blocks: list[QWidget] = []
        self._shown: Sequence[Reconciliation] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(14, 10, 14, 14)
        self._column.setSpacing(16)
        self.hide()

    def show_settings(self, settings: Settings) -> None:
        self._has_plan = settings.plan_fee_picousd > 0
        self._ask()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Ask again once a provider was read, or another day began."""
        self._at_ms = snapshot.at_ms
        self._read = tuple((status.name, status.read_ms) for status in snapshot.feeds)
        self._look()

    @Slot(object)
    def show_imported(self, bills: Sequence[ImportedBill]) -> None:
        """Ask again once others were imported."""
        self._imported = tuple((bill.number, bill.imported_ms) for bill in bills)
        self._look()

    def _look(self) -> None:
        known = (*self._read, *self._imported, wording.day_of(self._at_ms) if self._at_ms else None)
        if known != self._known:
            self._known = known
            self._ask()

    def _ask(self) -> None:
        if self._at_ms and (
            self._known[:-1] or self._shown
        ):  # with no provider there is no bill to compare with
            library, has_plan = self._library, self._has_plan  # a job may hold nothing of Qt
            since = wording.day_of(self._at_ms).replace(day=1)
            self._question.ask(lambda: library.reconciliations(since, has_plan))

    def _show(self, found: Sequence[Reconciliation]) -> None:
        if found == self._shown:
            return
        self._shown = found
        for block in self._blocks:
            self._column.removeWidget(block)
            block.deleteLater()
        self._blocks = [Comparison(self._theme, one, self._at_ms) for one in found]
        for block in self._blocks:
            self._column.addWidget(block)
        self.setVisible(bool(found))


class Comparison(QWidget):
    """One provider's month so far."""

    def __init__(self, theme: Theme, one: Reconciliation, now_ms: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._one = theme, one
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(self._head(now_ms))
        if one.says:
            column.addWidget(Wrapped(caption(one.says)))
        if one.items is None:
            column.addWidget(Beside([self._sums(), self._causes()], em=28))
        else:
            column.addWidget(self._items(one.items))
            if one.meter != Sums():  # apart: its dollars are of another kind
                counted = self.tr("Meter, this machine · {}: {} tokens, {}")
                column.addWidget(Wrapped(label(counted.format(one.meter_basis, *_cells(one.meter)))))
            column.addWidget(Wrapped(caption(one.words)))

    def _head(self, now_ms: int) -> QHBoxLayout:
        first, last = self._one.days[0].day, self._one.days[-1].day
        days = wording.day(first)
        if last != first:
            days = self.tr("{} to {}").format(days, wording.day(last))
        about = [provider_label(self._one.provider), self.tr("UTC days")]
        if self._one.read_ms:
            about.append(self.tr("bill read {}").format(wording.ago(self._one.read_ms, now_ms)))
        row = QHBoxLayout()
        is_compared = self._one.items is None
        title = (self.tr("Meter against bill, {}") if is_compared else self.tr("Bill, {}")).format(days)
        row.addWidget(label(title, weight=QFont.Weight.DemiBold))
        row.addStretch(1)
        row.addWidget(caption(" · ".join(about)))
        return row

    def _sums(self) -> QWidget:
        one, bold = self._one, QFont.Weight.DemiBold
        grid = _grid(self.tr("Tokens"), self.tr("Dollars"))
        _add(grid, self.tr("Meter, this machine · {}").format(one.meter_basis), *_cells(one.meter))
        _add(grid, self.tr("Bill · {}").format(one.bill_basis), *_cells(one.bill))
        _add(grid, self.tr("Difference"), *_cells(one.bill - one.meter), weight=bold)
        return _held(grid)

    def _items(self, items: Sequence[Item]) -> QWidget:
        """A bill without tokens, as it states it."""
        one, bold = self._one, QFont.Weight.DemiBold
        heads, *rows, total = rows_of(items, one.bill.picousd, one.bill_basis)
        grid = _grid(*heads[1:])
        for row in rows:
            _add(grid, *row)
        _add(grid, *total, weight=bold)
        return _held(grid)

    def _causes(self) -> QWidget:
        grid = _grid()
        grid.addWidget(caption(self._one.words), 0, 0)
        largest = max((abs(part.sums.picousd) for part in self._one.parts), default=0) or 1
        for at, (words, sums) in enumerate(self._lines()):
            amount = money.show(sums.picousd)
            bar = Bar(self._theme, thickness=5)
            bar.show_share(abs(sums.picousd) / largest, f"{words}: {amount}")
            grid.addWidget(Wrapped(label(words)), 2 * at + 1, 0)
            grid.addWidget(_right(label(amount)), 2 * at + 1, 1)
            grid.addWidget(bar, 2 * at + 2, 0, 1, 2)
        return _held(grid)

    def _lines(self) -> list[tuple[str, Sums]]:
        parts = self._one.parts
        shown, rest = (parts, []) if len(parts) <= _MOST_CAUSES else _parted(parts)
        lines = [(part.words, part.sums) for part in shown]
        if rest:
            smaller = self.tr("{} smaller ones").format(len(rest))
            lines.append((smaller, sum((part.sums for part in rest), Sums())))
        return lines


def _parted(parts: Sequence[Part]) -> tuple[list[Part], list[Part]]:
    """The largest with what is unexplained, which is the last, and those between."""
    return [*parts[: _MOST_CAUSES - 2], parts[-1]], list(parts[_MOST_CAUSES - 2 : -1])


def _cells(sums: Sums) -> tuple[str, str]:
    return form.tokens(sums.tokens), money.show(sums.picousd)


def _add(grid: QGridLayout, name: str, *cells: str, weight: QFont.Weight = QFont.Weight.Normal) -> None:
    """A row below the others: a name, and figures."""
    at = grid.rowCount()
    grid.addWidget(Wrapped(label(name, weight=weight)), at, 0)
    for column, cell in enumerate(cells, 1):
        grid.addWidget(_right(label(cell, weight=weight)), at, column)


def _grid(*heads: str) -> QGridLayout:
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(18)
    grid.setVerticalSpacing(4)
    grid.setColumnStretch(0, 1)
    for column, head in enumerate(heads, 1):
        grid.addWidget(_right(caption(head)), 0, column)
    return grid


def _held(grid: QGridLayout) -> QWidget:
    """A grid that keeps to the top of its place."""
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.addLayout(grid)
    column.addStretch(1)
    return made


def _right(made: QLabel) -> QLabel:
    made.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
    return made
