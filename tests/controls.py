"""What the keyboard reaches in a window, for tests of what people hear of it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractScrollArea, QWidget


def nameless_controls(part: QWidget) -> list[QWidget]:
    """Those of a window's part that a screen reader could say nothing of."""
    return [
        widget
        for widget in part.findChildren(QWidget)
        if widget.window() is part.window()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not (widget.accessibleName() or getattr(widget, "text", str)())
        and not isinstance(widget.parent(), QAbstractScrollArea)
        and not widget.objectName().startswith("qt_")
    ]
