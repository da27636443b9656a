"""Lines that stand until somebody takes them back, each with a button that does."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from functools import partial

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from tallylight.gui.pieces import Elided, caption

translate = QCoreApplication.translate


class WayBack(QWidget):
    """`taken_back` tells the key of a line that is to end. `verb` stands on the buttons, "Speak again" unless given;
    `line` makes a label for the words."""

    taken_back = Signal(object)

    def __init__(
        self, parent: QWidget | None = None, *, verb: str = "", line: Callable[[], QLabel] = caption
    ) -> None:
        super().__init__(parent)
        self._verb = verb or translate("WayBack", "Speak again")
        self._line = line
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 2)
        self._column.setSpacing(0)
        self._shown: tuple[tuple[Hashable, str], ...] = ()
        self._rows: list[QWidget] = []
        self.hide()

    def show_lines(self, lines: Iterable[tuple[Hashable, str]]) -> None:
        """Keys and what they stand for. The rows are made anew only when there are others: a button keeps the
        focus."""
        if self._shown == (wanted := tuple(lines)):
            return
        self._shown = wanted
        for row in self._rows:
            row.hide()
            row.deleteLater()
        self._rows = [self._row(key, words) for key, words in wanted]
        for row in self._rows:
            self._column.addWidget(row)
        self.setVisible(bool(wanted))

    def _row(self, key: Hashable, words: str) -> QWidget:
        row = QWidget()
        across = QHBoxLayout(row)
        across.setContentsMargins(0, 0, 0, 0)
        text = Elided(self._line())
        text.setText(words)
        back = QPushButton(self._verb)
        back.setProperty("role", "link")
        back.setAccessibleName(f"{self._verb}: {words}")
        back.clicked.connect(partial(self.taken_back.emit, key))
        across.addWidget(text, 1)
        across.addWidget(back)
        return row
