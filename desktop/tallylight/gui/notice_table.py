"""Notices in a table: when, what, why, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QObject, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHeaderView, QWidget

from tallylight.domain.finding import Severity
from tallylight.domain.notices import Notice
from tallylight.gui import notice_words, wording
from tallylight.gui.row_model import Column, RowModel
from tallylight.gui.table import Table
from tallylight.gui.theme import Theme

translate = QCoreApplication.translate
_WHEN, _WHAT, _WHY, _DONE = range(4)


class NoticeModel(RowModel[Notice]):
    """Newest first, known by their keys."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        self._now_ms = 0
        columns: list[Column[Notice]] = [
            Column(
                translate("NoticeTable", "When"),
                lambda notice: notice_words.when(notice, self._now_ms),
                tip=lambda notice: wording.moment(notice.told_ms or notice.first_ms),
            ),
            Column(
                translate("NoticeTable", "What"),
                lambda notice: notice_words.headline(notice.finding.title),
                tint=_tint,
                tip=lambda notice: notice_words.said(notice.finding.title),
            ),
            Column(
                translate("NoticeTable", "Why"),
                lambda notice: notice_words.said(notice.finding.text),
                tint=lambda _notice: "muted",
                tip=lambda notice: notice_words.said(notice.finding.text),
            ),
            Column(
                translate("NoticeTable", "Done"),
                notice_words.done,
                is_number=True,
                tint=lambda notice: "muted" if not notice.holds and not notice.done else "",
            ),
        ]
        super().__init__(columns, lambda notice: notice.finding.key, theme, parent)

    def show_notices(self, notices: Sequence[Notice], now_ms: int) -> None:
        is_another_day = wording.day_of(now_ms) != wording.day_of(self._now_ms)
        self._now_ms = now_ms
        self.show(notices)
        if is_another_day and notices:
            self.dataChanged.emit(self.index(0, _WHEN), self.index(len(notices) - 1, _WHEN))


def _tint(notice: Notice) -> str:
    """Coloured while it is open; a glance finds what still holds."""
    if notice.done or not notice.holds:
        return ""
    return {Severity.WARNING: "near", Severity.ALERT: "over"}.get(notice.finding.severity, "")


class NoticeTable(Table):
    """What and Why share the width, the others take what they need."""

    def __init__(self, model: NoticeModel, name: str, parent: QWidget | None = None) -> None:
        super().__init__(model, name, parent=parent)
        header = self.horizontalHeader()
        header.setSectionResizeMode(_WHEN, QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(_WHY, QHeaderView.ResizeMode.Stretch)

    @Slot()
    def _measure(self) -> None:
        if not self.isVisible():
            return
        header = self.horizontalHeader()
        for column in (_WHEN, _DONE):
            header.resizeSection(column, max(self.sizeHintForColumn(column), header.sectionSizeHint(column)))
        room = self.viewport().width() - header.sectionSize(_WHEN) - header.sectionSize(_DONE)
        wanted = self.sizeHintForColumn(_WHAT) + self.fontMetrics().averageCharWidth() * 2
        header.resizeSection(_WHAT, max(header.minimumSectionSize(), min(wanted, room * 2 // 3)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()
