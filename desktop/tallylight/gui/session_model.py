"""The sessions one can look at: live ones first, then those of the last days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtGui import QColor

from tallylight.domain import format as form
from tallylight.domain.session import Activity, SessionView
from tallylight.domain.summary import SummaryRow
from tallylight.gui import wording
from tallylight.gui.row_model import Column, Index, Role, RowModel
from tallylight.gui.theme import Theme

translate = QCoreApplication.translate

#: The second line of a cell.
DETAIL_ROLE = int(Qt.ItemDataRole.UserRole) + 1
#: The colour of the lamp before a live session, None for a session that is over.
LAMP_ROLE = DETAIL_ROLE + 1
_OWN_ROLES = (DETAIL_ROLE, LAMP_ROLE, Role.AccessibleTextRole, Role.ToolTipRole)


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One session in the list; all texts are ready to be shown. It goes by its title where it has one: a project's
    sessions all share the project, and mostly the branch."""

    session_id: str
    name: str
    detail: str
    fare: str
    size: str
    activity: Activity

    @property
    def is_live(self) -> bool:
        return self.activity is not Activity.ENDED


def live_line(view: SessionView, now_ms: int) -> SessionLine:
    share = form.percent(view.context_share) if view.context_window else form.tokens(view.context)
    return SessionLine(
        session_id=view.session_id,
        name=view.title or view.project or translate("SessionModel", "no project"),
        detail=_joined(wording.activity(view, now_ms), view.project if view.title else "", view.branch),
        fare=wording.session_fare(view),
        size=share,
        activity=view.activity,
    )


def past_line(row: SummaryRow) -> SessionLine:
    """When it was by the clock: "6 h ago" says the same of a whole morning's sessions."""
    return SessionLine(
        session_id=row.session_id or row.key,
        name=row.title or row.project or row.label,
        detail=_joined(wording.moment(row.last_ms), row.project if row.title else "", row.branch),
        fare=wording.row_fare(row),
        size="",
        activity=Activity.ENDED,
    )


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


class SessionModel(RowModel[SessionLine]):
    """Two columns of two lines each. A session keeps its place while it lives: a list that reorders
    itself under the pointer cannot be clicked."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        columns: list[Column[SessionLine]] = [
            Column(translate("SessionModel", "Session"), lambda line: line.name),
            Column(translate("SessionModel", "Cost"), lambda line: line.fare, is_number=True),
        ]
        super().__init__(columns, lambda line: line.session_id, theme, parent)
        self._live: tuple[SessionView, ...] = ()
        self._past: Sequence[SummaryRow] = ()

    def show_live(self, views: tuple[SessionView, ...], now_ms: int) -> None:
        self._live = views
        self._arrange(now_ms)

    def show_past(self, rows: Sequence[SummaryRow], now_ms: int) -> None:
        self._past = rows
        self._arrange(now_ms)

    def _arrange(self, now_ms: int) -> None:
        live = {view.session_id: live_line(view, now_ms) for view in self._live}
        known = [line.session_id for line in self.rows() if line.is_live and line.session_id in live]
        fresh = [session_id for session_id in live if session_id not in known]
        past = [line for row in self._past if (line := past_line(row)).session_id not in live]
        self.show([live[session_id] for session_id in [*fresh, *known]] + past)

    def data(self, index: Index, role: int = Role.DisplayRole) -> object:
        if not index.isValid() or role not in _OWN_ROLES:
            return super().data(index, role)
        line = self.row(index.row())
        if role == DETAIL_ROLE:
            return line.size if index.column() else line.detail
        if role == LAMP_ROLE:
            return self._lamp(line.activity)
        if role == Role.ToolTipRole:  # both may be shortened
            return None if index.column() else f"{line.name}\n{line.detail}"
        return line.fare if index.column() else f"{line.name}, {line.detail}"

    def _lamp(self, activity: Activity) -> QColor | None:
        palette = self._theme.palette
        names = {Activity.BUSY: palette.accent, Activity.WAITING: palette.near, Activity.IDLE: palette.muted}
        return QColor(names[activity]) if activity in names else None
