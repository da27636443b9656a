"""When notices are shown: quiet hours, and none at all."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QTime, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QWidget

from tallylight.domain.settings import Settings
from tallylight.gui.boxes import TimeBox, level
from tallylight.gui.flow import Flow
from tallylight.gui.pieces import caption

translate = QCoreApplication.translate
#: Proposed when quiet hours are first switched on.
USUAL = ("19:00", "08:00")


class QuietEditor(QWidget):
    """`settings_changed` tells the fields of Settings that change, at once."""

    settings_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hours = QCheckBox(self.tr("Quiet from"))
        self._hours.setAccessibleName(self.tr("Quiet hours"))
        self._start, self._end = TimeBox(self.tr("Quiet from")), TimeBox(self.tr("Quiet until"))
        self._pause = QCheckBox(self.tr("Pause all notices"))
        row = Flow(self, gap=10)
        parts = (self._hours, self._start, caption(self.tr("to")), self._end, self._pause)
        for widget in parts:
            row.addWidget(widget)
        level(*parts)
        self._hours.toggled.connect(self._tell_hours)
        self._start.editingFinished.connect(self._tell_hours)
        self._end.editingFinished.connect(self._tell_hours)
        self._pause.toggled.connect(lambda is_on: self.settings_changed.emit({"is_quiet": is_on}))
        self._told: tuple[str, str] | None = None

    def show_settings(self, settings: Settings) -> None:
        """What was chosen, without telling it back."""
        widgets = (self._hours, self._start, self._end, self._pause)
        for widget in widgets:
            widget.blockSignals(True)
        self._told = settings.quiet_hours
        start, end = settings.quiet_hours or USUAL
        self._start.setTime(QTime.fromString(start, "HH:mm"))
        self._end.setTime(QTime.fromString(end, "HH:mm"))
        self._hours.setChecked(settings.quiet_hours is not None)
        self._pause.setChecked(settings.is_quiet)
        for widget in widgets:
            widget.blockSignals(False)
        self._follow()

    def _follow(self) -> None:
        self._start.setEnabled(self._hours.isChecked())
        self._end.setEnabled(self._hours.isChecked())

    @Slot()
    def _tell_hours(self) -> None:
        self._follow()
        chosen = (self._start.time().toString("HH:mm"), self._end.time().toString("HH:mm"))
        hours = chosen if self._hours.isChecked() else None
        if hours != self._told:
            self._told = hours
            self.settings_changed.emit({"quiet_hours": hours})


def quiet_sentence(settings: Settings) -> str:
    """ "Quiet 19:00–08:00 · at most one a minute"."""
    if settings.is_quiet:
        return translate("QuietEditor", "All notices are paused")
    if settings.quiet_hours is None:
        return translate("QuietEditor", "No quiet hours · at most one a minute")
    hours = "–".join(settings.quiet_hours)
    return translate("QuietEditor", "Quiet {} · at most one a minute").format(hours)
