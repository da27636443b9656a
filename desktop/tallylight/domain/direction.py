"""Names that are written from right to left."""

from __future__ import annotations

import re

#: The blocks of Unicode for Hebrew, Arabic and their kin, and the mark that turns a line. `unicodedata` would say the
#: same at the price of a megabyte of the window.
_LEFTWARDS = re.compile(
    "[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


def runs_leftwards(text: str) -> bool:
    """Whether some of it is written from right to left."""
    return not text.isascii() and _LEFTWARDS.search(text) is not None
