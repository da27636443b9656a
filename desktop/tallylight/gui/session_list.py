"""The list of sessions beside the one that is shown."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from tallylight.gui.pieces import CAPTION
from tallylight.gui.session_model import DETAIL_ROLE, LAMP_ROLE, SessionLine, SessionModel
from tallylight.gui.table import Table

Index = QModelIndex | QPersistentModelIndex
_SHORTEN = Qt.TextElideMode.ElideRight


class TwoLines(QStyledItemDelegate):
    """A name over a smaller, muted line, with a lamp before the name of a live session."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        width = option.fontMetrics.horizontalAdvance(str(index.data())) + 20
        return QSize(width, int(option.fontMetrics.height() * 2.9))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, option.palette.color(QPalette.ColorRole.Highlight))
        area = option.rect.adjusted(10 if index.column() == 0 else 2, 4, -8, -4)
        upper = QRect(area.topLeft(), QSize(area.width(), area.height() // 2))
        lower = upper.translated(0, area.height() // 2)
        alignment = Qt.AlignmentFlag.AlignVCenter | (
            Qt.AlignmentFlag.AlignRight if index.column() else Qt.AlignmentFlag.AlignLeft
        )
        if isinstance(lamp := index.data(LAMP_ROLE), QColor) and index.column() == 0:
            upper = upper.adjusted(_draw_lamp(painter, lamp, upper), 0, 0, 0)
        palette = option.palette
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        painter.drawText(
            upper, alignment, option.fontMetrics.elidedText(str(index.data()), _SHORTEN, upper.width())
        )
        font = painter.font()
        font.setPointSizeF(font.pointSizeF() * CAPTION)
        painter.setFont(font)
        painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
        detail = painter.fontMetrics().elidedText(str(index.data(DETAIL_ROLE)), _SHORTEN, lower.width())
        painter.drawText(lower, alignment, detail)
        painter.restore()


def _draw_lamp(painter: QPainter, colour: QColor, area: QRect) -> int:
    size = area.height() // 2
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(area.left(), area.center().y() - size // 2, size, size)
    return size + 6


class SessionList(Table):
    """Live sessions and those of the last days; `picked` tells of the one to show."""

    picked = Signal(str)

    def __init__(self, model: SessionModel, parent: QWidget | None = None) -> None:
        super().__init__(model, self.tr("Sessions"), parent=parent)
        self.setProperty("role", "sessions")
        self.setItemDelegate(TwoLines(self))
        self.horizontalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(int(self.fontMetrics().height() * 2.9))
        self.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.selected.connect(self._pick)

    @Slot(object)
    def _pick(self, line: SessionLine) -> None:
        self.picked.emit(line.session_id)

    def height_of(self, rows: int) -> int:
        return rows * self.verticalHeader().defaultSectionSize() + 2
