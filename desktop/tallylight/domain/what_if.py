"""What the past would have cost otherwise: the same turns with smaller contexts, another model, other caches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec
from msgspec.structs import replace

from tallylight.domain.carry import Beginning
from tallylight.domain.fold import CardFor
from tallylight.domain.light import is_light
from tallylight.domain.pricing import Costs, RateCard
from tallylight.domain.repricing import NOTHING, rates_of, repriced, tokens_of
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
    costs = NOTHING
    for turn in turns:
        costs = added(costs, turn.costs or NOTHING)
    return costs


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
    run, costs = _Run(wish, card_for, start), NOTHING
    for turn in turns:
        cost = run.costs(turn) if turn.costs else NOTHING
        costs = added(costs, cost) if counts(turn) else costs
    return costs


class _Run:
    """One session, turn after turn."""

    def __init__(self, wish: Wish, card_for: CardFor, start: Beginning | None) -> None:
        self._wish, self._card_for, self._start = wish, card_for, start
        self._before: Turn | None = None
        #: Tokens that a fresh start left behind; what each model's cache has seen; the model of the turn before.
        self._dropped = 0
        self._seen: dict[str, int] = {}
        self._model = ""

    def costs(self, turn: Turn) -> Costs:
        card = self._card_for(turn.model, turn.time_ms, turn.speed)
        if card is None:
            return _paid(turn)
        if not turn.is_on_path or turn.is_inherited:
            wished = self._without_1h(turn) if self._wish.is_without_1h else turn
            return self._priced(turn, wished, card)
        wished = self._smaller(self._recached(turn))
        costs = self._priced(turn, self._on_another(wished), card)
        self._before = turn
        self._start = self._start or Beginning(context=turn.context, cached=turn.cache_read)
        return costs

    def _recached(self, turn: Turn) -> Turn:
        """With what was sent before read or written as the wish has it."""
        before = self._before
        pause = turn.time_ms - before.time_ms if before is not None else 0
        prefix = min(before.context, turn.context) if before is not None else 0
        life = _LIFE_1H_MS if turn.cache_write_1h or (before and before.cache_write_1h) else _LIFE_5M_MS
        if self._wish.is_without_cold and pause > life and turn.cache_read * 2 < prefix:
            turn = _read_more(turn, prefix - turn.cache_read)
        if self._wish.is_without_1h:
            if _LIFE_5M_MS < pause <= _LIFE_1H_MS and life == _LIFE_1H_MS and not self._wish.is_without_cold:
                turn = replace(turn, cache_read=0, cache_write_1h=turn.cache_write_1h + turn.cache_read)
            turn = self._without_1h(turn)
        return turn

    @staticmethod
    def _without_1h(turn: Turn) -> Turn:
        return replace(turn, cache_write_5m=turn.cache_write_5m + turn.cache_write_1h, cache_write_1h=0)

    def _smaller(self, turn: Turn) -> Turn:
        """On a context that was begun afresh whenever it had grown too large."""
        start, wish = self._start, self._wish
        if not wish.reset_at or start is None or self._before is None:
            return turn
        self._dropped = max(0, min(self._dropped, turn.context - start.context))
        if turn.context - self._dropped <= max(wish.reset_at, start.context):
            return _less(turn, self._dropped)
        self._dropped = turn.context - start.context
        return _read_more(_written(_less(turn, self._dropped)), start.cached)

    def _on_another(self, turn: Turn) -> Turn:
        """On the model of the wish where it applies; a model that takes over reads what it saw last, and writes the
        rest."""
        wish = self._wish
        model = wish.model if wish.model and (not wish.only_light or is_light(turn)) else turn.model
        is_other = model != turn.model or bool(self._model and self._model != model)
        if is_other and wish.only_light:
            read = min(self._seen.get(model, 0), turn.context)
            turn = _read_more(_written(turn), read)
        self._seen[model], self._model = turn.context, model
        return replace(turn, model=model)

    def _priced(self, turn: Turn, wished: Turn, card: RateCard) -> Costs:
        """What was paid, class by class, for as many tokens as there would be, at the other model's prices."""
        model = wished.model if turn.is_on_path else self._agents_model(turn)
        other = self._card_for(model, turn.time_ms, turn.speed)
        paid = _scaled(turn, wished, card)
        return paid if other is None or other == card else repriced(replace(wished, costs=paid), card, other)

    def _agents_model(self, turn: Turn) -> str:
        wish = self._wish
        return wish.model if wish.model and not wish.only_light else turn.model


def _paid(turn: Turn) -> Costs:
    return added(NOTHING, turn.costs or NOTHING)


def _scaled(turn: Turn, wished: Turn, card: RateCard) -> Costs:
    """What was paid, for other counts of tokens: the same counts cost what was paid."""
    if tokens_of(turn) == tokens_of(wished):
        return _paid(turn)
    prompt = wished.cache_read + wished.new_tokens
    rates = rates_of(card.rates_at(prompt))
    return added(NOTHING, (count * rate for count, rate in zip(tokens_of(wished), rates, strict=True)))


def _less(turn: Turn, dropped: int) -> Turn:
    """Without so many tokens of its prompt: those that were read first, then those that were written."""
    counts = []
    left = dropped
    for count in (turn.cache_read, turn.cache_write_1h, turn.cache_write_5m, turn.input):
        counts.append(count - min(count, left))
        left -= min(count, left)
    read, write_1h, write_5m, input_ = counts
    return replace(
        turn,
        context=turn.context - dropped + left,
        cache_read=read,
        cache_write_1h=write_1h,
        cache_write_5m=write_5m,
        input=input_,
    )


def _read_more(turn: Turn, more: int) -> Turn:
    """With so many more tokens read than written."""
    less = _less(replace(turn, cache_read=0), more)
    moved = turn.new_tokens - less.new_tokens
    return replace(less, context=turn.context, cache_read=turn.cache_read + moved)


def _written(turn: Turn) -> Turn:
    """With nothing read: all of it is written, for as long as its other writes."""
    if turn.cache_write_1h:
        return replace(turn, cache_read=0, cache_write_1h=turn.cache_write_1h + turn.cache_read)
    return replace(turn, cache_read=0, cache_write_5m=turn.cache_write_5m + turn.cache_read)
