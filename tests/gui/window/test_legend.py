"""A legend's entries stand beside each other, also after they changed."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tallylight.gui.legend import Key, Legend
from tallylight.gui.theme import Theme


def test_entries_that_change_are_arranged_anew(qtbot: QtBot, theme: Theme) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    legend = Legend()
    QVBoxLayout(window).addWidget(legend)
    window.resize(500, 100)
    window.show()
    for factor in (4, 5, 10):
        legend.show_keys([Key("running total", "#00f", "line"), Key(f"each turn ×{factor}", "#808")])
        entries = [legend.layout().itemAt(at).widget() for at in range(2)]
        qtbot.waitUntil(lambda shown=entries: shown[1].x() > shown[0].geometry().right())
        assert entries[0].y() == entries[1].y()
