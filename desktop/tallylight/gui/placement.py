"""Where a panel goes that belongs to an icon."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize

#: Between icon and panel, and between panel and the edge of the screen.
GAP = 8


def placed(size: QSize, anchor: QRect, screen: QRect) -> QPoint:
    """The top left corner: centred on the anchor, on the side with more room, on the screen if it fits."""
    is_upper_half = anchor.center().y() < screen.center().y()
    y = anchor.bottom() + GAP if is_upper_half else anchor.top() - GAP - size.height()
    x = anchor.center().x() - size.width() // 2
    return QPoint(
        _within(x, size.width(), screen.left(), screen.right()),
        _within(y, size.height(), screen.top(), screen.bottom()),
    )


def _within(position: int, length: int, low: int, high: int) -> int:
    return max(low + GAP, min(position, high - GAP - length + 1))
