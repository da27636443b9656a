"""What the past would have cost otherwise: the same turns with smaller contexts, another model, other caches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from tallylight.domain.carry import Beginning
from tallylight.domain.fold import CardFor
from tallylight.domain.light import is_light
from tallylight.domain.pricing import Costs
from tallylight.domain.repricing import NOTHING, rates_of, repriced
from tallylight.domain.session import Turn

_LIFE_5M_MS, _LIFE_1H_MS = 300_000, 3_600_000


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be different. `reset_at` is a size of context from which on a fresh session is begun, 0 for never;
    `model` is to do all turns, or only the light ones."""

    reset_at: int = 0
    model: str = ""
    only_light: bool = True
    is_without_1h: bool = False
    is_without_cold: bool = False


class WhatIfQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """Some wishes about some days (ISO dates, `until` exclusive) or a session."""

    since: str = ""
    until: str = ""
    session_id: str = ""
    wishes: tuple[Wish, ...] = ()


class WhatIf(msgspec.Struct, frozen=True, kw_only=True):
    """pico-USD by class, in the order of `pricing.COST_CLASSES`: as it was, and with each wish."""

    question: WhatIfQuestion
    was: Costs = NOTHING
    would: tuple[Costs, ...] = ()
    requests: int = 0
    #: Without a price, and so in no figure.
    unpriced: int = 0
    #: Models that were ever used and have a price, the cheapest first.
    models: tuple[str, ...] = ()


def added(one: Costs, other: Iterable[int]) -> Costs:
    a, b, c, d, e, f = (x + y for x, y in zip(one, other, strict=True))
    return a, b, c, d, e, f


def total(turns: Sequence[Turn]) -> Costs:
    """What the session came to."""
    return added(NOTHING, map(sum, zip(NOTHING, *(turn.costs for turn in turns if turn.costs), strict=True)))


def would_cost(
    turns: Sequence[Turn],
    wish: Wish,
    card_for: CardFor,
    start: Beginning | None = None,
    counts: Callable[[Turn], bool] = lambda _: True,
) -> Costs:
    """What those turns of a session that count would have come to; all of them are given, in order of time, for the
    caches that they leave. Without a wish it is what it came to. A fresh session begins with `start`, None for as
    this one did."""
    if wish == Wish():
        return total([turn for turn in turns if counts(turn)])
    run, sums = _Run(wish, card_for, start), [0] * len(NOTHING)
    for turn in turns:
        cost = run.costs(turn) if turn.costs else NOTHING
        if counts(turn):
            sums = [a + b for a, b in zip(sums, cost, strict=True)]
    return added(NOTHING, sums)


class _Sent:
    """What a turn would have sent, in tokens, and to which model."""

    __slots__ = ("context", "input", "model", "read", "write_1h", "write_5m")

    def __init__(self, turn: Turn) -> None:
        self.model, self.context = turn.model, turn.context
        self.read, self.input = turn.cache_read, turn.input
        self.write_5m, self.write_1h = turn.cache_write_5m, turn.cache_write_1h

    @property
    def new(self) -> int:
        return self.input + self.write_5m + self.write_1h

    def drop(self, tokens: int) -> None:
        """Leave so many out of the prompt: those that were read first, then those that were written."""
        for name in ("read", "write_1h", "write_5m", "input"):
            part = min(getattr(self, name), tokens)
            setattr(self, name, getattr(self, name) - part)
            self.context -= part
            tokens -= part

    def read_more(self, tokens: int) -> None:
        """Read so many more, written ones first."""
        for name in ("write_1h", "write_5m", "input"):
            part = min(getattr(self, name), tokens)
            setattr(self, name, getattr(self, name) - part)
            self.read += part
            tokens -= part

    def write_all(self) -> None:
        """Read nothing; what was read is written for as long as the rest."""
        if self.write_1h:
            self.write_1h += self.read
        else:
            self.write_5m += self.read
        self.read = 0

    def write_for_5m(self) -> None:
        self.write_5m += self.write_1h
        self.write_1h = 0


