"""Made-up bills, and a provider whose list moves while it is read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from cursor_server import NOW_MS
from tallylight.domain.billing import Coverage, Origin, Span, Statement
from tallylight.domain.feed import Trouble
from tallylight.ingest.bill_pages import due_spans, read_span
from tallylight.ledger.batch import BillReading, Written
from tallylight.ledger.bills import progress_of
from tallylight.ledger.ledger import Ledger
from tallylight.providers.cursor_events import Page

ACCOUNT = "acc-1"
CENT = 10**10


def a_statement(at: int = NOW_MS, **given: Any) -> Statement:
    fields = {
        "time_ms": at,
        "model": "claude-opus-5-thinking-high",
        "conversation": "chat-1",
        "coverage": Coverage.INCLUDED,
        "input": 100,
    }
    return Statement(**(fields | given))


def bill(ledger: Ledger, statements: Iterable[Statement], **given: Any) -> Written:
    """Have the ledger know these and nothing else of the whole bill."""
    fields = {
        "feed": "cursor",
        "origin": Origin.ACCOUNT,
        "account": ACCOUNT,
        "spans": [(given.pop("span", Span(0, 1 << 52)), list(statements))],
    }
    return ledger.write_bill(BillReading(**(fields | given)))


def billed_rows(ledger: Ledger) -> list[tuple[Any, ...]]:
    """The requests of bills with what stands beside them, whoever priced them."""
    return ledger._connection.execute(
        """SELECT e.key, time_ms, session_id, agent_id, project, branch, model, speed, input, output, cache_read,
                  cache_write, kind, account, cost_picousd, priced_with, coverage, charged_picousd, fee_picousd,
                  is_inferred
           FROM usage_event e JOIN charge c ON c.key = e.key ORDER BY e.key"""
    ).fetchall()


@dataclass
class MovingList:
    """Statements that can be seen from a moment on. Time goes on with every page."""

    seen_from: Sequence[tuple[Statement, int]]
    page_size: int = 3
    page_ms: int = 0
    now_ms: int = 0
    asked: list[Span] = field(default_factory=list)

    def ask(self, span: Span, page: int) -> Page:
        self.now_ms += self.page_ms
        self.asked.append(span)
        within = [
            statement
            for statement, seen in self.seen_from
            if seen <= self.now_ms and span.since_ms <= statement.time_ms < span.until_ms
        ]
        within.sort(key=lambda statement: -statement.time_ms)
        rows = within[(page - 1) * self.page_size : page * self.page_size]
        return Page(rows, len(rows), len(within))

    def poll(self, ledger: Ledger, now_ms: int) -> None:
        """What a feed does, without a network."""
        self.now_ms = now_ms
        for span, progress in due_spans(progress_of(ledger._connection, "cursor", ACCOUNT), now_ms):
            found = read_span(self.ask, span, self.page_size)
            if isinstance(found, Trouble):
                return
            bill(ledger, found.statements, span=span, progress=progress)
