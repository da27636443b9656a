"""Where a page of the window will be, from the moment it is first looked at."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Generic, TypeVar

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

Page = TypeVar("Page", bound=QWidget)


class PagePlace(QWidget, Generic[Page]):
    """Loads `module` and builds the page from it, each in a turn of the event loop of its own: they take longer
    than a frame, and neither the window nor the click that asked for the page should wait for them."""

    def __init__(self, module: str, build: Callable[[], Page], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._module, self._build = module, build
        self.built: Page | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)

    @property
    def page(self) -> Page:
        """The page, built now if need be."""
        if self.built is None:
            self.built = self._build()
            if (layout := self.layout()) is not None:
                layout.addWidget(self.built)
            self.built.show()  # a layout would do so a turn later
        return self.built

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.built is None:
            QTimer.singleShot(0, self, self._load)

    @Slot()
    def _load(self) -> None:
        if self.isVisible():
            import_module(self._module)
            QTimer.singleShot(0, self, self._fill)

    @Slot()
    def _fill(self) -> None:
        if self.isVisible():
            _ = self.page
