"""What stands before decimals is shown by a file's numbers, or the file is refused."""

from __future__ import annotations

import pytest

from tallylight.focus.marks import Marks


def seen(*texts: str, usual: str = "") -> Marks:
    marks = Marks(usual)
    for line, text in enumerate(texts, 2):
        marks.see(line, text)
    return marks


@pytest.mark.parametrize(
    ("texts", "usual", "mark"),
    [
        (["1", "2.5"], "", "."),
        (["1.234"], "", "."),
        (["1.234"], ",", "."),
        (["1,234", "0.25"], "", "."),
        (["1,234", "0,25"], "", ","),
        (["1.234", "1.234,50"], "", ","),
        (["1,234"], ",", ","),
        (["7,11", "7.11"], "", "."),  # each shows its own
    ],
)
def test_what_is_unclear_is_as_the_others_are(texts: list[str], usual: str, mark: str) -> None:
    assert seen(*texts, usual=usual).decided == mark


@pytest.mark.parametrize(
    "texts", [["1", "1,234"], ["1,234", "1.234"], ["1,5", "1.5", "1,234"], ["1,5", "1.5", "1.234"]]
)
def test_where_nothing_decides_it_is_refused_with_its_line(texts: list[str]) -> None:
    with pytest.raises(ValueError, match=r"writes 1[.,]234 in line \d, and nothing in it shows"):
        _ = seen(*texts).decided
