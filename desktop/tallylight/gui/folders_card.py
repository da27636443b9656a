"""The folders that are read, and taking out again those that the user added."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tallylight.domain.snapshot import Part, RootStatus
from tallylight.gui import chat_words, wording
from tallylight.gui.pieces import Card, caption, label, set_text
from tallylight.gui.source_tables import RootModel
from tallylight.gui.table import Table
from tallylight.gui.theme import Theme


class FoldersCard(Card):
    """Nothing is asked before a folder is taken out: it can be put back, and what it held stays in the ledger."""

    removed = Signal(str)
    restored = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._removed = ""
        self.roots = RootModel(theme, self)
        self.table = Table(self.roots, self.tr("Folders"))
        self.table.optional = (3, 1)
        self.table.show_all_rows()
        self.table.selected.connect(self._offer)
        delete = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.table, self._remove)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        self._machines = caption()
        self._machines.setWordWrap(True)
        self._parts = caption()
        self._parts.setWordWrap(True)
        self.problems = label(role="over")
        self.problems.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        for part in (
            self.table,
            self._parts,
            self._machines,
            self.problems,
            self._row_of_removal(),
            self._row_of_return(),
        ):
            column.addWidget(part)
        set_text(self.problems, "")
        set_text(self._machines, "")
        set_text(self._parts, "")

    def _row_of_removal(self) -> QWidget:
        self._take_out = QPushButton(self.tr("Remove folder"))
        self._take_out.setAccessibleDescription(self.tr("Read no more logs from the chosen folder"))
        self._take_out.setEnabled(False)
        self._take_out.clicked.connect(self._remove)
        self._hint = caption()
        self._hint.setWordWrap(True)
        self._removal = _row(self._take_out, self._hint)
        self._removal.hide()
        return self._removal

    def _row_of_return(self) -> QWidget:
        self._said = caption()
        self._said.setWordWrap(True)
        self._put_back = QPushButton(self.tr("Undo"))
        self._put_back.clicked.connect(self._restore)
        self._return = _row(self._put_back, self._said)
        self._return.hide()
        return self._return

    def show_roots(self, roots: tuple[RootStatus, ...], now_ms: int) -> None:
        self.roots.show_roots(roots, now_ms)
        set_text(self.problems, "\n".join(f"{root.path}: {root.problem}" for root in roots if root.problem))
        set_text(self._parts, "\n".join(_kept(roots)))
        set_text(self._machines, "\n".join(self._told(root) for root in roots if root.machines))
        self._removal.setVisible(any(root.added for root in roots))
        self._offer()

    def _told(self, root: RootStatus) -> str:
        """Whose requests came from a folder that machines share."""
        parts = [
            self.tr("{} of {}").format(wording.requests(count), machine) for machine, count in root.machines
        ]
        return self.tr("{}: {}").format(root.path, ", ".join(parts))

    @Slot()
    def _offer(self) -> None:
        can_go = self._chosen() is not None
        self._take_out.setEnabled(can_go)
        choose = self.tr("Choose a folder that you added to take it out again.")
        self._hint.setText(self.tr("What was read from it stays in the history.") if can_go else choose)

    def _chosen(self) -> RootStatus | None:
        """The current row, if it is one that can be taken out."""
        root = self.table.current()
        return root if isinstance(root, RootStatus) and root.added else None

    @Slot()
    def _remove(self) -> None:
        root = self._chosen()
        if root is None:
            return
        self._removed = root.added
        text = self.tr("{} is read no more. What it held stays in the history.")
        self._said.setText(text.format(root.path))
        self._put_back.setAccessibleName(self.tr("Undo: read {} again").format(root.path))
        self._return.show()
        self._put_back.setFocus()
        self.removed.emit(root.added)

    @Slot()
    def _restore(self) -> None:
        self.forget()
        self.table.setFocus()
        self.restored.emit(self._removed)

    def forget(self) -> None:
        """Offer no return of what was taken out any more."""
        self._return.hide()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.forget()


def _kept(roots: Iterable[RootStatus]) -> list[str]:
    """A line for each agent whose files are documented nowhere: which parts of them could be read."""
    parts: dict[str, tuple[Part, ...]] = {}
    for root in roots:
        if root.parts:
            parts[root.source] = (*parts.get(root.source, ()), *root.parts)
    return [f"{wording.source_name(source)}: {chat_words.parts(found)}" for source, found in parts.items()]


def _row(button: QWidget, words: QWidget) -> QWidget:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 4, 0, 0)
    line.addWidget(button)
    line.addWidget(words, 1)
    return row
