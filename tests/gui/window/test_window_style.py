"""The window's style sheet, as it comes out on the screen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QCheckBox, QStyle, QStyleOptionButton
from pytestqt.qtbot import QtBot

from tallylight.gui.theme import Theme
from tallylight.gui.window_style import window_style


@pytest.mark.parametrize("looks", ["light", "dark"])
def test_a_ticked_box_shows_a_tick_on_its_colour(theme: Theme, qtbot: QtBot, looks: str) -> None:
    theme.choose(looks)
    box = QCheckBox("Keep titles")
    qtbot.addWidget(box)
    box.setStyleSheet(window_style(theme.palette))
    box.setChecked(True)
    box.show()
    option = QStyleOptionButton()
    box.initStyleOption(option)
    where: QRect = box.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, box)
    image = box.grab(where.adjusted(3, 3, -3, -3)).toImage()  # without the frame
    seen = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    assert QColor(theme.palette.accent) in seen
    tick = QColor(theme.palette.card).lightness()
    assert min(abs(colour.lightness() - tick) for colour in seen) < 20
