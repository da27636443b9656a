"""What the past would have cost otherwise: the same turns with smaller contexts, another model, other caches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

import msgspec

from tallylight.domain.carry import Beginning
from tallylight.domain.fold import CardFor
from tallylight.domain.habits import ModelFacts
from tallylight.domain.light import is_light
from tallylight.domain.pricing import Costs
from tallylight.domain.repricing import NOTHING
from tallylight.domain.sent import Sent
from tallylight.domain.session import Turn

_LIFE_5M_MS, _LIFE_1H_MS = 300_000, 3_600_000
_NO_FACTS: Mapping[str, ModelFacts] = MappingProxyType({})


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


class Would(msgspec.Struct, frozen=True, kw_only=True):
    """What a wish comes to. `kept` turns are too large for its model and stay on their own; of the texts of the
    others its tokenizer makes `scale` per cent of the tokens, which is counted where it makes more."""

    costs: Costs = NOTHING
    kept: int = 0
    scale: int = 100

    def plus(self, other: Would) -> Would:
        return Would(
            costs=added(self.costs, other.costs),
            kept=self.kept + other.kept,
            scale=_farther(self.scale, other.scale),
        )


class WhatIf(msgspec.Struct, frozen=True, kw_only=True):
    """pico-USD by class, in the order of `pricing.COST_CLASSES`: as it was, and with each wish."""

    question: WhatIfQuestion
    was: Costs = NOTHING
    would: tuple[Would, ...] = ()
    requests: int = 0
    #: Without a price, and so in no figure.
    unpriced: int = 0
    #: Sessions whose agents tell no tokens, and so in no figure either.
    untold: int = 0
    #: Models that were ever used and have a price, the cheapest first.
    models: tuple[str, ...] = ()
    #: The day of the oldest request there is, an ISO date; "" without any.
    first_day: str = ""

    @property
    def is_unknown(self) -> bool:
        """There were sessions, and nobody told what any of them cost."""
        return bool(self.untold) and not self.requests


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
    facts: Mapping[str, ModelFacts] = _NO_FACTS,
) -> Would:
    """What those turns of a session that count would have come to; all of them are given, in order of time, for the
    caches that they leave. Without a wish it is what it came to. A fresh session begins with `start`, None for as
    this one did. A model without facts is taken to hold any context, and to count tokens as all do."""
    if wish == Wish():
        return Would(costs=total([turn for turn in turns if counts(turn)]))
    run = _Run(wish, card_for, start, facts)
    for turn in turns:
        if turn.costs:
            run.take(turn, is_counted=counts(turn))
    return run.would


class _Run:
    """One session, turn after turn. Most turns are as they were: those cost what was paid."""

    def __init__(
        self, wish: Wish, card_for: CardFor, start: Beginning | None, facts: Mapping[str, ModelFacts]
    ) -> None:
        self._wish, self._card_for, self._start, self._facts = wish, card_for, start, facts
        self._before: Turn | None = None
        #: Tokens that a fresh start left behind; what each model's cache has seen, and when.
        self._dropped = 0
        self._seen: dict[str, tuple[int, int]] = {}
        #: Model and context of the turn before, as it would have been sent; "" where nothing was.
        self._model, self._context = "", 0
        self.would = Would()

    def take(self, turn: Turn, *, is_counted: bool) -> None:
        sent = Sent(turn)
        if turn.is_on_path and not turn.is_inherited:
            self._recache(turn, sent)
            self._shrink(sent)
            self._move(turn, sent)
            self._before, self._model, self._context = turn, sent.model, sent.context
            self._seen[sent.model] = sent.context, turn.time_ms
            self._start = self._start or Beginning(context=turn.context, cached=turn.cache_read)
        else:
            self._move_aside(turn, sent)
        if is_counted:
            self.would = self.would.plus(
                Would(costs=self._priced(turn, sent), kept=int(sent.is_kept), scale=sent.scale)
            )

    def _recache(self, turn: Turn, sent: Sent) -> None:
        """What was sent before is read or written as the wish has it."""
        before, wish = self._before, self._wish
        pause = turn.time_ms - before.time_ms if before is not None else 0
        if before is not None and pause > _LIFE_5M_MS:
            is_1h = _lives_1h(before, turn)
            prefix = min(before.context, turn.context)
            has_expired = pause > (_LIFE_1H_MS if is_1h else _LIFE_5M_MS)
            if wish.is_without_cold and has_expired and turn.cache_read * 2 < prefix:
                sent.read_more(prefix - turn.cache_read)
            if wish.is_without_1h and is_1h and not (has_expired or wish.is_without_cold):
                sent.write_all()
        if wish.is_without_1h:
            sent.write_for_5m()

    def _shrink(self, sent: Sent) -> None:
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
            self._model, self._context = "", 0
            self._seen.clear()

    def _move(self, turn: Turn, sent: Sent) -> None:
        """To the model of the wish where it applies. One that takes over reads what it saw last and writes the
        rest; where the wish leaves out a change of models, what that wrote anew is read."""
        before, wish = self._before, self._wish
        if not wish.model:
            return
        if not wish.only_light or is_light(turn):
            self._send_to_wished(turn, sent)
        if before is None or not self._model:
            return
        if self._model != sent.model:
            if (before.model, turn.model) != (self._model, sent.model):
                sent.write_all()
                sent.read_more(min(self._cached(turn, sent.model), sent.context))
        elif before.model != turn.model and turn.context >= before.context:
            sent.read_more(min(self._cached(turn, sent.model), sent.context) - sent.read)

    def _cached(self, turn: Turn, model: str) -> int:
        """How much of what a model saw last is in its cache still."""
        seen, at_ms = self._seen.get(model, (0, 0))
        is_1h = self._before is not None and _lives_1h(self._before, turn) and not self._wish.is_without_1h
        is_kept = self._wish.is_without_cold or turn.time_ms - at_ms <= (
            _LIFE_1H_MS if is_1h else _LIFE_5M_MS
        )
        return seen if is_kept else 0

    def _move_aside(self, turn: Turn, sent: Sent) -> None:
        """A subagent's request."""
        if self._wish.is_without_1h:
            sent.write_for_5m()
        if self._wish.model and not self._wish.only_light:
            self._send_to_wished(turn, sent)

    def _send_to_wished(self, turn: Turn, sent: Sent) -> None:
        """Where its window holds the prompt and the answer."""
        wished = self._wish.model
        own, other = self._facts.get(turn.model), self._facts.get(wished)
        scale = other.density * 100 // own.density if own and other else 100
        tokens = (sent.context + turn.output) * max(100, scale) // 100
        if turn.model != wished and other is not None and tokens > other.window:
            sent.is_kept = True
        else:
            sent.model, sent.scale = wished, scale

    def _priced(self, turn: Turn, sent: Sent) -> Costs:
        """What was paid where nothing changed, or where nobody knows the price."""
        a, b, c, d, e, f = turn.costs
        card = self._card_for(turn.model, turn.time_ms, turn.speed)
        other = self._card_for(sent.model, turn.time_ms, turn.speed)
        if card is None or other is None or sent.is_as_it_was(turn):
            return a, b, c, d, e, f
        return sent.costs(turn, card, other)


def _lives_1h(before: Turn, turn: Turn) -> bool:
    return bool(turn.cache_write_1h or before.cache_write_1h)


def _farther(one: int, other: int) -> int:
    """Of two scales the one that says more."""
    return max(one, other, key=lambda scale: abs(scale - 100))
