"""Layouts that give way: what does not fit beside goes below, nothing is cut off."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QLayout, QLayoutItem, QSizePolicy, QWidget


class Flow(QLayout):
    """Items in lines, like words in a paragraph."""

    def __init__(self, parent: QWidget | None = None, gap: int = 8) -> None:
        super().__init__(parent)
        self.setContentsMargins(0, 0, 0, 0)
        self._items: list[QLayoutItem] = []
        self._gap = gap

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)
        self.invalidate()  # nobody else says that there is something to arrange

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        if not 0 <= index < len(self._items):
            return None
        self.invalidate()
        return self._items.pop(index)

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), is_for_real=False)

    def sizeHint(self) -> QSize:
        sizes = [item.sizeHint() for item in self._shown()]
        width = sum(size.width() for size in sizes) + self._gap * max(0, len(sizes) - 1)
        return QSize(width, max((size.height() for size in sizes), default=0))

    def minimumSize(self) -> QSize:
        sizes = [item.minimumSize() for item in self._shown()]
        return QSize(
            max((size.width() for size in sizes), default=0),
            max((size.height() for size in sizes), default=0),
        )

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, is_for_real=True)

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _arrange(self, rect: QRect, *, is_for_real: bool) -> int:
        x, y, tallest = rect.x(), rect.y(), 0
        for item in self._shown():
            size = item.sizeHint()
            if x > rect.x() and x + size.width() > rect.x() + rect.width():
                x, y, tallest = rect.x(), y + tallest + self._gap // 2, 0
            if is_for_real:
                item.setGeometry(QRect(QPoint(x, y), QSize(min(size.width(), rect.width()), size.height())))
            x += size.width() + self._gap
            tallest = max(tallest, size.height())
        return y + tallest - rect.y()


#: How many letters decide at most how wide a tile should be; a longer text is shortened.
TILE_EM = 28


class Tiles(QWidget):
    """Equal tiles in as many columns as their texts leave room for, whole; only a single column shortens them."""

    def __init__(self, tiles: Sequence[QWidget], parent: QWidget | None = None, gap: int = 10) -> None:
        super().__init__(parent)
        self._tiles = list(tiles)
        self._columns = 0
        #: What a tile's texts took at most. It only grows: tiles that change places with a figure cannot be read.
        self._wanted = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(gap)
        for tile in self._tiles:
            tile.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._place(len(self._tiles))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._least(), super().minimumSizeHint().height())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # a text has changed
            self._arrange()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        wanted = max(tile.sizeHint().width() for tile in self._tiles)
        most = TILE_EM * self.fontMetrics().averageCharWidth()
        self._wanted = max(self._wanted, self._least(), min(wanted, most))
        room = max(1, (self.width() + self._grid.spacing()) // (self._wanted + self._grid.spacing()))
        rows = -(-len(self._tiles) // min(room, len(self._tiles)))
        self._place(-(-len(self._tiles) // rows))

    def _least(self) -> int:
        return max(tile.minimumSizeHint().width() for tile in self._tiles)

    def _place(self, columns: int) -> None:
        if columns == self._columns:
            return
        for column in range(self._columns):
            self._grid.setColumnStretch(column, 0)
        self._columns = columns
        for at, tile in enumerate(self._tiles):
            self._grid.addWidget(tile, at // columns, at % columns)
        for column in range(columns):
            self._grid.setColumnStretch(column, 1)


class Beside(QWidget):
    """Widgets side by side, or one below the other when there is no room for `em` letters each. `shares`
    divide the width. Below each other they share the height alike, or with `below` 0 get what each needs."""

    def __init__(
        self,
        parts: Sequence[QWidget],
        em: int,
        shares: Sequence[int] = (),
        parent: QWidget | None = None,
        below: int = 1,
    ) -> None:
        super().__init__(parent)
        self._parts, self._em, self._below = list(parts), em, below
        self._shares = list(shares) or [1] * len(parts)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(12)
        for part, share in zip(self._parts, self._shares, strict=True):
            self._box.addWidget(part, share)

    def minimumSizeHint(self) -> QSize:
        hints = [part.minimumSizeHint().expandedTo(part.minimumSize()) for part in self._parts]
        return QSize(max(hint.width() for hint in hints), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_wide = self.width() >= len(self._parts) * self._em * self.fontMetrics().averageCharWidth()
        side = QBoxLayout.Direction.LeftToRight if is_wide else QBoxLayout.Direction.TopToBottom
        if self._box.direction() != side:
            self._box.setDirection(side)
            for at, share in enumerate(self._shares):
                self._box.setStretch(at, share if is_wide else self._below)
