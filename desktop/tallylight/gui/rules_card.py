"""What Tallylight watches for: each rule with a switch and its thresholds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QCoreApplication, Qt, Signal, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tallylight.domain.settings import Settings
from tallylight.gui.boxes import LimitBox, level
from tallylight.gui.flow import Beside, Flow
from tallylight.gui.pieces import Card, caption, label
from tallylight.gui.theme import Theme

translate = QCoreApplication.translate
#: Of each rule its name, its label, and its limits by name: (label, default).
RuleRow = tuple[str, str, Mapping[str, tuple[str, float]]]


class RulesCard(Card):
    """`settings_changed` tells the fields of Settings that change, at once."""

    settings_changed = Signal(object)

    def __init__(self, rules: Sequence[RuleRow], theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAccessibleName(self.tr("What Tallylight watches for"))
        self._defaults = {
            name: {key: value for key, (_, value) in limits.items()} for name, _, limits in rules
        }
        self._settings = Settings()
        self._switches: dict[str, QCheckBox] = {}
        self._boxes: dict[tuple[str, str], LimitBox] = {}
        self._count = caption()
        self._reset, self._change = QPushButton(self.tr("Back to the usual")), QPushButton(self.tr("Change"))
        self._change.setCheckable(True)
        self._change.setAccessibleName(self.tr("Change what Tallylight watches for"))
        for link in (self._reset, self._change):
            link.setProperty("role", "link")
        self._reset.clicked.connect(self._go_back)
        top = QHBoxLayout()
        top.addWidget(label(self.tr("What Tallylight watches for"), weight=QFont.Weight.DemiBold))
        top.addStretch(1)
        top.addWidget(self._count)
        top.addWidget(self._change)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 9, 12, 11)
        column.setSpacing(4)
        column.addLayout(top)
        self._rows = QWidget()
        column.addWidget(self._rows)
        below = QVBoxLayout(self._rows)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(4)
        for rule in rules:
            below.addWidget(self._row(*rule))
        below.addWidget(self._reset, 0, Qt.AlignmentFlag.AlignLeft)
        self._rows.hide()
        self._change.toggled.connect(self._rows.setVisible)
        widest = max((switch.sizeHint().width() for switch in self._switches.values()), default=0)
        for switch in self._switches.values():
            switch.setMinimumWidth(widest)  # the thresholds then stand in a column
        self.setVisible(bool(rules))
        self.show_settings(self._settings)

    def _row(self, name: str, text: str, limits: Mapping[str, tuple[str, float]]) -> QWidget:
        switch = QCheckBox(translate("Rule", text))
        switch.toggled.connect(self._tell_switches)
        self._switches[name] = switch
        pairs = [self._limit(name, key, text, words) for key, (words, _) in limits.items()]
        level(switch, *pairs)
        thresholds = QWidget()
        flow = Flow(thresholds, gap=12)
        for pair in pairs:
            flow.addWidget(pair)
        return Beside([switch, thresholds], em=42, shares=[0, 1])

    def _limit(self, name: str, key: str, text: str, words: str) -> QWidget:
        pair = QWidget()
        row = QHBoxLayout(pair)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(5)
        words = translate("Rule", words)
        box = LimitBox(f"{translate('Rule', text)}: {words}")
        box.editingFinished.connect(lambda: self._tell_limit(name, key))
        self._boxes[name, key] = box
        row.addWidget(caption(words))
        row.addWidget(box)
        return pair

    def show_settings(self, settings: Settings) -> None:
        """What was chosen, without telling it back."""
        self._settings = settings
        for name, switch in self._switches.items():
            switch.blockSignals(True)
            switch.setChecked(name not in settings.silenced_rules)
            switch.blockSignals(False)
        for (name, key), box in self._boxes.items():
            box.setValue(settings.limits.get(name, {}).get(key, self._defaults[name][key]))
            box.setEnabled(name not in settings.silenced_rules)
        self._reset.setVisible(bool(settings.limits or settings.silenced_rules))
        on = sum(switch.isChecked() for switch in self._switches.values())
        self._count.setText(self.tr("{} of {} on").format(on, len(self._switches)))

    @Slot()
    def _tell_switches(self) -> None:
        off = {name for name, switch in self._switches.items() if not switch.isChecked()}
        # Rules of a later version, which are not shown here, keep their choice.
        unknown = [name for name in self._settings.silenced_rules if name not in self._switches]
        self.settings_changed.emit({"silenced_rules": (*unknown, *sorted(off))})

    def _tell_limit(self, name: str, key: str) -> None:
        value = self._boxes[name, key].value()
        if value == self._settings.limits.get(name, {}).get(key, self._defaults[name][key]):
            return
        own = {**self._settings.limits.get(name, {}), key: value}
        if value == self._defaults[name][key]:
            del own[key]
        limits = {**self._settings.limits, name: own}
        self.settings_changed.emit({"limits": {rule: chosen for rule, chosen in limits.items() if chosen}})

    @Slot()
    def _go_back(self) -> None:
        self.settings_changed.emit({"limits": {}, "silenced_rules": ()})
