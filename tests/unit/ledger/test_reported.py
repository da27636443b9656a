"""Days that a provider reports: replaced, never added, whatever the order in which they are read."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories import a_ledger, an_event
from tallylight.domain.billing import Span
from tallylight.domain.reported import DAY_MS, Bucket, Figure, Holds, joined
from tallylight.ledger.batch import Batch, Progress, ReportReading
from tallylight.ledger.ledger import Ledger
from tallylight.ledger.reported import covered, reports

WHOLE = Span(0, 12 * DAY_MS)
Days = Mapping[int, list[Figure]]
figures = st.lists(
    st.builds(
        Figure,
        model=st.sampled_from(["opus", "haiku"]),
        key=st.sampled_from(["", "ci"]),
        input=st.integers(0, 9),
        amount_picousd=st.integers(-9, 9),
    ),
    max_size=3,
)
days = st.dictionaries(st.integers(0, 11), figures)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with a_ledger(tmp_path) as made:
        yield made


def a_reading(truth: Days, first: int = 0, last: int = 12, report: str = "messages") -> ReportReading:
    span = Span(first * DAY_MS, last * DAY_MS)
    buckets = [
        Bucket(Span(day * DAY_MS, (day + 1) * DAY_MS), truth.get(day, ())) for day in range(first, last)
    ]
    return ReportReading(
        provider="anthropic",
        report=report,
        holds=Holds.TOKENS,
        span=span,
        buckets=buckets,
        progress=Progress(since_ms=span.since_ms, settled_ms=span.until_ms),
    )


def known(ledger: Ledger) -> list[tuple[Holds, Bucket]]:
    return list(reports(ledger._connection, "anthropic", WHOLE))


@given(
    days,
    days,
    st.lists(st.tuples(st.integers(0, 11), st.integers(1, 12)), max_size=8),
    st.randoms(),
)
def test_in_whatever_order_days_are_read_and_corrected_the_ledger_is_as_after_one_reading(
    early: Days, final: Days, readings: list[tuple[int, int]], random: object
) -> None:
    parts = [(0, 4), (3, 9), (8, 12)]
    random.shuffle(parts)  # type: ignore[attr-defined]
    with (
        tempfile.TemporaryDirectory() as one,
        tempfile.TemporaryDirectory() as other,
        a_ledger(Path(one)) as ledger,
        a_ledger(Path(other)) as at_once,
    ):
        for first, last in readings:
            if first < last:
                ledger.write_report(a_reading(early, first, last))
        for first, last in parts:
            ledger.write_report(a_reading(final, first, last))
        at_once.write_report(a_reading(final))
        assert known(ledger) == known(at_once)


def test_a_line_that_is_gone_from_a_day_is_gone(ledger: Ledger) -> None:
    ledger.write_report(a_reading({1: [Figure(model="opus", input=3), Figure(model="haiku", input=4)]}))
    ledger.write_report(a_reading({1: [Figure(model="opus", input=3)]}, 1, 2))
    assert [figure.model for _, bucket in known(ledger) for figure in bucket.figures] == ["opus"]


def test_one_report_does_not_replace_another(ledger: Ledger) -> None:
    ledger.write_report(a_reading({1: [Figure(input=3)]}))
    ledger.write_report(a_reading({}, report="cost"))
    assert len(known(ledger)) == 1


def test_days_can_be_compared_from_where_every_report_of_them_was_read(ledger: Ledger) -> None:
    ledger.write_report(a_reading({}, 2, 12))
    ledger.write_report(a_reading({}, 0, 9, report="cost"))
    progress = covered(ledger._connection, "anthropic")
    assert (progress.since_ms, progress.settled_ms) == (2 * DAY_MS, 9 * DAY_MS)


def test_a_report_adds_no_request_and_a_request_changes_no_report(ledger: Ledger) -> None:
    ledger.write(Batch(events=[an_event()]))
    before = ledger._connection.execute("SELECT * FROM usage_event").fetchall()
    ledger.write_report(a_reading({1: [Figure(model="opus", input=3, amount_picousd=5)]}))
    assert ledger._connection.execute("SELECT * FROM usage_event").fetchall() == before
    assert [bucket.figures for _, bucket in known(ledger)] == [
        (Figure(model="opus", input=3, amount_picousd=5),)
    ]


# -- pages


def a_bucket(day: int, *of_day: Figure) -> Bucket:
    return Bucket(Span(day * DAY_MS, (day + 1) * DAY_MS), of_day)


def test_a_bucket_that_two_pages_have_is_one_with_the_later_word() -> None:
    old, new = Figure(model="opus", input=1), Figure(model="opus", input=2)
    (bucket,) = joined([[a_bucket(1, old)], [a_bucket(1, new)]], WHOLE)
    assert bucket.figures == (new,)


def test_two_lines_alike_on_one_page_both_count() -> None:
    line = Figure(model="opus", input=1)
    (bucket,) = joined([[a_bucket(1, line, line)]], WHOLE)
    assert bucket.figures == (line, line)


def test_what_lies_outside_of_what_was_asked_is_left_out() -> None:
    assert joined([[a_bucket(40, Figure(input=1))]], WHOLE) == []
