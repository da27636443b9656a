"""The list of notices, what can be done about each, and when none is wanted."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QCoreApplication, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from tallylight.domain.notices import MOST_SHOWN, Notice
from tallylight.domain.settings import Settings
from tallylight.domain.snapshot import Snapshot
from tallylight.gui import notice_words
from tallylight.gui.flow import Flow
from tallylight.gui.hush_list import HushList
from tallylight.gui.notice_table import NoticeModel, NoticeTable
from tallylight.gui.pieces import Card, Elided, Wrapped, caption
from tallylight.gui.quiet_editor import QuietEditor, quiet_sentence
from tallylight.gui.theme import Theme


class NoticesCard(Card):
    """`answered` tells a notice's key and what was done, `place_wanted` its Finding, when it is opened, and
    `speak_again_wanted` the kind and name of a hush that is to end."""

    answered = Signal(str, str)
    speak_again_wanted = Signal(str, str)
    place_wanted = Signal(object)
    settings_changed = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Notices"))
        self._model = NoticeModel(theme, self)
        self.table = NoticeTable(self._model, self.tr("Notices"))
        self.table.show_all_rows()
        self.table.opened.connect(self._open)
        self.table.selected.connect(self._offer)
        self._quiet_line = Elided(caption())
        self._change = QPushButton(self.tr("Change"))
        self._change.setCheckable(True)
        self._change.setProperty("role", "link")
        self._change.setAccessibleName(self.tr("Change when notices are shown"))
        self.quiet = QuietEditor()
        self.quiet.settings_changed.connect(self.settings_changed)
        self.quiet.hide()
        self._change.toggled.connect(self.quiet.setVisible)
        self._none = Wrapped(
            caption(self.tr("No notice yet. What Tallylight tells you is kept here, with what led to it."))
        )
        self._whole = Wrapped(caption())
        # Its room is kept: rows must not move under the pointer that chooses one.
        self._whole.setMinimumHeight(2 * self._whole.fontMetrics().lineSpacing())
        self._whole.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._hushes = HushList()
        self._hushes.ended.connect(self.speak_again_wanted)
        self._bound = Wrapped(
            caption(self.tr("The newest {} are shown; all are kept in the ledger.").format(MOST_SHOWN))
        )
        self._acts = self._actions()
        self._arrange()
        self._offer(None)

    def _actions(self) -> QWidget:
        box = QWidget()
        row = Flow(box)
        self._open_button = QPushButton(self.tr("Open"))
        self._open_button.clicked.connect(lambda: self._open(self.table.current()))
        self._snooze = QPushButton(self.tr("Snooze"))
        menu = QMenu(self._snooze)
        for answer, text in (
            ("snoozed:1h", self.tr("for 1 h")),
            ("snoozed:today", self.tr("today")),
            ("snoozed:period", self.tr("this period")),
        ):
            menu.addAction(text, partial(self._answer, answer))
        self._snooze.setMenu(menu)
        self._mute, self._dismiss = QPushButton(self.tr("Mute this session")), QPushButton(self.tr("Dismiss"))
        self._mute.clicked.connect(lambda: self._answer("muted"))
        self._dismiss.clicked.connect(lambda: self._answer("dismissed"))
        for button in (self._open_button, self._snooze, self._mute, self._dismiss):
            row.addWidget(button)
        return box

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self._quiet_line, 1)
        top.addWidget(self._change)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 9, 12, 11)
        column.setSpacing(5)
        column.addLayout(top)
        for part in (self.quiet, self._hushes, self._none, self._acts, self._whole, self.table, self._bound):
            column.addWidget(part)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        notices = [n for n in snapshot.notices if n.told_ms or n.holds]
        self._model.show_notices(notices, snapshot.at_ms)
        for part in (self.table, self._acts, self._whole):
            part.setVisible(bool(notices))
        self._none.setVisible(not notices)
        self._bound.setVisible(len(snapshot.notices) >= MOST_SHOWN)
        self._hushes.show_hushes(snapshot.hushes)
        self._offer(self.table.current())

    def show_settings(self, settings: Settings) -> None:
        self.quiet.show_settings(settings)
        self._quiet_line.setText(quiet_sentence(settings))

    @Slot(object)
    def _offer(self, row: object) -> None:
        notice = row if isinstance(row, Notice) else None
        hint = self.tr("Choose a notice to read all of it.")
        self._whole.setText(hint if notice is None else _whole(notice))
        is_open = notice is not None and notice.holds and not notice.done
        self._open_button.setEnabled(notice is not None)
        self._open_button.setText(
            self.tr("Open") if notice is None else notice_words.actions(notice.finding)[0][1]
        )
        self._snooze.setEnabled(is_open)
        self._dismiss.setEnabled(is_open)
        self._mute.setEnabled(
            notice is not None and bool(notice.finding.session_id) and notice.done != "muted"
        )

    @Slot(object)
    def _open(self, row: object) -> None:
        if isinstance(row, Notice):
            self.answered.emit(row.finding.key, "opened")
            self.place_wanted.emit(row.finding)

    def _answer(self, answer: str) -> None:
        row = self.table.current()
        if isinstance(row, Notice):
            self.answered.emit(row.finding.key, answer)


def _whole(notice: Notice) -> str:
    """All of what was told, and what it has become since."""
    translate = QCoreApplication.translate
    told = f"{notice_words.said(notice.finding.title)}. {notice_words.said(notice.finding.text)}"
    if not (now := notice_words.now(notice)):
        return told
    words = (
        translate("NoticesCard", "Now: {}") if notice.holds else translate("NoticesCard", "At the end: {}")
    )
    return f"{told}\n{words.format(now)}"
