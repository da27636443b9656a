"""Where an export goes: a folder, in which it names itself, or a file."""

from __future__ import annotations

import os

from PySide6.QtCore import QDir, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

from tallylight.gui.boxes import level


class ExportPlace(QWidget):
    """`changed` tells that `path` is another one. Nothing is looked up on the disk here."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._suffix = ""
        self._field = QLineEdit()
        self._field.setAccessibleName(self.tr("Folder or file"))
        self._folder, self._file = QPushButton(self.tr("Folder…")), QPushButton(self.tr("File…"))
        self._folder.setAccessibleName(self.tr("Choose a folder"))
        self._file.setAccessibleName(self.tr("Choose a file"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._field, 1)
        row.addWidget(self._folder)
        row.addWidget(self._file)
        level(self._field, self._folder, self._file)
        self._field.textChanged.connect(self.changed)
        self._folder.clicked.connect(self._choose_folder)
        self._file.clicked.connect(self._choose_file)

    @property
    def path(self) -> str:
        """As typed, or in the home folder where it does not say which."""
        typed = self._field.text().strip()
        is_whole = not typed or typed.startswith("~") or QDir.isAbsolutePath(typed)
        return typed if is_whole else QDir.home().filePath(typed)

    @property
    def target(self) -> str:
        """The same for an export, which takes a name without / for a file's."""
        path = self.path
        return path if path != self.folder or path.endswith("/") else f"{path}/"

    @property
    def folder(self) -> str:
        """The folder itself, or that of a file: what has the format's ending is one."""
        path = self.path
        return os.path.dirname(path) if self._suffix and path.endswith(self._suffix) else path  # noqa: PTH120

    def show_path(self, path: str) -> None:
        self._field.setText(short(path))

    def expect(self, suffix: str) -> None:
        """What names of files end with; one with the ending of the format before follows."""
        before, self._suffix = self._suffix, suffix
        if before and before != suffix and self.path.endswith(before):
            self._field.setText(self.path.removesuffix(before) + suffix)

    @Slot()
    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.tr("Export into a folder"), long(self.folder))
        if chosen:
            self.show_path(QDir.toNativeSeparators(chosen))

    @Slot()
    def _choose_file(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(
            self,
            self.tr("Export as a file"),
            long(self.path),
            options=QFileDialog.Option.DontConfirmOverwrite,  # asked when it comes to it
        )
        if chosen:
            name = chosen if chosen.endswith(self._suffix) else chosen + self._suffix
            self.show_path(QDir.toNativeSeparators(name))


def short(path: str) -> str:
    """For people: the home folder as `~`, which exports understand."""
    home = QDir.toNativeSeparators(QDir.homePath())
    return "~" + path[len(home) :] if path == home or path.startswith(home + os.sep) else path


def long(path: str) -> str:
    """For the file dialogs, which do not."""
    return QDir.homePath() + path[1:] if path == "~" or path.startswith(("~/", "~" + os.sep)) else path
