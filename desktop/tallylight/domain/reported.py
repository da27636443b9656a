"""What a provider reports of whole days. A bucket that is read again replaces what it said before; nothing is added."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec
from msgspec.structs import astuple

from tallylight.domain.billing import Span

DAY_MS = 86_400_000


class Holds(StrEnum):
    """What the figures of a report are. Figures of two kinds are never summed."""

    TOKENS = "tokens"
    MONEY = "charged"
    BOTH = "tokens and charged"
    #: What a client's own report says of usage that another report has too.
    EVIDENCE = "evidence"

    @property
    def has_tokens(self) -> bool:
        return self in (Holds.TOKENS, Holds.BOTH)

    @property
    def has_money(self) -> bool:
        return self in (Holds.MONEY, Holds.BOTH)


class Figure(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One line of a bucket: what it is told apart by, and what it states. Money is in pico-USD."""

    model: str = ""
    #: The provider's names for whose it is: an id of a key, never a key; a workspace or project.
    key: str = ""
    place: str = ""
    tier: str = ""
    #: What a charge is for or how a count was made, as the provider words it.
    item: str = ""
    #: Disjoint, as everywhere.
    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    searches: int = 0
    requests: int = 0
    #: Of what is not counted in tokens: images, seconds, credits; a part of one too.
    quantity: float = 0
    #: What is charged; and what it would be before discounts and what a plan includes, None where that is not stated.
    amount_picousd: int = 0
    list_picousd: int | None = None

    @property
    def same(self) -> tuple[str, ...]:
        """What tells it apart from the others of its bucket."""
        return (self.model, self.key, self.place, self.tier, self.item)

    @property
    def tokens(self) -> int:
        return self.input + self.output + self.cache_read + self.cache_write_5m + self.cache_write_1h


class Bucket(msgspec.Struct, frozen=True):
    """What a report says of one stretch of time; without figures: that there was nothing."""

    span: Span
    figures: Sequence[Figure] = ()


def joined(pages: Iterable[Sequence[Bucket]], within: Span) -> list[Bucket]:
    """The buckets of several pages, in order of time. A line that a later page repeats is one line, not two.

    Two alike on one page differ in something that Tallylight does not know: both count.
    """
    lines: dict[Span, dict[tuple[object, ...], Figure]] = {}
    for page in pages:
        seen: dict[tuple[object, ...], int] = {}
        for bucket in page:
            if not within.since_ms <= bucket.span.since_ms < within.until_ms:
                continue
            of_bucket = lines.setdefault(bucket.span, {})
            for figure in bucket.figures:
                name = (bucket.span, figure.same)
                seen[name] = seen.get(name, 0) + 1
                of_bucket[(*figure.same, seen[name])] = figure
    return [Bucket(span, in_order(figures.values())) for span, figures in sorted(lines.items())]


def in_order(figures: Iterable[Figure]) -> tuple[Figure, ...]:
    """The same for the same figures, however they came."""

    def spelled(figure: Figure) -> tuple[object, ...]:
        return tuple(value or 0 for value in astuple(figure)[len(figure.same) :])

    return tuple(sorted(figures, key=lambda figure: (figure.same, spelled(figure))))
