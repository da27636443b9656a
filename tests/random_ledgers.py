"""Ledgers of random requests: several days, projects and models, with and without prices, forks, floors, surcharges."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from factories import RATES, a_card, an_event
from tallylight.domain.columns import Detail
from tallylight.domain.pricing import PriceList, Rates, Tier
from tallylight.domain.redaction import Redaction
from tallylight.domain.report import Report, ReportQuestion
from tallylight.domain.settings import Settings
from tallylight.domain.usage import UsageEvent
from tallylight.exports.base import Export
from tallylight.ingest.outbox import make_report
from tallylight.ledger.batch import Batch
from tallylight.ledger.connection import open_for_reading
from tallylight.ledger.ledger import Ledger

#: 2026-09-28T00:00:00Z: the days span the end of a month.
FIRST_MS = 1_790_553_600_000
_DAY_MS = 86_400_000
_DAYS = 6
#: More than all days, in every time zone.
SINCE, UNTIL = date(2026, 9, 25), date(2026, 10, 7)
#: When the price of one model changed.
_CHANGE_MS = FIRST_MS + 3 * _DAY_MS
_DEARER = Rates(
    input=6_000_000, output=30_000_000, cache_read=600_000, cache_write_5m=7_500_000, cache_write_1h=12_000_000,
    web_search=10_000_000_000,
)  # fmt: skip
_CARDS = (
    a_card("claude-opus-5-5", us_percent=110),  # rates so small that the surcharge makes them fractions
    a_card("claude-sonnet-5-5", tiers=(Tier(200_000, _DEARER), Tier(-1, RATES)), until_ms=_CHANGE_MS),
    a_card("claude-sonnet-5-5", tiers=(Tier(-1, _DEARER),), from_ms=_CHANGE_MS, us_percent=110),
)
_MODELS = ("claude-opus-5-5", "claude-sonnet-5-5", "mystery-1", "=cmd|'/c calc'!A1")
_PROJECTS = ("/home/ana/shop", "/srv/shop", "/home/ana/nächste\u202eseite", "", '@weird,"name"')
_TOKENS = st.integers(0, 300_000)


@st.composite
def events(draw: st.DrawFn) -> UsageEvent:
    key = f"msg_{draw(st.integers(0, 40))}"
    session = draw(st.sampled_from(("s-1", "s-2", "s-3")))
    is_copy = draw(st.booleans())
    return an_event(
        key=key,
        session_id=session,
        file_session_id=f"{session}-fork" if is_copy else session,
        is_copy=is_copy,
        time_ms=FIRST_MS + draw(st.integers(0, _DAYS * _DAY_MS - 1)),
        model=draw(st.sampled_from(_MODELS)),
        cwd=draw(st.sampled_from(_PROJECTS)),
        branch=draw(st.sampled_from(("main", "-1+1", ""))),
        geo=draw(st.sampled_from(("", "us", "not_available"))),
        tier=draw(st.sampled_from(("standard", "batch"))),
        host=draw(st.sampled_from(("", "", "the other"))),
        is_final=draw(st.booleans()),
        input=draw(_TOKENS),
        output=draw(_TOKENS),
        cache_read=draw(_TOKENS),
        cache_write=draw(_TOKENS),
        cache_write_1h=draw(st.integers(0, 900)),
        web_searches=draw(st.integers(0, 3)),
    )


EVENTS = st.lists(events(), max_size=25)


class Book:
    """A ledger on disk, and what is written of it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        with closing(open_for_reading(self.path)) as connection:
            return connection.execute(question).fetchall()

    @contextmanager
    def report(
        self, export: Export, detail: Detail = Detail.SUMMARY, settings: Settings | None = None, **given: Any
    ) -> Iterator[Report]:
        redaction = given.pop("redaction", Redaction())
        question = ReportQuestion(
            **{"since": SINCE, "until": UNTIL, "label": "then", "detail": detail} | given
        )
        with closing(open_for_reading(self.path)) as connection:
            yield make_report(connection, question, settings or Settings(), redaction, export.needs)

    def written(self, export: Export, detail: Detail = Detail.SUMMARY, **given: Any) -> bytes:
        sink = io.BytesIO()
        with self.report(export, detail, **given) as report:
            export.write(report, sink)
        return sink.getvalue()


@cache
def _empty() -> bytes:
    """A ledger without anything: its tables take longer to make than all that is written into them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "ledger.sqlite")
        Ledger(path, lambda cwd: cwd).close()
        return path.read_bytes()


@contextmanager
def a_book(events: list[UsageEvent]) -> Iterator[Book]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "ledger.sqlite")
        path.write_bytes(_empty())
        with Ledger(path, lambda cwd: cwd) as ledger:
            ledger.use_prices(PriceList(_CARDS), "test")
            ledger.write(Batch(events=events))
        yield Book(path)
