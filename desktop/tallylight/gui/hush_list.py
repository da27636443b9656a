"""What the user wants to hear nothing of, each with a way back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tallylight.domain.notices import Hush
from tallylight.gui import notice_words, wording
from tallylight.gui.pieces import Elided, caption

translate = QCoreApplication.translate


class HushList(QWidget):
    """`taken_back` tells the kind and name of one that is to end."""

    taken_back = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 2)
        self._column.setSpacing(0)
        self._shown: tuple[Hush, ...] = ()
        self._rows: list[QWidget] = []
        self.hide()

    def show_hushes(self, hushes: Sequence[Hush]) -> None:
        """The rows are made anew only when there are others: a button keeps the focus."""
        if self._shown == (wanted := tuple(hushes)):
            return
        self._shown = wanted
        for row in self._rows:
            row.hide()
            row.deleteLater()
        self._rows = [self._row(hush) for hush in wanted]
        for row in self._rows:
            self._column.addWidget(row)
        self.setVisible(bool(wanted))

    def _row(self, hush: Hush) -> QWidget:
        row, words = QWidget(), words_of(hush)
        across = QHBoxLayout(row)
        across.setContentsMargins(0, 0, 0, 0)
        text = Elided(caption())
        text.setText(words)
        back = QPushButton(translate("HushList", "Speak again"))
        back.setProperty("role", "link")
        back.setAccessibleName(translate("HushList", "Speak again: {}").format(words))
        back.clicked.connect(partial(self.taken_back.emit, hush.kind, hush.name))
        across.addWidget(text, 1)
        across.addWidget(back)
        return row


def words_of(hush: Hush) -> str:
    """ "Session muted: payments-api passed $10"; "Snoozed until 14:40: …"."""
    what = notice_words.headline(hush.last.title) if hush.last is not None else hush.name[:8]
    if hush.kind == "session":
        return translate("HushList", "Session muted: {}").format(what)
    return translate("HushList", "Snoozed until {}: {}").format(wording.moment(hush.until_ms), what)
