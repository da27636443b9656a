"""Copying a summary: a line for a stand-up, a table for wherever tables go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from msgspec.structs import replace
from PySide6.QtCore import Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from tallylight.domain.order import Order
from tallylight.gui.command_child import CommandChild, Outcome
from tallylight.gui.export_words import Offer
from tallylight.gui.flow import Flow
from tallylight.gui.pieces import Elided, caption, set_text

#: Formats that are short enough to be pasted.
STANDUP, TABLE = "standup", "table"


class CopyButtons(QWidget):
    """What `order` says is copied, unless it says something else by then. Formats there are not are not shown."""

    def __init__(
        self, command: Sequence[str], order: Callable[[], Order], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._order = order
        self._asked: Order | None = None
        self.has_any = False
        self._child = CommandChild(command, self)
        self._child.ended.connect(self._copy)
        self._said = Elided(caption())
        self.buttons = {
            STANDUP: QPushButton(self.tr("Copy as standup line")),
            TABLE: QPushButton(self.tr("Copy table")),
        }
        buttons = QWidget()
        row = Flow(buttons)
        for name, button in self.buttons.items():
            button.clicked.connect(partial(self._ask, name))
            button.hide()
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(buttons)
        column.addWidget(self._said)
        self._said.hide()
        self.hide()

    def show_offers(self, offers: Sequence[Offer]) -> None:
        there = {offer.name for offer in offers if not offer.missing}
        for name, button in self.buttons.items():
            button.setVisible(name in there)
        self.has_any = not there.isdisjoint(self.buttons)
        self.setVisible(self.has_any)

    def follow(self) -> None:
        """The order may be another one: what was copied, or nearly, was not this one."""
        if self._asked is not None and self._asked != self._order():
            self._asked = None
            self._child.stop()
            set_text(self._said, "")

    def close_child(self) -> None:
        self._child.close()

    def _ask(self, name: str, _is_checked: bool = False) -> None:
        set_text(self._said, self.tr("Copying …"))
        self._asked = self._order()
        arguments = replace(self._asked, format=name).arguments()
        self._child.start([*arguments, "--output=-", "--no-scan"])

    @Slot(object)
    def _copy(self, outcome: Outcome) -> None:
        if outcome.problem:
            set_text(self._said, self.tr("Nothing was copied: {}").format(outcome.problem))
            return
        QGuiApplication.clipboard().setText(outcome.output.decode("utf-8-sig", "replace").rstrip("\n"))
        set_text(self._said, self.tr("Copied."))
