"""Which kinds of advice the user never wants to hear, as they are kept in the settings."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from tallylight.domain.settings import Settings


class Silencer(QObject):
    """`settings_changed` tells the kinds that are silent from now on."""

    settings_changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._silenced: tuple[str, ...] = ()

    def show_settings(self, settings: Settings) -> None:
        self._silenced = settings.silenced_advice

    @Slot(str)
    def silence(self, kind: str) -> None:
        if kind not in self._silenced:
            self.settings_changed.emit({"silenced_advice": (*self._silenced, kind)})

    @Slot(str)
    def take_back(self, kind: str) -> None:
        kept = tuple(name for name in self._silenced if name != kind)
        self.settings_changed.emit({"silenced_advice": kept})
