"""What the user agreed to or took back in the window: keys into the keychain, names into the settings."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from tallylight.config.secrets import keep_key, remove_key
from tallylight.domain.consent import Agreement, offer
from tallylight.domain.feed import FeedState
from tallylight.domain.secret import Secret
from tallylight.gui.jobs import Jobs
from tallylight.ingest.assembly import now_ms
from tallylight.parts.reading import Reading
from tallylight.parts.settings_keeper import SettingsKeeper


class Consenting(QObject):
    """`settings_changed` tells the fields that change, `refused` a sentence where a key could not be kept."""

    settings_changed = Signal(object)
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
        if not agreement.is_on:
            self._change(agreement)
            if offer(agreement.name).key:
                name = agreement.name
                self._jobs.run(lambda: remove_key(name), lambda _none: None, self.refused.emit, receiver=self)
            return
        name, key, whose = agreement.name, agreement.key, agreement.whose
        if key is None:
            self._change(agreement)
        else:
            self._jobs.run(
                lambda: _keep_tested(name, key, whose),
                lambda _none: self._change(agreement),
                self.refused.emit,
                receiver=self,
            )

    @Slot(object)
    def take_files(self, paths: tuple[str, ...]) -> None:
        self._reading.submit(lambda meter: meter.billing.take_files(paths))

    def _change(self, agreement: Agreement) -> None:
        """Those that are asked from now on, without this one or with it."""
        others = tuple(name for name in self._settings.current.feeds if name != agreement.name)
        changes: dict[str, object] = {"feeds": (*others, agreement.name) if agreement.is_on else others}
        if (whose := offer(agreement.name).whose) is not None:
            changes[whose.setting] = agreement.whose
        self.settings_changed.emit(changes)
        self._reading.follow_feeds()


def _keep_tested(name: str, key: Secret, whose: str) -> None:
    """A key that its provider refuses is not kept. One that cannot be tested now is: the feed tells how it went."""
    from tallylight.ingest.connections import test_key

    found = test_key(name, key, now_ms(), whose)
    if found.state is FeedState.REFUSED:
        raise ValueError(found.says)
    keep_key(name, key)
