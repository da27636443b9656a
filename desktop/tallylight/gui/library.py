"""What the window may ask of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # nothing of it before it is asked for
    from tallylight.domain.budget import Budget, BudgetCourse, Suggestion
    from tallylight.domain.cloud_bill import ImportedBill
    from tallylight.domain.effect import Given
    from tallylight.domain.reconciliation import Reconciliation
    from tallylight.domain.session import SessionDetail, Turn
    from tallylight.domain.summary import Filter, History, HistoryQuestion, Summary
    from tallylight.domain.upkeep import Past
    from tallylight.domain.what_if import WhatIf, WhatIfQuestion


class Library(Protocol):
    """Answers from the ledger, asked inside `Jobs`: an answer may take tens of milliseconds.

    A row's `key` is the value that the filter field of the same name takes ("agent" is the source), so that
    a group opens to its sessions; the key "" stands for requests that name none.
    """

    def history(self, question: HistoryQuestion) -> History:
        """A period, split for the bars and summed for the tables, beside the period before."""
        ...

    def sessions(self, filter: Filter) -> Summary:
        """One row per session that has a matching request, newest first."""
        ...

    def requests(self, filter: Filter, limit: int = 2000) -> Sequence[Turn]:
        """The newest matching requests, oldest first, subagents' included."""
        ...

    def course(self, budget: Budget) -> BudgetCourse:
        """How a budget, perhaps not yet kept, goes in this period, and when it would have spoken before."""
        ...

    def suggestions(self) -> Sequence[Suggestion]:
        """Budgets that the history suggests, dearest first; the first is for everything."""
        ...

    def given(self, since_ms: int) -> Sequence[Given]:
        """Advice that was shown since a moment, the oldest first, with what became of it."""
        ...

    def what_if(self, question: WhatIfQuestion) -> WhatIf:
        """What a period or a session would have cost otherwise."""
        ...

    def reconciliations(self, since: date, has_plan: bool) -> Sequence[Reconciliation]:
        """The meter beside the bill, for each provider that reports one."""
        ...

    def imported_bills(self) -> Sequence[ImportedBill]:
        """Bills that were taken in from files, the newest period first."""
        ...

    def past(self) -> Past:
        """All there is, in a line."""
        ...

    def detail(self, session_id: str) -> SessionDetail | None:
        """One session with all its turns; None when the ledger does not know it."""
        ...
