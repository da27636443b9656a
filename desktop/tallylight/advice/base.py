"""What every kind of advice is made of: a draft, lines that are worked out, and how sure it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec

from tallylight.advice.course import FEWEST_BEGINNINGS, Course, Evidence, compacted_ms
from tallylight.domain.advice import Advice, Basis, Kind, Line, break_even
from tallylight.domain.finding import Sentence, say
from tallylight.domain.session import NextTurn, Turn


def draft(
    course: Course, kind: Kind, lines: tuple[Line, ...], *, stretch: str = "", is_ahead: bool = False
) -> Advice:
    """What every piece of advice has alike, without its words.

    It is said once in a `stretch` of the session, usually as long as it is not compacted. `is_ahead`: the lines are
    turns to come.
    """
    view = course.view
    return Advice(
        key=f"{kind}:{view.session_id}:{stretch or compacted_ms(course.detail)}",
        kind=kind,
        session_id=view.session_id,
        project=view.project_path,
        source=view.source,
        name=course.name,
        title=say(""),
        figures=(),
        assumption=say(""),
        lines=lines,
        confidence=0.0,
        turns=len(lines) if is_ahead else 0,
        break_even=break_even(lines) if is_ahead else None,
        basis=Basis(
            model=course.last.model,
            speed=course.last.speed,
            context=view.context,
            growth=course.pace.growth,
            is_1h=course.pace.is_1h,
            surcharge=course.surcharge,
            compact_at=view.compact_at,
            compacted=course.compacted.context if course.compacted is not None else 0,
        ),
    )


def sureness(count: int, half: int = FEWEST_BEGINNINGS) -> float:
    """How far so many cases may be trusted: one half with `half` of them, never quite all."""
    return count / (count + half)


def to_come(now: Sequence[int], then: Sequence[int]) -> tuple[Line, ...]:
    """The lines of turns to come, as far as both go."""
    return tuple(
        Line(say("Turn +{number}", number=str(number)), a, b)
        for number, (a, b) in enumerate(zip(now, then, strict=False), 1)
    )


def made_line(turn: Turn, then_picousd: int) -> Line:
    """The line of a turn that was made."""
    return Line(say("Turn {number}", number=str(turn.number)), turn.cost_picousd or 0, then_picousd, turn.key)


def pays_after(turn: int | None) -> tuple[Sentence, ...]:
    """How soon a change has paid for itself, as a sentence; none for one that never does."""
    if turn is None:
        return ()
    if turn == 1:
        return (say("Pays for itself with the first turn."),)
    return (say("Pays for itself after {turns} turns.", turns=str(turn)),)


def of_cache(following: NextTurn | None) -> tuple[Sentence, ...]:
    """That its end is a guess, where nobody states how long the cache lives."""
    if following is None or not following.is_assumed:
        return ()
    return (say("Nobody states how long this cache lives: about 5 minutes after a turn, assumed."),)


class Adviser(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of advice. `advise` is pure, and silent where history is too short.

    `kinds` are what it may yield.
    """

    kinds: tuple[Kind, ...]
    advise: Callable[[Evidence, Course], Iterator[Advice]]
