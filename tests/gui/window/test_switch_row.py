from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from controls import nameless_controls
from tallylight.domain.upkeep import Switch, SwitchState
from tallylight.gui.jobs import Jobs
from tallylight.gui.switch_row import SwitchRow
from tallylight.gui.theme import Theme

LINE = Switch.STATUS_LINE


@pytest.fixture
def row(qtbot: QtBot, theme: Theme, caretaker: Any, jobs: Jobs) -> SwitchRow:
    made = SwitchRow(LINE, "Show the fare", caretaker, jobs)
    qtbot.addWidget(made)
    made.show()
    return made


def offers(row: SwitchRow) -> list[str]:
    return [button.text() for button in row.findChildren(QPushButton) if button.isVisible()]


def press(row: QWidget, text: str) -> None:
    next(button for button in row.findChildren(QPushButton) if button.text() == text).click()


def shown(qtbot: QtBot, row: SwitchRow) -> str:
    qtbot.waitUntil(lambda: bool(row._box.shown))
    return row._box.shown


def test_nothing_is_made_before_it_was_shown_and_agreed_to(
    qtbot: QtBot, row: SwitchRow, caretaker: Any
) -> None:
    row.check.click()
    assert shown(qtbot, row) == "+status line True\n"
    assert not caretaker.states[LINE].is_on
    with qtbot.waitSignal(row.switched):
        press(row, "Make this change")
    assert caretaker.states[LINE].is_on
    assert row.check.isChecked() and offers(row) == []


def test_the_same_switch_takes_it_back(qtbot: QtBot, row: SwitchRow, caretaker: Any) -> None:
    caretaker.states[LINE] = SwitchState(is_on=True)
    row.show_state(caretaker.states[LINE])
    row.check.click()
    shown(qtbot, row)
    with qtbot.waitSignal(row.switched):
        press(row, "Make this change")
    assert not caretaker.states[LINE].is_on and not row.check.isChecked()


def test_who_cancels_finds_it_as_it_was(qtbot: QtBot, row: SwitchRow) -> None:
    row.check.click()
    shown(qtbot, row)
    press(row, "Cancel")
    assert not row.check.isChecked() and offers(row) == []


def test_news_do_not_take_the_question_away(qtbot: QtBot, row: SwitchRow) -> None:
    row.check.click()
    shown(qtbot, row)
    row.show_state(SwitchState())
    assert row.check.isChecked() and offers(row) == ["Make this change", "Cancel"]


def test_what_cannot_be_done_is_said(qtbot: QtBot, row: SwitchRow, caretaker: Any) -> None:
    caretaker.refusal = "settings.json: it is not plain JSON"
    row.check.click()
    qtbot.waitUntil(lambda: row._box._problem.text() == caretaker.refusal)
    assert not row.check.isChecked() and offers(row) == []


def test_what_is_so_already_is_said(qtbot: QtBot, row: SwitchRow, caretaker: Any) -> None:
    caretaker.states[LINE] = SwitchState(is_on=True)
    row.check.click()
    qtbot.waitUntil(lambda: row._box._problem.text() == "There is nothing to change.")


def test_it_is_worked_by_keys_alone(qtbot: QtBot, row: SwitchRow, caretaker: Any) -> None:
    row.check.setFocus()
    qtbot.keyClick(row.check, Qt.Key.Key_Space)
    shown(qtbot, row)
    focused = row.window().focusWidget()
    assert isinstance(focused, QPushButton) and focused.text() == "Make this change"
    with qtbot.waitSignal(row.switched):
        qtbot.keyClick(focused, Qt.Key.Key_Space)
    assert row.window().focusWidget() is row.check
    assert nameless_controls(row) == []


@pytest.mark.parametrize("width", [300, 900])
def test_a_long_line_is_wrapped_and_not_cut(qtbot: QtBot, row: SwitchRow, width: int) -> None:
    row.resize(width, 400)
    row._box.show_change("+" + "/a-long-folder" * 30 + "\n")
    qtbot.wait(20)
    assert row._box._text.horizontalScrollBar().maximum() == 0


def test_where_there_is_nothing_to_switch_it_is_not_there(row: SwitchRow) -> None:
    row.show_state(SwitchState(is_possible=False))
    assert row.isHidden()
