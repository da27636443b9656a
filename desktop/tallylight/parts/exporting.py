"""Exports from the tray application: the dialog, what is scheduled, and where it leads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices

from tallylight.domain.order import Order
from tallylight.domain.snapshot import Snapshot
from tallylight.gui.jobs import Jobs
from tallylight.gui.theme import Theme
from tallylight.ingest.assembly import now_ms
from tallylight.installed import command
from tallylight.ledger.days import day_of
from tallylight.parts.reading import Reading
from tallylight.parts.scheduling import Scheduling
from tallylight.parts.settings_keeper import SettingsKeeper

if TYPE_CHECKING:  # loaded when it is first opened
    from tallylight.gui.export_dialog import ExportDialog
    from tallylight.gui.export_words import Offer


class Exporting(QObject):
    """`settings_changed` tells the fields of Settings that the user changed, by name."""

    settings_changed = Signal(object)

    def __init__(
        self,
        theme: Theme,
        jobs: Jobs,
        settings: SettingsKeeper,
        reading: Reading,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._jobs, self._settings, self._reading = theme, jobs, settings, reading
        self.command = command()
        self._dialog: ExportDialog | None = None
        self._is_demo = False
        self._known: object = None
        self._scheduling = Scheduling(settings, jobs, self.command, parent=self)
        self._scheduling.runs_changed.connect(self._take_runs)

    def offers(self) -> list[Offer]:
        """Every format there is."""
        from tallylight.domain.report import Needs
        from tallylight.gui.export_words import Offer
        from tallylight.ingest.outbox import EXPORTS, missing

        return [
            Offer(
                export.name,
                export.label,
                export.suffix,
                is_text=export.is_text,
                is_rows_only=export.needs is not Needs.SUMMARY,
                shown_as=export.shown_as,
                missing=missing(export),
            )
            for export in EXPORTS
        ]

    @Slot()
    @Slot(object)
    def open(self, order: Order | None = None) -> None:
        """The dialog, with `order` or else what was chosen last."""
        dialog = self._dialog or self._made_dialog()
        dialog.close_off(self._reason())
        dialog.start(self.offers(), day_of(now_ms()), order)
        self._show_schedules()
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()
        self._scheduling.look()

    def show_run(self, path: str) -> None:
        """The folder of what a schedule wrote, or the schedules where one wrote nothing."""
        if path:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(path).parent)))
        else:
            self.open()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self._scheduling.show_snapshot(snapshot)
        if snapshot.is_demo != self._is_demo:
            self._is_demo = snapshot.is_demo
            self._leave_dialog()  # it asked another ledger
        known = snapshot.requests_known, snapshot.today_picousd
        if known != self._known:
            self._known = known
            if self._dialog is not None:
                self._dialog.show_news()

    def show_settings(self) -> None:
        """Schedules may have changed."""
        self._show_schedules()
        self._scheduling.look()

    def close(self) -> None:
        """No process and no window is left."""
        self._scheduling.close()
        self._leave_dialog()

    def _reason(self) -> str:
        if self._is_demo:
            return self.tr("The demo’s figures are invented. Leave the demo to export your own.")
        return ""

    def _made_dialog(self) -> ExportDialog:
        from tallylight.gui.export_dialog import ExportDialog

        dialog = ExportDialog(self._theme, self._reading.library(), self._jobs, self.command, now_ms)
        dialog.schedules_changed.connect(self._keep_schedules)
        self._dialog = dialog
        return dialog

    def _leave_dialog(self) -> None:
        if self._dialog is not None:
            dialog, self._dialog = self._dialog, None
            dialog.close_children()
            dialog.close()
            dialog.deleteLater()

    @Slot(object)
    def _keep_schedules(self, schedules: Sequence[object]) -> None:
        self.settings_changed.emit({"schedules": tuple(schedules)})

    @Slot(object)
    def _take_runs(self, runs: Sequence[object]) -> None:
        taken = self._scheduling.runs
        self._reading.submit(lambda meter: meter.alerting.take_runs(taken))
        self._show_schedules()

    def _show_schedules(self) -> None:
        if self._dialog is not None:
            self._dialog.show_schedules(
                self._settings.current.schedules, self._scheduling.runs, self.offers()
            )
