"""What turns to come cost: carrying a context on, or beginning with a smaller one. In pico-USD, pure."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from tallylight.domain.pricing import RateCard


class Pace(msgspec.Struct, frozen=True, gc=False):
    """How a session goes on: tokens that a turn adds to the context and answers with, and how long writes live."""

    growth: int
    output: int
    is_1h: bool = False


class Beginning(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """How turns began after a fresh start, or after a compaction: medians of `count` of them.

    `cached` of the first `context` were in the cache already; `growth` is what each turn after it added. A
    compaction is paid for with a summary besides.
    """

    context: int
    cached: int = 0
    growth: int = 0
    output: int = 0
    summary: int = 0
    count: int = 0


def turn_cost(card: RateCard, context: int, cached: int, output: int, *, is_1h: bool) -> int:
    """A turn that sends `context`, of which `cached` is read and the rest written to the cache."""
    rates = card.rates_at(context)
    read = min(cached, context)
    write = rates.cache_write_1h if is_1h else rates.cache_write_5m
    return read * rates.cache_read + (context - read) * write + output * rates.output


def going_on(
    card: RateCard,
    context: int,
    pace: Pace,
    turns: int,
    *,
    cached: int | None = None,
    until: int = 0,
    compacted: Beginning | None = None,
) -> list[int]:
    """Each of the next turns, this context carried on. `cached` of it is in the cache, None for all.

    Before a turn whose context would be larger than `until` (0 for no limit) the client compacts by itself, and the
    turn pays for that and goes on from what is left; it ends there where `compacted` does not say what.
    """
    costs: list[int] = []
    held, growth = context if cached is None else cached, pace.growth
    for _ in range(turns):
        price, sent = 0, context + growth
        if until and sent > until:
            if compacted is None or compacted.context >= context:
                break
            price = compaction_cost(card, context, compacted, is_1h=pace.is_1h, cached=held)
            sent, held, growth = compacted.context, compacted.cached, max(growth, compacted.growth)
        costs.append(price + turn_cost(card, sent, held, pace.output, is_1h=pace.is_1h))
        context = held = sent
    return costs


def beginning(card: RateCard, start: Beginning, pace: Pace, turns: int) -> list[int]:
    """Each of the turns after a fresh start, or after a compaction without its own price."""
    costs: list[int] = []
    held = start.cached
    for sent in _contexts(start.context, max(start.growth, pace.growth), turns):
        costs.append(turn_cost(card, sent, held, pace.output, is_1h=pace.is_1h))
        held = sent
    return costs


def compaction_cost(
    card: RateCard, context: int, after: Beginning, *, is_1h: bool, cached: int | None = None
) -> int:
    """The request that a client makes to compact: all is sent once more and a summary answered. `cached` of it is in
    the cache, None for all."""
    return turn_cost(card, context, context if cached is None else cached, after.summary, is_1h=is_1h)


def _contexts(first: int, growth: int, turns: int) -> Iterator[int]:
    return (first + growth * n for n in range(turns))
