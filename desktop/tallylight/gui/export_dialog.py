"""The Export dialog: what, with which names, where to, and again by itself, beside exactly what leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date as Date  # noqa: N812 a parameter is called date

import msgspec
from PySide6.QtCore import QSettings, QSize, QStandardPaths, Signal, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from tallylight.domain.order import Order
from tallylight.domain.schedule import Schedule, ScheduledRun
from tallylight.gui.clipping import CopyButtons
from tallylight.gui.export_form import ExportForm
from tallylight.gui.export_place import ExportPlace
from tallylight.gui.export_preview import ExportPreview
from tallylight.gui.export_run import ExportRun
from tallylight.gui.export_words import Offer
from tallylight.gui.flow import Beside
from tallylight.gui.jobs import Jobs
from tallylight.gui.library import Library
from tallylight.gui.pieces import CAPTION, Card, Wrapped, caption, label, set_text
from tallylight.gui.question import Question
from tallylight.gui.schedule_card import ScheduleCard
from tallylight.gui.scopes import Names, known_names
from tallylight.gui.scroll_page import ScrollPage
from tallylight.gui.theme import Theme
from tallylight.gui.window_style import window_style

USUAL_SIZE = QSize(1000, 760)
#: Where the last order and place are kept.
_ORDER, _PLACE = "export/order", "export/place"


class ExportDialog(QDialog):
    """Not modal. Every export runs in a process of its own. `schedules_changed` tells all schedules."""

    schedules_changed = Signal(object)

    def __init__(
        self,
        theme: Theme,
        library: Library,
        jobs: Jobs,
        command: Sequence[str],
        now_ms: Callable[[], int],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._library = theme, library
        self._is_closed_off = False
        self._names = Question[Names](jobs, self._show_names, self._ignore, self)
        self.setWindowTitle(self.tr("Export"))
        self.form, self.place = ExportForm(), ExportPlace()
        self.preview = ExportPreview(command)
        self.run = ExportRun(command)
        self.schedules = ScheduleCard(now_ms)
        self.copies = CopyButtons(command, lambda: self.form.order)
        self._reason = Wrapped(label(role="over", factor=CAPTION))
        self._compose()
        self._connect()
        theme.changed.connect(self._dress)
        self._dress()
        self.resize(USUAL_SIZE.boundedTo(self.screen().availableSize()))

    def _compose(self) -> None:
        card = Card()
        column = QVBoxLayout(card)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(9)
        column.addWidget(label(self.tr("Export"), factor=1.4, weight=QFont.Weight.Bold))
        for part in (self._reason, self.form, caption(self.tr("Save in")), self.place, self.run, self.copies):
            column.addWidget(part)
        column.addStretch(1)
        self._reason.hide()
        body = QWidget()
        whole = QVBoxLayout(body)
        whole.setContentsMargins(16, 14, 16, 16)
        whole.setSpacing(12)
        whole.addWidget(Beside([card, self.preview], em=52, shares=[5, 6]), 1)
        whole.addWidget(self.schedules)
        area = ScrollPage(self.tr("Export"))
        area.hold(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    def _connect(self) -> None:
        self.form.changed.connect(self._follow)
        self.place.changed.connect(self._follow_place)
        self.run.wanted.connect(self._export)
        self.schedules.changed.connect(self.schedules_changed)
        self.schedules.order_wanted.connect(self._show_schedule)

    @Slot()
    def _dress(self) -> None:
        self.setStyleSheet(window_style(self._theme.palette))

    # -- what is shown

    def start(self, offers: Sequence[Offer], today: Date, order: Order | None = None) -> None:
        """Offer these formats, with `order` or else what was chosen last."""
        self.form.blockSignals(True)
        self.form.show_offers(offers)
        self.copies.show_offers(offers)
        before = _kept_order()
        if order is not None and before is not None:
            order = msgspec.structs.replace(
                order, format=before.format, detail=before.detail, redact=before.redact
            )
        if (chosen := order or before) is not None:
            self.form.show_order(chosen)
        self.form.blockSignals(False)
        if not self.place.path:
            self.place.show_path(_kept_place())
        library = self._library  # a job may hold nothing of Qt
        self._names.ask(lambda: known_names(library, today), replaces=True)
        self._follow()
        self.form.setFocus()

    def show_schedules(
        self, schedules: Sequence[Schedule], runs: Sequence[ScheduledRun], offers: Sequence[Offer]
    ) -> None:
        self.schedules.show_schedules(schedules, runs, offers)

    def show_news(self) -> None:
        """The ledger holds something else than when the preview was made."""
        if not self._is_closed_off:
            self.preview.show_news()

    def close_off(self, reason: str) -> None:
        """Nothing can be exported now, because of this; "" for no reason."""
        self._is_closed_off = bool(reason)
        set_text(self._reason, reason)
        for part in (self.form, self.place, self.run, self.copies, self.schedules):
            part.setEnabled(not reason)
        if reason:
            self.preview.clear("")

    def close_children(self) -> None:
        """No process is left."""
        self.preview.close_child()
        self.run.close_child()
        self.copies.close_child()

    def done(self, result: int) -> None:
        """Closing hides; what is being written goes on, what was only looked at does not."""
        self.preview.close_child()
        super().done(result)

    # -- following what is chosen

    @Slot()
    def _follow(self) -> None:
        offer = self.form.offer
        if offer is None or self._is_closed_off:
            return
        self.place.expect(offer.suffix)
        order = self.form.order
        self.run.export.setEnabled(not offer.missing)
        self.copies.follow()
        self._follow_place()
        if offer.missing:
            self.preview.clear("")
        else:
            self.preview.show_order(order, offer)

    @Slot()
    def _follow_place(self) -> None:
        self.schedules.show_order(self.form.order, self.place.folder)
        self.run.follow(self._arguments())

    def _arguments(self) -> list[str]:
        return [*self.form.order.arguments(), f"--output={self.place.target}", "--no-scan", "--progress"]

    @Slot(object)
    def _export(self, more: Sequence[str]) -> None:
        order = self.form.order
        if not self.place.path:
            self.place.show_path(_documents())
        path = self.place.path
        keep = _settings()
        keep.setValue(_ORDER, msgspec.json.encode(order).decode())
        keep.setValue(_PLACE, path)
        self.run.start(self._arguments(), more)

    @Slot(object)
    def _show_schedule(self, schedule: Schedule) -> None:
        self.form.show_order(schedule.order)
        self.place.show_path(schedule.folder)

    def _show_names(self, names: Names) -> None:
        self.form.show_names(names)

    def _ignore(self, _sentence: str) -> None:
        """Without names the filters that were taken over still hold; the preview says what is wrong."""


def _settings() -> QSettings:
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "tallylight", "window")


def _kept_order() -> Order | None:
    try:
        return msgspec.json.decode(str(_settings().value(_ORDER, "")), type=Order)
    except msgspec.MsgspecError:
        return None


def _kept_place() -> str:
    return str(_settings().value(_PLACE, "")) or _documents()


def _documents() -> str:
    return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
