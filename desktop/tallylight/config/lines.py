"""Where in the settings' file an entry stands, for people. Looked for in the text: no parser keeps it."""

from __future__ import annotations

import difflib
import re

from tallylight.config.entries import KEYS, Bad


def sentence(text: str, bad: Bad) -> str:
    """ "line 3: theme: …"."""
    return f"line {line_of(text, bad.key, bad.at)}: {bad.key}: {bad.says}{_meant(bad.key)}"


def line_of(text: str, key: str, at: int | None = None) -> int:
    """The line of an entry, or of the element `at` of one that is written as tables; 1 where it is not found."""
    name = rf"""["']?{re.escape(key)}["']?"""
    lines = text.splitlines()
    tables = [n for n, line in enumerate(lines, 1) if re.match(rf"\s*\[\[\s*{name}\s*\]\]", line)]
    if at is not None and at < len(tables):
        return tables[at]
    entry = rf"\s*(?:{name}\s*[=.]|\[+\s*{name}\s*[.\]])"
    return next((n for n, line in enumerate(lines, 1) if re.match(entry, line)), 1)


def _meant(key: str) -> str:
    if key in KEYS:
        return ""
    near = difflib.get_close_matches(key, KEYS, 1)
    return f" (did you mean {near[0]}?)" if near else ""
