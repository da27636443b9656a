"""Advice that was shown: what was worth saying with a smaller context is said on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from advice_factories import an_advice
from factories import NOW_MS, a_ledger
from rule_factories import dollars
from tallylight.domain.advice import Advice, Kind
from tallylight.ingest.given_advice import GivenAdvice

FLOOR = dollars(0.25)


@pytest.fixture
def given(tmp_path: Path) -> Iterator[GivenAdvice]:
    with a_ledger(tmp_path) as ledger:
        yield GivenAdvice(ledger)


def at(context: int, kind: Kind, saving: float, **fields: str) -> Advice:
    made = an_advice(kind, saving, **fields)
    return replace(made, basis=replace(made.basis, context=context))


@pytest.mark.parametrize("kinds", [(Kind.COMPACT, Kind.RESET), (Kind.RESET, Kind.COMPACT)])
def test_a_smaller_context_is_advised_on_whichever_way_to_it_is_better(
    given: GivenAdvice, kinds: tuple[Kind, Kind]
) -> None:
    first, then = kinds
    given.note_shown([at(130_000, first, 0.4)], NOW_MS)
    for kind in kinds:
        assert given.is_repeated(at(150_000, kind, 0.1), FLOOR)
    assert not given.is_repeated(at(100_000, then, 0.1), FLOOR), "it was never worth it there"
    assert not given.is_repeated(at(150_000, then, 0.1, session="s-2"), FLOOR)
    assert not given.is_repeated(at(150_000, then, 0.1), dollars(1))


def test_other_advice_goes_by_what_it_saves_now(given: GivenAdvice) -> None:
    given.note_shown([at(130_000, Kind.MODEL, 0.4)], NOW_MS)
    assert not given.is_repeated(at(150_000, Kind.MODEL, 0.1), FLOOR)
