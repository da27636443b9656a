"""Pages of columns are the same rows, and what repeats is treated once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tallylight.domain.columns import Column, Private, Treatment
from tallylight.domain.pages import Rows, coded, length, pages_of, spread
from tallylight.domain.redaction import Redaction, treated

TEXTS = st.lists(st.sampled_from(("", "a", "b", "c")))
COLUMNS = (Column("branch", "Branch", private=Private.BRANCH), Column("model", "Model"))


@given(TEXTS)
def test_a_coded_column_spreads_to_what_it_was_made_of(texts: list[str]) -> None:
    column = coded(texts)
    assert list(spread(column)) == texts
    assert len(column.values) == len(set(texts))
    assert length([column]) == len(texts)


@given(st.lists(st.tuples(st.text(), st.none() | st.integers())))
def test_rows_that_come_one_by_one_are_pages_and_rows_again(rows: list[tuple[str, int | None]]) -> None:
    assert list(Rows(pages_of(iter(rows)))) == rows


@given(TEXTS)
def test_names_are_treated_alike_in_rows_and_in_pages(texts: list[str]) -> None:
    redaction = Redaction({Private.BRANCH: Treatment.HASH}, "salt")
    rows = [(text, text) for text in texts]
    paged = Rows([[coded(texts), texts]] if texts else [])
    found = list(treated(paged, COLUMNS, redaction))
    assert found == list(treated(rows, COLUMNS, redaction))
    assert all((branch == "") == (text == "") and branch != "a" for branch, text in found)


def test_a_name_that_repeats_is_treated_once() -> None:
    asked: list[object] = []
    column = coded(["a", "b", "a", "a"]).mapped(lambda value: asked.append(value) or f"{value}!")
    assert asked == ["a", "b"]
    assert list(column.spread()) == ["a!", "b!", "a!", "a!"]
