"""Calls from other threads arrive in the GUI thread, in order, whatever one of them does."""

from __future__ import annotations

import threading

from pytestqt.qtbot import QtBot

from tallylight.gui.crossing import Crossing


def test_calls_are_made_in_order_in_the_gui_thread(qtbot: QtBot) -> None:
    crossing, made = Crossing(), []

    def ask() -> None:
        for number in range(20_000):  # more than a socket holds
            crossing.call(lambda number=number: made.append((number, threading.current_thread())))  # type: ignore[misc]

    thread = threading.Thread(target=ask)
    thread.start()
    qtbot.waitUntil(lambda: len(made) == 20_000, timeout=10_000)
    thread.join()
    assert made == [(number, threading.main_thread()) for number in range(20_000)]


def test_an_error_does_not_keep_the_rest_waiting(qtbot: QtBot) -> None:
    crossing, made = Crossing(), []

    def fail() -> None:
        raise ValueError("a bug")

    with qtbot.captureExceptions() as caught:
        for work in (fail, lambda: made.append(1), fail, lambda: made.append(2)):
            crossing.call(work)
        qtbot.waitUntil(lambda: made == [1, 2], timeout=2000)
    assert len(caught) == 2


def test_nothing_is_called_after_closing(qtbot: QtBot) -> None:
    crossing, made = Crossing(), []
    crossing.call(lambda: made.append("early"))
    crossing.close()
    crossing.call(lambda: made.append("late"))
    qtbot.wait(50)
    assert not made
