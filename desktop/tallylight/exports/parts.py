"""What a summary for people is made of: sentences and small tables, the same for every format."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from tallylight.domain import format as form
from tallylight.domain import money
from tallylight.domain.summary import Stack, Totals
from tallylight.exports.base import clean, isolated

#: Longer names are cut: what follows tells nobody anything.
MOST_LETTERS = 80


class Name(str):
    """A name out of a log, cleaned and cut: formats escape it, and keep it from running into its neighbours."""

    __slots__ = ()


#: Text in a row: a `Name` is a name, everything else is ours.
Sentence = tuple[str, ...]


class Head(msgspec.Struct, frozen=True):
    """A column's title; `is_change` for amounts whose sign matters, `is_fixed` for days and times, which never wrap."""

    title: str
    is_figure: bool = False
    is_change: bool = False
    is_fixed: bool = False


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of cells under heads. `rest` says in one row what was left out."""

    heads: Sequence[Head]
    rows: Sequence[Sentence]
    rest: Sentence = ()


class Share(msgspec.Struct, frozen=True):
    """A part of a whole, for a bar above the table whose row it is."""

    label: str
    share: float


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A heading with what belongs under it."""

    title: str
    sentences: Sequence[Sentence] = ()
    table: Table | None = None
    shares: Sequence[Share] = ()
    #: Whether its table needs the whole width.
    is_wide: bool = False


class Tile(msgspec.Struct, frozen=True):
    """One figure to see first."""

    title: str
    figure: str
    note: str = ""


class Details(msgspec.Struct, frozen=True, kw_only=True):
    """The rows that were asked for beyond the summary; they can be read once."""

    title: str
    heads: Sequence[Head]
    rows: Iterable[Sentence]


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """A summary as a person would write it."""

    title: str
    #: What is left out of everything by a filter; empty for all usage.
    scope: Sentence
    lead: Sequence[Sentence]
    tiles: Sequence[Tile]
    #: None where nothing cost anything.
    stack: Stack | None
    sections: Sequence[Section]
    about: Sequence[Sentence]
    details: Details | None


def name(text: str, missing: str = "–") -> Name:
    """A name as a reader needs it: on one line, not longer than a line."""
    found = " ".join(clean(text[: 4 * MOST_LETTERS]).split()) or missing
    return Name(found if len(found) <= MOST_LETTERS else found[: MOST_LETTERS - 1].rstrip() + "…")


def counted(count: int, one: str, many: str = "") -> str:
    """ "1 prompt", "1,204 prompts"."""
    return f"{form.exact(count)} {one if count == 1 else many or one + 's'}"


def fare(totals: Totals) -> str:
    """A cost; a floor is marked, and what has no price at all is not free."""
    if totals.unpriced and totals.unpriced == totals.requests:
        return "no price"
    return form.at_least(money.show(totals.cost_picousd), totals.is_floor)


def spoken(figure: str) -> str:
    """A figure in a sentence: "at least $3.10", "less than $0.0001"."""
    for sign, words in (("≥ ", "at least "), ("<", "less than "), (">", "more than ")):
        if figure.startswith(sign):
            return words + figure.removeprefix(sign)
    return figure


def plain(sentence: Sentence) -> str:
    return "".join(sentence)


def alone(sentence: Sentence) -> str:
    """The same with every name kept to itself, whichever way it runs."""
    return "".join(isolated(part) if isinstance(part, Name) else part for part in sentence)


def listed(parts: Sequence[Sentence]) -> Sentence:
    """ "a", "a and b", "a, b and c"."""
    if len(parts) < 2:
        return parts[0] if parts else ()
    joined: list[str] = []
    for at, part in enumerate(parts):
        joined += [", " if at < len(parts) - 1 else " and "] if at else []
        joined += part
    return tuple(joined)