class _Run:
    """One session, turn after turn. Most turns are as they were: those cost what was paid."""

    def __init__(self, wish: Wish, card_for: CardFor, start: Beginning | None) -> None:
        self._wish, self._card_for, self._start = wish, card_for, start
        self._before: Turn | None = None
        #: Tokens that a fresh start left behind; what each model's cache has seen; the model of the turn before.
        self._dropped = 0
        self._seen: dict[str, int] = {}
        self._model = ""

    def costs(self, turn: Turn) -> Costs:
        sent = _Sent(turn)
        if turn.is_on_path and not turn.is_inherited:
            self._recache(turn, sent)
            self._shrink(sent)
            self._move(turn, sent)
            self._before = turn
            self._start = self._start or Beginning(context=turn.context, cached=turn.cache_read)
        else:
            self._move_aside(sent)
        return self._priced(turn, sent)

    def _recache(self, turn: Turn, sent: _Sent) -> None:
        """What was sent before is read or written as the wish has it."""
        before, wish = self._before, self._wish
        pause = turn.time_ms - before.time_ms if before is not None else 0
        if before is not None and pause > _LIFE_5M_MS:
            is_1h = bool(turn.cache_write_1h or before.cache_write_1h)
            prefix = min(before.context, turn.context)
            has_expired = pause > (_LIFE_1H_MS if is_1h else _LIFE_5M_MS)
            if wish.is_without_cold and has_expired and turn.cache_read * 2 < prefix:
                sent.read_more(prefix - turn.cache_read)
            if wish.is_without_1h and is_1h and not (has_expired or wish.is_without_cold):
                sent.write_all()
        if wish.is_without_1h:
            sent.write_for_5m()

    def _shrink(self, sent: _Sent) -> None:
        """On a context that was begun afresh whenever it had grown too large."""
        start, limit = self._start, self._wish.reset_at
        if not limit or start is None or self._before is None:
            return
        self._dropped = max(0, min(self._dropped, sent.context - start.context))
        is_fresh = sent.context - self._dropped > max(limit, start.context)
        if is_fresh:
            self._dropped = sent.context - start.context
        sent.drop(self._dropped)
        if is_fresh:
            sent.write_all()
            sent.read_more(start.cached)

    def _move(self, turn: Turn, sent: _Sent) -> None:
        """To the model of the wish where it applies; one that takes over reads what it saw last, and writes the
        rest."""
        wish = self._wish
        if not wish.model:
            return
        if not wish.only_light or is_light(turn):
            sent.model = wish.model
        if wish.only_light and (sent.model != turn.model or self._model not in ("", sent.model)):
            sent.write_all()
            sent.read_more(min(self._seen.get(sent.model, 0), sent.context))
        self._seen[sent.model], self._model = sent.context, sent.model

    def _move_aside(self, sent: _Sent) -> None:
        """A subagent's request."""
        if self._wish.is_without_1h:
            sent.write_for_5m()
        if self._wish.model and not self._wish.only_light:
            sent.model = self._wish.model

    def _priced(self, turn: Turn, sent: _Sent) -> Costs:
        """What was paid where nothing changed; else the tokens at their prices, free of any surcharge."""
        a, b, c, d, e, f = turn.costs
        paid = (a, b, c, d, e, f)
        is_same = (sent.read, sent.write_5m, sent.write_1h) == (
            turn.cache_read,
            turn.cache_write_5m,
            turn.cache_write_1h,
        )
        if is_same and sent.model == turn.model and sent.input == turn.input:
            return paid
        card = self._card_for(turn.model, turn.time_ms, turn.speed)
        other = self._card_for(sent.model, turn.time_ms, turn.speed)
        if card is None or other is None:
            return paid
        if is_same and sent.input == turn.input:
            return repriced(turn, card, other)
        counts = (sent.input, turn.output, sent.read, sent.write_5m, sent.write_1h, turn.web_searches)
        rates = rates_of(other.rates_at(sent.read + sent.new))
        return added(NOTHING, (count * rate for count, rate in zip(counts, rates, strict=True)))
