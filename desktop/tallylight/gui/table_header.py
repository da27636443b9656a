"""The heads of a table's columns, with an arrow on the one that the rows are sorted by."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QPainter, QPolygonF
from PySide6.QtWidgets import QHeaderView, QWidget

#: The width of the arrow and the gap to the name, as shares of a line's height.
ARROW, GAP = 0.5, 0.3
#: What the style sheet leaves free at either side of a head's name.
PADDING = 8


class TableHeader(QHeaderView):
    """Paints the arrow itself: a style sheet can only show one that lies in a file, in one colour."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setSectionsClickable(True)

    def room_of(self, section: int) -> int:
        """What the name of a column takes, with the arrow beside it."""
        arrow = round(self._line() * (ARROW + GAP)) if self.isSortIndicatorShown() else 0
        return self.sectionSizeFromContents(section).width() + arrow  # the size hint of a hidden one is 0

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        painter.save()
        super().paintSection(painter, rect, section)
        painter.restore()
        if self.isSortIndicatorShown() and section == self.sortIndicatorSection():
            self._paint_arrow(painter, rect, section)

    def _paint_arrow(self, painter: QPainter, rect: QRect, section: int) -> None:
        line = self._line()
        half, height = line * ARROW / 2, line * ARROW / 2
        if self.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder:
            height = -height
        middle = QPointF(self._place(rect, section), rect.center().y() + 0.5)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().text())
        tip, foot = QPointF(0, -height / 2), height / 2
        painter.drawPolygon(
            QPolygonF([middle + tip, middle + QPointF(half, foot), middle + QPointF(-half, foot)])
        )
        painter.restore()

    def _place(self, rect: QRect, section: int) -> float:
        """The middle of the arrow: on the inner side of the name, so that names stay above their figures."""
        line, orientation = self._line(), self.orientation()
        name = str(self.model().headerData(section, orientation) or "")
        width = self.fontMetrics().horizontalAdvance(name)
        away = PADDING + width + line * (GAP + ARROW / 2)
        alignment = self.model().headerData(section, orientation, Qt.ItemDataRole.TextAlignmentRole)
        is_right = bool(Qt.AlignmentFlag(alignment or 0) & Qt.AlignmentFlag.AlignRight)
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            is_right = not is_right
        return rect.right() - away if is_right else rect.left() + away

    def _line(self) -> int:
        return self.fontMetrics().height()
