"""What the user agreed to or took back in the window: keys into the keychain, names into the settings."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from tallylight.config.secrets import check_keychain, keep_key, read_key, remove_key
from tallylight.domain.consent import Agreement, changes_of, offer
from tallylight.gui.jobs import Jobs
from tallylight.ingest.assembly import now_ms
from tallylight.parts.reading import Reading
from tallylight.parts.settings_keeper import SettingsKeeper


class Consenting(QObject):
    """`settings_changed` tells the fields that change, `connected` how the test of a key went, `refused` a sentence
    where a key could not be taken or removed."""

    settings_changed = Signal(object)
    connected = Signal(str)
    refused = Signal(str)

    def __init__(
        self, jobs: Jobs, settings: SettingsKeeper, reading: Reading, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._settings = settings
        self._reading = reading

    @Slot(object)
    def answer(self, agreement: Agreement) -> None:
        """Connect what was agreed to, or ask no more. A keychain may take its time: it may have to be unlocked."""
        name = agreement.name
        if not offer(name).key:
            self._change(agreement)
        elif agreement.is_on:
            self._jobs.run(
                lambda: _accepted(agreement),
                lambda says: self._take(agreement, says),
                self.refused.emit,
                receiver=self,
            )
        else:
            self._change(agreement)
            self._jobs.run(lambda: remove_key(name), lambda _none: None, self.refused.emit, receiver=self)

    def _take(self, agreement: Agreement, says: str) -> None:
        self._change(agreement)
        self.connected.emit(says)

    def _change(self, agreement: Agreement) -> None:
        self.settings_changed.emit(changes_of(self._settings.current, agreement))
        self._reading.follow_feeds()


def _accepted(agreement: Agreement) -> str:
    """How the test of a key went. One that its provider refuses, or that could not be kept, is not sent or not kept."""
    from tallylight.ingest.connections import accepted

    name, key = agreement.name, agreement.key
    if key is not None:
        check_keychain(name)
    known = key or read_key(name)
    if known is None:
        raise ValueError("there is no key")
    says = accepted(name, known, now_ms(), agreement.whose)
    if key is not None:
        keep_key(name, key)
    return says
