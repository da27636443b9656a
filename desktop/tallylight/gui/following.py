"""What stays in view while the page scrolls past a long neighbour."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QSize, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget

#: How many lines of text high `held` is, unless it needs more.
LINES = 20
#: Between it and the edge that it stops at.
_GAP = 12


class Following(QWidget):
    """As tall as its neighbour makes it; `held` has a height of its own in it and moves along it with `area`."""

    def __init__(self, held: QWidget, area: QScrollArea, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._held, self._area = held, area
        held.setParent(self)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        area.verticalScrollBar().valueChanged.connect(self._place)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        layout = self._held.layout()
        needed = layout.totalMinimumHeightForWidth(width) if layout is not None else 0
        return max(needed, self._held.minimumSizeHint().height(), LINES * self.fontMetrics().height())

    def sizeHint(self) -> QSize:
        width = self._held.sizeHint().width()
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._held.minimumSizeHint().width(), LINES * self.fontMetrics().height())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # what is held needs another height
            self.updateGeometry()
            self._place()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    @Slot()
    def _place(self) -> None:
        body = self._area.widget()
        height = self.heightForWidth(self.width())
        top = self.mapTo(body, QPoint()).y() if body is not None and body.isAncestorOf(self) else 0
        scrolled = self._area.verticalScrollBar().value() - top + _GAP
        self._held.setGeometry(0, max(0, min(scrolled, self.height() - height)), self.width(), height)
