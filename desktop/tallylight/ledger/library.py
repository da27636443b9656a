"""What the window asks of the ledger. Each answer opens a read-only connection of its own, so any thread may ask."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tallylight.domain.budget import Budget, BudgetCourse, Suggestion
from tallylight.domain.effect import Given
from tallylight.domain.pricing import PriceList
from tallylight.domain.session import SessionDetail, Turn
from tallylight.domain.summary import (
    Filter,
    History,
    HistoryQuestion,
    Summary,
    without_titles,
)
from tallylight.ledger.advice_log import read_if_any
from tallylight.ledger.budgets import course_of, suggestions_of
from tallylight.ledger.conditions import conditions
from tallylight.ledger.connection import open_for_reading
from tallylight.ledger.days import start_of
from tallylight.ledger.periods import changes_of, period_before
from tallylight.ledger.prices import prices_in
from tallylight.ledger.queries import Queries
from tallylight.ledger.sessions import Sessions

if TYPE_CHECKING:  # loaded when it is asked for
    from tallylight.domain.cloud_bill import ImportedBill
    from tallylight.domain.reconciliation import Reconciliation
    from tallylight.domain.upkeep import Past
    from tallylight.domain.what_if import WhatIf, WhatIfQuestion
    from tallylight.ledger.what_ifs import FactsOf


class LedgerLibrary:
    """Implements `gui.library.Library` over the ledger at `path`."""

    def __init__(
        self,
        path: Path,
        window_of: Callable[[str], int | None],
        now: Callable[[], int],
        week_starts_on: int = 0,
        keeps_titles: bool = True,
        client_settings: Callable[[], Callable[[str], tuple[int, bool]]] = lambda: lambda _account: (0, True),
        facts_of: FactsOf = lambda _model, _card: None,
    ) -> None:
        self._path = path
        self._facts_of = facts_of
        self._window_of = window_of
        self._now = now
        #: Both as the user has them now.
        self.week_starts_on, self.keeps_titles = week_starts_on, keeps_titles
        self._client_settings = client_settings

    def history(self, question: HistoryQuestion) -> History:
        """A period, split for the bars and summed for the tables, beside the period before."""
        from tallylight.ledger.stacks import stack_of

        since, until = date.fromisoformat(question.since), date.fromisoformat(question.until)
        before = period_before(since, until)
        with self._open() as connection:
            queries = Queries(connection, self.week_starts_on)
            groups = queries.summary(question.by, _within(question.filter, since, until))
            earlier = queries.summary(question.by, _within(question.filter, before, since))
            if not self.keeps_titles:
                groups, earlier = without_titles(groups), without_titles(earlier)
            stack = stack_of(queries, question.by, since, until, question.filter, groups, self._now())
        return History(
            question=question,
            stack=stack,
            groups=groups,
            before=earlier.totals,
            changes=changes_of(earlier, groups),
        )

    def sessions(self, filter: Filter) -> Summary:
        """One row per session that has a matching request, newest first."""
        with self._open() as connection:
            queries = Queries(connection, self.week_starts_on)
            summary = queries.with_chats(queries.summary("session", filter), filter)
        return summary if self.keeps_titles else without_titles(summary)

    def requests(self, filter: Filter, limit: int = 2000) -> Sequence[Turn]:
        """The newest matching requests, oldest first, subagents' included."""
        where, values = conditions(filter)
        with self._open() as connection:
            return self._fold(connection).matching(where, values, limit)

    def detail(self, session_id: str) -> SessionDetail | None:
        """One session with all its turns; None when the ledger does not know it."""
        with self._open() as connection:
            detail = self._fold(connection).detail(session_id, self._now())
        if detail is None or self.keeps_titles:
            return detail
        return replace(detail, view=replace(detail.view, title=""))

    def course(self, budget: Budget) -> BudgetCourse:
        """How a budget, perhaps not yet kept, goes in this period, and when it would have spoken before."""
        with self._open() as connection:
            return course_of(connection, budget, self._now(), self.week_starts_on)

    def suggestions(self) -> Sequence[Suggestion]:
        """Budgets that the history suggests."""
        with self._open() as connection:
            return suggestions_of(connection, self._now())

    def past(self) -> Past:
        """All there is, in a line."""
        from tallylight.domain.upkeep import Past

        with self._open() as connection:
            queries = Queries(connection)
            first, totals = queries.known.first_day(), queries.totals(Filter())
        return Past(first.isoformat() if first else "", totals.requests, totals.cost_picousd, totals.unpriced)

    def given(self, since_ms: int) -> Sequence[Given]:
        """Advice that was shown since a moment, the oldest first, with what became of it."""
        with self._open() as connection:
            return read_if_any(connection, since_ms)

    def what_if(self, question: WhatIfQuestion) -> WhatIf:
        """What a period or a session would have cost otherwise."""
        from tallylight.ledger.what_ifs import what_if_of

        with self._open() as connection:
            prices = prices_in(connection)
            folds = self._fold(connection, prices)
            return what_if_of(connection, folds, prices, self._facts_of, question, self._now())

    def reconciliations(self, since: date, has_plan: bool) -> Sequence[Reconciliation]:
        """The meter beside the bill, for each provider that reports one."""
        from tallylight.ledger.reconciling import reconciliations

        with self._open() as connection:
            return reconciliations(connection, since, self._now(), has_plan)

    def imported_bills(self) -> Sequence[ImportedBill]:
        """Bills that were taken in from files."""
        from tallylight.ledger.cloud_bills import imported

        with self._open() as connection:
            return imported(connection)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(open_for_reading(self._path)) as connection:
            yield connection

    def _fold(self, connection: sqlite3.Connection, prices: PriceList | None = None) -> Sessions:
        prices = prices or prices_in(connection)
        return Sessions(connection, prices.card_for, self._window_of, self._client_settings())


def _within(wanted: Filter, since: date, until: date) -> Filter:
    return replace(wanted, since_ms=start_of(since), until_ms=start_of(until))
