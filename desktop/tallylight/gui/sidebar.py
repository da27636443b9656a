"""The left edge of the window: its pages, today's fare, and how far history has been read."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QLocale, Signal
from PySide6.QtGui import QFont, QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QFrame, QProgressBar, QPushButton, QVBoxLayout, QWidget

from tallylight.domain import format as form
from tallylight.domain.snapshot import Progress, Snapshot
from tallylight.gui import sentences
from tallylight.gui.pieces import caption, figure, label

#: Steps of the bar: bytes do not fit into Qt's 32 bits.
STEPS = 1000


class Sidebar(QFrame):
    """`page_chosen` tells the name of the page that was clicked."""

    page_chosen = Signal(str)

    def __init__(self, pages: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "sidebar")
        self.setFixedWidth(self.fontMetrics().averageCharWidth() * 23)
        self._buttons: dict[str, QPushButton] = {}
        self._names: dict[str, str] = {}
        self._group = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 18, 8, 14)
        column.setSpacing(3)
        name = label("● Tallylight", factor=1.1, weight=QFont.Weight.Bold)
        name.setContentsMargins(10, 0, 0, 10)
        column.addWidget(name)
        for at, (page, text) in enumerate(pages.items(), start=1):
            column.addWidget(self._button(page, text, at))
        self._alone = caption(
            self.tr(
                "This desktop has no tray: closing the window ends Tallylight, unless the small meter is pinned."
            )
        )
        self._alone.setWordWrap(True)
        self._alone.setContentsMargins(10, 10, 6, 0)
        self._alone.hide()
        column.addWidget(self._alone)
        column.addStretch(1)
        self._today_caption, self._today, self._typical = caption(self.tr("Today")), figure(), caption()
        self._reading = self._progress_box()
        for widget in (self._today_caption, self._today, self._typical):
            widget.setContentsMargins(10, 0, 0, 0)
            column.addWidget(widget)
        column.addWidget(self._reading)

    def _button(self, page: str, text: str, at: int) -> QPushButton:
        button = QPushButton(text)
        self._names[page] = text
        button.setCheckable(True)
        button.setProperty("role", "page")
        keys = QKeySequence(f"Ctrl+{at}")
        button.setToolTip(keys.toString(QKeySequence.SequenceFormat.NativeText))
        # A button's own shortcut would wait for the end of its animation.
        QShortcut(keys, self, lambda: self.page_chosen.emit(page))
        button.clicked.connect(lambda: self.page_chosen.emit(page))
        self._group.addButton(button)
        self._buttons[page] = button
        return button

    def _progress_box(self) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(10, 12, 6, 0)
        column.setSpacing(4)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, STEPS)
        self._bar.setAccessibleName(self.tr("Reading history"))
        self._read = caption()
        self._read.setWordWrap(True)
        column.addWidget(self._bar)
        column.addWidget(self._read)
        # The space stays taken while nothing is read: the column must not jump.
        policy = box.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        box.setSizePolicy(policy)
        self._read.setMinimumHeight(self._read.fontMetrics().lineSpacing() * 4)
        box.hide()
        return box

    def choose(self, page: str) -> None:
        chosen = self._buttons[page]
        chosen.setChecked(True)
        if any(button.hasFocus() for button in self._buttons.values()):
            chosen.setFocus()

    def count(self, page: str, unseen: int) -> None:
        """How much on a page nobody has looked at yet."""
        button, name = self._buttons[page], self._names[page]
        button.setText(f"{name} · {form.exact(unseen)}" if unseen else name)
        button.setAccessibleName(self.tr("{}, {} not seen yet").format(name, unseen) if unseen else name)

    def show_tray(self, is_there: bool) -> None:
        self._alone.setVisible(not is_there)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self._today_caption.setText(self.tr("Today in the demo") if snapshot.is_demo else self.tr("Today"))
        # Where nothing was ever recorded nobody knows that it was nothing.
        today = "–" if snapshot.is_empty else sentences.today(snapshot)
        self._today.setText(today)
        self._today.setAccessibleName(self.tr("Today: {}").format(today))
        self._typical.setText(sentences.typical_day(snapshot))
        self._reading.setVisible(snapshot.progress is not None)
        if snapshot.progress is not None:
            self._show_progress(snapshot.progress)

    def _show_progress(self, progress: Progress) -> None:
        share = progress.bytes_done / progress.bytes if progress.bytes else 0.0
        self._bar.setValue(round(share * STEPS))
        lines = [
            self.tr("Reading history"),
            self.tr("{} of {} files").format(form.exact(progress.files_done), form.exact(progress.files)),
            self.tr("{} of {}").format(_size(progress.bytes_done), _size(progress.bytes)),
        ]
        if progress.left_s is not None:
            lines.append(self.tr("{} left").format(form.duration_s(progress.left_s)))
        self._read.setText("\n".join(lines))
        self._bar.setAccessibleDescription(", ".join(lines[1:]))


def _size(count: int) -> str:
    return QLocale().formattedDataSize(count, 1, QLocale.DataSizeFormat.DataSizeSIFormat)
