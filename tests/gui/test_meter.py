"""The meter: two figures on top of everything, out of the way when told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tallylight.domain.snapshot import Snapshot
from tallylight.gui.meter import Meter
from tallylight.gui.theme import Theme

Snapshots = Callable[..., Snapshot]


@pytest.fixture
def meter(qtbot: QtBot, theme: Theme) -> Meter:
    made = Meter(theme)
    qtbot.addWidget(made)
    made.show()
    return made


def test_it_tells_today_and_the_newest_session(meter: Meter, a_snapshot: Snapshots) -> None:
    meter.show_snapshot(a_snapshot())
    assert meter.accessibleName() == "Tallylight: today $12.84"
    assert meter.accessibleDescription() == "payments-api. context 132k of 200k · 66 %"
    meter.show_snapshot(a_snapshot(sessions=()))
    assert meter.accessibleDescription().startswith("no live session")


def test_it_stays_on_top_and_takes_no_focus(meter: Meter) -> None:
    assert meter.windowFlags() & Qt.WindowType.WindowStaysOnTopHint
    assert meter.testAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)


def test_it_starts_in_the_corner_and_stays_where_it_was_put(meter: Meter) -> None:
    assert meter.screen().availableGeometry().contains(meter.geometry())
    meter.move(10, 20)
    meter.hide()
    meter.show()
    assert meter.pos() == QPoint(10, 20)


def test_a_click_opens_the_window(qtbot: QtBot, meter: Meter) -> None:
    with qtbot.waitSignal(meter.window_requested):
        qtbot.mouseClick(meter, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Space])
def test_the_keyboard_opens_the_window(qtbot: QtBot, meter: Meter, key: Qt.Key) -> None:
    with qtbot.waitSignal(meter.window_requested):
        qtbot.keyClick(meter, key)


def test_a_drag_moves_it_and_opens_nothing(qtbot: QtBot, meter: Meter) -> None:
    start = meter.pos()
    with qtbot.assertNotEmitted(meter.window_requested):
        qtbot.mousePress(meter, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
        qtbot.mouseMove(meter, QPoint(-60, -40))
        qtbot.mouseRelease(meter, Qt.MouseButton.LeftButton, pos=QPoint(21, 20))
    assert meter.pos() == start + QPoint(-80, -60)


def test_it_closes_and_says_so(qtbot: QtBot, meter: Meter) -> None:
    button = meter.findChild(QPushButton)
    assert button is not None
    assert button.accessibleName() == "Close the meter"
    with qtbot.waitSignal(meter.closed):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not meter.isVisible()
