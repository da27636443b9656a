"""Which names run from right to left."""

from __future__ import annotations

from unicodedata import bidirectional, name

from hypothesis import given
from hypothesis import strategies as st

from tallylight.domain.direction import runs_leftwards


@given(st.characters(codec="utf-8", categories=("L", "N")))
def test_letters_and_figures_are_as_unicode_has_them(letter: str) -> None:
    assert runs_leftwards(f"a{letter}1") is (bidirectional(letter) in ("R", "AL", "AN")), name(letter, "")


def test_one_such_letter_is_enough() -> None:
    assert runs_leftwards("shop \u05e9") and runs_leftwards("\u0634\u0639")
    assert not runs_leftwards("caf\u00e9 \u6f22") and not runs_leftwards("")
