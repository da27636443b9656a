"""Kinds of advice that are never given, each with a way back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from tallylight.domain.advice import Kind
from tallylight.gui import advice_words
from tallylight.gui.flow import Flow


class SilencedKinds(QWidget):
    """`taken_back` tells the name of a kind that is to be given again."""

    taken_back = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = Flow(self)
        self._shown: tuple[str, ...] = ()
        self.buttons: list[QPushButton] = []
        self.hide()

    def show_kinds(self, names: Sequence[str]) -> None:
        wanted = tuple(name for name in names if name in set(Kind))
        if wanted == self._shown:
            return
        self._shown = wanted
        for button in self.buttons:
            self._flow.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = [self._button(name) for name in wanted]
        self.setVisible(bool(wanted))

    def _button(self, name: str) -> QPushButton:
        button = QPushButton(self.tr("Advise again: {}").format(advice_words.kind(Kind(name))))
        button.setProperty("role", "link")
        button.clicked.connect(partial(self.taken_back.emit, name))
        self._flow.addWidget(button)
        return button
