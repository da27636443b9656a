"""Settings, the first section: how the program starts, looks, and counts weeks."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale, Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QFormLayout, QWidget

from tallylight.domain.settings import Settings
from tallylight.gui.agreeing import agrees
from tallylight.gui.pieces import Choice, Wrapped, caption, label
from tallylight.gui.section import Section
from tallylight.gui.segments import Segments


class GeneralSection(Section):
    """`settings_changed` tells the fields of Settings that change, at once."""

    theme_chosen = Signal(str)
    meter_pinned = Signal(bool)
    settings_changed = Signal(object)

    def __init__(self, autostart: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("GeneralSection", "General"), parent=parent)
        self._looks = Segments(
            self.tr("Colours"),
            {"auto": self.tr("As the desktop"), "light": self.tr("Light"), "dark": self.tr("Dark")},
        )
        self._week = Choice()
        self._week.setAccessibleName(self.tr("Weeks begin on"))
        for day in range(7):
            self._week.addItem(QLocale().standaloneDayName(day + 1))
        self._pin = QCheckBox(self.tr("Keep a small meter on top of other windows"))
        self._titles = QCheckBox(self.tr("Keep the titles that agents give their sessions"))
        forget = Wrapped(caption(self.tr("Switched off, those that are kept are deleted.")))
        forget.setContentsMargins(20, 0, 0, 0)
        choices = QWidget()
        form = QFormLayout(choices)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(14)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        form.addRow(label(self.tr("Colours")), self._looks)
        form.addRow(label(self.tr("Weeks begin on")), self._week)
        for part in (autostart, self._pin, choices, self._titles, forget):
            self.add(part)
        self._looks.chosen.connect(self.theme_chosen)
        self._week.activated.connect(lambda day: self.settings_changed.emit({"week_starts_on": day}))
        self._pin.clicked.connect(self.meter_pinned)
        self._titles.clicked.connect(self._choose_titles)

    def show_settings(self, settings: Settings) -> None:
        """What was chosen, without telling it back."""
        self._looks.choose(settings.theme)
        self._week.setCurrentIndex(settings.week_starts_on)
        self._pin.setChecked(settings.is_meter_pinned)
        self._titles.setChecked(settings.keep_titles)

    @Slot(bool)
    def _choose_titles(self, is_on: bool) -> None:
        """Keeping none deletes those that are kept: it is asked for once more."""
        if is_on or agrees(
            self,
            self.tr("Delete titles"),
            self.tr("Delete the titles of all sessions, now and from now on?"),
            self.tr("Those whose logs are gone cannot be read again. A backup keeps them."),
            self.tr("Delete them"),
        ):
            self.settings_changed.emit({"keep_titles": is_on})
        else:
            self._titles.setChecked(True)
