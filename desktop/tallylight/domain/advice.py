"""Advice: one change that would make a session cheaper, by how much, and what that rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum

import msgspec

from tallylight.domain.finding import Sentence
from tallylight.domain.money import show

#: So many pieces of one session are on screen at once.
MOST_OF_A_SESSION = 2


class Kind(StrEnum):
    """What is to be changed."""

    RESET = "reset"
    COMPACT = "compact"
    COLD = "cold"
    MODEL = "model"
    FAST = "fast"
    LONG = "long"
    CACHE = "cache"
    START = "start"
    AGENTS = "agents"
    LOOP = "loop"


#: Whose price following a kind changes, where that is not the turns to come of the session itself. Two pieces that
#: change the price of the same turns are never said together: each is worked out as if the other were not followed, so
#: that both would promise more than these turns cost.
_APART = {Kind.START: "sessions to come", Kind.AGENTS: "subagents"}

_IN_SHORT = {
    Kind.RESET: "reset",
    Kind.COMPACT: "compacting",
    Kind.COLD: "not going back cold",
    Kind.MODEL: "a lesser model",
    Kind.FAST: "leaving fast mode",
    Kind.LONG: "a shorter context",
    Kind.CACHE: "a cache that hits",
    Kind.START: "a lighter start",
    Kind.AGENTS: "lesser subagents",
    Kind.LOOP: "a look",
}


class Line(msgspec.Struct, frozen=True, gc=False):
    """One turn of a working-out: what it costs as things are, and with the change, in pico-USD.

    `key` names a request that was made; "" is one to come.
    """

    what: Sentence
    now_picousd: int
    then_picousd: int
    key: str = ""
    #: Whose request it is, "" for the session that the advice is about.
    session_id: str = ""

    @property
    def saving_picousd(self) -> int:
        return self.now_picousd - self.then_picousd


class Basis(msgspec.Struct, frozen=True, kw_only=True):
    """The session as it was when the advice was given: against this is measured what became of it."""

    model: str
    speed: str = ""
    context: int = 0
    growth: int = 0
    is_1h: bool = False
    #: The cache was gone: going on would have written the context anew.
    is_cold: bool = False
    #: When the cache would have been gone, 0 where that is not the point.
    expires_ms: int = 0
    #: The model that was advised.
    to_model: str = ""
    #: Per cent of tokens that its tokenizer makes of the same text.
    scale: int = 100
    #: Per cent of list prices that is paid.
    surcharge: int = 100
    #: Where the client compacts by itself, 0 for unknown, and what it is taken to leave.
    compact_at: int = 0
    compacted: int = 0


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """One change. What it saves is what its lines come to, never more.

    `key` names kind, session and the stretch of it that it is about, so that advice given once is known again.
    """

    key: str
    kind: Kind
    session_id: str
    project: str
    #: The agent whose session it is, "" where that was not kept.
    source: str = ""
    #: What people call the session.
    name: str
    title: Sentence
    #: The figures it rests on, and what is assumed.
    figures: tuple[Sentence, ...]
    assumption: Sentence
    lines: tuple[Line, ...]
    #: 0 to 1: how much of the saving may be counted on.
    confidence: float
    #: How many turns to come the saving is of; 0 when it is of something else.
    turns: int = 0
    #: The turn from which on the change has paid for itself; None where it costs nothing.
    break_even: int | None = None
    #: The session rests, so that nothing is torn apart.
    is_moment: bool = True
    #: ms at which the best moment has passed, 0 for none.
    best_before_ms: int = 0
    basis: Basis

    @property
    def saving_picousd(self) -> int:
        return sum(line.saving_picousd for line in self.lines)

    @property
    def worth(self) -> float:
        """What it is ranked by. A start is judged by one session of the month that its lines are about."""
        saving = self.saving_picousd / (len(self.lines) or 1 if self.kind is Kind.START else 1)
        return saving * self.confidence

    def saving_over(self, turns: int) -> int:
        """What it promises for fewer turns than it is stated for."""
        return sum(line.saving_picousd for line in self.lines[:turns])

    @property
    def text(self) -> str:
        return " ".join(str(part) for part in self.figures)


def in_short(advice: Advice) -> str:
    """For a prompt's status line: "reset saves ≈ $1.90/10 turns"."""
    over = f"/{advice.turns} turns" if advice.turns > 1 else ""
    return f"{_IN_SHORT[advice.kind]} saves ≈ {show(advice.saving_picousd)}{over}"


def break_even(lines: Sequence[Line]) -> int | None:
    """The first turn after which nothing is lost any more and nothing will be; None when it never comes."""
    saved, turn = 0, None
    for number, line in enumerate(lines, 1):
        saved += line.saving_picousd
        turn = (turn or number) if saved >= 0 else None
    return turn


def ranked(found: Iterable[Advice]) -> list[Advice]:
    """What is worth most first."""
    return sorted(found, key=lambda advice: (-advice.worth, advice.key))


def chosen(
    found: Iterable[Advice],
    floor_picousd: int,
    is_unwanted: Callable[[Advice], bool],
    is_repeated: Callable[[Advice], bool] = lambda _: False,
) -> list[Advice]:
    """What is said: worth the attention, not declined, at most two of a session, none against another.

    What is repeated was worth it when the context was smaller: it still holds, whatever the floor.
    """
    said: list[Advice] = []
    for advice in ranked(found):
        floor = 1 if is_repeated(advice) else max(1, floor_picousd)
        if advice.saving_picousd < floor or is_unwanted(advice):
            continue
        beside = [other for other in said if other.session_id == advice.session_id]
        if len(beside) < MOST_OF_A_SESSION and not any(conflict(advice, other) for other in beside):
            said.append(advice)
    return said


def conflict(one: Advice, other: Advice) -> bool:
    """Whether both would change the price of the same turns."""
    return _APART.get(one.kind) == _APART.get(other.kind)
