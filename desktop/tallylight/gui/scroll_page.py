"""A page that may be higher than the window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QScrollArea, QWidget


class ScrollPage(QScrollArea):
    """Tab stops at it, for keys to scroll it; a click does not, or its frame would light up under the pointer."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(name)
        self.viewport().setAccessibleName(name)

    def hold(self, body: QWidget) -> None:
        """Show `body` on the colour of the window."""
        body.setProperty("role", "plain")
        self.setWidget(body)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses a button like Space does. Qt leaves it to the desktop whether it does outside of dialogs."""
        button = self.focusWidget()
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and isinstance(button, QPushButton) and button.hasFocus() and not event.isAutoRepeat():
            button.click()
        else:
            super().keyPressEvent(event)
