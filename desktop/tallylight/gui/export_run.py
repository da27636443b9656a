"""Writing one export: the button, how far it is, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QProgressBar, QPushButton, QVBoxLayout, QWidget

from tallylight.gui.command_child import CommandChild, Outcome
from tallylight.gui.export_place import short
from tallylight.gui.flow import Flow
from tallylight.gui.pieces import Wrapped, label, set_role, set_text


class ExportRun(QWidget):
    """`wanted` asks for the arguments of now, and tells some more of them: answer with `start`."""

    wanted = Signal(object)

    def __init__(self, command: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._arguments: list[str] = []
        self._written = ""
        self._child = CommandChild(command, self)
        self._child.progressed.connect(self._show_progress)
        self._child.ended.connect(self._show)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Rows written"))
        self._said = Wrapped(label())
        self.export = _button(self.tr("Export"), "primary")
        self.cancel = _button(self.tr("Cancel export"))
        self.replace = _button(self.tr("Replace it"))
        self.keep_both = _button(self.tr("Keep both"))
        self.open = _button(self.tr("Open"), "link")
        self.show_folder = _button(self.tr("Show in folder"), "link")
        self._follow()
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        buttons = QWidget()
        self.row = Flow(buttons)
        for button in (
            self.export, self.cancel, self.replace, self.keep_both, self.open, self.show_folder
        ):  # fmt: skip
            self.row.addWidget(button)
        for part in (self._bar, self._said, buttons):
            column.addWidget(part)

    def _connect(self) -> None:
        self.export.clicked.connect(lambda: self.wanted.emit([]))
        self.cancel.clicked.connect(self._cancel)
        self.replace.clicked.connect(lambda: self.wanted.emit(["--force"]))
        self.keep_both.clicked.connect(lambda: self.wanted.emit(["--keep-both"]))
        self.open.clicked.connect(lambda: _open(self._written))
        self.show_folder.clicked.connect(lambda: _open(str(Path(self._written).parent)))

    def start(self, arguments: Sequence[str], more: Sequence[str] = ()) -> None:
        """Run `tallylight export` with these."""
        self._arguments = list(arguments)
        self._written = ""
        self._bar.setRange(0, 0)
        self._child.start([*arguments, *more])
        self._say(self.tr("Writing …"))
        self._follow()
        self.cancel.setFocus()

    def follow(self, arguments: Sequence[str]) -> None:
        """What would run now. What was asked or told of other arguments goes, and is written no more."""
        if not self._arguments or self._arguments == list(arguments):
            return
        self._arguments = []
        stopped = self.tr("Stopped, because something else was chosen.") if self._child.is_running else ""
        self._child.stop()
        self._written = ""
        self._say(stopped)
        self._follow()

    def close_child(self) -> None:
        self._child.close()

    @Slot()
    def _cancel(self) -> None:
        self._child.stop()
        self._say(self.tr("Cancelled; nothing was written."))
        self._follow()
        self.export.setFocus()

    @Slot(int, int)
    def _show_progress(self, done: int, count: int) -> None:
        self._bar.setRange(0, max(count, done))
        self._bar.setValue(done)

    @Slot(object)
    def _show(self, outcome: Outcome) -> None:
        self._written = outcome.path
        exists = bool(outcome.exists)
        if exists:
            self._say(self.tr("There is a file {} already.").format(Path(outcome.exists).name))
        elif outcome.problem:
            self._say(self.tr("Nothing was written: {}").format(outcome.problem), is_bad=True)
        else:
            self._say(self.tr("Saved to {}").format(short(outcome.path)))
        self._follow(exists=exists)
        (self.replace if exists else self.open if self._written else self.export).setFocus()

    def _say(self, sentence: str, *, is_bad: bool = False) -> None:
        set_text(self._said, sentence)
        set_role(self._said, "over" if is_bad else "")

    def _follow(self, *, exists: bool = False) -> None:
        is_running = self._child.is_running
        self._bar.setVisible(is_running)
        self.cancel.setVisible(is_running)
        self.export.setVisible(not is_running)
        for button, is_shown in (
            (self.replace, exists),
            (self.keep_both, exists),
            (self.open, bool(self._written)),
            (self.show_folder, bool(self._written)),
        ):
            button.setVisible(is_shown)
        self._said.setVisible(bool(self._said.text()))


def _button(text: str, role: str = "") -> QPushButton:
    button = QPushButton(text)
    button.setProperty("role", role)
    return button


def _open(path: str) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(path))
