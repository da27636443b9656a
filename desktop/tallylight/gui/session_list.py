"""The list of sessions beside the one that is shown."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from tallylight.gui.pieces import CAPTION
from tallylight.gui.session_model import DETAIL_ROLE, LAMP_ROLE, SessionLine, SessionModel
from tallylight.gui.table import Table

Index = QModelIndex | QPersistentModelIndex

#: Between the two texts where they stand beside each other.
GAP = 10


class LineDelegate(QStyledItemDelegate):
    """A name with a lamp, and a smaller, muted text below it, or beside it where height is scarce."""

    is_flat = False

    def lines(self) -> float:
        """How tall a row is, in lines of text."""
        return 1.75 if self.is_flat else 2.9

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        width = option.fontMetrics.horizontalAdvance(str(index.data()))
        if self.is_flat:
            width += option.fontMetrics.horizontalAdvance(str(index.data(DETAIL_ROLE)))
        return QSize(width + 30, int(option.fontMetrics.height() * self.lines()))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, option.palette.color(QPalette.ColorRole.Highlight))
        is_right = index.column() > 0
        area = option.rect.adjusted(2 if is_right else 10, 4, -10, -4)
        if isinstance(lamp := index.data(LAMP_ROLE), QColor) and not is_right:
            indent = _draw_lamp(painter, lamp, area, option.fontMetrics.height())
            area = area.adjusted(indent, 0, 0, 0)
        name, detail = str(index.data()), str(index.data(DETAIL_ROLE))
        widths = (
            option.fontMetrics.horizontalAdvance(name) + 1 + GAP,  # an advance is rounded, down as well
            option.fontMetrics.horizontalAdvance(detail) + 1,
        )
        upper, lower = self._split(area, *widths, is_right=is_right)
        palette = option.palette
        _write(painter, upper, name, palette.color(QPalette.ColorRole.Text), is_right=is_right)
        font = painter.font()
        font.setPointSizeF(font.pointSizeF() * CAPTION)
        painter.setFont(font)
        _write(painter, lower, detail, palette.color(QPalette.ColorRole.PlaceholderText), is_right=is_right)
        painter.restore()

    def _split(
        self, area: QRect, name_width: int, detail_width: int, *, is_right: bool
    ) -> tuple[QRect, QRect]:
        if not self.is_flat:
            upper = QRect(area.topLeft(), QSize(area.width(), area.height() // 2))
            return upper, upper.translated(0, area.height() // 2)
        # A long name leaves the other text what it needs, up to half.
        width = min(name_width, area.width() - min(detail_width, area.width() // 2))
        if is_right:
            return area.adjusted(area.width() - width, 0, 0, 0), area.adjusted(0, 0, -width - 4, 0)
        return area.adjusted(0, 0, width - GAP - area.width(), 0), area.adjusted(width, 0, 0, 0)


def _write(painter: QPainter, area: QRect, text: str, colour: QColor, *, is_right: bool) -> None:
    side = Qt.AlignmentFlag.AlignRight if is_right else Qt.AlignmentFlag.AlignLeft
    painter.setPen(colour)
    shortened = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    painter.drawText(area, side | Qt.AlignmentFlag.AlignVCenter, shortened)


def _draw_lamp(painter: QPainter, colour: QColor, area: QRect, line: int) -> int:
    size = line // 2
    middle = area.top() + (area.height() if area.height() < 2 * line - 8 else area.height() // 2) // 2
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(area.left(), middle - size // 2, size, size)
    return size + 6


class SessionList(Table):
    """Live sessions and those of the last days; `picked` tells of the one to show."""

    picked = Signal(str)

    def __init__(self, model: SessionModel, parent: QWidget | None = None) -> None:
        super().__init__(model, self.tr("Sessions"), parent=parent)
        self.setProperty("role", "sessions")
        self._lines = LineDelegate(self)
        self.setItemDelegate(self._lines)
        self.horizontalHeader().hide()
        self.lie_flat(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.selected.connect(self._pick)

    @Slot(object)
    def _pick(self, line: SessionLine) -> None:
        self.picked.emit(line.session_id)

    def lie_flat(self, is_flat: bool) -> None:
        """One line a row instead of two."""
        self._lines.is_flat = is_flat
        height = int(self.fontMetrics().height() * self._lines.lines())
        if height != self.verticalHeader().defaultSectionSize():
            self.verticalHeader().setDefaultSectionSize(height)
            self.forget_widths()  # two texts beside each other take more than one below the other

    @property
    def height_of_a_row(self) -> int:
        return self.verticalHeader().defaultSectionSize()

    def height_of(self, rows: int) -> int:
        return rows * self.height_of_a_row + 2
