"""A table of values whose rows are updated in place, so that selection and scroll survive a new snapshot."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush, QColor

from tallylight.gui.theme import Theme

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

_NO_PARENT = QModelIndex()
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """How one column reads a row. `sort` None sorts by the text, `tint` names a colour of the palette."""

    title: str
    text: Callable[[Row], str]
    sort: Callable[[Row], Any] | None = None
    is_number: bool = False
    tint: Callable[[Row], str] | None = None
    tip: Callable[[Row], str] | None = None


class RowModel(QAbstractTableModel, Generic[Row]):
    """Rows known by a key. `show` brings the table to a new state with the fewest changes."""

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        key: Callable[[Row], Hashable],
        theme: Theme,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._columns = list(columns)
        self._key = key
        self._theme = theme
        self._rows: list[Row] = []
        theme.changed.connect(self._recolour)

    def show(self, rows: Sequence[Row]) -> None:
        """Become `rows`, in their order."""
        wanted = {self._key(row) for row in rows}
        self._drop([key not in wanted for key in map(self._key, self._rows)])
        present = {self._key(row) for row in self._rows}
        for at, row in enumerate(rows):
            key = self._key(row)
            if at < len(self._rows) and self._key(self._rows[at]) == key:
                self._replace(at, row)
            elif key in present:
                self._move(self._position(key, at), at)
                self._replace(at, row)
            else:
                self._insert(at, self._run_of_new(rows, at, present))
                present.update(map(self._key, self._rows[at:]))

    def _run_of_new(self, rows: Sequence[Row], at: int, present: set[Hashable]) -> Sequence[Row]:
        end = at
        while end < len(rows) and self._key(rows[end]) not in present:
            end += 1
        return rows[at:end]

    def _drop(self, is_gone: Sequence[bool]) -> None:
        end = len(is_gone)
        while end:
            start = end
            while start and is_gone[start - 1]:
                start -= 1
            if start < end:
                self.beginRemoveRows(_NO_PARENT, start, end - 1)
                del self._rows[start:end]
                self.endRemoveRows()
            end = start - 1 if start else 0

    def _position(self, key: Hashable, start: int) -> int:
        return next(at for at in range(start, len(self._rows)) if self._key(self._rows[at]) == key)

    def _insert(self, at: int, rows: Sequence[Row]) -> None:
        self.beginInsertRows(_NO_PARENT, at, at + len(rows) - 1)
        self._rows[at:at] = rows
        self.endInsertRows()

    def _move(self, source: int, target: int) -> None:
        self.beginMoveRows(_NO_PARENT, source, source, _NO_PARENT, target)
        self._rows.insert(target, self._rows.pop(source))
        self.endMoveRows()

    def _replace(self, at: int, row: Row) -> None:
        if self._rows[at] != row:
            self._rows[at] = row
            self.dataChanged.emit(self.index(at, 0), self.index(at, len(self._columns) - 1))

    def _recolour(self) -> None:
        if self._rows:
            last = self.index(len(self._rows) - 1, len(self._columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last, [Role.ForegroundRole])

    def row(self, at: int) -> Row:
        return self._rows[at]

    def rows(self) -> Sequence[Row]:
        return self._rows

    def place_of(self, key: Hashable) -> int:
        """The row that `key` stands in, -1 for none."""
        return next((at for at, row in enumerate(self._rows) if self._key(row) == key), -1)

    def sort_value(self, at: int, column: int) -> Any:  # noqa: ANN401
        how, row = self._columns[column], self._rows[at]
        return how.sort(row) if how.sort else how.text(row).casefold()

    def matches(self, at: int, needle: str) -> bool:
        """Whether any of its texts contains `needle`, which is folded already."""
        row = self._rows[at]
        return any(needle in column.text(row).casefold() for column in self._columns)

    def rename(self, column: int, title: str) -> None:
        how = self._columns[column]
        if how.title == title:
            return
        self._columns[column] = Column(title, how.text, how.sort, how.is_number, how.tint, how.tip)
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, column, column)

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:  # noqa: ANN401
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        column = self._columns[index.column()]
        row = self._rows[index.row()]
        if role == Role.DisplayRole:
            return column.text(row)
        if role == Role.TextAlignmentRole:
            return _RIGHT if column.is_number else _LEFT
        if role == Role.ForegroundRole and column.tint and (name := column.tint(row)):
            return QBrush(QColor(getattr(self._theme.palette, name)))
        if role in (Role.ToolTipRole, Role.AccessibleDescriptionRole) and column.tip:
            return column.tip(row) or None
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:  # noqa: ANN401
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._columns):
            return None
        if role == Role.DisplayRole:
            return self._columns[section].title
        if role == Role.TextAlignmentRole:
            return _RIGHT if self._columns[section].is_number else _LEFT
        return None
