"""How much advice must save to be given, and to be a notice."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from tallylight.domain import money
from tallylight.domain.settings import Settings
from tallylight.gui.boxes import LimitBox
from tallylight.gui.flow import Flow
from tallylight.gui.pieces import caption


class AdviceFloors(QWidget):
    """`settings_changed` tells the amount that was typed."""

    settings_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = Settings()
        flow = Flow(self, gap=14)
        self.boxes: dict[str, LimitBox] = {}
        for field, words in (
            ("advice_floor_picousd", self.tr("Say what saves at least, $")),
            ("advice_notice_picousd", self.tr("Notices from, $ (0: none)")),
        ):
            flow.addWidget(self._pair(field, words))
        self.show_settings(self._settings)

    def _pair(self, field: str, words: str) -> QWidget:
        pair, box = QWidget(), LimitBox(words)
        box.editingFinished.connect(lambda: self._tell(field))
        self.boxes[field] = box
        row = QHBoxLayout(pair)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(5)
        row.addWidget(caption(words))
        row.addWidget(box)
        return pair

    def show_settings(self, settings: Settings) -> None:
        """What was chosen, without telling it back."""
        self._settings = settings
        for field, box in self.boxes.items():
            if not box.hasFocus():
                box.setValue(getattr(settings, field) / money.PICO)

    def _tell(self, field: str) -> None:
        amount = money.from_dollars(round(self.boxes[field].value(), 3))
        if amount != getattr(self._settings, field):
            self.settings_changed.emit({field: amount})
