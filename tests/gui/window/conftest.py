"""A library of invented sessions, and the jobs that ask it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from budgets import a_course, a_status, a_suggestion
from tallylight.domain.budget import Budget, BudgetCourse, Suggestion
from tallylight.domain.cloud_bill import ImportedBill
from tallylight.domain.effect import Given
from tallylight.domain.pricing import COST_CLASSES, Rates
from tallylight.domain.reconciliation import Reconciliation
from tallylight.domain.session import SessionDetail, SessionMark, SessionView, Turn
from tallylight.domain.summary import (
    Change,
    ClassCost,
    Filter,
    History,
    HistoryQuestion,
    Stack,
    Summary,
    SummaryRow,
    Totals,
)
from tallylight.domain.upkeep import Leaving, Past, Switch, SwitchState, Upkeep
from tallylight.domain.what_if import WhatIf, WhatIfQuestion, Would
from tallylight.gui.jobs import Jobs

DOLLAR = 10**12
#: 2026-11-20T13:40:00Z
NOW_MS = 1_795_182_000_000
RATES = Rates(
    input=5_000_000,
    output=25_000_000,
    cache_read=500_000,
    cache_write_5m=6_250_000,
    cache_write_1h=10_000_000,
    web_search=10**10,
)

TurnFactory = Callable[..., Turn]
DetailFactory = Callable[..., SessionDetail]


def make_turn(number: int = 1, **changes: Any) -> Turn:
    fields: dict[str, Any] = {
        "key": f"k{number}",
        "number": number,
        "time_ms": NOW_MS - (50 - number) * 60_000,
        "model": "claude-opus-4-8",
        "input": 100,
        "cache_read": 20_000 + 2_000 * number,
        "cache_write_5m": 2_000,
        "cache_write_1h": 0,
        "output": 500,
        "tools": ("Bash", "Edit"),
        "request_id": f"req_{number}",
    }
    fields |= changes
    fields.setdefault("context", fields["input"] + fields["cache_read"] + fields["cache_write_5m"])
    costs = tuple(fields.get(name, 0) * getattr(RATES, name) for name in COST_CLASSES)
    fields.setdefault("cost_picousd", sum(costs))
    if fields["cost_picousd"] is not None:
        fields.setdefault("costs", costs)
    return Turn(**fields)


@pytest.fixture
def a_turn() -> TurnFactory:
    """`a_turn(3, cost_picousd=None)`: a priced request in the middle of a session."""
    return make_turn


@pytest.fixture
def a_detail(a_session: Callable[..., SessionView]) -> DetailFactory:
    """`a_detail(12)`: a session of so many turns."""

    def make(
        turns: int | Sequence[Turn] = 12, marks: Sequence[SessionMark] = (), **changes: Any
    ) -> SessionDetail:
        made = [make_turn(n) for n in range(1, turns + 1)] if isinstance(turns, int) else turns
        return SessionDetail(view=a_session(**changes), turns=made, marks=marks)

    return make


class FakeLibrary:
    """Answers at once and remembers what it was asked."""

    def __init__(self) -> None:
        self.details: dict[str, SessionDetail] = {}
        self.rows: list[SummaryRow] = []
        self.asked: list[object] = []
        self.error: Exception | None = None
        self.courses: dict[str, BudgetCourse] = {}
        self.suggested = [a_suggestion()]
        self.advised: list[Given] = []
        self.requests_within, self.untold_within = 40, 0
        self.bills: list[Reconciliation] = []
        self.imported: list[ImportedBill] = []

    def _ask(self, question: object) -> None:
        self.asked.append(question)
        if self.error is not None:
            raise self.error

    def history(self, question: HistoryQuestion) -> History:
        self._ask(question)
        totals = Totals(requests=12, cost_picousd=30 * DOLLAR, cache_read=900, input=100)
        rows = [
            SummaryRow(key="alpha", label="", totals=totals, project="orchard", last_ms=NOW_MS),
            SummaryRow(key="beta", label="", totals=Totals(requests=3, unpriced=3, input=50)),
        ]
        return History(
            question=question,
            stack=Stack(
                slots=("2026-11-01", "2026-11-02", "2026-11-03"),
                series=("alpha", "beta"),
                labels=("", ""),
                values=((10 * DOLLAR, 20 * DOLLAR, 0), (DOLLAR, 0, 0)),
                not_recorded=("2026-11-03",),
                unpriced=("2026-11-02",),
                typical_day_picousd=8 * DOLLAR,
            ),
            groups=Summary(
                by=question.by,
                rows=rows,
                totals=totals + rows[1].totals,
                classes=[
                    ClassCost("cache_read", 900, 20 * DOLLAR),
                    ClassCost("output", 10, 10 * DOLLAR, unpriced=4),
                    ClassCost("input", 50, 0, unpriced=50),
                ],
            ),
            before=Totals(requests=6, cost_picousd=15 * DOLLAR),
            changes=[Change("alpha", Totals(requests=2, cost_picousd=5 * DOLLAR), totals)],
        )

    def sessions(self, filter: Filter) -> Summary:
        self._ask(("sessions", filter))
        return Summary(by="session", rows=self.rows, totals=sum((row.totals for row in self.rows), Totals()))

    def requests(self, filter: Filter, limit: int = 2000) -> Sequence[Turn]:
        self._ask(("requests", filter))
        return [make_turn(n) for n in range(1, 6)]

    def course(self, budget: Budget) -> BudgetCourse:
        self._ask(("course", budget))
        known = {"b1": a_status().passed}.get(budget.id, ())
        return self.courses.get(budget.id) or a_course(a_status(budget, passed=known))

    def past(self) -> Past:
        self._ask(("past",))
        return Past("2026-09-23", 4_821, 549 * DOLLAR)

    def suggestions(self) -> Sequence[Suggestion]:
        self._ask(("suggestions",))
        return self.suggested

    def given(self, since_ms: int) -> Sequence[Given]:
        self._ask(("given", since_ms))
        return self.advised

    def what_if(self, question: WhatIfQuestion) -> WhatIf:
        """Each wish saves a dollar of cache reads."""
        self._ask(question)
        was = (0, 10 * DOLLAR, 20 * DOLLAR, 5 * DOLLAR, 0, 0)
        chosen = [
            sum([w.reset_at > 0, w.model != "", w.is_without_1h, w.is_without_cold]) for w in question.wishes
        ]
        would = tuple(
            Would(costs=(0, 10 * DOLLAR, (20 - n) * DOLLAR, 5 * DOLLAR, 0, 0), kept=3 if w.model else 0)
            for n, w in zip(chosen, question.wishes, strict=True)
        )
        return WhatIf(
            question=question,
            was=was,
            would=would,
            requests=self.requests_within,
            untold=self.untold_within,
            models=("claude-haiku-5-5", "claude-opus-4-8"),
            first_day="2026-08-14",
        )

    def reconciliations(self, since: date, has_plan: bool) -> Sequence[Reconciliation]:
        self._ask(("reconciliations", since, has_plan))
        return self.bills

    def imported_bills(self) -> Sequence[ImportedBill]:
        self._ask("imported bills")
        return self.imported

    def detail(self, session_id: str) -> SessionDetail | None:
        self._ask(("detail", session_id))
        return self.details.get(session_id)


class FakeCaretaker:
    """Switches that only remember, and files that are nowhere."""

    def __init__(self) -> None:
        self.states = {switch: SwitchState() for switch in Switch}
        self.problems: tuple[str, ...] = ()
        self.refusal = ""
        self.asked: list[object] = []

    def _ask(self, *question: object) -> None:
        self.asked.append(question)
        if self.refusal:
            raise OSError(self.refusal)

    def upkeep(self) -> Upkeep:
        return Upkeep(
            settings_file="~/.config/tallylight/settings.toml",
            settings_problems=self.problems,
            prices_file="~/.config/tallylight/prices.json",
            prices=("claude-sonnet-4-6: $2.40 in, $12.00 out",),
            price_problems=('Line 9, entry 2 ("x"): "input" is missing.',),
            ledger="~/.local/share/tallylight/ledger.sqlite",
            ledger_bytes=34_000_000,
            switches=dict(self.states),
        )

    def plan(self, switch: Switch, is_on: bool) -> str:
        self._ask("plan", switch, is_on)
        return f"+{switch} {is_on}\n" if self.states[switch].is_on is not is_on else ""

    def make(self, switch: Switch, is_on: bool, shown: str) -> None:
        self._ask("make", switch, is_on, shown)
        self.states[switch] = SwitchState(is_on=is_on)

    def settings_file(self) -> str:
        self._ask("settings")
        return "/nowhere/settings.toml"

    def prices_file(self) -> str:
        self._ask("prices")
        return "/nowhere/prices.json"

    def back_up(self, path: str) -> str:
        self._ask("back up", path)
        return f"Backed up to {path}."

    def leaving(self, *, has_settings: bool) -> Leaving:
        both = ("~/ledger.sqlite", "~/settings.toml")
        return Leaving(goes=both) if has_settings else Leaving(goes=both[:1], stays=both[1:])


@pytest.fixture
def library() -> FakeLibrary:
    return FakeLibrary()


@pytest.fixture
def caretaker() -> FakeCaretaker:
    return FakeCaretaker()


@pytest.fixture
def jobs(qapp: QApplication) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.close()


@pytest.fixture
def a_past_session() -> Callable[..., SummaryRow]:
    def make(session_id: str = "old", **changes: Any) -> SummaryRow:
        fields: dict[str, Any] = {
            "key": session_id,
            "label": "Write the guide",
            "session_id": session_id,
            "project": "docs-site",
            "models": ("claude-opus-4-8",),
            "last_ms": NOW_MS - 7_200_000,
            "totals": Totals(requests=5, cost_picousd=2 * DOLLAR),
        }
        return SummaryRow(**(fields | changes))

    return make
