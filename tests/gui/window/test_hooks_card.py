from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from tallylight.domain.snapshot import Part, RootStatus
from tallylight.gui.hooks_card import HooksCard
from tallylight.gui.jobs import Jobs
from tallylight.gui.theme import Theme
from tallylight.parts.connecting import Connecting


def of_cursor(state: str) -> tuple[RootStatus, ...]:
    return (RootStatus(source="cursor", path="~/.cursor", is_found=True, parts=(Part("hooks", state),)),)


@pytest.fixture
def card(qtbot: QtBot, theme: Theme) -> HooksCard:
    made = HooksCard()
    qtbot.addWidget(made)
    return made


def shown(card: HooksCard) -> list[str]:
    return [button.text() for button in card.findChildren(QPushButton) if not button.isHidden()]


def press(card: HooksCard, text: str) -> None:
    next(button for button in card.findChildren(QPushButton) if button.text() == text).click()


def test_it_is_there_where_cursor_is(card: HooksCard) -> None:
    card.show_roots((RootStatus(source="claude-code", path="~/.claude"),))
    assert card.isHidden()
    card.show_roots(of_cursor("absent"))
    assert not card.isHidden() and shown(card) == ["Connect…"]
    card.show_roots(of_cursor("present"))
    assert shown(card) == ["Disconnect…"]


def test_nothing_is_made_before_it_was_shown(qtbot: QtBot, card: HooksCard) -> None:
    card.show_roots(of_cursor("absent"))
    with qtbot.waitSignal(card.asked) as asked:
        press(card, "Connect…")
    assert asked.args == [True]
    card.show_change("+ a line", "")
    assert shown(card) == ["Make this change", "Cancel"]
    press(card, "Cancel")
    assert shown(card) == ["Connect…"]
    card.show_change("+ a line", "")
    with qtbot.waitSignal(card.confirmed):
        press(card, "Make this change")


def test_a_problem_is_said(card: HooksCard) -> None:
    card.show_roots(of_cursor("absent"))
    card.show_change("", "it is not plain JSON")
    assert shown(card) == ["Connect…"] and card._box._problem.text() == "it is not plain JSON"


def test_the_window_puts_it_in_and_takes_it_out(
    qtbot: QtBot, qapp: QApplication, jobs: Jobs, private_machine: Path
) -> None:
    made: list[Callable[[], None]] = []
    connecting = Connecting(jobs, lambda: made.append(connecting.make))
    path = private_machine / ".cursor" / "hooks.json"
    for count, is_to_connect in enumerate((True, False), start=1):
        with qtbot.waitSignal(connecting.planned) as planned:
            connecting.plan(is_to_connect)
        assert "cursor-recorder" in planned.args[0] and planned.args[1] == ""
        connecting.make()
        qtbot.waitUntil(lambda count=count: len(made) == count)
        assert path.exists() is is_to_connect
    path.parent.mkdir(exist_ok=True)
    path.write_text("not json")
    with qtbot.waitSignal(connecting.planned) as planned:
        connecting.plan(True)
    assert planned.args[0] == "" and "by hand" in planned.args[1]
