"""Advice that the user wants to hear no more of, for good or in a session, each with a way back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QWidget

from tallylight.domain.advice import Kind
from tallylight.domain.effect import Given
from tallylight.gui import advice_words
from tallylight.gui.way_back import WayBack

translate = QCoreApplication.translate


class AdviceSilences(WayBack):
    """`kind_wanted` tells the name of a kind that is to be given again, `wanted` the key of advice that its session
    is to hear again."""

    kind_wanted = Signal(str)
    wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kinds: Sequence[tuple[tuple[str, str], str]] = ()
        self._declined: Sequence[tuple[tuple[str, str], str]] = ()
        self.taken_back.connect(self._tell)

    def show_kinds(self, names: Iterable[str]) -> None:
        never = translate("AdviceSilences", "Never said: {}")
        self._kinds = [
            (("kind", name), never.format(advice_words.kind(Kind(name))))
            for name in names
            if name in set(Kind)
        ]
        self.show_lines([*self._kinds, *self._declined])

    def show_given(self, given: Iterable[Given]) -> None:
        """One line for each kind that a session is to hear nothing of."""
        words = translate("AdviceSilences", "Not said in this session: {}")
        found = {
            (one.advice.session_id, one.advice.kind): (
                ("advice", one.advice.key),
                words.format(advice_words.followed(one)),
            )
            for one in given
            if one.is_declined
        }
        self._declined = list(found.values())
        self.show_lines([*self._kinds, *self._declined])

    def _tell(self, key: tuple[str, str]) -> None:
        what, name = key
        (self.kind_wanted if what == "kind" else self.wanted).emit(name)
