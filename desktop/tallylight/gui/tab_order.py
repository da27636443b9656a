"""Where Tab goes. Qt puts whatever is made later at the end, which is seldom where it stands."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def put_after(before: QWidget, parts: Iterable[QWidget]) -> None:
    """Have Tab go from `before` to the parts, one after the other, and to all that is in each."""
    for part in parts:
        for stop in filter(takes_focus, (part, *part.findChildren(QWidget))):
            if stop.window() is before.window():  # the list of a choice is a window of its own
                QWidget.setTabOrder(before, stop)
                before = stop


def put_in_place(place: QWidget, parts: Iterable[QWidget]) -> None:
    """Have Tab come to parts that were made later where `place` stands, which holds them."""
    before = place.previousInFocusChain()
    while before and before is not place and not takes_focus(before):
        before = before.previousInFocusChain()
    put_after(before or place, parts)


def takes_focus(widget: QWidget) -> bool:
    """Qt orders nothing else; what is inside a spin box goes with it."""
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.focusProxy() is None
