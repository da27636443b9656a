"""What a budget can be for: the names that the ledger knows, by kind of scope."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date as Date  # noqa: N812 a parameter is called date
from datetime import timedelta

from PySide6.QtCore import QCoreApplication

from tallylight.domain import format as form
from tallylight.domain.budget import SCOPE, Budget, Period
from tallylight.domain.summary import HistoryQuestion, SummaryRow
from tallylight.gui import wording
from tallylight.gui.library import Library

translate = QCoreApplication.translate

#: Kinds of scope and the field of a Budget that each fills; "" for none.
FIELDS = {
    "everything": "",
    "source": "source",
    "project": "project",
    "tag": "tag",
    "branch": "branch",
    "model": "model",
    "sessions": "",
    "session": "session_id",
}
_GROUPS = {
    "source": "agent",
    "project": "project",
    "tag": "tag",
    "branch": "branch",
    "model": "model",
    "session": "session",
}
_DAYS = 90
_MOST = 60

#: For each kind, what the user reads by what the budget keeps; dearest first.
Names = Mapping[str, Mapping[str, str]]


def known_names(library: Library, today: Date) -> Names:
    """Asked in a job: six questions over the last three months."""
    since, until = today - timedelta(days=_DAYS), today + timedelta(days=1)
    found: dict[str, dict[str, str]] = {}
    for kind, by in _GROUPS.items():
        question = HistoryQuestion(since=since.isoformat(), until=until.isoformat(), by=by)
        rows = library.history(question).groups.rows[:_MOST]
        found[kind] = {_key(kind, row): _name(kind, row) for row in rows if _key(kind, row)}
    return found


def _key(kind: str, row: SummaryRow) -> str:
    return row.session_id or row.key if kind == "session" else row.key


def _name(kind: str, row: SummaryRow) -> str:
    if kind == "source":
        return wording.source_name(row.key)
    if kind == "session":
        return row.title or row.label or row.key[:8]
    return form.short_model(row.label or row.key) if kind == "model" else row.label or row.key


def titles() -> dict[str, str]:
    """The kinds as the editor offers them."""
    return {
        "everything": translate("Scopes", "everything"),
        "source": translate("Scopes", "one agent"),
        "project": translate("Scopes", "one project"),
        "tag": translate("Scopes", "one tag"),
        "branch": translate("Scopes", "one branch"),
        "model": translate("Scopes", "one model"),
        "sessions": translate("Scopes", "every session"),
        "session": translate("Scopes", "one session"),
    }


def kind_of(budget: Budget) -> str:
    """The narrowest part of the scope, which is the one that is offered for change."""
    if budget.session_id:
        return "session"
    if budget.period is Period.SESSION:
        return "sessions"
    return next(reversed(budget.scope), "everything")


def rest_of_scope(budget: Budget, kind: str) -> dict[str, str]:
    """The other parts of the scope: kept while the kind is, else empty."""
    if kind == kind_of(budget):
        return {}
    return dict.fromkeys(SCOPE, "")
