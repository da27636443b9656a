"""What the user wants to hear nothing of, each with a way back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QWidget

from tallylight.domain.notices import Hush
from tallylight.gui import notice_words, wording
from tallylight.gui.way_back import WayBack

translate = QCoreApplication.translate


class HushList(WayBack):
    """`ended` tells the kind and name of one that is to end."""

    ended = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.taken_back.connect(lambda key: self.ended.emit(*key))

    def show_hushes(self, hushes: Sequence[Hush]) -> None:
        self.show_lines(((hush.kind, hush.name), words_of(hush)) for hush in hushes)


def words_of(hush: Hush) -> str:
    """ "Session muted: payments-api passed $10"; "Snoozed until 14:40: …"."""
    what = notice_words.headline(hush.last.title) if hush.last is not None else hush.name[:8]
    if hush.kind == "session":
        return translate("HushList", "Session muted: {}").format(what)
    return translate("HushList", "Snoozed until {}: {}").format(wording.moment(hush.until_ms), what)
