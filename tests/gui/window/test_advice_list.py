"""A list of advice: a piece counts as seen when it is painted, and not while nobody can see it."""

from __future__ import annotations

from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from advice_factories import an_advice
from tallylight.domain.advice import Kind
from tallylight.gui.advice_list import AdviceList
from tallylight.gui.theme import Theme


def test_only_what_was_painted_was_seen(qtbot: QtBot, theme: Theme) -> None:
    area, body, notes = QScrollArea(), QWidget(), AdviceList(theme)
    column = QVBoxLayout(body)
    column.addSpacing(2000)
    column.addWidget(notes)
    area.setWidget(body)
    area.setWidgetResizable(True)
    area.resize(300, 200)
    qtbot.addWidget(area)
    seen: list[str] = []
    notes.seen.connect(seen.append)
    advice = an_advice(), an_advice(Kind.AGENTS)
    notes.show_advice(advice)
    qtbot.wait(50)
    assert not seen  # the window is closed
    area.show()
    qtbot.waitExposed(area)
    qtbot.wait(50)
    assert not seen  # it is below the edge
    area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())
    qtbot.waitUntil(lambda: set(seen) == {one.key for one in advice})
    assert len(seen) == 2
