"""The Sources page: where usage is read from, what was not understood, and what leaves the machine."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QDir, QObject, Signal, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from tallylight.domain import format as form
from tallylight.domain.snapshot import RootStatus, Snapshot
from tallylight.domain.usage import Rejected
from tallylight.gui import wording
from tallylight.gui.flow import Beside
from tallylight.gui.pieces import Card, caption, label, set_text
from tallylight.gui.row_model import Column, RowModel
from tallylight.gui.segments import Segments
from tallylight.gui.table import Table
from tallylight.gui.theme import Theme

translate = QCoreApplication.translate


class RootModel(RowModel[RootStatus]):
    """Folders that were looked for."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        self._now_ms = 0
        columns: list[Column[RootStatus]] = [
            Column(translate("SourcesPage", "Where"), lambda root: root.path, tip=_where),
            Column(translate("SourcesPage", "Agent"), _agent),
            Column(
                translate("SourcesPage", "State"),
                _state,
                tint=lambda root: "over" if root.problem else "" if root.is_found else "muted",
                tip=lambda root: root.problem,
            ),
            _number(translate("SourcesPage", "Files"), lambda root: root.files),
            _number(translate("SourcesPage", "Sessions"), lambda root: root.sessions),
            Column(
                translate("SourcesPage", "Newest"),
                lambda root: wording.ago(root.newest_ms, self._now_ms),
                sort=lambda root: root.newest_ms,
                is_number=True,
            ),
        ]
        super().__init__(columns, lambda root: (root.source, root.path, root.account), theme, parent)

    def show_roots(self, roots: tuple[RootStatus, ...], now_ms: int) -> None:
        self._now_ms = now_ms
        self.show(roots)


def _number(title: str, read: Callable[[RootStatus], int]) -> Column[RootStatus]:
    return Column(
        title, lambda root: form.exact(read(root)) if root.is_found else "–", sort=read, is_number=True
    )


def _agent(root: RootStatus) -> str:
    return wording.source_name(root.source)


def _where(root: RootStatus) -> str:
    return root.path


def _state(root: RootStatus) -> str:
    if root.problem:
        return translate("SourcesPage", "problem")
    return translate("SourcesPage", "found") if root.is_found else translate("SourcesPage", "not found")


def rejected_model(theme: Theme, parent: QObject | None = None) -> RowModel[Rejected]:
    """What the readers could not make sense of."""
    return RowModel(
        [
            Column(translate("SourcesPage", "Reason"), lambda item: item.reason),
            Column(translate("SourcesPage", "Agent"), lambda item: wording.source_name(item.source)),
            Column(translate("SourcesPage", "Lines"), lambda item: form.exact(item.count), is_number=True),
        ],
        lambda item: (item.source, item.reason),
        theme,
        parent,
    )


class SourcesPage(QScrollArea):
    """Signals carry the user's choices; nothing is stored here."""

    folder_added = Signal(str)
    theme_chosen = Signal(str)
    meter_pinned = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._roots = RootModel(theme, self)
        self._rejected = rejected_model(theme, self)
        self._all_clear = caption(self.tr("Every line so far was understood."))
        body = QWidget()
        body.setProperty("role", "plain")
        column = QVBoxLayout(body)
        column.setContentsMargins(20, 16, 20, 20)
        column.setSpacing(12)
        column.addLayout(self._top())
        self._problems = label(role="over")
        self._problems.setWordWrap(True)
        column.addWidget(self._card(self._table(self._roots, self.tr("Folders")), self._problems))
        self._rejected_table = self._table(self._rejected, self.tr("Not understood"))
        column.addWidget(
            self._card(
                label(self.tr("Not understood"), weight=QFont.Weight.DemiBold),
                self._all_clear,
                self._rejected_table,
            )
        )
        column.addWidget(Beside([self._card_of_privacy(), self._card_of_looks()], em=35))
        column.addStretch(1)
        self.setWidget(body)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setAccessibleName(self.tr("Sources"))
        self.viewport().setAccessibleName(self.tr("Sources"))

    def _top(self) -> QHBoxLayout:
        add = QPushButton(self.tr("Add folder"))
        add.setAccessibleDescription(self.tr("Read logs from one more folder"))
        add.clicked.connect(self.choose_folder)
        row = QHBoxLayout()
        row.addWidget(label(self.tr("Sources"), factor=1.4, weight=QFont.Weight.Bold))
        row.addStretch(1)
        row.addWidget(add)
        return row

    def _table(self, model: RowModel[RootStatus] | RowModel[Rejected], name: str) -> Table:
        table = Table(model, name)
        table.optional = (3, 1) if model is self._roots else ()
        table.show_all_rows()
        return table

    def _card(self, *parts: QWidget) -> Card:
        card = Card()
        column = QVBoxLayout(card)
        column.setContentsMargins(14, 10, 14, 12)
        for part in parts:
            column.addWidget(part)
        column.addStretch(1)
        return card

    def _card_of_privacy(self) -> Card:
        text = label(
            self.tr(
                "Nothing. Tallylight reads the agents' logs on this machine and keeps tokens, times, models, "
                "the names of folders and branches, and the titles that agents give their sessions. "
                "No prompt, answer or file content is stored."
            )
        )
        text.setWordWrap(True)
        return self._card(label(self.tr("What leaves this machine"), weight=QFont.Weight.DemiBold), text)

    def _card_of_looks(self) -> Card:
        self._looks = Segments(
            self.tr("Colours"),
            {"auto": self.tr("As the desktop"), "light": self.tr("Light"), "dark": self.tr("Dark")},
        )
        self._looks.chosen.connect(self.theme_chosen)
        self._pin = QCheckBox(self.tr("Keep a small meter on top of other windows"))
        self._pin.toggled.connect(self.meter_pinned)
        return self._card(label(self.tr("Appearance"), weight=QFont.Weight.DemiBold), self._looks, self._pin)

    def show_choices(self, theme: str, is_meter_pinned: bool) -> None:
        """What was chosen before, without telling it back."""
        self._looks.choose(theme if theme in ("light", "dark") else "auto")
        self._pin.blockSignals(True)
        self._pin.setChecked(is_meter_pinned)
        self._pin.blockSignals(False)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self._roots.show_roots(snapshot.roots, snapshot.at_ms)
        problems = [f"{root.path}: {root.problem}" for root in snapshot.roots if root.problem]
        set_text(self._problems, "\n".join(problems))
        self._rejected.show(sorted(snapshot.rejected, key=lambda item: -item.count))
        self._rejected_table.setVisible(bool(snapshot.rejected))
        self._all_clear.setVisible(not snapshot.rejected)

    @Slot()
    def choose_folder(self) -> None:
        dialog = QFileDialog(self, self.tr("Add a folder with logs"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setFilter(
            dialog.filter() | QDir.Filter.Hidden
        )  # agents keep their logs in folders like .claude
        if dialog.exec() and dialog.selectedFiles():
            self.folder_added.emit(dialog.selectedFiles()[0])
