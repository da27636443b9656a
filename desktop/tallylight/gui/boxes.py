"""Boxes that the mouse wheel passes over: it scrolls the page, and changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QSpinBox, QTimeEdit, QWidget

from tallylight.gui.pieces import Choice

_MOST = 1e9


class DayBox(QSpinBox):
    """A day of the month."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setRange(1, 31)
        self.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.setMaximumWidth(self.fontMetrics().averageCharWidth() * 7)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class TimeBox(QTimeEdit):
    """A time of day."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDisplayFormat("HH:mm")
        self.setButtonSymbols(QTimeEdit.ButtonSymbols.NoButtons)
        self.setAccessibleName(name)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class LimitBox(QDoubleSpinBox):
    """A threshold, without needless zeros."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setRange(0, _MOST)
        self.setDecimals(3)
        self.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        self.setFixedWidth(self.fontMetrics().averageCharWidth() * 9)

    def textFromValue(self, value: float) -> str:
        return f"{value:.12g}"

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class ContextBox(QSpinBox):
    """A size of context, typed in thousands of tokens. It tells a number when it is typed to its end."""

    def __init__(self, name: str, tokens: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setRange(5, 9999)
        self.setSingleStep(10)
        self.setSuffix(self.tr("k of context"))
        self.setValue(tokens // 1000)
        self.setKeyboardTracking(False)
        self.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)

    @property
    def tokens(self) -> int:
        return self.value() * 1000

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


def named_choice(name: str, offered: Mapping[str, str] = MappingProxyType({}), chosen: str = "") -> Choice:
    """A choice that is as narrow as its place, whatever it offers: texts by what they stand for."""
    box = Choice()
    for value, text in offered.items():
        box.addItem(text, value)
    box.setCurrentIndex(max(0, box.findData(chosen)) if offered else -1)
    box.setAccessibleName(name)
    box.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(7)
    return box


def line(*widgets: QWidget) -> QWidget:
    """Side by side; all but plain texts share the room."""
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    for widget in widgets:
        row.addWidget(widget, 0 if isinstance(widget, QLabel) else 1)
    return box


def level(*widgets: QWidget) -> None:
    """Give them one height, so that their texts stand on one line wherever a flow puts them."""
    tallest = max(widget.sizeHint().height() for widget in widgets)
    for widget in widgets:
        widget.setMinimumHeight(tallest)
