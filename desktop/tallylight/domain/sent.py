"""What a turn would have sent, had something been different, and what that would have cost."""

from __future__ import annotations

from tallylight.domain.pricing import Costs, RateCard
from tallylight.domain.repricing import rates_of, tokens_of
from tallylight.domain.session import Turn


class Sent:
    """The tokens of a turn's prompt, and the model that they go to; at first as they were.

    `scale` is how many tokens, in per cent, the model's tokenizer makes of the turn's text; `is_kept` says that the
    turn stays where it was, too large for the model that was wished for.
    """

    __slots__ = ("context", "input", "is_kept", "model", "read", "scale", "write_1h", "write_5m")

    def __init__(self, turn: Turn) -> None:
        self.model, self.context = turn.model, turn.context
        self.read, self.input = turn.cache_read, turn.input
        self.write_5m, self.write_1h = turn.cache_write_5m, turn.cache_write_1h
        self.scale, self.is_kept = 100, False

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
            part = min(getattr(self, name), max(0, tokens))
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

    def is_as_it_was(self, turn: Turn) -> bool:
        was = (turn.model, turn.input, turn.cache_read, turn.cache_write_5m, turn.cache_write_1h)
        return was == (self.model, self.input, self.read, self.write_5m, self.write_1h)

    def costs(self, turn: Turn, card: RateCard, other: RateCard) -> Costs:
        """pico-USD by class on `other`. What the turn cost above or below the list prices of `card`, its own, it
        costs here as well: a surcharge is saved by none of this. Fewer tokens for the same text are not counted
        on."""
        listed = zip(tokens_of(turn), rates_of(card.rates_at(turn.cache_read + turn.new_tokens)), strict=True)
        by_list = sum(count * rate for count, rate in list(listed)[:5])
        paid, by_list = (sum(turn.costs[:5]), by_list) if by_list else (1, 1)
        scale = max(100, self.scale)
        prompt = self.input + self.read + self.write_5m + self.write_1h
        rates = rates_of(other.rates_at(prompt * scale // 100))
        counts = (self.input, turn.output, self.read, self.write_5m, self.write_1h)
        a, b, c, d, e = (
            count * rate * scale * paid // (100 * by_list)
            for count, rate in zip(counts, rates[:5], strict=True)
        )
        return a, b, c, d, e, turn.costs[5]
