"""The table under every chart: rows open with Enter or a double click, the first column takes the rest."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, cast

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    QSortFilterProxyModel,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from tallylight.gui.row_model import RowModel
from tallylight.gui.table_header import TableHeader

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
#: How many letters the first column keeps, whatever the others need.
FIRST_COLUMN_EM = 18
#: How many letters any other column gets at most; what is longer ends in an ellipsis.
OTHER_COLUMN_EM = 24


class Sifted(QSortFilterProxyModel):
    """Rows that contain what was typed, sorted by value instead of by text."""

    def __init__(self, model: RowModel[Any]) -> None:
        super().__init__(model)
        self._rows = model
        self._needle = ""
        self.setSourceModel(model)
        self.setDynamicSortFilter(True)

    def sift(self, needle: str) -> None:
        self._needle = needle.strip().casefold()
        self.invalidate()

    def filterAcceptsRow(self, row: int, _parent: Index = _NO_PARENT) -> bool:
        return not self._needle or self._rows.matches(row, self._needle)

    def lessThan(self, left: Index, right: Index) -> bool:
        values = self._rows.sort_value
        return bool(values(left.row(), left.column()) < values(right.row(), right.column()))


class Table(QTableView):
    """A quiet table: no grid but thin lines, whole rows, numbers to the right."""

    opened = Signal(object)
    selected = Signal(object)

    def __init__(
        self, model: RowModel[Any], name: str, *, can_sort: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._rows = model
        self._header = TableHeader(self)
        self.setHorizontalHeader(self._header)
        self._widths: dict[int, int] = {}
        #: Columns that give way in a narrow window.
        self.optional: Sequence[int] = ()
        #: How many letters the first column has before they do.
        self.first_em = FIRST_COLUMN_EM
        #: Columns that have nothing to say of the rows there are.
        self._without: frozenset[int] = frozenset()
        self.sifted = Sifted(model) if can_sort else None
        self.setModel(self.sifted or model)
        self.setAccessibleName(name)
        self._look()
        self.setSortingEnabled(can_sort)
        self.horizontalHeader().setSortIndicatorClearable(can_sort)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.doubleClicked.connect(self._open)
        # Once for any number of changes, and when the rows are in place.
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._measure)
        for signal in (self.model().rowsInserted, self.model().dataChanged):
            signal.connect(self._measure_later)
        self.model().headerDataChanged.connect(self._forget_widths)
        self.selectionModel().currentRowChanged.connect(self._tell)

    def _look(self) -> None:
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        height = int(self.fontMetrics().height() * 1.8)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(height)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setResizeContentsPrecision(40)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(self.fontMetrics().horizontalAdvance("0") * 5)

    def show_all_rows(self) -> None:
        """Be as tall as the rows are, and leave scrolling to the page."""
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for signal in (self.model().rowsInserted, self.model().rowsRemoved, self.model().modelReset):
            signal.connect(self._fit)
        self.model().layoutChanged.connect(self._fit)
        self._fit()

    def do_without(self, columns: Collection[int]) -> None:
        """Leave these columns out whatever room there is; all others are there again."""
        if self._without == (wanted := frozenset(columns)):
            return
        changed, self._without = self._without ^ wanted, wanted
        for column in changed:
            self._widths.pop(column, None)
            self.setColumnHidden(column, column in wanted)
        self._measure_later()

    @Slot(Qt.Orientation, int, int)
    def _forget_widths(self, _orientation: Qt.Orientation, first: int, last: int) -> None:
        """A column by another name is another column: what the old name took is free again."""
        for column in range(first, last + 1):
            self._widths.pop(column, None)
        self._measure_later()

    def forget_widths(self) -> None:
        """For another way to draw the rows."""
        self._forget_widths(Qt.Orientation.Horizontal, 0, self.model().columnCount() - 1)

    @Slot()
    def _measure_later(self) -> None:
        if not self._later.isActive():
            self._later.start(0)

    @Slot()
    def _fit(self) -> None:
        self.setFixedHeight(self.height_of(self.model().rowCount()))

    def height_of(self, rows: int) -> int:
        return (
            self.horizontalHeader().sizeHint().height()
            + rows * self.verticalHeader().defaultSectionSize()
            + 2
        )

    @Slot()
    def _measure(self) -> None:
        """Give each column but the first what its texts need. Widths only grow: a table that breathes with
        every new row cannot be read."""
        if not self.isVisible():
            return
        header = self._header
        most = self.fontMetrics().averageCharWidth() * OTHER_COLUMN_EM
        for column in range(1, self.model().columnCount()):
            if column in self._without:
                continue
            # Those that gave way are measured too: whether they may come back depends on what they need.
            needed = max(min(self.sizeHintForColumn(column), most), header.room_of(column))
            if needed > self._widths.get(column, 0):
                self._widths[column] = needed
                header.resizeSection(column, needed)
        self._leave_out()

    def _leave_out(self) -> None:
        """Hide optional columns, the first of them first, until the first column has room."""
        room = self.viewport().width() - self.fontMetrics().averageCharWidth() * self.first_em
        taken = sum(self._widths.values())
        for column in self.optional:
            if column in self._without:
                continue
            is_hidden = taken > room
            if is_hidden != self.isColumnHidden(column):
                self.setColumnHidden(column, is_hidden)
            taken -= self._widths.get(column, 0) if is_hidden else 0

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._measure()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._leave_out()

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance("0") * 24, self.height_of(2))

    def select(self, key: object) -> None:
        """Make the row of `key` the current one and bring it into view."""
        at = self._rows.place_of(key)
        if at < 0:
            self.clearSelection()
            return
        index: QModelIndex = self._rows.index(at, 0)
        if self.sifted is not None:
            index = self.sifted.mapFromSource(index)
        if index.isValid() and index.row() != self.currentIndex().row():
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def begin_at_top(self) -> None:
        """Make the first row current unless one is: without one neither Enter nor an arrow key has a start."""
        if not self.currentIndex().isValid():
            self.setCurrentIndex(self.model().index(0, 0))

    def current(self) -> object | None:
        return self._value(self.currentIndex())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._open(self.currentIndex())
            return
        super().keyPressEvent(event)

    @Slot(QModelIndex)
    def _open(self, index: Index) -> None:
        if (row := self._value(index)) is not None:
            self.opened.emit(row)

    @Slot(QModelIndex, QModelIndex)
    def _tell(self, index: Index, _before: Index) -> None:
        if (row := self._value(index)) is not None:
            if not self.selectionModel().isSelected(
                index
            ):  # Tab and a row that is gone make one current only
                self.selectRow(index.row())
            self.selected.emit(row)

    def _value(self, index: Index) -> object | None:
        if not index.isValid():
            return None
        at = self.sifted.mapToSource(index).row() if self.sifted is not None else index.row()
        return cast(object, self._rows.row(at))
