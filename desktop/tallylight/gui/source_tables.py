"""The tables of the Sources page."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject

from tallylight.domain import format as form
from tallylight.domain.snapshot import RootStatus
from tallylight.domain.usage import Rejected
from tallylight.gui import wording
from tallylight.gui.row_model import Column, RowModel
from tallylight.gui.theme import Theme

translate = QCoreApplication.translate


class RootModel(RowModel[RootStatus]):
    """Folders that were looked for."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        self._now_ms = 0
        columns: list[Column[RootStatus]] = [
            Column(translate("SourceTables", "Where"), lambda root: root.path, tip=_where),
            Column(translate("SourceTables", "Agent"), _agent),
            Column(
                translate("SourceTables", "State"),
                _state,
                tint=lambda root: "over" if root.problem else "" if root.is_found else "muted",
                tip=lambda root: root.problem,
            ),
            _number(translate("SourceTables", "Files"), lambda root: root.files),
            _number(translate("SourceTables", "Sessions"), lambda root: root.sessions),
            Column(
                translate("SourceTables", "Newest"),
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
        state = translate("SourceTables", "problem")
    elif root.is_found:
        state = translate("SourceTables", "found")
    else:
        state = translate("SourceTables", "not found")
    return translate("SourceTables", "{}, added by you").format(state) if root.added else state


def rejected_model(theme: Theme, parent: QObject | None = None) -> RowModel[Rejected]:
    """What the readers could not make sense of."""
    return RowModel(
        [
            Column(translate("SourceTables", "Reason"), lambda item: item.reason),
            Column(translate("SourceTables", "Agent"), lambda item: wording.source_name(item.source)),
            Column(translate("SourceTables", "Lines"), lambda item: form.exact(item.count), is_number=True),
        ],
        lambda item: (item.source, item.reason),
        theme,
        parent,
    )
